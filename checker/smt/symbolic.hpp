// The symbolic value domain: generated code instantiated with it builds the terms whose concrete
// twin it computes when instantiated with Concrete. Same members, same meaning (unsigned, no
// implicit widening, a shift by the width or more gives 0).
#pragma once

#include <concepts>
#include <cstdint>
#include <string>

#include "checker/smt/bv.hpp"

namespace amdvi::spec {
struct DecisionInfo;
}  // namespace amdvi::spec

namespace amdvi::smt {

struct Symbolic {
  using Bool = smt::Bool;
  template <unsigned W>
  using Bv = smt::Bv<W>;

  Context context;  // a fresh one unless given: `Symbolic d{context}`

  template <unsigned W>
  [[nodiscard]] Bv<W> k(std::uint64_t value) const {
    return bv_value<W>(context, value);
  }
  [[nodiscard]] Bool lit(bool value) const { return bool_value(context, value); }

  // Inputs. With var, one name is one variable; new_var always makes another one (`visit` of a
  // generated structure gives all its words the same path: with var they would be one unknown).
  template <unsigned W>
  [[nodiscard]] Bv<W> var(const std::string& name) const {
    return bv_variable<W>(context, name);
  }
  template <unsigned W>
  [[nodiscard]] Bv<W> new_var(const std::string& name) const {
    return Bv<W>(context.new_bv_variable(W, name));
  }
  [[nodiscard]] Bool bool_var(const std::string& name) const {
    return bool_variable(context, name);
  }

  template <unsigned W>
  [[nodiscard]] Bool eq(const Bv<W>& a, const Bv<W>& b) const {
    return smt::eq(a, b);
  }
  template <unsigned W>
  [[nodiscard]] Bool ne(const Bv<W>& a, const Bv<W>& b) const {
    return smt::ne(a, b);
  }
  [[nodiscard]] Bool eq(const Bool& a, const Bool& b) const { return smt::eq(a, b); }
  [[nodiscard]] Bool ne(const Bool& a, const Bool& b) const { return smt::ne(a, b); }

  template <unsigned W>
  [[nodiscard]] Bool ult(const Bv<W>& a, const Bv<W>& b) const {
    return smt::ult(a, b);
  }
  template <unsigned W>
  [[nodiscard]] Bool ule(const Bv<W>& a, const Bv<W>& b) const {
    return smt::ule(a, b);
  }

  template <unsigned W>
  [[nodiscard]] Bv<W> band(const Bv<W>& a, const Bv<W>& b) const {
    return smt::band(a, b);
  }
  template <unsigned W>
  [[nodiscard]] Bv<W> bor(const Bv<W>& a, const Bv<W>& b) const {
    return smt::bor(a, b);
  }
  template <unsigned W>
  [[nodiscard]] Bv<W> bxor(const Bv<W>& a, const Bv<W>& b) const {
    return smt::bxor(a, b);
  }
  template <unsigned W>
  [[nodiscard]] Bv<W> add(const Bv<W>& a, const Bv<W>& b) const {
    return smt::add(a, b);
  }
  template <unsigned W>
  [[nodiscard]] Bv<W> sub(const Bv<W>& a, const Bv<W>& b) const {
    return smt::sub(a, b);
  }
  template <unsigned W>
  [[nodiscard]] Bv<W> shl(const Bv<W>& a, const Bv<W>& b) const {
    return smt::shl(a, b);
  }
  template <unsigned W>
  [[nodiscard]] Bv<W> lshr(const Bv<W>& a, const Bv<W>& b) const {
    return smt::lshr(a, b);
  }
  template <unsigned W>
  [[nodiscard]] Bv<W> bnot(const Bv<W>& a) const {
    return smt::bnot(a);
  }

  template <unsigned Hi, unsigned Lo, unsigned W>
  [[nodiscard]] Bv<Hi - Lo + 1> extract(const Bv<W>& a) const {
    return smt::extract<Hi, Lo>(a);
  }
  template <unsigned A, unsigned B>
  [[nodiscard]] Bv<A + B> concat(const Bv<A>& high, const Bv<B>& low) const {
    return smt::concat(high, low);
  }
  template <unsigned N, unsigned W>
  [[nodiscard]] Bv<N> zext(const Bv<W>& a) const {
    return smt::zext<N>(a);
  }

  template <unsigned W>
  [[nodiscard]] Bv<W> ite(const Bool& condition, const Bv<W>& a, const Bv<W>& b) const {
    return smt::ite(condition, a, b);
  }
  [[nodiscard]] Bool ite(const Bool& condition, const Bool& a, const Bool& b) const {
    return smt::ite(condition, a, b);
  }
  [[nodiscard]] Bool land(const Bool& a, const Bool& b) const { return smt::land(a, b); }
  [[nodiscard]] Bool lor(const Bool& a, const Bool& b) const { return smt::lor(a, b); }
  // `b` is a function; a term has both sides.
  template <std::invocable F>
  [[nodiscard]] Bool land(const Bool& a, F&& b) const {
    return smt::land(a, b());
  }
  template <std::invocable F>
  [[nodiscard]] Bool lor(const Bool& a, F&& b) const {
    return smt::lor(a, b());
  }
  [[nodiscard]] Bool lnot(const Bool& a) const { return smt::lnot(a); }
  [[nodiscard]] Bool truth(const Bv<1>& a) const { return smt::truth(a); }
  [[nodiscard]] Bv<1> bit(const Bool& a) const { return smt::bit(a); }

  // Where Explain records which condition of a decision held; here conditions pass unchanged.
  [[nodiscard]] Bool atom(const spec::DecisionInfo& /*decision*/, unsigned /*index*/,
                          Bool condition) const {
    return condition;
  }
};

}  // namespace amdvi::smt
