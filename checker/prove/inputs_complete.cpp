#include <fmt/core.h>

#include "checker/prove/session.hpp"
#include "checker/smt/ops.hpp"

namespace amdvi::prove {
namespace {

smt::Term differs(const smt::Term& a, const smt::Term& b) {
  return smt::untyped::lnot(smt::untyped::eq(a, b));
}

// Conditions or outputs that differ between the two; identical nodes need no solver.
std::vector<smt::Term> differences(const DecisionTerms& a, const DecisionTerms& b) {
  std::vector<smt::Term> terms;
  const auto compare = [&](const smt::Term& x, const smt::Term& y) {
    if (!same_node(x, y)) terms.push_back(differs(x, y));
  };
  compare(a.assume.term(), b.assume.term());
  for (std::size_t i = 0; i < a.rules.size(); ++i) {
    compare(a.rules[i].when.term(), b.rules[i].when.term());
    for (std::size_t o = 0; o < a.rules[i].outputs.size(); ++o) {
      compare(a.rules[i].outputs[o], b.rules[i].outputs[o]);
    }
  }
  return terms;
}

// The words whose unlisted bits alone make a difference.
std::string culprits(const Session& session, smt::Literal difference) {
  DecisionEngine& engine = session.engine;
  const LeafVariables& leaves = engine.leaves();
  std::string names;
  for (std::size_t i = 0; i < leaves.whole.size(); ++i) {
    if (same_node(leaves.whole[i], leaves.covered[i])) continue;
    std::vector<smt::Literal> goals{difference};
    for (std::size_t j = 0; j < leaves.whole.size(); ++j) {
      if (j == i || same_node(leaves.whole[j], leaves.covered[j])) continue;
      goals.push_back(
          engine.solver().define(smt::Bool(smt::untyped::eq(leaves.whole[j], leaves.covered[j]))));
    }
    if (session.check(fmt::format("unlisted bits of word {}", i), goals).is_unsat()) continue;
    names +=
        fmt::format("{}{} (word {})", names.empty() ? "" : ", ", engine.source().leaves[i].name, i);
  }
  return names.empty() ? "several words together" : names;
}

}  // namespace

void prove_inputs_complete(const Session& session) {
  DecisionEngine& engine = session.engine;
  CheckResult result{"nothing but the listed inputs matters", Status::kProved, "", {}};
  const std::vector<smt::Term> terms = differences(engine.terms(), engine.terms_of_whole_words());
  if (!terms.empty()) {
    const smt::Term any = smt::untyped::any_of(engine.solver().context(), terms);
    const std::vector<smt::Literal> goals{engine.solver().define(smt::Bool(any))};
    const smt::Verdict verdict = session.check("unlisted bits", goals);
    if (verdict.is_unknown()) {
      result.status = Status::kUnknown;
      result.detail = verdict.reason();
    } else if (verdict.is_sat()) {
      result.status = Status::kRefuted;
      result.detail =
          "bits that the catalogue does not list are read in " + culprits(session, goals.front());
    }
  }
  session.proof.checks.push_back(std::move(result));
}

}  // namespace amdvi::prove
