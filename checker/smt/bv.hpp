// Typed terms: a width mismatch does not compile, and neither does `if (x)`, `x >> 3` or `x > y`.
// Operations are free functions found by argument-dependent lookup and named as in the value
// domains; comparisons without a sign in their name (ult, ule) are unsigned.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "checker/smt/context.hpp"
#include "checker/smt/ops.hpp"

namespace amdvi::smt {

class Bool {
 public:
  Bool() = default;  // null
  // Throws Error unless `term` is null or Boolean.
  explicit Bool(Term term) : term_(std::move(term)) {
    if (!term_.is_null() && !term_.is_bool()) throw Error("not a Boolean term");
  }
  [[nodiscard]] const Term& term() const { return term_; }

 private:
  Term term_;
};

template <unsigned W>
class Bv {
  static_assert(W > 0, "a bit vector needs at least one bit");

 public:
  static constexpr unsigned kWidth = W;

  Bv() = default;  // null
  // Throws Error unless `term` is null or W bits wide.
  explicit Bv(Term term) : term_(std::move(term)) {
    if (!term_.is_null() && term_.width() != W) throw Error("not a term of this width");
  }
  [[nodiscard]] const Term& term() const { return term_; }

 private:
  Term term_;
};

template <unsigned W>
Bv<W> bv_value(const Context& context, std::uint64_t value) {
  return Bv<W>(context.bv_value(W, value));
}
template <unsigned W>
Bv<W> bv_variable(const Context& context, const std::string& name) {
  return Bv<W>(context.bv_variable(W, name));
}
inline Bool bool_value(const Context& context, bool value) {
  return Bool(context.bool_value(value));
}
inline Bool bool_variable(const Context& context, const std::string& name) {
  return Bool(context.bool_variable(name));
}

template <unsigned W>
Bool eq(const Bv<W>& a, const Bv<W>& b) {
  return Bool(untyped::eq(a.term(), b.term()));
}
inline Bool eq(const Bool& a, const Bool& b) { return Bool(untyped::eq(a.term(), b.term())); }
template <unsigned W>
Bool ne(const Bv<W>& a, const Bv<W>& b) {
  return Bool(untyped::lnot(untyped::eq(a.term(), b.term())));
}
inline Bool ne(const Bool& a, const Bool& b) {
  return Bool(untyped::lnot(untyped::eq(a.term(), b.term())));
}
template <unsigned W>
Bool ult(const Bv<W>& a, const Bv<W>& b) {
  return Bool(untyped::ult(a.term(), b.term()));
}
template <unsigned W>
Bool ule(const Bv<W>& a, const Bv<W>& b) {
  return Bool(untyped::ule(a.term(), b.term()));
}
template <unsigned W>
Bool slt(const Bv<W>& a, const Bv<W>& b) {
  return Bool(untyped::slt(a.term(), b.term()));
}
template <unsigned W>
Bool sle(const Bv<W>& a, const Bv<W>& b) {
  return Bool(untyped::sle(a.term(), b.term()));
}

template <unsigned W>
Bv<W> band(const Bv<W>& a, const Bv<W>& b) {
  return Bv<W>(untyped::band(a.term(), b.term()));
}
template <unsigned W>
Bv<W> bor(const Bv<W>& a, const Bv<W>& b) {
  return Bv<W>(untyped::bor(a.term(), b.term()));
}
template <unsigned W>
Bv<W> bxor(const Bv<W>& a, const Bv<W>& b) {
  return Bv<W>(untyped::bxor(a.term(), b.term()));
}
template <unsigned W>
Bv<W> bnot(const Bv<W>& a) {
  return Bv<W>(untyped::bnot(a.term()));
}
template <unsigned W>
Bv<W> add(const Bv<W>& a, const Bv<W>& b) {
  return Bv<W>(untyped::add(a.term(), b.term()));
}
template <unsigned W>
Bv<W> sub(const Bv<W>& a, const Bv<W>& b) {
  return Bv<W>(untyped::sub(a.term(), b.term()));
}
// A shift by W or more gives 0.
template <unsigned W>
Bv<W> shl(const Bv<W>& a, const Bv<W>& b) {
  return Bv<W>(untyped::shl(a.term(), b.term()));
}
template <unsigned W>
Bv<W> lshr(const Bv<W>& a, const Bv<W>& b) {
  return Bv<W>(untyped::lshr(a.term(), b.term()));
}

template <unsigned Hi, unsigned Lo, unsigned W>
Bv<Hi - Lo + 1> extract(const Bv<W>& a) {
  static_assert(Lo <= Hi && Hi < W, "extract outside the term");
  return Bv<Hi - Lo + 1>(untyped::extract(a.term(), Hi, Lo));
}
template <unsigned A, unsigned B>
Bv<A + B> concat(const Bv<A>& high, const Bv<B>& low) {
  return Bv<A + B>(untyped::concat(high.term(), low.term()));
}
template <unsigned N, unsigned W>
Bv<N> zext(const Bv<W>& a) {
  static_assert(N >= W, "zext to fewer bits");
  return Bv<N>(untyped::zext(a.term(), N));
}
template <unsigned N, unsigned W>
Bv<N> sext(const Bv<W>& a) {
  static_assert(N >= W, "sext to fewer bits");
  return Bv<N>(untyped::sext(a.term(), N));
}

template <unsigned W>
Bv<W> ite(const Bool& condition, const Bv<W>& a, const Bv<W>& b) {
  return Bv<W>(untyped::ite(condition.term(), a.term(), b.term()));
}
inline Bool ite(const Bool& condition, const Bool& a, const Bool& b) {
  return Bool(untyped::ite(condition.term(), a.term(), b.term()));
}
inline Bool land(const Bool& a, const Bool& b) { return Bool(untyped::land(a.term(), b.term())); }
inline Bool lor(const Bool& a, const Bool& b) { return Bool(untyped::lor(a.term(), b.term())); }
inline Bool lnot(const Bool& a) { return Bool(untyped::lnot(a.term())); }
inline Bool implies(const Bool& a, const Bool& b) { return lor(lnot(a), b); }

// A one-bit vector as a truth value, and back.
inline Bool truth(const Bv<1>& a) {
  return Bool(untyped::eq(a.term(), Context::of(a.term()).bv_value(1, 1)));
}
inline Bv<1> bit(const Bool& a) {
  const Context context = Context::of(a.term());
  return Bv<1>(untyped::ite(a.term(), context.bv_value(1, 1), context.bv_value(1, 0)));
}
// Bit `index` of `a`, 0 the least significant.
template <unsigned W>
Bool bit_at(const Bv<W>& a, unsigned index) {
  return truth(Bv<1>(untyped::extract(a.term(), index, index)));
}

}  // namespace amdvi::smt
