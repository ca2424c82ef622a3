#include <array>
#include <string>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include "checker/smt/solver.hpp"
#include "checker/smt/symbolic.hpp"

namespace smt = amdvi::smt;
using smt::Literal;
using smt::Symbolic;
using smt::Verdict;

static_assert(!std::is_convertible_v<Verdict, bool>);
static_assert(!std::is_constructible_v<bool, Verdict>);
static_assert(!std::is_constructible_v<bool, smt::Bool>);
static_assert(!std::is_constructible_v<bool, smt::Bv<8>>);

namespace {

// Factoring the product of the two largest 32-bit primes.
smt::Bool hard_question(const Symbolic& d) {
  const auto p = d.zext<64>(d.var<32>("p"));
  const auto q = d.zext<64>(d.var<32>("q"));
  const smt::Bv<64> product(smt::untyped::mul(p.term(), q.term()));
  const auto is_product = d.eq(product, d.k<64>(std::uint64_t{4294967291} * 4294967279));
  return d.land(is_product, d.land(d.ult(d.k<64>(1), p), d.ult(p, q)));
}

}  // namespace

TEST_CASE("assumptions change the verdict and leave nothing behind") {
  const Symbolic d;
  smt::Solver solver(d.context);
  const auto x = d.var<8>("x");
  const std::array small = {solver.define(d.ult(x, d.k<8>(4)))};
  const std::array both = {small[0], solver.define(d.ult(d.k<8>(9), x))};
  CHECK(solver.check(small).is_sat());
  CHECK(solver.check(both).is_unsat());
  CHECK(solver.check(small).is_sat());
  CHECK(solver.check({}).is_sat());
}

TEST_CASE("negate gives the complement") {
  const Symbolic d;
  smt::Solver solver(d.context);
  const Literal p = solver.define(d.eq(d.var<8>("x"), d.k<8>(1)));
  CHECK(solver.check(std::array{p, negate(p)}).is_unsat());
  CHECK(solver.check(std::array{p, negate(negate(p))}).is_sat());
}

TEST_CASE("the core names the assumptions that clash and no bystander") {
  const Symbolic d;
  smt::Solver solver(d.context);
  const auto x = d.var<8>("x");
  const auto y = d.var<8>("y");
  const std::array assumptions = {
      solver.define(d.eq(y, d.k<8>(3))), solver.define(d.ult(x, d.k<8>(4))),
      solver.define(d.eq(y, d.k<8>(3))), solver.define(d.ult(d.k<8>(9), x))};
  REQUIRE(solver.check(assumptions).is_unsat());
  const std::vector<std::size_t> core(solver.core().begin(), solver.core().end());
  CHECK(core == std::vector<std::size_t>{1, 3});
  CHECK(solver.check(std::array{assumptions[0], assumptions[1]}).is_sat());
  CHECK(solver.core().empty());
}

TEST_CASE("a requirement that contradicts itself needs no assumption in the core") {
  const Symbolic d;
  smt::Solver solver(d.context);
  solver.require(d.lit(false));
  const std::array assumptions = {solver.define(d.bool_var("p"))};
  CHECK(solver.check(assumptions).is_unsat());
  CHECK(solver.core().empty());
}

TEST_CASE("a spent limit is unknown, neither sat nor unsat") {
  const Symbolic d;
  smt::SolverOptions options;
  options.rlimit = 20'000;
  smt::Solver solver(d.context, options);
  const std::array hard = {solver.define(hard_question(d))};
  const Verdict verdict = solver.check(hard);
  CHECK(verdict.kind() == Verdict::Kind::kUnknown);
  CHECK_FALSE(verdict.is_sat());
  CHECK_FALSE(verdict.is_unsat());
  CHECK_FALSE(verdict.reason().empty());
  CHECK(solver.statistics().unknown == 1);
}

