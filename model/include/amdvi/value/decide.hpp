// Runs an ordered rule list in an executable domain: the first rule that fires decides.
#pragma once

#include <cstddef>
#include <utility>

#include <amdvi/spec_info.hpp>
#include <amdvi/value/index.hpp>

namespace amdvi {

template <class Decision>
struct Decided {
  unsigned rule = 0;  // index into Decision::info().rules
  typename Decision::Out out{};
};

namespace detail {

template <class Decision, class Domain, std::size_t I>
[[gnu::always_inline]] inline bool try_rule(Domain& d, const typename Decision::In& in,
                                            Decided<Decision>& result) {
  d.trying(Decision::info(), I);
  // Of many rules one fires: what only a firing rule needs is not worked out in advance.
  if (!d.is_true(Decision::when(spec::Index<I>{}, d, in))) [[likely]]
    return false;
  d.fired(Decision::info(), I);
  result = {I, Decision::then(spec::Index<I>{}, d, in)};
  return true;
}

template <class Decision, class Domain, std::size_t... I>
void try_rules(Domain& d, const typename Decision::In& in, Decided<Decision>& result,
               std::index_sequence<I...>) {
  (void)(try_rule<Decision, Domain, I>(d, in, result) || ...);
}

}  // namespace detail

// The last rule of every decision is its default and always fires.
template <template <class> class Decision, class Domain>
Decided<Decision<Domain>> decide(Domain& d, const typename Decision<Domain>::In& in) {
  Decided<Decision<Domain>> result;
  detail::try_rules(d, in, result, std::make_index_sequence<Decision<Domain>::kRules>{});
  return result;
}

}  // namespace amdvi
