// What was proved, as data: to_text and to_json print it, failed() judges it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <amdvi/spec_info.hpp>

#include "checker/prove/machine_report.hpp"

namespace amdvi::prove {

// Three answers; the third is never taken for one of the others.
enum class Status { kProved, kRefuted, kUnknown };

// One value an input, as DecisionInfo::inputs lists them.
using Values = std::vector<std::uint64_t>;

// Whether any input makes a rule decide, and if not, why.
enum class Reach {
  kReachable,
  kShadowed,          // whenever it holds, one of `shadowed_by` holds earlier
  kContradiction,     // its condition holds for no input at all
  kExcludedByAssume,  // its condition holds only for inputs that `assume` excludes
  kUnknown,
};

struct RuleProof {
  unsigned rule = 0;
  Reach reach = Reach::kUnknown;
  Values witness;                     // kReachable: fewest inputs away from 0, then smallest
  std::vector<unsigned> shadowed_by;  // kShadowed: a minimal set of earlier rules
  std::string reason;                 // kUnknown
};

// Both conditions can hold and the outcomes differ: the order of the two is part of the meaning.
struct PriorityPair {
  unsigned winner = 0;  // the earlier rule
  unsigned other = 0;
  Values example;  // if Options::examples; the winner decides, the other's condition holds too
};

// A condition that could be `value` for ever: whenever no earlier rule fires, replacing it changes
// nothing. Advice, never a failure.
struct RedundantAtom {
  unsigned atom = 0;
  unsigned rule = 0;
  bool value = false;
};

struct CheckResult {
  std::string name;
  Status status = Status::kUnknown;
  std::string detail;  // how much was looked at, or what is wrong
  Values model;        // kRefuted, if inputs show it
};

struct QueryTime {
  std::string name;
  std::uint64_t checks = 0;  // solver calls
  double seconds = 0;
};

struct DecisionProof {
  const spec::DecisionInfo* info = nullptr;
  std::vector<RuleProof> rules;  // the default is the last one
  std::vector<PriorityPair> priority_pairs;
  unsigned same_outcome_pairs = 0;  // both can hold, the outcome is the same
  unsigned disjoint_pairs = 0;
  std::vector<RedundantAtom> redundant;
  std::vector<CheckResult> checks;
  std::vector<std::string> unknowns;  // questions of the lists above without an answer, and why
  std::vector<QueryTime> queries;
  double seconds = 0;  // all of it, not only the solver
};

// Encoders and decoders of all structures, registers, commands and events.
struct LayoutProof {
  bool examined = false;  // by this shard, under this filter
  unsigned structures = 0;
  unsigned fields = 0;
  std::vector<CheckResult> failures;
  double seconds = 0;
};

struct ProofReport {
  std::vector<DecisionProof> decisions;
  LayoutProof layouts;
  std::vector<MachineProof> machines;
  std::vector<MistakeProof> mistakes;
  std::string problem;  // the request itself was wrong, e.g. no such decision
  bool with_times = false;
};

// A default that may be reached is no failure; see failed() in prove.hpp for what is.
[[nodiscard]] inline bool is_default(const DecisionProof& proof, const RuleProof& rule) {
  return rule.rule + 1 == proof.info->rules.size();
}

}  // namespace amdvi::prove
