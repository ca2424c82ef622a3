// What proofs about a machine found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <amdvi/host/machine.hpp>

namespace amdvi::prove {

// One operation of a sequence, with the values that matter for it.
struct MachineStep {
  unsigned operation = 0;
  std::vector<std::uint64_t> args;
  std::optional<std::uint64_t> picked;
  bool operator==(const MachineStep&) const = default;
};

// From the initial state to one that breaks an invariant, or in which a case was taken.
struct MachineSequence {
  std::vector<std::uint64_t> parameters;
  std::vector<MachineStep> steps;
  std::vector<std::uint64_t> at;  // values of the invariant's variables for which it is broken
};

enum class ProofVerdict { kProved, kRefuted, kUnknown };

// A counterexample to induction: a state in which all invariants hold where they were asked, one
// operation, and the invariant broken after it. It may be one that cannot be reached. Entries are
// those that the case and the invariant look at.
struct InductionStep {
  struct Entry {
    unsigned cell = 0;
    std::uint64_t index = 0;
    std::uint64_t before = 0;
    std::uint64_t after = 0;
  };
  bool first = false;  // no operation: the first state breaks it
  MachineStep step;
  unsigned number = 0;            // of the case taken
  std::vector<std::uint64_t> at;  // values of the invariant's variables for which it is broken
  std::vector<Entry> entries;
};

struct InvariantProof {
  unsigned invariant = 0;
  ProofVerdict verdict = ProofVerdict::kUnknown;
  std::string reason;  // kUnknown: why; else what broke the induction, if anything did
  std::optional<MachineSequence> sequence;   // kRefuted
  std::optional<InductionStep> induction{};  // what broke the induction, if anything did
};

struct ProofQuery {
  std::string name;
  double seconds = 0;
};

struct ProofCost {
  std::size_t obligations = 0;  // invariant kept by one case, or true at first
  std::vector<ProofQuery> queries;
  double seconds = 0;  // in all, making of terms included
  void add(const ProofCost& part);
};

struct MachineProof {
  const spec::MachineInfo* info = nullptr;
  std::vector<InvariantProof> invariants;  // those that are not axioms, in their order
  ProofCost cost;
};

// A machine with a mistake, and what was found of the invariant that it is to break.
struct MistakeProof {
  const spec::MachineInfo* info = nullptr;
  const spec::MistakeInfo* mistake = nullptr;
  std::optional<MachineSequence> sequence;  // nothing: it survived
  std::string reason;  // why it was not refuted, or not as the specification says
  ProofCost cost;
};

// Proved, or refuted by exactly as many operations as its file says.
[[nodiscard]] bool as_said(const spec::InvariantInfo& invariant, const InvariantProof& proof);

std::string describe(const spec::MachineInfo& info, const MachineStep& step);
std::string describe(const spec::MachineInfo& info, const MachineSequence& sequence);

// Runs a sequence on the executable machine; one outcome a step.
struct Replay {
  host::Machine machine;
  std::vector<host::Outcome> outcomes;
};
Replay replay(const host::MachineCode& code, const MachineSequence& sequence);

}  // namespace amdvi::prove
