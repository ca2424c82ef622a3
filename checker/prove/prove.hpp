// Proofs about the specification's decisions, layouts and machines.
#pragma once

#include <string>

#include "checker/prove/decision_source.hpp"
#include "checker/prove/report.hpp"
#include "checker/smt/solver.hpp"

namespace amdvi::prove {

struct Options {
  std::string decision{};         // only this one; if no filter is given, everything
  bool with_times = false;        // reports carry times, and are then not the same bytes twice
  bool examples = false;          // a canonical example for every priority pair
  unsigned rlimit = 100'000'000;  // of each solver call; 0: none
  // Walks are chains of address arithmetic, on which the general core is many times faster; the
  // report is the same with either.
  smt::Engine engine = smt::Engine::kSmtCore;
  unsigned seed = 0;         // of the solver; answers do not depend on it
  unsigned samples = 200;    // random inputs a decision for the equality check
  unsigned shard_index = 0;  // of shard_count; decisions, layouts, machines are dealt out in turn
  unsigned shard_count = 1;
  std::string machine{};  // only this one
  bool mistakes = false;  // the machines with a mistake, and nothing else
};

ProofReport prove_all(const Options& options = {});

// One decision, generated or written by hand.
DecisionProof prove_decision(const DecisionSource& source, const Options& options = {});

// Every field of the structures: reading what was written gives it back, nothing else changes, and
// fields of one revision share no bit.
LayoutProof prove_layouts(std::span<const spec::StructureInfo> structures);

// True if something was refuted or stayed unknown: a rule that cannot decide, a default declared
// unreachable that is not, a difference between model and terms, an input that the catalogue does
// not list, a wrong layout, an invariant that is broken, a mistake that survives, or a question
// without an answer.
[[nodiscard]] bool failed(const ProofReport& report);
[[nodiscard]] bool failed(const DecisionProof& proof);
[[nodiscard]] bool failed(const MachineProof& proof);
[[nodiscard]] bool failed(const MistakeProof& proof);

// Both are the same bytes in every run unless report.with_times.
[[nodiscard]] std::string to_text(const ProofReport& report);
[[nodiscard]] std::string to_json(const ProofReport& report);

}  // namespace amdvi::prove
