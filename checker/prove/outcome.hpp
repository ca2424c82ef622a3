// What a decision answers as a whole, and the inputs that show a condition to be stuck.
#pragma once

#include <vector>

#include "checker/prove/decision_engine.hpp"

namespace amdvi::prove {

// The outputs of the rule that decides, one term an output.
std::vector<smt::Term> whole_outcome(const DecisionTerms& terms);

// The smallest inputs for which the outputs are others if the condition is replaced as `stuck`
// says. Infeasible: proved that none are.
smt::Assignment shows(DecisionEngine& engine, ForcedAtom stuck);
// The same of inputs that satisfy the query, whose rule does not matter, near what it prefers.
smt::Assignment shows(DecisionEngine& engine, ForcedAtom stuck, const WitnessQuery& query);

}  // namespace amdvi::prove
