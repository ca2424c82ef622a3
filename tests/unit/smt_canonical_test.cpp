#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include <doctest/doctest.h>

#include "checker/smt/canonical.hpp"
#include "checker/smt/symbolic.hpp"

namespace smt = amdvi::smt;
using smt::Assignment;
using smt::Bool;
using smt::Bv;
using smt::Canonical;
using smt::Literal;
using smt::Symbolic;

namespace {

// A small world: 12 input bits in four fields, and questions about them said twice, in terms and
// in plain integers.
struct Input {
  std::uint64_t a = 0;  // 4 bits
  std::uint64_t b = 0;  // 3 bits
  std::uint64_t c = 0;  // 4 bits
  std::uint64_t v = 0;  // 1 bit

  [[nodiscard]] std::vector<std::uint64_t> values() const { return {a, b, c, v}; }
};

struct Symbols {
  Bv<4> a;
  Bv<3> b;
  Bv<4> c;
  Bv<1> v;

  explicit Symbols(const Symbolic& d)
      : a(d.var<4>("a")), b(d.var<3>("b")), c(d.var<4>("c")), v(d.var<1>("v")) {}

  [[nodiscard]] std::vector<smt::Field> fields(std::span<const std::uint64_t> preferred) const {
    return {make_field("a", a, preferred[0]), make_field("b", b, preferred[1]),
            make_field("c", c, preferred[2]), make_field("v", v, preferred[3])};
  }
};

struct Question {
  std::function<Bool(const Symbolic&, const Symbols&)> term;
  std::function<bool(const Input&)> plain;
};

std::vector<Question> questions() {
  return {
      // One early field or two later ones: nearest and fewest differ.
      {[](const Symbolic& d, const Symbols& s) {
         return d.lor(d.eq(s.a, d.k<4>(3)), d.land(d.eq(s.b, d.k<3>(6)), d.eq(s.c, d.k<4>(1))));
       },
       [](const Input& i) { return i.a == 3 || (i.b == 6 && i.c == 1); }},
      {[](const Symbolic& d, const Symbols& s) { return d.ult(s.c, s.a); },
       [](const Input& i) { return i.c < i.a; }},
      {[](const Symbolic& d, const Symbols& s) { return d.eq(d.add(s.a, s.c), d.k<4>(13)); },
       [](const Input& i) { return ((i.a + i.c) & 15) == 13; }},
      {[](const Symbolic& d, const Symbols& s) {
         return d.land(d.truth(s.v), d.ne(d.zext<4>(s.b), d.band(s.a, s.c)));
       },
       [](const Input& i) { return i.v == 1 && i.b != (i.a & i.c); }},
      {[](const Symbolic& d, const Symbols& s) {
         return d.land(d.ult(d.k<3>(4), s.b),
                       d.lor(d.eq(s.a, d.shl(s.c, d.zext<4>(s.b))), d.ult(d.k<4>(11), s.c)));
       },
       [](const Input& i) {
         return 4 < i.b && (i.a == (i.b >= 4 ? 0 : (i.c << i.b) & 15) || 11 < i.c);
       }},
      {[](const Symbolic& d, const Symbols& s) { return d.land(d.ult(s.a, s.c), d.ult(s.c, s.a)); },
       [](const Input&) { return false; }},
  };
}

std::vector<Input> world() {
  std::vector<Input> all;
  for (std::uint64_t i = 0; i < 4096; ++i) {
    all.push_back({i & 15, (i >> 4) & 7, (i >> 7) & 15, (i >> 11) & 1});
  }
  return all;
}

// Position by position, field by field, most significant bit first: 0 where the target is met.
std::vector<int> disagreement(const Input& input, std::span<const std::uint64_t> preferred) {
  constexpr std::array kWidths = {4, 3, 4, 1};
  std::vector<int> result;
  for (std::size_t f = 0; f < kWidths.size(); ++f) {
    const std::uint64_t differing = input.values()[f] ^ preferred[f];
    for (int bit = kWidths[f] - 1; bit >= 0; --bit)
      result.push_back(static_cast<int>((differing >> bit) & 1));
  }
  return result;
}

unsigned changes(const Input& input, std::span<const std::uint64_t> preferred) {
  unsigned result = 0;
  for (std::size_t f = 0; f < 4; ++f) result += input.values()[f] != preferred[f] ? 1 : 0;
  return result;
}

std::optional<Input> best(const Question& question,
                          const std::function<bool(const Input&, const Input&)>& is_better) {
  std::optional<Input> result;
  for (const Input& input : world()) {
    if (question.plain(input) && (!result || is_better(input, *result))) result = input;
  }
  return result;
}

constexpr std::array<std::array<std::uint64_t, 4>, 4> kTargets = {
    {{0, 0, 0, 0}, {15, 7, 15, 1}, {5, 2, 9, 0}, {8, 1, 3, 1}}};

void check_equal(const Assignment& assignment, const std::optional<Input>& expected) {
  if (!expected) {
    CHECK(assignment.is_infeasible());
    return;
  }
  REQUIRE(assignment.is_found());
  CHECK(assignment.values == expected->values());
}

// Several fields with entangled constraints, wide enough that raw models differ between seeds.
struct Wide {
  Symbolic d;
  Bv<64> w0 = d.var<64>("w0");
  Bv<64> w1 = d.var<64>("w1");
  Bv<16> id = d.var<16>("id");

