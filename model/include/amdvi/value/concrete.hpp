// The value domain of the running model: plain unsigned integers. Every operation inlines to what
// one would write by hand. Tested by tests/unit/value_test.cpp.
#pragma once

#include <concepts>
#include <cstdint>

#include <amdvi/spec_info.hpp>
#include <amdvi/value/bit_field.hpp>

namespace amdvi {

struct Concrete {
  using Bool = bool;
  // Invariant: bits at and above W are 0.
  template <unsigned W>
  struct Bv {
    std::uint64_t v = 0;
  };

  template <unsigned W>
  static constexpr Bv<W> k(std::uint64_t v) {
    return {v & spec::low_bits(W)};
  }
  static constexpr bool lit(bool b) { return b; }

  template <unsigned W>
  static constexpr bool eq(Bv<W> a, Bv<W> b) {
    return a.v == b.v;
  }
  static constexpr bool eq(bool a, bool b) { return a == b; }
  template <unsigned W>
  static constexpr bool ne(Bv<W> a, Bv<W> b) {
    return a.v != b.v;
  }
  static constexpr bool ne(bool a, bool b) { return a != b; }
  template <unsigned W>
  static constexpr bool ult(Bv<W> a, Bv<W> b) {
    return a.v < b.v;
  }
  template <unsigned W>
  static constexpr bool ule(Bv<W> a, Bv<W> b) {
    return a.v <= b.v;
  }
  template <unsigned W>
  static constexpr Bv<W> band(Bv<W> a, Bv<W> b) {
    return {a.v & b.v};
  }
  template <unsigned W>
  static constexpr Bv<W> bor(Bv<W> a, Bv<W> b) {
    return {a.v | b.v};
  }
  template <unsigned W>
  static constexpr Bv<W> bxor(Bv<W> a, Bv<W> b) {
    return {a.v ^ b.v};
  }
  template <unsigned W>
  static constexpr Bv<W> bnot(Bv<W> a) {
    return {~a.v & spec::low_bits(W)};
  }
  template <unsigned W>
  static constexpr Bv<W> add(Bv<W> a, Bv<W> b) {
    return {(a.v + b.v) & spec::low_bits(W)};
  }
  template <unsigned W>
  static constexpr Bv<W> sub(Bv<W> a, Bv<W> b) {
    return {(a.v - b.v) & spec::low_bits(W)};
  }
  // A shift by W or more gives 0, as in SMT-LIB; in C++ it would be undefined.
  template <unsigned W>
  static constexpr Bv<W> shl(Bv<W> a, Bv<W> b) {
    return {b.v >= W ? 0 : (a.v << b.v) & spec::low_bits(W)};
  }
  template <unsigned W>
  static constexpr Bv<W> lshr(Bv<W> a, Bv<W> b) {
    return {b.v >= W ? 0 : a.v >> b.v};
  }
  template <unsigned Hi, unsigned Lo, unsigned W>
  static constexpr Bv<Hi - Lo + 1> extract(Bv<W> a) {
    static_assert(Hi < W && Lo <= Hi);
    return {(a.v >> Lo) & spec::low_bits(Hi - Lo + 1)};
  }
  template <unsigned A, unsigned B>
  static constexpr Bv<A + B> concat(Bv<A> a, Bv<B> b) {
    static_assert(A + B <= 64);
    return {a.v << B | b.v};
  }
  template <unsigned N, unsigned W>
  static constexpr Bv<N> zext(Bv<W> a) {
    static_assert(N >= W);
    return {a.v};
  }
  template <unsigned W>
  static constexpr Bv<W> ite(bool c, Bv<W> a, Bv<W> b) {
    return c ? a : b;
  }
  static constexpr bool ite(bool c, bool a, bool b) { return c ? a : b; }
  static constexpr bool land(bool a, bool b) { return a && b; }
  static constexpr bool lor(bool a, bool b) { return a || b; }
  // `b` is a function: what a truth value decides alone needs no second one.
  template <std::invocable F>
  static constexpr bool land(bool a, F&& b) {
    return a && b();
  }
  template <std::invocable F>
  static constexpr bool lor(bool a, F&& b) {
    return a || b();
  }
  static constexpr bool lnot(bool a) { return !a; }
  static constexpr bool truth(Bv<1> a) { return a.v != 0; }
  static constexpr Bv<1> bit(bool b) { return {b ? std::uint64_t{1} : 0}; }
  static constexpr bool atom(const spec::DecisionInfo&, unsigned, bool b) { return b; }

  // What `decide` asks of an executable domain.
  static constexpr bool is_true(bool b) { return b; }
  static constexpr void trying(const spec::DecisionInfo&, unsigned) {}
  static constexpr void fired(const spec::DecisionInfo&, unsigned) {}
};

}  // namespace amdvi
