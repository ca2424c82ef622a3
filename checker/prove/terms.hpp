// A generated decision as terms: the same text the model runs, instantiated with the symbolic
// domain and taken apart into its rules, so that code above needs no template.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <amdvi/spec_info.hpp>
#include <amdvi/value/index.hpp>

#include "checker/smt/symbolic.hpp"

namespace amdvi::prove {

struct RuleTerms {
  smt::Bool when;                  // the rule's own condition, earlier rules not considered
  std::vector<smt::Term> outputs;  // in the order of DecisionInfo::outputs
};

struct DecisionTerms {
  smt::Bool assume;
  std::vector<RuleTerms> rules;  // the default, whose condition is true, is the last one
  std::vector<smt::Bool> atoms;  // by index into DecisionInfo::atoms; null if nothing reads it
};

// One condition replaced by a constant, to see whether the rule depends on it.
struct ForcedAtom {
  unsigned atom = 0;
  bool value = false;
};

// Gives leaf `index` (as Storage::visit counts) of `width` bits its term.
using LeafTerms = std::function<smt::Term(unsigned index, unsigned width)>;

// The symbolic domain, keeping every condition that goes by.
struct Recording : smt::Symbolic {
  std::vector<smt::Bool>* atoms = nullptr;
  std::optional<ForcedAtom> forced;

  [[nodiscard]] smt::Bool atom(const spec::DecisionInfo& /*decision*/, unsigned index,
                               const smt::Bool& condition) const {
    if (index >= atoms->size()) atoms->resize(index + 1);
    (*atoms)[index] = condition;
    if (forced && forced->atom == index) return lit(forced->value);
    return condition;
  }
};

namespace detail {

template <class Decision, std::size_t I>
RuleTerms rule_terms(Recording& d, const typename Decision::In& in) {
  RuleTerms rule;
  rule.when = Decision::when(spec::Index<I>{}, d, in);
  typename Decision::Out out = Decision::then(spec::Index<I>{}, d, in);
  out.visit([&](std::string_view, const auto& value) { rule.outputs.push_back(value.term()); });
  return rule;
}

template <class Decision, std::size_t... I>
void all_rule_terms(Recording& d, const typename Decision::In& in, std::vector<RuleTerms>& rules,
                    std::index_sequence<I...>) {
  (rules.push_back(rule_terms<Decision, I>(d, in)), ...);
}

}  // namespace detail

template <template <class> class D>
DecisionTerms build_terms(const smt::Context& context, const LeafTerms& leaf_term,
                          std::optional<ForcedAtom> forced = std::nullopt) {
  using Decision = D<Recording>;
  DecisionTerms terms;
  terms.atoms.resize(Decision::info().atoms.size());
  Recording d{smt::Symbolic{context}, &terms.atoms, forced};
  typename Decision::Storage storage;
  unsigned index = 0;
  storage.visit([&]<unsigned W>(std::string_view, smt::Bv<W>& leaf) {
    leaf = smt::Bv<W>(leaf_term(index++, W));
  });
  const auto in = storage.in();
  terms.assume = Decision::assume(d, in);
  detail::all_rule_terms<Decision>(d, in, terms.rules,
                                   std::make_index_sequence<Decision::kRules>{});
  return terms;
}

}  // namespace amdvi::prove
