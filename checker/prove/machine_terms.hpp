// A generated machine as terms: the text that the executable machine runs, instantiated with the
// symbolic domain, by numbers as in <amdvi/host/machine.hpp>.
#pragma once

#include <functional>
#include <initializer_list>
#include <span>
#include <vector>

#include <amdvi/host/machine.hpp>

#include "checker/smt/symbolic.hpp"

namespace amdvi::host {

template <>
struct Erasure<smt::Symbolic> {
  using Value = smt::Term;
  template <unsigned W>
  static smt::Bv<W> lift(const Value& value) {
    return smt::Bv<W>(value);
  }
  template <unsigned W>
  static Value erase(const smt::Bv<W>& value) {
    return value.term();
  }
};

}  // namespace amdvi::host

namespace amdvi::prove {

struct MachineTerms {
  using Values = std::span<const smt::Term>;
  struct State {
    std::function<smt::Term(unsigned cell, const smt::Term& index)> read;
  };
  struct Updates {
    std::function<void(unsigned cell, const smt::Term& index, const smt::Term& value)> set;
    std::function<void(unsigned cell, std::function<smt::Bool(const smt::Term&)> where)> reset;
    std::function<void(unsigned cell, std::function<smt::Bool(const smt::Term&)> where,
                       std::function<smt::Term(const smt::Term&)> value)>
        assign;
  };

  const spec::MachineInfo* info = nullptr;
  // All terms live in `context`.
  std::function<smt::Term(const smt::Context&, unsigned cell, const smt::Term& index)> initial;
  std::function<smt::Bool(const smt::Context&, State&, unsigned operation, Values,
                          const smt::Term& candidate)>
      pick;
  std::function<smt::Bool(const smt::Context&, State&, unsigned operation, unsigned number, Values)>
      when;
  // `where` of a reset reads `State` when it is called: both must live until then.
  std::function<void(smt::Symbolic&, State&, unsigned operation, unsigned number, Values, Updates&)>
      update;
  std::function<smt::Bool(const smt::Context&, State&, unsigned invariant, Values)> invariant;
};

template <template <class> class M>
MachineTerms machine_terms() {
  using C = M<smt::Symbolic>;
  using T = MachineTerms;
  using smt::Context;
  using smt::Term;
  T terms;
  terms.info = &C::info();
  terms.initial = [](const Context& context, unsigned cell, const Term& index) {
    smt::Symbolic d{context};
    return C::initial(d, cell, index);
  };
  terms.pick = [](const Context& context, T::State& s, unsigned op, T::Values a, const Term& x) {
    smt::Symbolic d{context};
    return C::pick(d, s, op, a, x);
  };
  terms.when = [](const Context& context, T::State& s, unsigned op, unsigned number, T::Values a) {
    smt::Symbolic d{context};
    return C::when(d, s, op, number, a);
  };
  terms.update = [](smt::Symbolic& d, T::State& s, unsigned op, unsigned number, T::Values a,
                    T::Updates& out) { C::update(d, s, op, number, a, out); };
  terms.invariant = [](const Context& context, T::State& s, unsigned number, T::Values a) {
    smt::Symbolic d{context};
    return C::invariant(d, s, number, a);
  };
  return terms;
}

// In the order of host::all_machines and host::all_mistakes.
std::vector<MachineTerms> all_machine_terms();
std::vector<MachineTerms> all_mistake_terms();

}  // namespace amdvi::prove
