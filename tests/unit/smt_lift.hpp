// Small LLVM functions, lifted, for the tests of the lifter.
#pragma once

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "checker/smt/lift_llvm.hpp"
#include "checker/smt/solver.hpp"
#include "checker/smt/symbolic.hpp"

namespace amdvi::smt::lifting {

inline bool is_valid(const Bool& claim) {
  Solver solver(Context::of(claim.term()));
  solver.require(lnot(claim));
  return solver.check({}).is_unsat();
}

inline Lifted lift(const Symbolic& d, const std::string& text, const std::vector<Term>& arguments) {
  return LlvmModule::parse(text).lift(d.context, "f", arguments);
}

// A function of two i32, `%a` and `%b`, with this body.
inline std::string of_two(const std::string& body) {
  return "define i32 @f(i32 %a, i32 %b) {\n" + body + "}\n";
}

struct Two {
  Symbolic d;
  Bv<32> a = d.var<32>("a");
  Bv<32> b = d.var<32>("b");

  [[nodiscard]] Lifted lifted(const std::string& body) const {
    return lift(d, of_two(body), {a.term(), b.term()});
  }
  // Defined for all inputs and equal to `expected`.
  [[nodiscard]] bool computes(const std::string& body, const Bv<32>& expected) const {
    const Lifted code = lifted(body);
    return is_valid(lnot(code.undefined)) && is_valid(eq(Bv<32>(code.results.at(0)), expected));
  }
  [[nodiscard]] Bool undefined(const std::string& body) const { return lifted(body).undefined; }
};

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace amdvi::smt::lifting
