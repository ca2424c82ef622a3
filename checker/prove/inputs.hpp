// From the named inputs of a decision to the leaf words its code reads, and back.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "checker/prove/decision_source.hpp"
#include "checker/smt/bv.hpp"

namespace amdvi::prove {

// Where one bit of an input lives.
struct LeafBit {
  unsigned leaf = 0;
  unsigned bit = 0;
};

// The bits of `input`, least significant first.
std::vector<LeafBit> bits_of(const spec::InputInfo& input);

// Leaf words that hold `values`, one an input. Bits that no input covers are 0. Of inputs that
// share bits (a field whose meaning depends on the revision) the last one counts.
std::vector<std::uint64_t> to_leaves(const DecisionSource& source,
                                     std::span<const std::uint64_t> values);

// The values of all inputs in `leaves`.
std::vector<std::uint64_t> from_leaves(const spec::DecisionInfo& info,
                                       std::span<const std::uint64_t> leaves);

// Per leaf, the bits that some input covers.
std::vector<std::uint64_t> covered_bits(const DecisionSource& source);

// One variable a leaf, named `prefix` and its number, and the same with the bits that no input
// covers set to 0.
struct LeafVariables {
  std::vector<smt::Term> whole;
  std::vector<smt::Term> covered;
};
LeafVariables make_leaves(const smt::Context& context, const DecisionSource& source,
                          const std::string& prefix);

// The bits of every input as terms over `leaves`, least significant first.
std::vector<std::vector<smt::Bool>> input_bits(const spec::DecisionInfo& info,
                                               std::span<const smt::Term> leaves);

}  // namespace amdvi::prove
