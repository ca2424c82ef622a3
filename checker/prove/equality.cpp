// The model's code and the terms are two instantiations of one text; here they meet on values.
#include <algorithm>
#include <optional>

#include <fmt/core.h>

#include "checker/prove/inputs.hpp"
#include "checker/prove/random.hpp"
#include "checker/prove/session.hpp"
#include "checker/smt/ops.hpp"

namespace amdvi::prove {
namespace {

constexpr unsigned kExhaustiveBits = 10;

// "The terms over constant leaves say what the model said": true once simplified, if they do.
smt::Bool agreement(const DecisionSource& source, const smt::Context& context,
                    std::span<const std::uint64_t> leaves) {
  const Evaluation model = source.evaluate(leaves);
  const DecisionTerms terms = source.terms(
      context,
      [&](unsigned index, unsigned width) { return context.bv_value(width, leaves[index]); },
      std::nullopt);
  smt::Bool all = eq(terms.assume, smt::bool_value(context, model.assumed));
  for (unsigned rule = 0; rule < model.rule; ++rule) all = land(all, lnot(terms.rules[rule].when));
  const RuleTerms& decided = terms.rules[model.rule];
  all = land(all, decided.when);
  for (std::size_t i = 0; i < decided.outputs.size(); ++i) {
    const smt::Term& output = decided.outputs[i];
    const smt::Term value = context.bv_value(output.width(), model.outputs[i]);
    all = land(all, smt::Bool(smt::untyped::eq(output, value)));
  }
  return all;
}

bool holds(const smt::Term& term) {
  return smt::untyped::simplify(term).constant() == std::uint64_t{1};
}

// The first inputs on which model and terms differ.
std::optional<Values> disagreement(const DecisionSource& source, std::span<const Values> all) {
  const smt::Context context;
  std::vector<smt::Term> terms;
  for (const Values& values : all) {
    terms.push_back(agreement(source, context, to_leaves(source, values)).term());
  }
  if (holds(smt::untyped::all_of(context, terms))) return std::nullopt;  // one call instead of many
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (!holds(terms[i])) return from_leaves(*source.info, to_leaves(source, all[i]));
  }
  return std::nullopt;
}

unsigned total_bits(const spec::DecisionInfo& info) {
  unsigned bits = 0;
  for (const spec::InputInfo& input : info.inputs) bits += input.width;
  return bits;
}

std::vector<Values> all_values(const spec::DecisionInfo& info) {
  std::vector<Values> all;
  for (std::uint64_t code = 0; code < std::uint64_t{1} << total_bits(info); ++code) {
    Values values;
    std::uint64_t rest = code;
    for (const spec::InputInfo& input : info.inputs) {
      values.push_back(rest & spec::low_bits(input.width));
      rest >>= input.width;
    }
    all.push_back(std::move(values));
  }
  return all;
}

// Every witness, and random inputs: half of them anywhere, half a few inputs away from a witness,
// because rules at the end of a list are rarely met by chance.
std::vector<Values> some_values(const Session& session) {
  const auto inputs = session.info().inputs;
  std::vector<Values> all;
  for (const RuleProof& rule : session.proof.rules) {
    if (rule.reach == Reach::kReachable) all.push_back(rule.witness);
  }
  const std::size_t witnesses = all.size();
  Random random(session.info().name);
  for (unsigned i = 0; i < session.options.samples; ++i) {
    Values values(inputs.size(), 0);
    const bool near = i % 2 == 0 && witnesses > 0 && !inputs.empty();
    if (near) values = all[random.below(witnesses)];
    for (std::size_t n = 0; n < inputs.size(); ++n) {
      if (near && random.below(inputs.size()) > 2) continue;
      values[n] = random.next() & spec::low_bits(inputs[n].width);
    }
    all.push_back(std::move(values));
  }
  return all;
}

}  // namespace

void prove_equality(const Session& session) {
  const bool exhaustive = total_bits(session.info()) <= kExhaustiveBits;
  const std::vector<Values> all = exhaustive ? all_values(session.info()) : some_values(session);
  CheckResult result{"model and terms agree", Status::kProved, "", {}};
  result.detail = fmt::format("{}{} inputs", exhaustive ? "all " : "", all.size());
  if (const auto values = disagreement(session.engine.source(), all)) {
    result.status = Status::kRefuted;
    result.detail = "the model and the terms decide differently";
    result.model = *values;
  }
  // A witness is a promise of the solver that the model has to keep.
  for (const RuleProof& rule : session.proof.rules) {
    if (rule.reach != Reach::kReachable) continue;
    const Evaluation evaluation = session.engine.evaluate(rule.witness);
    if (evaluation.assumed && evaluation.rule == rule.rule) continue;
    result.status = Status::kRefuted;
    result.detail =
        fmt::format("the model does not take rule {} for its witness", session.rule_id(rule.rule));
    result.model = rule.witness;
  }
  session.proof.checks.push_back(std::move(result));
}

}  // namespace amdvi::prove
