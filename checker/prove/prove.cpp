#include "checker/prove/prove.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/core.h>

#include "checker/prove/session.hpp"

namespace amdvi::prove {
namespace {

bool mine(const Options& options, unsigned position) {
  return position % options.shard_count == options.shard_index;
}

bool bad(const RuleProof& rule, const DecisionProof& proof) {
  if (rule.reach == Reach::kReachable) return false;
  // What an unreachable default means is said by its own check.
  return !is_default(proof, rule) || rule.reach == Reach::kUnknown;
}

}  // namespace

DecisionProof prove_decision(const DecisionSource& source, const Options& options) {
  const auto begin = std::chrono::steady_clock::now();
  DecisionProof proof;
  proof.info = source.info;
  DecisionEngine engine(source, {options.engine, options.seed, options.rlimit});
  const Session session{engine, options, proof};
  prove_reachability(session);
  prove_pairs(session);
  find_redundant_atoms(session);
  prove_inputs_complete(session);
  prove_equality(session);
  proof.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return proof;
}

ProofReport prove_all(const Options& options) {
  ProofReport report;
  report.with_times = options.with_times;
  if (options.shard_count == 0 || options.shard_index >= options.shard_count) {
    report.problem = fmt::format("no shard {} of {}", options.shard_index, options.shard_count);
    return report;
  }
  bool found = options.decision.empty();
  unsigned position = 0;
  for (const DecisionSource& source : all_sources()) {
    if (!options.decision.empty() && source.info->name != options.decision) continue;
    found = true;
    if (mine(options, position++)) report.decisions.push_back(prove_decision(source, options));
  }
  if (!found) report.problem = fmt::format("no decision is called '{}'", options.decision);
  if (options.decision.empty() && mine(options, position)) {
    report.layouts = prove_layouts(spec::catalogue().structures);
  }
  return report;
}

bool failed(const DecisionProof& proof) {
  return !proof.unknowns.empty() ||
         std::any_of(proof.rules.begin(), proof.rules.end(),
                     [&](const RuleProof& rule) { return bad(rule, proof); }) ||
         std::any_of(proof.checks.begin(), proof.checks.end(),
                     [](const CheckResult& check) { return check.status != Status::kProved; });
}

bool failed(const ProofReport& report) {
  return !report.problem.empty() || !report.layouts.failures.empty() ||
         std::any_of(report.decisions.begin(), report.decisions.end(),
                     [](const DecisionProof& proof) { return failed(proof); });
}

}  // namespace amdvi::prove
