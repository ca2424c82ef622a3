#include "checker/prove/decision_engine.hpp"

#include <string>
#include <utility>

namespace amdvi::prove {
namespace {

bool bit_of(std::uint64_t value, std::size_t index) { return ((value >> index) & 1U) != 0; }

}  // namespace

DecisionEngine::DecisionEngine(DecisionSource source, const smt::SolverOptions& options)
    : source_(std::move(source)),
      leaves_(make_leaves(context_, source_, "x")),
      terms_(terms_with(std::nullopt)),
      solver_(context_, options) {
  assume_ = solver_.define(terms_.assume);
  for (const RuleTerms& rule : terms_.rules) when_.push_back(solver_.define(rule.when));
  bits_ = input_bits(*source_.info, leaves_.whole);
}

DecisionTerms DecisionEngine::terms_with(std::optional<ForcedAtom> forced) const {
  return source_.terms(
      context_, [&](unsigned index, unsigned) { return leaves_.covered.at(index); }, forced);
}

DecisionTerms DecisionEngine::terms_of_whole_words() const {
  return source_.terms(
      context_, [&](unsigned index, unsigned) { return leaves_.whole.at(index); }, std::nullopt);
}

std::vector<smt::Literal> DecisionEngine::decides(unsigned rule) const {
  std::vector<smt::Literal> goals{assume_};
  for (unsigned i = 0; i < rule; ++i) goals.push_back(negate(when_.at(i)));
  goals.push_back(when_.at(rule));
  return goals;
}

void DecisionEngine::constrain(const WitnessQuery& query, std::vector<smt::Literal>& goals) {
  const std::size_t count = bits_.size();
  if ((!query.fixed.empty() && query.fixed.size() != count) ||
      (!query.allowed.empty() && query.allowed.size() != count)) {
    throw smt::Error("a witness query needs one entry an input");
  }
  const auto equals = [&](std::size_t input, std::uint64_t value) {
    smt::Bool all =
        smt::bool_value(context_, (value & ~spec::low_bits(inputs()[input].width)) == 0);
    for (std::size_t b = 0; b < bits_[input].size(); ++b) {
      const smt::Bool& bit = bits_[input][b];
      all = land(all, bit_of(value, b) ? bit : lnot(bit));
    }
    return all;
  };
  for (std::size_t i = 0; i < query.fixed.size(); ++i) {
    if (query.fixed[i]) goals.push_back(solver_.define(equals(i, *query.fixed[i])));
  }
  for (std::size_t i = 0; i < query.allowed.size(); ++i) {
    if (query.allowed[i].empty()) continue;
    smt::Bool any = smt::bool_value(context_, false);
    for (const std::uint64_t value : query.allowed[i]) any = lor(any, equals(i, value));
    goals.push_back(solver_.define(any));
  }
}

smt::Assignment DecisionEngine::witness(const WitnessQuery& query) {
  std::vector<smt::Literal> goals = decides(query.rule);
  for (const unsigned rule : query.also) goals.push_back(when_.at(rule));
  constrain(query, goals);
  return nearest(goals, query);
}

// What is fixed is no choice: a search among it too would ask about each of its bits.
smt::Canonical& DecisionEngine::canonical(const WitnessQuery& query) {
  std::vector<std::optional<std::uint64_t>> key(bits_.size());
  for (std::size_t i = 0; i < bits_.size(); ++i) {
    const bool is_fixed = !query.fixed.empty() && query.fixed[i];
    if (!is_fixed) key[i] = query.preferred.empty() ? 0 : query.preferred[i];
  }
  std::unique_ptr<smt::Canonical>& known = canonical_[key];
  if (!known) {
    std::vector<smt::Field> fields;
    for (std::size_t i = 0; i < bits_.size(); ++i) {
      if (key[i]) fields.push_back({std::string(inputs()[i].name), bits_[i], *key[i]});
    }
    known = std::make_unique<smt::Canonical>(solver_, std::move(fields));
  }
  return *known;
}

smt::Assignment DecisionEngine::nearest(std::span<const smt::Literal> goals,
                                        const WitnessQuery& query) {
  if (!query.preferred.empty() && query.preferred.size() != bits_.size()) {
    throw smt::Error("one preferred value an input is needed");
  }
  smt::Assignment found = canonical(query).fewest_changes(goals);
  if (!found.is_found()) return found;
  std::vector<std::uint64_t> values(bits_.size());
  for (std::size_t i = 0, chosen = 0; i < values.size(); ++i) {
    const bool is_fixed = !query.fixed.empty() && query.fixed[i];
    values[i] = is_fixed ? *query.fixed[i] : found.values[chosen++];
  }
  found.values = std::move(values);
  return found;
}

Evaluation DecisionEngine::evaluate(std::span<const std::uint64_t> values) const {
  if (values.size() != bits_.size()) throw smt::Error("one value an input is needed");
  return source_.evaluate(to_leaves(source_, values));
}

std::unique_ptr<DecisionEngine> make_engine(const spec::DecisionInfo& info,
                                            const smt::SolverOptions& options) {
  std::optional<DecisionSource> source = find_source(info.name);
  if (!source) return nullptr;
  return std::make_unique<DecisionEngine>(std::move(*source), options);
}

}  // namespace amdvi::prove
