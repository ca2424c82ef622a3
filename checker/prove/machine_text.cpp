#include "checker/prove/machine_text.hpp"

#include <span>

#include <fmt/core.h>

#include "checker/prove/prove.hpp"
#include "checker/prove/words.hpp"

namespace amdvi::prove {
namespace {

// " at v=0x1, d=0x2": for which values of its variables the invariant is broken.
std::string at_text(const spec::InvariantInfo& invariant, std::span<const std::uint64_t> at) {
  std::string text;
  for (std::size_t i = 0; i < at.size(); ++i) {
    text += fmt::format("{}{}={:#x}", i == 0 ? " at " : ", ", invariant.forall[i].name, at[i]);
  }
  return text;
}

// "used[0x1]=0x0 -> 0x1": what changed of an entry, or what it held.
std::string entry_text(const spec::MachineInfo& info, const InductionStep::Entry& entry) {
  const spec::CellInfo& cell = info.cells[entry.cell];
  std::string text(cell.name);
  if (cell.index_id != 0) text += fmt::format("[{:#x}]", entry.index);
  text += fmt::format("={:#x}", entry.before);
  if (entry.before != entry.after) text += fmt::format(" -> {:#x}", entry.after);
  return text;
}

// The state and the operation that break the induction.
std::string induction_text(const spec::MachineInfo& info, const InvariantProof& result) {
  const InductionStep& step = *result.induction;
  const spec::InvariantInfo& invariant = info.invariants[result.invariant];
  std::string text = fmt::format("      not inductive{}: {}\n        ", at_text(invariant, step.at),
                                 step.first ? "the first state" : describe(info, step.step));
  for (std::size_t i = 0; i < step.entries.size(); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : ", ", entry_text(info, step.entries[i]));
  }
  return text + "\n";
}

std::string invariant_line(const MachineProof& proof, const InvariantProof& result) {
  const spec::InvariantInfo& invariant = proof.info->invariants[result.invariant];
  switch (result.verdict) {
    case ProofVerdict::kProved:
      return fmt::format("    {:<28} proved: {}\n", invariant.name, invariant.title);
    case ProofVerdict::kRefuted:
      return fmt::format("    {:<28} {}{}: {}\n", invariant.name,
                         as_said(invariant, result) ? "refuted as said" : "REFUTED",
                         at_text(invariant, result.sequence->at),
                         describe(*proof.info, *result.sequence));
    case ProofVerdict::kUnknown:
      break;
  }
  return fmt::format("    {:<28} UNKNOWN: {}\n", invariant.name, result.reason);
}

}  // namespace

std::string machine_text(const MachineProof& proof) {
  const spec::MachineInfo& info = *proof.info;
  std::string text =
      fmt::format("{} machine {}: {} invariants, {} obligations\n", failed(proof) ? "FAIL" : "ok  ",
                  info.name, proof.invariants.size(), proof.cost.obligations);
  for (const InvariantProof& result : proof.invariants) {
    text += invariant_line(proof, result);
    if (result.induction) text += induction_text(info, result);
  }
  for (const spec::InvariantInfo& invariant : info.invariants) {
    if (invariant.axiom.empty()) continue;
    text += fmt::format("    {:<28} by definition: {}\n", invariant.name, invariant.axiom);
  }
  return text;
}

std::string mistake_text(const MistakeProof& proof) {
  const spec::MistakeInfo& mistake = *proof.mistake;
  const spec::InvariantInfo& invariant = proof.info->invariants[mistake.breaks];
  std::string text = fmt::format("{} mistake {} in {}: {}\n", failed(proof) ? "FAIL" : "ok  ",
                                 mistake.name, mistake.machine, mistake.text);
  if (proof.sequence) {
    const std::size_t steps = proof.sequence->steps.size();
    text += fmt::format("    breaks {}{} in {} {}: {}\n", invariant.name,
                        at_text(invariant, proof.sequence->at), steps,
                        steps == 1 ? "step" : "steps", describe(*proof.info, *proof.sequence));
  }
  if (!proof.reason.empty()) {
    text += fmt::format("    {}: {}\n", proof.sequence ? "NOT AS SAID" : "SURVIVES", proof.reason);
  }
  return text;
}

std::string cost_text(std::string_view name, const ProofCost& cost) {
  const ProofQuery* slowest = nullptr;
  for (const ProofQuery& query : cost.queries) {
    if (slowest == nullptr || query.seconds > slowest->seconds) slowest = &query;
  }
  std::string text =
      fmt::format("  {:<24} {:.3f} s, {} queries", name, cost.seconds, cost.queries.size());
  if (slowest != nullptr) {
    text += fmt::format("; slowest: {} ({:.1f} ms)", slowest->name, slowest->seconds * 1e3);
  }
  text += "\n";
  for (const ProofQuery& query : cost.queries) {
    text += fmt::format("    {:8.1f} ms  {}\n", query.seconds * 1e3, query.name);
  }
  return text;
}

}  // namespace amdvi::prove
