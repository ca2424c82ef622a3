// The value domain that remembers: concrete values, and a record of every rule tried and of the
// truth and operands of every atom on the way. Explanations and MC/DC coverage come from it.
// Tested by tests/unit/value_test.cpp.
#pragma once

#include <concepts>
#include <cstdint>
#include <vector>

#include <amdvi/value/concrete.hpp>

namespace amdvi {

class Explain {
 public:
  // A truth value and, if a comparison made it, what was compared.
  struct Bool {
    bool v = false;
    bool compared = false;
    std::uint64_t left = 0;
    std::uint64_t right = 0;
    unsigned width = 0;  // of the operands, bits
  };
  template <unsigned W>
  struct Bv {
    std::uint64_t v = 0;
  };

  struct Atom {
    unsigned index;  // into DecisionInfo::atoms
    Bool value;
  };
  struct Trial {
    unsigned rule;
    bool fired = false;
    std::vector<Atom> atoms;
  };
  struct Record {
    const spec::DecisionInfo* decision;
    std::vector<Trial> trials;
  };

  // Everything decided since construction or the last clear().
  const std::vector<Record>& records() const { return records_; }
  void clear() { records_.clear(); }

  template <unsigned W>
  static Bv<W> k(std::uint64_t v) {
    return {v & spec::low_bits(W)};
  }
  static Bool lit(bool b) { return {b}; }
  template <unsigned W>
  static Bool eq(Bv<W> a, Bv<W> b) {
    return {a.v == b.v, true, a.v, b.v, W};
  }
  static Bool eq(Bool a, Bool b) { return {a.v == b.v}; }
  template <unsigned W>
  static Bool ne(Bv<W> a, Bv<W> b) {
    return {a.v != b.v, true, a.v, b.v, W};
  }
  static Bool ne(Bool a, Bool b) { return {a.v != b.v}; }
  template <unsigned W>
  static Bool ult(Bv<W> a, Bv<W> b) {
    return {a.v < b.v, true, a.v, b.v, W};
  }
  template <unsigned W>
  static Bool ule(Bv<W> a, Bv<W> b) {
    return {a.v <= b.v, true, a.v, b.v, W};
  }
  template <unsigned W>
  static Bv<W> band(Bv<W> a, Bv<W> b) {
    return {a.v & b.v};
  }
  template <unsigned W>
  static Bv<W> bor(Bv<W> a, Bv<W> b) {
    return {a.v | b.v};
  }
  template <unsigned W>
  static Bv<W> bxor(Bv<W> a, Bv<W> b) {
    return {a.v ^ b.v};
  }
  template <unsigned W>
  static Bv<W> bnot(Bv<W> a) {
    return lift<W>(Concrete::bnot(lower(a)));
  }
  template <unsigned W>
  static Bv<W> add(Bv<W> a, Bv<W> b) {
    return lift<W>(Concrete::add(lower(a), lower(b)));
  }
  template <unsigned W>
  static Bv<W> sub(Bv<W> a, Bv<W> b) {
    return lift<W>(Concrete::sub(lower(a), lower(b)));
  }
  template <unsigned W>
  static Bv<W> shl(Bv<W> a, Bv<W> b) {
    return lift<W>(Concrete::shl(lower(a), lower(b)));
  }
  template <unsigned W>
  static Bv<W> lshr(Bv<W> a, Bv<W> b) {
    return lift<W>(Concrete::lshr(lower(a), lower(b)));
  }
  template <unsigned Hi, unsigned Lo, unsigned W>
  static Bv<Hi - Lo + 1> extract(Bv<W> a) {
    return lift<Hi - Lo + 1>(Concrete::extract<Hi, Lo>(lower(a)));
  }
  template <unsigned A, unsigned B>
  static Bv<A + B> concat(Bv<A> a, Bv<B> b) {
    return lift<A + B>(Concrete::concat(lower(a), lower(b)));
  }
  template <unsigned N, unsigned W>
  static Bv<N> zext(Bv<W> a) {
    return {a.v};
  }
  template <unsigned W>
  static Bv<W> ite(Bool c, Bv<W> a, Bv<W> b) {
    return c.v ? a : b;
  }
  static Bool ite(Bool c, Bool a, Bool b) { return c.v ? a : b; }
  static Bool land(Bool a, Bool b) { return {a.v && b.v}; }
  static Bool lor(Bool a, Bool b) { return {a.v || b.v}; }
  // Both sides always: every atom of a rule is in its record.
  template <std::invocable F>
  static Bool land(Bool a, F&& b) {
    return land(a, b());
  }
  template <std::invocable F>
  static Bool lor(Bool a, F&& b) {
    return lor(a, b());
  }
  static Bool lnot(Bool a) { return {!a.v, a.compared, a.left, a.right, a.width}; }
  static Bool truth(Bv<1> a) { return {a.v != 0, true, a.v, 1, 1}; }
  static Bv<1> bit(Bool b) { return {b.v ? std::uint64_t{1} : 0}; }

  Bool atom(const spec::DecisionInfo&, unsigned index, Bool b) {
    if (!records_.empty()) records_.back().trials.back().atoms.push_back({index, b});
    return b;
  }

  static bool is_true(Bool b) { return b.v; }
  void trying(const spec::DecisionInfo& decision, unsigned rule) {
    if (rule == 0) records_.push_back({&decision, {}});
    records_.back().trials.push_back({rule, false, {}});
  }
  void fired(const spec::DecisionInfo&, unsigned) { records_.back().trials.back().fired = true; }

 private:
  template <unsigned W>
  static Concrete::Bv<W> lower(Bv<W> a) {
    return {a.v};
  }
  template <unsigned W>
  static Bv<W> lift(Concrete::Bv<W> a) {
    return {a.v};
  }

  std::vector<Record> records_;
};

}  // namespace amdvi
