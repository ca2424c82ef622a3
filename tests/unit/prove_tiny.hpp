// Decisions of a few lines with the shape of generated ones, to plant mistakes in.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include <amdvi/spec_info.hpp>
#include <amdvi/value/index.hpp>

namespace amdvi::tiny {

// Inputs of every tiny decision: two bits `a`, `b` and a number `n` of 3 bits.
inline constexpr spec::BitRange kBit[] = {{0, 0}};
inline constexpr spec::BitRange kNumber[] = {{2, 0}};
inline constexpr spec::InputInfo kInputs[] = {{"a", 1, kBit, 0, 64, {}, "", ""},
                                              {"b", 1, kBit, 1, 64, {}, "", ""},
                                              {"n", 3, kNumber, 2, 64, {}, "", ""}};
inline constexpr spec::OutputInfo kOutputs[] = {{"outcome", 2, {}}};

template <class Dom>
struct Inputs {
  typename Dom::template Bv<1> a;
  typename Dom::template Bv<1> b;
  typename Dom::template Bv<3> n;
};

template <class Dom>
struct Storage {
  typename Dom::template Bv<1> a{};
  typename Dom::template Bv<1> b{};
  typename Dom::template Bv<3> n{};
  Inputs<Dom> in() const { return {a, b, n}; }
  template <class F>
  void visit(F&& f) {
    f("a", a);
    f("b", b);
    f("n", n);
  }
};

template <class Dom>
struct Out {
  typename Dom::template Bv<2> outcome;
  template <class F>
  void visit(F&& f) {
    f("outcome", outcome);
  }
};

// What every tiny decision shares; `Self` gives condition(Index<I>, d, in) and kOutcomes.
template <class Dom, class Self>
struct Base {
  using In = Inputs<Dom>;
  using Storage = tiny::Storage<Dom>;
  using Out = tiny::Out<Dom>;

  static typename Dom::Bool assume(Dom& d, const In&) { return d.lit(true); }
  template <std::size_t I>
  static typename Dom::Bool when(spec::Index<I> index, Dom& d, const In& in) {
    return Self::condition(index, d, in);
  }
  template <std::size_t I>
  static Out then(spec::Index<I>, Dom& d, const In&) {
    return {d.template k<2>(Self::kOutcomes[I])};
  }
};

template <std::size_t N>
constexpr std::array<spec::RuleInfo, N> rules(const std::array<std::string_view, N>& ids) {
  std::array<spec::RuleInfo, N> infos{};
  for (std::size_t i = 0; i < N; ++i) infos[i] = {ids[i], nullptr, "", "", 1};
  return infos;
}

}  // namespace amdvi::tiny