  [[nodiscard]] std::vector<smt::Field> fields() const {
    return {make_field("w0", w0), make_field("w1", w1, 0xFFFF'0000'1234'5678),
            make_field("id", id)};
  }
  [[nodiscard]] Bool goal() const {
    const auto sum = d.add(w0, d.zext<64>(id));
    const auto window = d.land(d.ult(d.k<64>(0xFEE0'0000), sum), d.ult(sum, d.k<64>(0xFEE1'0000)));
    const auto mixed = d.ne(d.band(w1, d.shl(w0, d.k<64>(3))), d.k<64>(0));
    const auto parity =
        d.eq(d.extract<7, 0>(w1), d.bxor(d.extract<7, 0>(w0), d.extract<15, 8>(id)));
    return d.land(window, d.land(mixed, d.land(parity, d.ult(d.k<16>(0x1000), id))));
  }
};

}  // namespace

TEST_CASE("the nearest assignment equals brute force over a small world") {
  for (const Question& question : questions()) {
    for (const auto& target : kTargets) {
      const Symbolic d;
      smt::Solver solver(d.context);
      const Symbols symbols(d);
      Canonical canonical(solver, symbols.fields(target));
      const std::array goal = {solver.define(question.term(d, symbols))};
      const auto expected = best(question, [&](const Input& x, const Input& y) {
        return disagreement(x, target) < disagreement(y, target);
      });
      check_equal(canonical.nearest(goal), expected);
    }
  }
}

TEST_CASE("the fewest changes equal brute force over a small world") {
  for (const Question& question : questions()) {
    for (const auto& target : kTargets) {
      const Symbolic d;
      smt::Solver solver(d.context);
      const Symbols symbols(d);
      Canonical canonical(solver, symbols.fields(target));
      const std::array goal = {solver.define(question.term(d, symbols))};
      const auto expected = best(question, [&](const Input& x, const Input& y) {
        const unsigned cx = changes(x, target);
        const unsigned cy = changes(y, target);
        return cx != cy ? cx < cy : disagreement(x, target) < disagreement(y, target);
      });
      const Assignment assignment = canonical.fewest_changes(goal);
      check_equal(assignment, expected);
      if (expected) CHECK(assignment.changed == changes(*expected, target));
    }
  }
}

TEST_CASE("one long-lived solver answers as fresh ones do") {
  const Symbolic d;
  smt::Solver solver(d.context);
  const Symbols symbols(d);
  Canonical canonical(solver, symbols.fields(kTargets[0]));
  for (int round = 0; round < 2; ++round) {
    for (const Question& question : questions()) {
      const std::array goal = {solver.define(question.term(d, symbols))};
      for (const auto& target : kTargets) {
        const auto expected = best(question, [&](const Input& x, const Input& y) {
          return disagreement(x, target) < disagreement(y, target);
        });
        check_equal(canonical.nearest(goal, target), expected);
      }
    }
  }
}

TEST_CASE("with all preferred values zero the first field is numerically smallest") {
  const Symbolic d;
  smt::Solver solver(d.context);
  const auto x = d.var<16>("x");
  const auto y = d.var<16>("y");
  Canonical canonical(solver, {make_field("x", x), make_field("y", y)});
  const std::array goal = {
      solver.define(d.land(d.ult(d.k<16>(1000), x), d.eq(y, d.add(x, d.k<16>(5)))))};
  const Assignment assignment = canonical.nearest(goal);
  REQUIRE(assignment.is_found());
  CHECK(assignment.values == std::vector<std::uint64_t>{1001, 1006});
  CHECK(assignment.changed == 2);
}

TEST_CASE("seed, engine and unrelated assertions do not change the result") {
  std::vector<std::vector<std::uint64_t>> nearest;
  std::vector<std::vector<std::uint64_t>> fewest;
  for (const smt::Engine engine : {smt::Engine::kBitBlast, smt::Engine::kSmtCore}) {
    for (const unsigned seed : {0U, 1U, 12345U}) {
      for (const bool is_disturbed : {false, true}) {
        const Wide wide;
        smt::SolverOptions options;
        options.engine = engine;
        options.seed = seed;
        smt::Solver solver(wide.d.context, options);
        if (is_disturbed) {
          const auto z = wide.d.var<64>("unrelated");
          solver.require(wide.d.ult(wide.d.add(z, wide.d.k<64>(seed + 77)), wide.d.k<64>(1000)));
          CHECK(solver.check(std::array{solver.define(bit_at(wide.w0, 9))}).is_sat());
        }
        Canonical canonical(solver, wide.fields());
        const std::array goal = {solver.define(wide.goal())};
        nearest.push_back(canonical.nearest(goal).values);
        fewest.push_back(canonical.fewest_changes(goal).values);
      }
    }
  }
  REQUIRE(nearest.size() == 12);
  for (const auto& values : nearest) CHECK(values == nearest[0]);
  for (const auto& values : fewest) CHECK(values == fewest[0]);
  CHECK(nearest[0].size() == 3);
}

TEST_CASE("the result satisfies the goal when its values are assumed back") {
  const Wide wide;
  smt::Solver solver(wide.d.context);
  Canonical canonical(solver, wide.fields());
  const std::array goal = {solver.define(wide.goal())};
  const Assignment found = canonical.fewest_changes(goal);
  REQUIRE(found.is_found());
  solver.require(wide.d.eq(wide.w0, wide.d.k<64>(found.values[0])));
  solver.require(wide.d.eq(wide.w1, wide.d.k<64>(found.values[1])));
  solver.require(wide.d.eq(wide.id, wide.d.k<16>(found.values[2])));
  CHECK(solver.check(goal).is_sat());
}

TEST_CASE("a spent limit makes the assignment unknown, not infeasible") {
  const Symbolic d;
  smt::SolverOptions options;
  options.rlimit = 20'000;
  smt::Solver solver(d.context, options);
  const auto p = d.zext<64>(d.var<32>("p"));
  const auto q = d.zext<64>(d.var<32>("q"));
  const Bv<64> product(smt::untyped::mul(p.term(), q.term()));
  Canonical canonical(solver, {make_field("p", p), make_field("q", q)});
  const std::array goal = {
      solver.define(d.eq(product, d.k<64>(std::uint64_t{4294967291} * 4294967279))),
      solver.define(d.ult(d.k<64>(1), p)), solver.define(d.ult(p, q))};
  for (const Assignment& assignment : {canonical.nearest(goal), canonical.fewest_changes(goal)}) {
    CHECK(assignment.kind == Assignment::Kind::kUnknown);
    CHECK_FALSE(assignment.reason.empty());
    CHECK(assignment.values.empty());
  }
}

TEST_CASE("no fields and repeated bits are answered too") {
  const Symbolic d;
  smt::Solver solver(d.context);
  const auto x = d.var<4>("x");
  const std::array goal = {solver.define(d.ult(d.k<4>(9), x))};
  Canonical none(solver, {});
  CHECK(none.nearest(goal).is_found());
  CHECK(none.fewest_changes(goal).is_found());
  const std::array impossible = {goal[0], solver.define(d.ult(x, d.k<4>(3)))};
  CHECK(none.nearest(impossible).is_infeasible());
  // The same bits under two names, wanted differently: the first field has its way.
  Canonical twice(solver, {make_field("x", x, 12), make_field("again", x, 3)});
  CHECK(twice.nearest(goal).values == std::vector<std::uint64_t>{12, 12});
  CHECK(twice.nearest(impossible).is_infeasible());
}

TEST_CASE("a field wider than 64 bits is refused") {
  const Symbolic d;
  smt::Solver solver(d.context);
  smt::Field field{"wide", std::vector<Bool>(65, d.lit(false)), 0};
  CHECK_THROWS_AS(Canonical(solver, {field}), smt::Error);
}
