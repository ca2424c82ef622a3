// A value domain that computes like `Base` but gets the result of one operation wrong.
#pragma once

#include <concepts>
#include <cstdint>

namespace amdvi {

enum class Wrong { kNext, kZero, kHalf };  // of a condition: inverted, false, true

template <class Base>
struct OperationMutant : Base {
  using Bool = typename Base::Bool;
  template <unsigned W>
  using Bv = typename Base::template Bv<W>;

  Wrong wrong = Wrong::kNext;
  int target = -1;     // the operation, counted from 0
  bool armed = false;  // what is done before does not count
  int count = 0;

  template <unsigned W>
  Bv<W> change(Bv<W> r) {
    if (!armed || count++ != target) return r;
    switch (wrong) {
      case Wrong::kNext:
        return Base::add(r, Base::template k<W>(1));
      case Wrong::kZero:
        return Base::template k<W>(0);
      case Wrong::kHalf:
        return Base::lshr(r, Base::template k<W>(1));
    }
    return r;
  }
  Bool change(Bool r) {
    if (!armed || count++ != target) return r;
    return wrong == Wrong::kNext ? Base::lnot(r) : Base::lit(wrong == Wrong::kHalf);
  }

  template <unsigned W>
  Bv<W> k(std::uint64_t v) {
    return change(Base::template k<W>(v));
  }
  template <class T>
  Bool eq(const T& a, const T& b) {
    return change(Base::eq(a, b));
  }
  template <class T>
  Bool ne(const T& a, const T& b) {
    return change(Base::ne(a, b));
  }
  template <class T>
  Bool ult(const T& a, const T& b) {
    return change(Base::ult(a, b));
  }
  template <class T>
  Bool ule(const T& a, const T& b) {
    return change(Base::ule(a, b));
  }
  template <class T>
  T band(const T& a, const T& b) {
    return change(Base::band(a, b));
  }
  template <class T>
  T bor(const T& a, const T& b) {
    return change(Base::bor(a, b));
  }
  template <class T>
  T bxor(const T& a, const T& b) {
    return change(Base::bxor(a, b));
  }
  template <class T>
  T add(const T& a, const T& b) {
    return change(Base::add(a, b));
  }
  template <class T>
  T sub(const T& a, const T& b) {
    return change(Base::sub(a, b));
  }
  template <class T>
  T shl(const T& a, const T& b) {
    return change(Base::shl(a, b));
  }
  template <class T>
  T lshr(const T& a, const T& b) {
    return change(Base::lshr(a, b));
  }
  template <class T>
  T bnot(const T& a) {
    return change(Base::bnot(a));
  }
  template <unsigned Hi, unsigned Lo, unsigned W>
  Bv<Hi - Lo + 1> extract(const Bv<W>& a) {
    return change(Base::template extract<Hi, Lo>(a));
  }
  template <unsigned A, unsigned B>
  Bv<A + B> concat(const Bv<A>& a, const Bv<B>& b) {
    return change(Base::concat(a, b));
  }
  template <unsigned N, unsigned W>
  Bv<N> zext(const Bv<W>& a) {
    return change(Base::template zext<N>(a));
  }
  template <class T>
  T ite(const Bool& c, const T& a, const T& b) {
    return change(Base::ite(c, a, b));
  }
  Bool land(const Bool& a, const Bool& b) { return change(Base::land(a, b)); }
  Bool lor(const Bool& a, const Bool& b) { return change(Base::lor(a, b)); }
  template <std::invocable F>
  Bool land(const Bool& a, F&& b) {
    return land(a, Bool(b()));
  }
  template <std::invocable F>
  Bool lor(const Bool& a, F&& b) {
    return lor(a, Bool(b()));
  }
  Bool lnot(const Bool& a) { return change(Base::lnot(a)); }
};

}  // namespace amdvi
