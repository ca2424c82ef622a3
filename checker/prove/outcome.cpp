#include "checker/prove/outcome.hpp"

#include "checker/smt/ops.hpp"

namespace amdvi::prove {

namespace term = smt::untyped;

std::vector<smt::Term> whole_outcome(const DecisionTerms& terms) {
  std::vector<smt::Term> outcome = terms.rules.back().outputs;
  for (std::size_t rule = terms.rules.size() - 1; rule-- > 0;) {
    for (std::size_t i = 0; i < outcome.size(); ++i) {
      outcome[i] =
          term::ite(terms.rules[rule].when.term(), terms.rules[rule].outputs[i], outcome[i]);
    }
  }
  return outcome;
}

smt::Assignment shows(DecisionEngine& engine, ForcedAtom stuck) {
  return shows(engine, stuck, WitnessQuery{});
}

smt::Assignment shows(DecisionEngine& engine, ForcedAtom stuck, const WitnessQuery& query) {
  const std::vector<smt::Term> sound = whole_outcome(engine.terms());
  const std::vector<smt::Term> wrong = whole_outcome(engine.terms_with(stuck));
  std::vector<smt::Term> differences;
  for (std::size_t i = 0; i < sound.size(); ++i) {
    if (same_node(sound[i], wrong[i])) continue;
    differences.push_back(term::lnot(term::eq(sound[i], wrong[i])));
  }
  if (differences.empty()) return {smt::Assignment::Kind::kInfeasible, {}, 0, {}};
  const smt::Term any = term::any_of(engine.solver().context(), differences);
  std::vector<smt::Literal> goals{engine.assume(), engine.solver().define(smt::Bool(any))};
  engine.constrain(query, goals);
  return engine.nearest(goals, query);
}

}  // namespace amdvi::prove
