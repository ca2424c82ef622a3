#include "checker/prove/inputs.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "checker/smt/ops.hpp"

namespace amdvi::prove {

std::vector<LeafBit> bits_of(const spec::InputInfo& input) {
  std::vector<LeafBit> bits;
  for (std::size_t i = input.pieces.size(); i-- > 0;) {  // the high piece comes first
    const spec::BitRange& piece = input.pieces[i];
    for (unsigned bit = piece.lo; bit <= piece.hi; ++bit) {
      bits.push_back({input.first_leaf + bit / input.word, bit % input.word});
    }
  }
  return bits;
}

std::vector<std::uint64_t> to_leaves(const DecisionSource& source,
                                     std::span<const std::uint64_t> values) {
  std::vector<std::uint64_t> leaves(source.leaves.size(), 0);
  for (std::size_t i = 0; i < source.info->inputs.size(); ++i) {
    const std::vector<LeafBit> bits = bits_of(source.info->inputs[i]);
    for (std::size_t b = 0; b < bits.size(); ++b) {
      const std::uint64_t mask = std::uint64_t{1} << bits[b].bit;
      std::uint64_t& leaf = leaves.at(bits[b].leaf);
      leaf = ((values[i] >> b) & 1U) != 0 ? leaf | mask : leaf & ~mask;
    }
  }
  return leaves;
}

std::vector<std::uint64_t> from_leaves(const spec::DecisionInfo& info,
                                       std::span<const std::uint64_t> leaves) {
  std::vector<std::uint64_t> values;
  for (const spec::InputInfo& input : info.inputs) {
    const std::vector<LeafBit> bits = bits_of(input);
    std::uint64_t value = 0;
    for (std::size_t b = 0; b < bits.size(); ++b) {
      value |= ((leaves[bits[b].leaf] >> bits[b].bit) & 1U) << b;
    }
    values.push_back(value);
  }
  return values;
}

std::vector<std::uint64_t> covered_bits(const DecisionSource& source) {
  std::vector<std::uint64_t> masks(source.leaves.size(), 0);
  for (const spec::InputInfo& input : source.info->inputs) {
    for (const LeafBit& at : bits_of(input)) masks.at(at.leaf) |= std::uint64_t{1} << at.bit;
  }
  return masks;
}

LeafVariables make_leaves(const smt::Context& context, const DecisionSource& source,
                          const std::string& prefix) {
  const std::vector<std::uint64_t> masks = covered_bits(source);
  LeafVariables leaves;
  for (std::size_t i = 0; i < masks.size(); ++i) {
    const unsigned width = source.leaves[i].width;
    leaves.whole.push_back(context.bv_variable(width, fmt::format("{}{}", prefix, i)));
    const bool all = masks[i] == spec::low_bits(width);
    leaves.covered.push_back(
        all ? leaves.whole[i]
            : smt::untyped::band(leaves.whole[i], context.bv_value(width, masks[i])));
  }
  return leaves;
}

std::vector<std::vector<smt::Bool>> input_bits(const spec::DecisionInfo& info,
                                               std::span<const smt::Term> leaves) {
  std::vector<std::vector<smt::Bool>> all;
  for (const spec::InputInfo& input : info.inputs) {
    std::vector<smt::Bool> bits;
    for (const LeafBit& at : bits_of(input)) {
      const smt::Term bit = smt::untyped::extract(leaves[at.leaf], at.bit, at.bit);
      bits.push_back(smt::truth(smt::Bv<1>(bit)));
    }
    all.push_back(std::move(bits));
  }
  return all;
}

}  // namespace amdvi::prove
