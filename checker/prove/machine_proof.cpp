#include "checker/prove/machine_proof.hpp"

#include <utility>

#include <fmt/core.h>

namespace amdvi::prove {
namespace {

void search(InvariantProof& proof, const MachineTerms& terms, const host::MachineCode& code,
            const SearchOptions& options, ProofCost& cost) {
  SearchResult found = search_broken(terms, code, proof.invariant, options);
  cost.add(found.cost);
  if (found.sequence) {
    proof.verdict = ProofVerdict::kRefuted;
    proof.sequence = std::move(found.sequence);
    return;
  }
  if (!proof.reason.empty()) proof.reason += "; ";
  proof.reason += fmt::format("no sequence of {} steps{}{}", found.searched,
                              found.gave_up.empty() ? "" : ", ", found.gave_up);
}

}  // namespace

MachineProof prove_machine(const MachineTerms& terms, const host::MachineCode& code,
                           const MachineProofOptions& options) {
  MachineProof proof;
  proof.info = terms.info;
  const Induction induction = prove_induction(terms, options.induction);
  proof.cost = induction.cost;
  for (unsigned i = 0; i < terms.info->invariants.size(); ++i) {
    if (!terms.info->invariants[i].axiom.empty()) continue;
    InvariantProof& result = proof.invariants.emplace_back();
    result.invariant = i;
    result.reason = induction.broken_by[i];
    result.induction = induction.steps[i];
    if (result.reason.empty() && terms.info->invariants[i].refuted == 0) {
      result.verdict = ProofVerdict::kProved;
    } else {
      search(result, terms, code, options.search, proof.cost);
    }
  }
  return proof;
}

MistakeProof prove_mistake(const MachineTerms& terms, const host::MistakenMachine& mistaken,
                           const SearchOptions& options) {
  const spec::MistakeInfo& mistake = *mistaken.mistake;
  MistakeProof proof;
  proof.info = terms.info;
  proof.mistake = &mistake;
  SearchResult found = search_broken(terms, mistaken.code, mistake.breaks, options);
  proof.cost = std::move(found.cost);
  proof.sequence = std::move(found.sequence);
  if (!proof.sequence) {
    proof.reason = fmt::format("no sequence of {} steps breaks it{}{}", found.searched,
                               found.gave_up.empty() ? "" : ", ", found.gave_up);
  } else if (proof.sequence->steps.size() != mistake.steps) {
    proof.reason = fmt::format("{} steps break it, the specification says {}",
                               proof.sequence->steps.size(), mistake.steps);
  }
  return proof;
}

}  // namespace amdvi::prove
