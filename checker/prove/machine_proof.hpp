// Proofs of machines: induction first, and for what it leaves open the search for a sequence.
#pragma once

#include "checker/prove/machine_induction.hpp"
#include "checker/prove/machine_report.hpp"
#include "checker/prove/machine_search.hpp"

namespace amdvi::prove {

struct MachineProofOptions {
  InductionOptions induction;
  SearchOptions search;
};

// Proved: inductive with the others. Refuted: a sequence breaks it. Unknown otherwise: then it may
// hold for a reason that no invariant states, or fail after more steps than were searched.
// An invariant that is said to be refuted is only searched for a sequence.
// If one invariant is open the others were proved under its assumption.
MachineProof prove_machine(const MachineTerms& terms, const host::MachineCode& code,
                           const MachineProofOptions& options = {});

// Looks for the shortest sequence that breaks the invariant which the mistake is said to break.
MistakeProof prove_mistake(const MachineTerms& terms, const host::MistakenMachine& mistaken,
                           const SearchOptions& options = {});

}  // namespace amdvi::prove
