#include <cstdint>
#include <memory>
#include <vector>

#include <doctest/doctest.h>

#include "checker/smt/bv.hpp"
#include "checker/smt/solver.hpp"
#include "checker/smt/symbolic.hpp"

namespace smt = amdvi::smt;
using smt::Bool;
using smt::Bv;
using smt::Symbolic;

namespace {

// `claim` holds for every value of its variables.
bool is_valid(const Bool& claim) {
  smt::Solver solver(smt::Context::of(claim.term()));
  solver.require(lnot(claim));
  return solver.check({}).is_unsat();
}

template <unsigned W>
std::uint64_t folded(const Bv<W>& term) {
  return smt::untyped::simplify(term.term()).constant().value();
}

bool folded(const Bool& term) {
  return smt::untyped::simplify(term.term()).constant().value() != 0;
}

}  // namespace

TEST_CASE("ult and ule are unsigned, slt and sle signed") {
  const Symbolic d;
  const auto low = d.k<8>(0x01);
  const auto high = d.k<8>(0x80);  // 128, or -128
  CHECK(folded(d.ult(low, high)));
  CHECK(folded(d.ule(low, high)));
  CHECK_FALSE(folded(d.ult(high, low)));
  CHECK(folded(slt(high, low)));
  CHECK(folded(sle(high, low)));
  CHECK_FALSE(folded(slt(low, high)));
  const auto x = d.var<8>("x");
  CHECK(is_valid(d.ule(x, d.k<8>(0xFF))));
  CHECK(is_valid(d.lnot(d.ult(x, d.k<8>(0)))));
  CHECK_FALSE(is_valid(eq(d.ult(x, high), slt(x, high))));
}

TEST_CASE("a shift by the width or more gives zero") {
  const Symbolic d;
  const auto ones = d.k<64>(~std::uint64_t{0});
  CHECK(folded(d.shl(ones, d.k<64>(63))) == std::uint64_t{1} << 63);
  CHECK(folded(d.shl(ones, d.k<64>(64))) == 0);
  CHECK(folded(d.lshr(ones, d.k<64>(64))) == 0);
  CHECK(folded(d.lshr(ones, d.k<64>(63))) == 1);
  CHECK(folded(d.shl(ones, d.k<64>(std::uint64_t{1} << 40))) == 0);
  const auto x = d.var<12>("x");
  const auto n = d.var<12>("n");
  const auto is_out = d.ule(d.k<12>(12), n);
  CHECK(is_valid(implies(is_out, d.eq(d.shl(x, n), d.k<12>(0)))));
  CHECK(is_valid(implies(is_out, d.eq(d.lshr(x, n), d.k<12>(0)))));
}

TEST_CASE("lshr fills with zeros whatever the top bit") {
  const Symbolic d;
  CHECK(folded(d.lshr(d.k<8>(0x80), d.k<8>(3))) == 0x10);
}

TEST_CASE("arithmetic wraps at the width") {
  const Symbolic d;
  CHECK(folded(d.add(d.k<4>(15), d.k<4>(1))) == 0);
  CHECK(folded(d.sub(d.k<4>(0), d.k<4>(1))) == 15);
  CHECK(folded(d.bnot(d.k<4>(5))) == 10);
  CHECK(folded(d.k<4>(0x1F)) == 15);
}

TEST_CASE("extract undoes concat, high part first") {
  const Symbolic d;
  const auto a = d.var<8>("a");
  const auto b = d.var<24>("b");
  const Bv<32> both = d.concat(a, b);
  CHECK(is_valid(d.eq(d.extract<31, 24>(both), a)));
  CHECK(is_valid(d.eq(d.extract<23, 0>(both), b)));
  CHECK(folded(d.concat(d.k<8>(0x12), d.k<8>(0x34))) == 0x1234);
  CHECK(folded(d.extract<11, 4>(d.k<16>(0x1234))) == 0x23);
}

TEST_CASE("zext adds zeros and sext copies the sign") {
  const Symbolic d;
  CHECK(folded(d.zext<16>(d.k<8>(0x80))) == 0x80);
  CHECK(folded(smt::sext<16>(d.k<8>(0x80))) == 0xFF80);
  CHECK(folded(d.zext<8>(d.k<8>(0x80))) == 0x80);
}

TEST_CASE("terms wider than 64 bits keep all their bits") {
  const Symbolic d;
  const auto x = d.var<256>("x");
  const auto top = d.extract<255, 192>(x);
  const auto rest = d.extract<191, 0>(x);
  CHECK(is_valid(d.eq(d.concat(top, rest), x)));
  CHECK(folded(d.extract<127, 64>(d.shl(d.k<128>(5), d.k<128>(64)))) == 5);
  CHECK_FALSE(d.k<128>(5).term().constant().has_value());
}

TEST_CASE("truth and bit are inverse to each other") {
  const Symbolic d;
  const auto x = d.var<1>("x");
  const auto p = d.bool_var("p");
  CHECK(is_valid(d.eq(d.bit(d.truth(x)), x)));
  CHECK(is_valid(eq(d.truth(d.bit(p)), p)));
  CHECK(folded(d.truth(d.k<1>(1))));
  CHECK_FALSE(folded(d.truth(d.k<1>(0))));
}

