#include <fmt/core.h>

#include "checker/prove/session.hpp"

namespace amdvi::prove {
namespace {

// Is rule `rule`, once no earlier one fires, the same with `atom` replaced by `value`?
void examine(const Session& session, unsigned atom, unsigned rule, bool value,
             const smt::Bool& replaced) {
  DecisionEngine& engine = session.engine;
  std::vector<smt::Literal> goals = engine.decides(rule);
  goals.back() = engine.solver().define(ne(engine.terms().rules[rule].when, replaced));
  // Where the condition has that value already there is no difference to look for.
  const smt::Literal holds = engine.solver().define(engine.terms().atoms[atom]);
  goals.push_back(value ? negate(holds) : holds);
  const smt::Verdict verdict = session.check(
      fmt::format("redundant atom {} of {} as {}", atom, session.rule_id(rule), value), goals);
  if (verdict.is_unsat()) session.proof.redundant.push_back({atom, rule, value});
  if (verdict.is_unknown()) {
    session.proof.unknowns.push_back(session.proof.queries.back().name + ": " + verdict.reason());
  }
}

}  // namespace

void find_redundant_atoms(const Session& session) {
  DecisionEngine& engine = session.engine;
  const auto& rules = engine.terms().rules;
  for (unsigned atom = 0; atom < session.info().atoms.size(); ++atom) {
    for (const bool value : {true, false}) {
      const DecisionTerms forced = engine.terms_with(ForcedAtom{atom, value});
      for (unsigned rule = 0; rule < rules.size(); ++rule) {
        // An unreachable rule has been reported as a whole.
        if (session.proof.rules[rule].reach != Reach::kReachable) continue;
        if (same_node(rules[rule].when.term(), forced.rules[rule].when.term())) continue;
        examine(session, atom, rule, value, forced.rules[rule].when);
      }
    }
  }
}

}  // namespace amdvi::prove
