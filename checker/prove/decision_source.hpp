// Every decision of the specification behind one type: its terms and its concrete twin.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <amdvi/spec_info.hpp>
#include <amdvi/value/concrete.hpp>
#include <amdvi/value/decide.hpp>

#include "checker/prove/terms.hpp"

namespace amdvi::prove {

// What the model's own code decides on concrete values.
struct Evaluation {
  bool assumed = false;                // the inputs satisfy the decision's `assume`
  unsigned rule = 0;                   // index into DecisionInfo::rules
  std::vector<std::uint64_t> outputs;  // in the order of DecisionInfo::outputs

  bool operator==(const Evaluation&) const = default;
};

// A word that the decision's code can read.
struct Leaf {
  std::string name;
  unsigned width = 0;
};

struct DecisionSource {
  const spec::DecisionInfo* info = nullptr;
  std::vector<Leaf> leaves;  // as Storage::visit counts them
  std::function<DecisionTerms(const smt::Context&, const LeafTerms&, std::optional<ForcedAtom>)>
      terms;
  std::function<Evaluation(std::span<const std::uint64_t> leaves)> evaluate;
};

// In order of name. `find_source` gives nullopt for a decision that this build does not contain.
std::vector<DecisionSource> all_sources();
std::optional<DecisionSource> find_source(std::string_view name);

template <template <class> class D>
std::vector<Leaf> leaves_of() {
  std::vector<Leaf> leaves;
  typename D<Concrete>::Storage storage;
  storage.visit([&]<unsigned W>(std::string_view path, Concrete::Bv<W>&) {
    leaves.push_back({std::string(path), W});
  });
  return leaves;
}

// Bits of a leaf beyond its width are dropped.
template <template <class> class D>
Evaluation evaluate_leaves(std::span<const std::uint64_t> leaves) {
  Concrete d;
  typename D<Concrete>::Storage storage;
  std::size_t index = 0;
  storage.visit([&]<unsigned W>(std::string_view, Concrete::Bv<W>& leaf) {
    leaf = Concrete::k<W>(leaves[index++]);
  });
  const auto in = storage.in();
  Evaluation evaluation;
  evaluation.assumed = D<Concrete>::assume(d, in);
  auto decided = decide<D>(d, in);
  evaluation.rule = decided.rule;
  decided.out.visit(
      [&](std::string_view, const auto& value) { evaluation.outputs.push_back(value.v); });
  return evaluation;
}

// The source of one decision template: generated, or of the same shape and written in a test.
template <template <class> class D>
DecisionSource source_of() {
  return {&D<Concrete>::info(), leaves_of<D>(), build_terms<D>, evaluate_leaves<D>};
}

}  // namespace amdvi::prove
