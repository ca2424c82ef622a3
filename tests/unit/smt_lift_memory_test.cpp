#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/unit/smt_lift.hpp"

namespace amdvi::smt::lifting {
namespace {

TEST_CASE("a lookup table is read at a variable index and not beyond its end") {
  const Symbolic d;
  const auto x = d.var<32>("x");
  const std::string text =
      "@switch.table.f = private unnamed_addr constant [4 x i32] [i32 7, i32 9, i32 100, i32 -1], "
      "align 4\n"
      "define i32 @f(i32 %x) {\n%i = sext i32 %x to i64\n"
      "%p = getelementptr inbounds [4 x i32], [4 x i32]* @switch.table.f, i64 0, i64 %i\n"
      "%v = load i32, i32* %p, align 4\nret i32 %v\n}\n";
  const Lifted code = lift(d, text, {x.term()});
  CHECK(is_valid(eq(lnot(code.undefined), ult(x, d.k<32>(4)))));
  const std::array<std::uint64_t, 4> table = {7, 9, 100, 0xFFFF'FFFF};
  for (std::uint64_t i = 0; i < table.size(); ++i) {
    CHECK(is_valid(implies(eq(x, d.k<32>(i)), eq(Bv<32>(code.results.at(0)), d.k<32>(table[i])))));
  }
}

TEST_CASE("byte tables and nested constants are laid out as in memory") {
  const Symbolic d;
  const std::string text =
      "%pair = type { i8, i32 }\n"
      "@t = constant { [4 x i8], %pair } { [4 x i8] c\"\\01\\FFA\\00\", %pair { i8 2, i32 3 } }\n"
      "define i96 @f() {\n%v = load i96, i96* bitcast ({ [4 x i8], %pair }* @t to i96*)\n"
      "ret i96 %v\n}\n";
  const Lifted code = lift(d, text, {});
  const Bv<96> expected = d.concat(d.k<32>(3), d.concat(d.k<32>(2), d.k<32>(0x0041'FF01)));
  CHECK(is_valid(lnot(code.undefined)));
  CHECK(is_valid(eq(Bv<96>(code.results.at(0)), expected)));
}

TEST_CASE("stores under branches merge and read back") {
  const Symbolic d;
  const auto x = d.var<16>("x");
  const auto before = d.var<64>("before");
  const std::string text =
      "define i16 @f(i16 %x, { i16, [3 x i16] }* %p) {\n"
      "%h = getelementptr { i16, [3 x i16] }, { i16, [3 x i16] }* %p, i64 0, i32 1, i64 1\n"
      "%c = icmp eq i16 %x, 9\nbr i1 %c, label %a, label %b\n"
      "a:\nstore i16 %x, i16* %h\nbr label %b\n"
      "b:\n%r = load i16, i16* %h\n%q = add i16 %r, 1\nstore i16 %q, i16* %h\nret i16 %r\n}\n";
  const Lifted code = lift(d, text, {x.term(), before.term()});
  const auto read = d.ite(eq(x, d.k<16>(9)), x, d.extract<47, 32>(before));
  CHECK(is_valid(lnot(code.undefined)));
  CHECK(is_valid(eq(Bv<16>(code.results.at(0)), read)));
  CHECK(is_valid(eq(Bv<64>(code.objects.at(1)),
                    d.concat(d.extract<63, 48>(before),
                             d.concat(d.add(read, d.k<16>(1)), d.extract<31, 0>(before))))));
  CHECK(code.objects.at(0).is_null());
}

TEST_CASE("a chosen pointer reads from the chosen object") {
  const Symbolic d;
  const auto p = d.var<64>("p");
  const auto q = d.var<64>("q");
  const auto c = d.var<1>("c");
  const std::string text =
      "define i32 @f(i1 %c, i32* %p, i32* %q) {\n"
      "%n = getelementptr inbounds i32, i32* %q, i64 1\n"
      "%s = select i1 %c, i32* %p, i32* %n\n%v = load i32, i32* %s\nret i32 %v\n}\n";
  const Lifted code = lift(d, text, {c.term(), p.term(), q.term()});
  CHECK(is_valid(lnot(code.undefined)));
  CHECK(is_valid(eq(Bv<32>(code.results.at(0)),
                    d.ite(d.truth(c), d.extract<31, 0>(p), d.extract<63, 32>(q)))));
}

TEST_CASE("an access outside its object is undefined") {
  const Symbolic d;
  const auto object = d.var<64>("object");
  const std::string text =
      "define i32 @f(i32* %p) {\n%n = getelementptr i32, i32* %p, i64 2\n"
      "%v = load i32, i32* %n\nret i32 %v\n}\n";
  CHECK(is_valid(lift(d, text, {object.term()}).undefined));
  const std::string negative = replaced(text, "i64 2", "i64 -1");
  CHECK(is_valid(lift(d, negative, {object.term()}).undefined));
  const std::string inside = replaced(text, "i64 2", "i64 1");
  CHECK(is_valid(lnot(lift(d, inside, {object.term()}).undefined)));
}

TEST_CASE("memset, memcpy and assume are understood") {
  const Symbolic d;
  const auto from = d.var<64>("from");
  const std::string text =
      "define void @f(i8* %to, i8* %from) {\n"
      "call void @llvm.memset.p0i8.i64(i8* noundef nonnull align 8 %to, i8 3, i64 16, i1 false)\n"
      "%n = getelementptr i8, i8* %to, i64 4\n"
      "tail call void @llvm.memcpy.p0i8.p0i8.i64(i8* %n, i8* %from, i64 8, i1 false)\n"
      "%v = load i8, i8* %from\n%c = icmp ult i8 %v, 4\ncall void @llvm.assume(i1 %c)\n"
      "ret void\n}\n";
  const Lifted code = lift(d, text, {d.var<128>("to").term(), from.term()});
  const auto fill = d.k<32>(0x03030303);
  CHECK(code.results.empty());
  CHECK(is_valid(eq(Bv<128>(code.objects.at(0)), d.concat(fill, d.concat(from, fill)))));
  CHECK(is_valid(eq(code.undefined, ule(d.k<8>(4), d.extract<7, 0>(from)))));
}

}  // namespace
}  // namespace amdvi::smt::lifting
