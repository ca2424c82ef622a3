// Bounded search: the shortest sequence of operations from the initial state that breaks an
// invariant, or takes a case; of the shortest ones the canonical one (smallest operation numbers
// and values first), the same on every machine and every version of the solver.
//
// The state is a log over the initial state, so that questions are plain bit vectors. That what is
// picked is the highest (lowest) id that fits is required at the ids that matter only: a sequence
// is run on the executable machine, and where that picks another id, the search learns it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "checker/prove/machine_report.hpp"
#include "checker/prove/machine_terms.hpp"

namespace amdvi::prove {

struct SearchOptions {
  unsigned max_steps = 12;
  unsigned max_refinements = 100;  // of one depth
  unsigned rlimit = 50'000'000;
};

struct SearchResult {
  std::optional<MachineSequence> sequence;
  unsigned searched = 0;  // no sequence of so many steps or fewer, except the one found
  std::string gave_up;    // why the search ended early, if it did
  ProofCost cost;
};

SearchResult search_broken(const MachineTerms& terms, const host::MachineCode& code,
                           unsigned invariant, const SearchOptions& options = {});
SearchResult search_case(const MachineTerms& terms, const host::MachineCode& code,
                         unsigned operation, unsigned number, const SearchOptions& options = {});

}  // namespace amdvi::prove