TEST_CASE("the limit is one query's, not the solver's") {
  const Symbolic d;
  smt::SolverOptions options;
  options.rlimit = 20'000;
  smt::Solver solver(d.context, options);
  const auto x = d.var<64>("x");
  std::vector<Literal> assumptions;
  for (unsigned i = 0; i < 64; ++i) assumptions.push_back(solver.define(bit_at(x, i)));
  int unanswered = 0;
  while (solver.statistics().rlimit < 200'000 && solver.statistics().queries < 100'000) {
    const std::size_t flip = solver.statistics().queries % 64;
    assumptions[flip] = negate(assumptions[flip]);
    unanswered += solver.check(assumptions).is_sat() ? 0 : 1;
  }
  CHECK(unanswered == 0);
  CHECK(solver.statistics().rlimit >= 200'000);
}

TEST_CASE("the same question stops at the same work count") {
  std::vector<std::uint64_t> counts;
  for (int i = 0; i < 2; ++i) {
    const Symbolic d;
    smt::SolverOptions options;
    options.rlimit = 20'000;
    smt::Solver solver(d.context, options);
    const std::array hard = {solver.define(hard_question(d))};
    CHECK(solver.check(hard).is_unknown());
    counts.push_back(solver.statistics().rlimit);
  }
  CHECK(counts[0] == counts[1]);
  CHECK(counts[0] > 0);
}

TEST_CASE("a formula is defined once and a variable stands for itself") {
  const Symbolic d;
  smt::Solver solver(d.context);
  const auto p = d.bool_var("p");
  const auto e = d.eq(d.var<8>("x"), d.k<8>(1));
  CHECK(same_node(solver.formula(solver.define(p)).term(), p.term()));
  CHECK(
      same_node(solver.formula(solver.define(e)).term(), solver.formula(solver.define(e)).term()));
}

TEST_CASE("literals and terms of another solver are refused") {
  const Symbolic d;
  const Symbolic other;
  smt::Solver first(d.context);
  smt::Solver second(d.context);
  const std::array foreign = {first.define(d.bool_var("p"))};
  CHECK_THROWS_AS((void)second.check(foreign), smt::Error);
  CHECK_THROWS_AS((void)second.check(std::array{Literal()}), smt::Error);
  CHECK_THROWS_AS((void)second.define(other.bool_var("p")), smt::Error);
  CHECK_THROWS_AS(second.require(other.bool_var("p")), smt::Error);
  CHECK_THROWS_AS(second.require(smt::Bool()), smt::Error);
}

TEST_CASE("both engines agree on verdicts") {
  for (const smt::Engine engine : {smt::Engine::kBitBlast, smt::Engine::kSmtCore}) {
    const Symbolic d;
    smt::SolverOptions options;
    options.engine = engine;
    smt::Solver solver(d.context, options);
    const auto x = d.var<32>("x");
    solver.require(d.eq(d.band(x, d.k<32>(0xFF)), d.k<32>(0x80)));
    const std::array odd = {solver.define(d.truth(d.extract<0, 0>(x)))};
    const std::array bit7 = {solver.define(d.truth(d.extract<7, 7>(x)))};
    CHECK(solver.check(odd).is_unsat());
    CHECK(solver.check(bit7).is_sat());
  }
}

TEST_CASE("statistics count every query once") {
  const Symbolic d;
  smt::Solver solver(d.context);
  const Literal p = solver.define(d.bool_var("p"));
  (void)solver.check(std::array{p});
  (void)solver.check(std::array{p, negate(p)});
  const smt::Statistics statistics = solver.statistics();
  CHECK(statistics.queries == 2);
  CHECK(statistics.sat == 1);
  CHECK(statistics.unsat == 1);
  CHECK(statistics.unknown == 0);
}

TEST_CASE("the script for other solvers declares and asserts what was required") {
  const Symbolic d;
  smt::Solver solver(d.context);
  solver.require(d.ult(d.var<8>("x"), d.k<8>(4)));
  const std::string script = solver.to_smtlib();
  CHECK(script.find("(set-logic QF_BV)") == 0);
  CHECK(script.find("(declare-fun x () (_ BitVec 8))") != std::string::npos);
  CHECK(script.find("bvult") != std::string::npos);
}
