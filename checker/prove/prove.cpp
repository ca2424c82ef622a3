#include "checker/prove/prove.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/core.h>

#include "checker/prove/machine_proof.hpp"
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

void prove_decisions(const Options& options, unsigned& position, ProofReport& report) {
  bool found = options.decision.empty();
  for (const DecisionSource& source : all_sources()) {
    if (!options.decision.empty() && source.info->name != options.decision) continue;
    found = true;
    if (mine(options, position++)) report.decisions.push_back(prove_decision(source, options));
  }
  if (!found) report.problem = fmt::format("no decision is called '{}'", options.decision);
}

void prove_machines(const Options& options, unsigned& position, ProofReport& report) {
  const auto terms = all_machine_terms();
  const auto codes = host::all_machines();
  bool found = options.machine.empty();
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (!options.machine.empty() && terms[i].info->name != options.machine) continue;
    found = true;
    if (mine(options, position++)) report.machines.push_back(prove_machine(terms[i], codes[i]));
  }
  if (!found) report.problem = fmt::format("no machine is called '{}'", options.machine);
}

void prove_mistakes(const Options& options, unsigned& position, ProofReport& report) {
  const auto terms = all_mistake_terms();
  const auto mistakes = host::all_mistakes();
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (!options.machine.empty() && mistakes[i].mistake->machine != options.machine) continue;
    if (mine(options, position++)) report.mistakes.push_back(prove_mistake(terms[i], mistakes[i]));
  }
  if (position == 0) report.problem = fmt::format("'{}' has no mistakes", options.machine);
}

template <class Proofs>
bool any_failed(const Proofs& proofs) {
  return std::any_of(proofs.begin(), proofs.end(), [](const auto& proof) { return failed(proof); });
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
  unsigned position = 0;
  if (options.mistakes) {
    prove_mistakes(options, position, report);
    return report;
  }
  const bool all = options.decision.empty() && options.machine.empty();
  if (all || !options.decision.empty()) prove_decisions(options, position, report);
  if (all && mine(options, position++)) {
    report.layouts = prove_layouts(spec::catalogue().structures);
  }
  if (all || !options.machine.empty()) prove_machines(options, position, report);
  return report;
}

bool failed(const DecisionProof& proof) {
  return !proof.unknowns.empty() ||
         std::any_of(proof.rules.begin(), proof.rules.end(),
                     [&](const RuleProof& rule) { return bad(rule, proof); }) ||
         std::any_of(proof.checks.begin(), proof.checks.end(),
                     [](const CheckResult& check) { return check.status != Status::kProved; });
}

bool failed(const MachineProof& proof) {
  return std::any_of(proof.invariants.begin(), proof.invariants.end(),
                     [&](const InvariantProof& invariant) {
                       return !as_said(proof.info->invariants[invariant.invariant], invariant);
                     });
}

bool failed(const MistakeProof& proof) { return !proof.sequence || !proof.reason.empty(); }

bool failed(const ProofReport& report) {
  return !report.problem.empty() || !report.layouts.failures.empty() ||
         any_failed(report.decisions) || any_failed(report.machines) || any_failed(report.mistakes);
}

}  // namespace amdvi::prove
