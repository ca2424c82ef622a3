#include <fmt/core.h>

#include "checker/prove/session.hpp"
#include "checker/smt/ops.hpp"

namespace amdvi::prove {
namespace {

smt::Bool outcomes_differ(const smt::Context& context, const RuleTerms& a, const RuleTerms& b) {
  smt::Bool differ = smt::bool_value(context, false);
  for (std::size_t i = 0; i < a.outputs.size(); ++i) {
    const smt::Term same = smt::untyped::eq(a.outputs[i], b.outputs[i]);
    differ = lor(differ, smt::Bool(smt::untyped::lnot(same)));
  }
  return differ;
}

void add_priority_pair(const Session& session, unsigned winner, unsigned other,
                       std::span<const smt::Literal> goals) {
  PriorityPair pair{winner, other, {}};
  if (session.options.examples) {
    const smt::Assignment found = session.timed(
        fmt::format("example {} over {}", session.rule_id(winner), session.rule_id(other)),
        [&] { return session.engine.nearest(goals); });
    if (found.is_found()) pair.example = found.values;
    if (found.kind == smt::Assignment::Kind::kUnknown) {
      session.proof.unknowns.push_back(session.proof.queries.back().name + ": " + found.reason);
    }
  }
  session.proof.priority_pairs.push_back(std::move(pair));
}

void prove_pair(const Session& session, unsigned winner, unsigned other) {
  DecisionEngine& engine = session.engine;
  const auto& rules = engine.terms().rules;
  std::vector<smt::Literal> goals = engine.decides(winner);
  goals.push_back(engine.when(other));
  const std::string name =
      fmt::format("{} and {}", session.rule_id(winner), session.rule_id(other));
  smt::Verdict verdict = session.check("overlap " + name, goals);
  if (verdict.is_sat()) {
    goals.push_back(engine.solver().define(
        outcomes_differ(engine.solver().context(), rules[winner], rules[other])));
    verdict = session.check("priority " + name, goals);
    if (verdict.is_sat()) add_priority_pair(session, winner, other, goals);
    if (verdict.is_unsat()) ++session.proof.same_outcome_pairs;
  } else if (verdict.is_unsat()) {
    ++session.proof.disjoint_pairs;
  }
  if (verdict.is_unknown()) {
    session.proof.unknowns.push_back(session.proof.queries.back().name + ": " + verdict.reason());
  }
}

}  // namespace

void prove_pairs(const Session& session) {
  const unsigned last = session.rule_count() - 1;  // the default overlaps all by its nature
  for (unsigned winner = 0; winner < last; ++winner) {
    for (unsigned other = winner + 1; other < last; ++other) prove_pair(session, winner, other);
  }
}

}  // namespace amdvi::prove
