// Modified condition/decision coverage: for every condition of every rule two inputs that differ
// as little as possible and show that this condition alone changes what the decision says, or the
// proof that there are none. Test vectors are made of the pairs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checker/prove/decision_source.hpp"
#include "checker/prove/report.hpp"
#include "checker/smt/solver.hpp"

namespace amdvi::prove {

enum class PairKind {
  kUniqueCause,   // every other condition of the rule is the same in both
  kMasking,       // others differ too, but flipping this one alone would flip the rule in both
  kUnobservable,  // it decides whether the rule fires, but the outputs are the same either way
  kNone,          // proved: the condition never decides the rule; no values
  kUnknown,       // no answer; `reason`
};

struct AtomPair {
  unsigned atom = 0;  // index into DecisionInfo::atoms
  unsigned rule = 0;  // the rule it is a part of; conditions of a `let` come once a rule
  PairKind kind = PairKind::kUnknown;
  Values holds;  // the condition is true
  Values fails;  // the condition is false; differs from `holds` in the fewest inputs, then least
  std::string reason;
};

// Constraints on both inputs of a pair; lists as in WitnessQuery.
struct PairQuery {
  std::vector<std::optional<std::uint64_t>> fixed{};
  std::vector<std::vector<std::uint64_t>> allowed{};
  std::vector<std::uint64_t> preferred{};  // `holds` stays near these
};

// In order of atoms, then rules. Both inputs satisfy `assume`, no rule before `rule` fires for
// either, and `rule` fires for exactly one of them.
std::vector<AtomPair> mcdc(const DecisionSource& source, const PairQuery& query = {},
                           const smt::SolverOptions& options = {});

}  // namespace amdvi::prove