TEST_CASE("ite and the connectives follow their truth tables") {
  const Symbolic d;
  for (const bool a : {false, true}) {
    for (const bool b : {false, true}) {
      CHECK(folded(d.land(d.lit(a), d.lit(b))) == (a && b));
      CHECK(folded(d.lor(d.lit(a), d.lit(b))) == (a || b));
      CHECK(folded(d.eq(d.lit(a), d.lit(b))) == (a == b));
      CHECK(folded(d.ne(d.lit(a), d.lit(b))) == (a != b));
      CHECK(folded(d.ite(d.lit(a), d.lit(b), d.lit(!b))) == (a ? b : !b));
      CHECK(folded(d.ite(d.lit(a), d.k<8>(b), d.k<8>(7))) == (a ? std::uint64_t{b} : 7));
    }
    CHECK(folded(d.lnot(d.lit(a))) == !a);
  }
}

TEST_CASE("equal expressions over equal variables are one node") {
  const Symbolic d;
  const auto once = d.add(d.var<8>("x"), d.k<8>(1));
  const auto twice = d.add(d.var<8>("x"), d.k<8>(1));
  CHECK(same_node(once.term(), twice.term()));
  CHECK_FALSE(same_node(once.term(), d.add(d.var<8>("y"), d.k<8>(1)).term()));
}

TEST_CASE("one name with two widths is an error") {
  const Symbolic d;
  (void)d.var<8>("x");
  CHECK_THROWS_AS((void)d.var<9>("x"), smt::Error);
  CHECK_THROWS_AS((void)d.bool_var("x"), smt::Error);
}

TEST_CASE("new_var never gives a variable that exists") {
  const Symbolic d;
  const auto first = d.new_var<64>("entry");
  const auto second = d.new_var<64>("entry");
  const auto third = d.new_var<8>("entry");
  CHECK(same_node(first.term(), d.var<64>("entry").term()));
  CHECK_FALSE(is_valid(d.eq(first, second)));
  CHECK(second.term().to_string() == "entry.1");
  CHECK(third.term().to_string() == "entry.2");
}

TEST_CASE("a null term can be copied and assigned but not used") {
  const Symbolic d;
  struct Entry {
    Bool valid;
    Bv<52> address;
  };
  Entry entry;
  CHECK(entry.valid.term().is_null());
  const Entry copy = entry;
  CHECK_THROWS_AS((void)d.lnot(copy.valid), smt::Error);
  CHECK_THROWS_AS((void)d.add(copy.address, d.k<52>(1)), smt::Error);
  CHECK_THROWS_AS((void)d.add(d.k<52>(1), copy.address), smt::Error);
  entry.address = d.var<52>("address");
  entry.valid = d.lit(true);
  CHECK(is_valid(d.land(entry.valid, d.eq(entry.address, entry.address))));
}

TEST_CASE("two contexts live side by side and do not mix") {
  const Symbolic one;
  const Symbolic two;
  const auto x = one.var<8>("x");
  const auto y = two.var<8>("x");
  CHECK(is_valid(one.eq(x, x)));
  CHECK(is_valid(two.eq(y, y)));
  CHECK_FALSE(same_node(x.term(), y.term()));
  CHECK_THROWS_AS((void)one.eq(x, y), smt::Error);
}

TEST_CASE("a term keeps its context alive") {
  Bv<8> x;
  {
    const Symbolic d;
    x = d.var<8>("x");
  }
  CHECK(is_valid(eq(x, x)));
}

TEST_CASE("copies, moves and self-assignment keep the term") {
  const Symbolic d;
  smt::Term x = d.var<8>("x").term();
  smt::Term copy = x;
  smt::Term& alias = copy;
  copy = alias;
  const smt::Term moved = std::move(x);
  CHECK(same_node(copy, moved));
  std::vector<smt::Term> many(1000, moved);
  many.clear();
  CHECK(moved.to_string() == "x");
}

TEST_CASE("untyped operations check widths when called") {
  const Symbolic d;
  const smt::Term a = d.var<8>("a").term();
  const smt::Term b = d.var<9>("b").term();
  const smt::Term p = d.bool_var("p").term();
  CHECK_THROWS_AS((void)smt::untyped::add(a, b), smt::Error);
  CHECK_THROWS_AS((void)smt::untyped::eq(a, p), smt::Error);
  CHECK_THROWS_AS((void)smt::untyped::land(a, a), smt::Error);
  CHECK_THROWS_AS((void)smt::untyped::ult(p, p), smt::Error);
  CHECK_THROWS_AS((void)smt::untyped::extract(a, 8, 0), smt::Error);
  CHECK_THROWS_AS((void)smt::untyped::zext(b, 8), smt::Error);
  CHECK_THROWS_AS((void)smt::untyped::ite(a, b, b), smt::Error);
  CHECK_THROWS_AS((void)Bv<9>(a), smt::Error);
  CHECK_THROWS_AS((void)Bool(a), smt::Error);
}

TEST_CASE("no conditions is true and no alternatives is false") {
  const smt::Context context;
  CHECK(folded(Bool(smt::untyped::all_of(context, {}))));
  CHECK_FALSE(folded(Bool(smt::untyped::any_of(context, {}))));
}
