// Are the invariants of a machine kept by every operation, for all ids at their full width?
//
// One query a case and invariant: an arbitrary state in which all invariants hold at the ids that
// matter (arguments, what is picked, the ids for which the invariant is asked afterwards, and every
// index that reading at those leads to), the case's condition, its updates, and the invariant
// broken. No quantifier and no array reaches the solver. Unsat is a proof; sat may be a state that
// cannot be reached or one whose invariants fail elsewhere, so it refutes nothing by itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checker/prove/machine_report.hpp"
#include "checker/prove/machine_terms.hpp"

namespace amdvi::prove {

struct InductionOptions {
  unsigned rounds = 2;  // of instantiating at the indices that the round before has read
  unsigned rlimit = 20'000'000;
};

struct Induction {
  // Per invariant of the machine: empty if it is kept, else the case that may break it and how.
  // Axioms are never asked, nor what is said to be refuted.
  std::vector<std::string> broken_by;
  std::vector<std::optional<InductionStep>> steps;  // how, if a state was found
  std::vector<bool> gave_up;                        // broken_by is a reason why the solver gave up
  ProofCost cost;
};

// `only`: asks about this invariant alone; of the others nothing is known then.
Induction prove_induction(const MachineTerms& machine, const InductionOptions& options = {},
                          std::optional<unsigned> only = std::nullopt);

}  // namespace amdvi::prove
