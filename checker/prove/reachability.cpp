#include <fmt/core.h>

#include "checker/prove/session.hpp"

namespace amdvi::prove {
namespace {

// Assumptions: assume (if `assumed`), the negations of `earlier`, the rule itself.
std::vector<smt::Literal> goals_of(const DecisionEngine& engine, unsigned rule, bool assumed,
                                   std::span<const unsigned> earlier) {
  std::vector<smt::Literal> goals;
  if (assumed) goals.push_back(engine.assume());
  for (const unsigned other : earlier) goals.push_back(negate(engine.when(other)));
  goals.push_back(engine.when(rule));
  return goals;
}

// Drops every earlier rule that the contradiction can do without, the latest first: what remains
// is minimal, and the same whatever cores the solver finds. Nothing else is known to be unsat.
smt::Verdict minimise(const Session& session, unsigned rule, std::vector<unsigned>& earlier) {
  for (std::size_t i = earlier.size(); i-- > 0;) {
    std::vector<unsigned> fewer = earlier;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    const smt::Verdict verdict = session.check(
        fmt::format("shadow {} without {}", session.rule_id(rule), session.rule_id(earlier[i])),
        goals_of(session.engine, rule, true, fewer));
    if (verdict.is_unknown()) return verdict;
    if (verdict.is_unsat()) earlier = std::move(fewer);
  }
  return smt::Verdict::unsat();
}

void explain_unreachable(const Session& session, RuleProof& proof) {
  std::vector<unsigned> earlier;
  for (unsigned i = 0; i < proof.rule; ++i) earlier.push_back(i);
  smt::Verdict verdict = minimise(session, proof.rule, earlier);
  if (verdict.is_unsat() && !earlier.empty()) {
    proof.reach = Reach::kShadowed;
    proof.shadowed_by = std::move(earlier);
    return;
  }
  if (verdict.is_unsat()) {
    verdict = session.check(fmt::format("contradiction {}", session.rule_id(proof.rule)),
                            goals_of(session.engine, proof.rule, false, {}));
    if (verdict.is_unsat()) proof.reach = Reach::kContradiction;
    if (verdict.is_sat()) proof.reach = Reach::kExcludedByAssume;
  }
  proof.reason = verdict.reason();
}

RuleProof prove_rule(const Session& session, unsigned rule) {
  RuleProof proof;
  proof.rule = rule;
  const smt::Assignment found =
      session.timed(fmt::format("witness {}", session.rule_id(rule)),
                    [&] { return session.engine.witness({.rule = rule}); });
  if (found.is_found()) {
    proof.reach = Reach::kReachable;
    proof.witness = found.values;
  } else if (found.is_infeasible()) {
    explain_unreachable(session, proof);
  } else {
    proof.reason = found.reason;
  }
  return proof;
}

CheckResult judge_default(const Session& session, const RuleProof& rule) {
  const bool declared = session.info().default_unreachable;
  CheckResult result{declared ? "default is unreachable, as declared" : "default", {}, {}, {}};
  switch (rule.reach) {
    case Reach::kUnknown:
      result.status = Status::kUnknown;
      result.detail = rule.reason;
      break;
    case Reach::kReachable:
      result.status = declared ? Status::kRefuted : Status::kProved;
      result.detail = "reachable";
      if (declared) result.model = rule.witness;
      break;
    case Reach::kShadowed:
    case Reach::kContradiction:
    case Reach::kExcludedByAssume:
      result.status = Status::kProved;
      result.detail = declared ? "unreachable" : "unreachable, though not declared so";
      break;
  }
  return result;
}

}  // namespace

void prove_reachability(const Session& session) {
  for (unsigned rule = 0; rule < session.rule_count(); ++rule) {
    session.proof.rules.push_back(prove_rule(session, rule));
  }
  session.proof.checks.push_back(judge_default(session, session.proof.rules.back()));
}

}  // namespace amdvi::prove
