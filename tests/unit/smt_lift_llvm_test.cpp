#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "checker/smt/canonical.hpp"
#include "tests/unit/smt_lift.hpp"

namespace amdvi::smt::lifting {
namespace {

// clang 14 -O2 of: out = {ite(w0[0], ite(w0[8:7] != 0, 1, ite(write, 3, 2)), 0),
//                         w1[63:43] :: w1[31:16] :: w0[60:58]}
constexpr const char* kDecision = R"(
%struct.In = type { %"struct.Entry<X>", %struct.Request }
%"struct.Entry<X>" = type { [2 x %struct.Bv] }
%struct.Bv = type { i64 }
%struct.Request = type <{ %struct.Bv, i8, [7 x i8] }>
%struct.Out = type { %struct.Bv, %struct.Bv }

; Function Attrs: nounwind
define dso_local void @f(%struct.Out* noalias nocapture writeonly sret(%struct.Out) align 8 %0, %struct.In* nocapture noundef nonnull readonly align 8 dereferenceable(32) %1) local_unnamed_addr #0 {
  tail call void @llvm.experimental.noalias.scope.decl(metadata !27)
  %3 = getelementptr inbounds %struct.In, %struct.In* %1, i64 0, i32 0, i32 0, i64 0, i32 0
  %4 = load i64, i64* %3, align 8, !tbaa.struct !5, !noalias !10
  %5 = and i64 %4, 1
  %6 = icmp eq i64 %5, 0
  %7 = and i64 %4, 384
  %8 = icmp eq i64 %7, 0
  %9 = getelementptr inbounds %struct.In, %struct.In* %1, i64 0, i32 1, i32 1
  %10 = load i8, i8* %9, align 8, !tbaa !13, !range !20, !noalias !10
  %11 = icmp ne i8 %10, 0
  %12 = select i1 %11, i64 3, i64 2
  %13 = select i1 %8, i64 %12, i64 1
  %14 = select i1 %6, i64 0, i64 %13
  %15 = getelementptr inbounds %struct.Out, %struct.Out* %0, i64 0, i32 0, i32 0
  store i64 %14, i64* %15, align 8, !tbaa.struct !5
  %16 = getelementptr inbounds %struct.In, %struct.In* %1, i64 0, i32 0, i32 0, i64 1, i32 0
  %17 = load i64, i64* %16, align 8
  %18 = lshr i64 %17, 16
  %19 = and i64 %18, 65535
  %20 = lshr i64 %17, 27
  %21 = and i64 %20, 137438887936
  %22 = or i64 %21, %19
  %23 = shl nuw nsw i64 %22, 3
  %24 = lshr i64 %4, 58
  %25 = and i64 %24, 7
  %26 = or i64 %23, %25
  %27 = getelementptr inbounds %struct.Out, %struct.Out* %0, i64 0, i32 1, i32 0
  store i64 %26, i64* %27, align 8
  ret void
}
declare void @llvm.experimental.noalias.scope.decl(metadata) #2
attributes #0 = { nounwind "target-cpu"="x86-64" }
)";

Bool decision_holds(const Symbolic& d, const std::string& text) {
  const auto w0 = d.var<64>("w0");
  const auto w1 = d.var<64>("w1");
  const auto id = d.var<16>("id");
  const auto write = d.bool_var("write");
  const auto flag = d.zext<64>(d.bit(write));
  const Bv<256> object = d.concat(flag, d.concat(d.zext<64>(id), d.concat(w1, w0)));
  const Lifted code = lift(d, text, {d.var<128>("out").term(), object.term()});

  const auto k = [&](std::uint64_t value) { return d.k<64>(value); };
  const auto is_reserved = d.ne(d.extract<8, 7>(w0), d.k<2>(0));
  const auto valid = d.ite(is_reserved, k(1), d.ite(write, k(3), k(2)));
  const auto outcome = d.ite(d.truth(d.extract<0, 0>(w0)), valid, k(0));
  const auto root = d.zext<64>(
      d.concat(d.concat(d.extract<63, 43>(w1), d.extract<31, 16>(w1)), d.extract<60, 58>(w0)));
  return d.land(d.lnot(code.undefined), d.eq(Bv<128>(code.objects.at(0)), d.concat(root, outcome)));
}

TEST_CASE("lifted clang output of a decision equals the rules for all inputs") {
  const Symbolic d;
  CHECK(is_valid(decision_holds(d, kDecision)));
}

TEST_CASE("opaque pointers lift as typed ones do") {
  std::string text = kDecision;
  for (const char* typed : {"i64*", "i8*", "%struct.In*", "%struct.Out*"}) {
    for (std::size_t at = text.find(typed); at != std::string::npos; at = text.find(typed)) {
      text.replace(at, std::string(typed).size(), "ptr");
    }
  }
  const Symbolic d;
  CHECK(is_valid(decision_holds(d, text)));
}

TEST_CASE("one changed constant, predicate or offset in the code is noticed") {
  const std::vector<std::array<std::string, 2>> mutants = {
      {"and i64 %4, 384", "and i64 %4, 128"},
      {"icmp eq i64 %7, 0", "icmp ne i64 %7, 0"},
      {"lshr i64 %17, 27", "lshr i64 %17, 26"},
      {"shl nuw nsw i64 %22, 3", "shl i64 %22, 4"},
      {"i64 3, i64 2", "i64 2, i64 3"},
      {"i32 1, i32 1\n", "i32 1, i32 0\n"},
      {"i64 1, i32 0\n  %17", "i64 0, i32 0\n  %17"},
      {"%struct.Out* %0, i64 0, i32 1, i32 0", "%struct.Out* %0, i64 0, i32 0, i32 0"},
      {"and i64 %18, 65535", "and i64 %18, 65536"},
      {"i64 %21, %19", "i64 %21, %18"}};
  for (const auto& mutant : mutants) {
    CAPTURE(mutant[1]);
    const Symbolic d;
    CHECK_FALSE(is_valid(decision_holds(d, replaced(kDecision, mutant[0], mutant[1]))));
  }
}

TEST_CASE("arithmetic, logic and casts mean what LLVM says") {
  const Two t;
  const Symbolic& d = t.d;
  CHECK(t.computes("%x = add i32 %a, %b\nret i32 %x\n", d.add(t.a, t.b)));
  CHECK(t.computes("%x = sub i32 %a, %b\nret i32 %x\n", d.sub(t.a, t.b)));
  CHECK(t.computes("%x = and i32 %a, %b\nret i32 %x\n", d.band(t.a, t.b)));
  CHECK(t.computes("%x = or i32 %a, %b\nret i32 %x\n", d.bor(t.a, t.b)));
  CHECK(t.computes("%x = xor i32 %a, -1\nret i32 %x\n", d.bnot(t.a)));
  CHECK(t.computes("%x = trunc i32 %a to i7\n%y = zext i7 %x to i32\nret i32 %y\n",
                   d.band(t.a, d.k<32>(127))));
  CHECK(t.computes("%x = trunc i32 %a to i8\n%y = sext i8 %x to i32\nret i32 %y\n",
                   smt::sext<32>(d.extract<7, 0>(t.a))));
  CHECK(t.computes("%x = shl i32 %a, 5\n%y = lshr i32 %x, 5\nret i32 %y\n",
                   d.band(t.a, d.k<32>(0x07FF'FFFF))));
}

TEST_CASE("every icmp predicate keeps its sign and its direction") {
  const Two t;
  const auto as_i32 = [&](const Bool& p) { return t.d.zext<32>(t.d.bit(p)); };
  const auto body = [](const std::string& predicate) {
    return "%c = icmp " + predicate + " i32 %a, %b\n%x = zext i1 %c to i32\nret i32 %x\n";
  };
  CHECK(t.computes(body("eq"), as_i32(eq(t.a, t.b))));
  CHECK(t.computes(body("ne"), as_i32(ne(t.a, t.b))));
  CHECK(t.computes(body("ult"), as_i32(ult(t.a, t.b))));
  CHECK(t.computes(body("ule"), as_i32(ule(t.a, t.b))));
  CHECK(t.computes(body("ugt"), as_i32(ult(t.b, t.a))));
  CHECK(t.computes(body("uge"), as_i32(ule(t.b, t.a))));
  CHECK(t.computes(body("slt"), as_i32(slt(t.a, t.b))));
  CHECK(t.computes(body("sle"), as_i32(sle(t.a, t.b))));
  CHECK(t.computes(body("sgt"), as_i32(slt(t.b, t.a))));
  CHECK(t.computes(body("sge"), as_i32(sle(t.b, t.a))));
}

TEST_CASE("a guarded shift is defined, an unguarded one only below the width") {
  const Two t;
  const std::string guarded =
      "%o = icmp ult i32 %b, 32\n%s = shl i32 %a, %b\n%x = select i1 %o, i32 %s, i32 0\n"
      "ret i32 %x\n";
  CHECK(t.computes(guarded, t.d.shl(t.a, t.b)));
  const Bool undefined = t.undefined("%s = shl i32 %a, %b\nret i32 %s\n");
  CHECK(is_valid(eq(undefined, ule(t.d.k<32>(32), t.b))));
  CHECK(is_valid(eq(t.undefined("%s = lshr i32 %a, %b\nret i32 %s\n"), undefined)));
}

TEST_CASE("poison of either operand spreads") {
  const Two t;
  const Bool out = ule(t.d.k<32>(32), t.b);
  const std::string shift = "%s = shl i32 1, %b\n";
  CHECK(is_valid(eq(t.undefined(shift + "%x = and i32 %s, %a\nret i32 %x\n"), out)));
  CHECK(is_valid(eq(t.undefined(shift + "%x = and i32 %a, %s\nret i32 %x\n"), out)));
  CHECK(is_valid(eq(t.undefined(shift + "%x = call i32 @llvm.umin.i32(i32 %a, i32 %s)\n"
                                        "ret i32 %x\n"),
                    out)));
}

TEST_CASE("broken nuw, nsw and exact promises are undefined") {
  const Two t;
  const Symbolic& d = t.d;
  CHECK(
      is_valid(eq(t.undefined("%x = add nuw i32 %a, %b\nret i32 %x\n"), ult(add(t.a, t.b), t.a))));
  CHECK(is_valid(eq(t.undefined("%x = sub nuw i32 %a, %b\nret i32 %x\n"), ult(t.a, t.b))));
  const auto top = [&](const Bv<32>& x) { return d.truth(d.extract<31, 31>(x)); };
  CHECK(is_valid(
      eq(t.undefined("%x = add nsw i32 %a, 1\nret i32 %x\n"), eq(t.a, d.k<32>(0x7FFF'FFFF)))));
  CHECK(is_valid(eq(t.undefined("%x = shl nuw i32 %a, 1\nret i32 %x\n"), top(t.a))));
  CHECK(is_valid(
      eq(t.undefined("%x = lshr exact i32 %a, 1\nret i32 %x\n"), d.truth(d.extract<0, 0>(t.a)))));
  CHECK(is_valid(eq(t.undefined("%x = or disjoint i32 %a, %b\nret i32 %x\n"),
                    ne(band(t.a, t.b), d.k<32>(0)))));
}

TEST_CASE("poison that no chosen value depends on is harmless") {
  const Two t;
  CHECK(t.computes(
      "%p = add nuw i32 %a, 1\n%c = icmp eq i32 %a, -1\n"
      "%x = select i1 %c, i32 7, i32 %p\nret i32 %x\n",
      t.d.ite(eq(t.a, t.d.k<32>(0xFFFF'FFFF)), t.d.k<32>(7), t.d.add(t.a, t.d.k<32>(1)))));
  CHECK(t.computes("%p = select i1 true, i32 %a, i32 poison\nret i32 %p\n", t.a));
  CHECK_FALSE(is_valid(lnot(t.undefined("ret i32 undef\n"))));
}

TEST_CASE("freeze turns poison into some value") {
  const Two t;
  const Lifted code = t.lifted("%p = shl i32 %a, %b\n%x = freeze i32 %p\nret i32 %x\n");
  CHECK(is_valid(lnot(code.undefined)));
  const Bool is_plain = eq(Bv<32>(code.results[0]), t.d.shl(t.a, t.b));
  CHECK_FALSE(is_valid(is_plain));
  CHECK(is_valid(implies(ult(t.b, t.d.k<32>(32)), is_plain)));
}

TEST_CASE("branches join in phi and in return values") {
  const Two t;
  const auto expected = t.d.ite(ult(t.a, t.b), t.d.sub(t.b, t.a), t.d.k<32>(0));
  CHECK(
      t.computes("entry:\n%c = icmp ult i32 %a, %b\nbr i1 %c, label %yes, label %no\n"
                 "yes:\n%s = sub nuw i32 %b, %a\nbr label %no\n"
                 "no:                      ; preds = %entry, %yes\n"
                 "%r = phi i32 [ %s, %yes ], [ 0, %entry ]\nret i32 %r\n",
                 expected));
  CHECK(
      t.computes("%c = icmp ult i32 %a, %b\nbr i1 %c, label %yes, label %no\n"
                 "yes:\n%s = sub nuw i32 %b, %a\nret i32 %s\n"
                 "no:\nret i32 0\n",
                 expected));
}

TEST_CASE("an unlabelled entry block has the number after the parameters") {
  const Symbolic d;
  const auto x = d.var<32>("x");
  const Lifted code = lift(d,
                           "define i32 @f(i32 noundef %0) {\n"
                           "  %2 = icmp ult i32 %0, 6\n  br i1 %2, label %3, label %5\n\n"
                           "3:                ; preds = %1\n  %4 = add i32 %0, 1\n"
                           "  br label %5\n\n"
                           "5:                ; preds = %1, %3\n"
                           "  %6 = phi i32 [ %4, %3 ], [ 0, %1 ]\n  ret i32 %6\n}\n",
                           {x.term()});
  CHECK(is_valid(
      eq(Bv<32>(code.results.at(0)), d.ite(ult(x, d.k<32>(6)), d.add(x, d.k<32>(1)), d.k<32>(0)))));
}

TEST_CASE("a switch takes one case or the default") {
  const Two t;
  const Symbolic& d = t.d;
  const auto is = [&](std::uint64_t value) { return eq(t.a, d.k<32>(value)); };
  CHECK(t.computes("switch i32 %a, label %other [\n    i32 1, label %one\n"
                   "    i32 -2, label %two\n    i32 3, label %one\n  ]\n"
                   "one:\nret i32 10\n"
                   "two:\nbr label %other\n"
                   "other:\n%r = phi i32 [ 20, %two ], [ 30, %0 ]\nret i32 %r\n",
                   d.ite(lor(is(1), is(3)), d.k<32>(10),
                         d.ite(is(0xFFFF'FFFE), d.k<32>(20), d.k<32>(30)))) == true);
}

TEST_CASE("reaching unreachable or branching on poison is undefined") {
  const Two t;
  const std::string body =
      "entry:\n%c = icmp eq i32 %a, 5\nbr i1 %c, label %bad, label %good\n"
      "bad:\nunreachable\ngood:\nret i32 1\n";
  CHECK(is_valid(eq(t.undefined(body), eq(t.a, t.d.k<32>(5)))));
  const std::string branch =
      "entry:\n%s = shl i32 1, %a\n%c = icmp eq i32 %s, 4\nbr i1 %c, label %x, label %y\n"
      "x:\nret i32 1\ny:\nret i32 0\n";
  CHECK(is_valid(eq(t.undefined(branch), ule(t.d.k<32>(32), t.a))));
}

TEST_CASE("integer intrinsics and small aggregates are understood") {
  const Two t;
  const Symbolic& d = t.d;
  const auto call = [](const std::string& name, const std::string& arguments) {
    return "%x = tail call noundef i32 @llvm." + name + ".i32(" + arguments + ") #3\nret i32 %x\n";
  };
  const std::string ab = "i32 %a, i32 %b";
  CHECK(t.computes(call("umin", ab), d.ite(ult(t.a, t.b), t.a, t.b)));
  CHECK(t.computes(call("smax", ab), d.ite(slt(t.a, t.b), t.b, t.a)));
  CHECK(t.computes(call("usub.sat", ab), d.ite(ult(t.a, t.b), d.k<32>(0), d.sub(t.a, t.b))));
  CHECK(t.computes(call("fshl", "i32 %a, i32 %b, i32 40"),
                   d.concat(d.extract<23, 0>(t.a), d.extract<31, 24>(t.b))));
  const Lifted pair = lift(d,
                           "define { i32, i32 } @f(i32 %a, i32 %b) {\n"
                           "%x = insertvalue { i32, i32 } poison, i32 %b, 0\n"
                           "%y = insertvalue { i32, i32 } %x, i32 %a, 1\n"
                           "ret { i32, i32 } %y\n}\n",
                           {t.a.term(), t.b.term()});
  CHECK(is_valid(lnot(pair.undefined)));
  CHECK(is_valid(eq(Bv<32>(pair.results.at(0)), t.b)));
  CHECK(is_valid(eq(Bv<32>(pair.results.at(1)), t.a)));
}

TEST_CASE("a difference is shown as a canonical input") {
  const Two t;
  const Lifted code = t.lifted("%x = add i32 %a, 3\n%y = and i32 %x, -2\nret i32 %y\n");
  smt::Solver solver(t.d.context);
  smt::Canonical canonical(solver, {make_field("a", t.a), make_field("b", t.b)});
  const std::array differs = {
      solver.define(ne(Bv<32>(code.results[0]), t.d.add(t.a, t.d.k<32>(3))))};
  CHECK(canonical.nearest(differs).values == std::vector<std::uint64_t>{0, 0});
}

TEST_CASE("code that is not understood is an error, never a guess") {
  const Two t;
  const std::vector<std::string> bodies = {"%x = udiv i32 %a, %b\nret i32 %x\n",
                                           "%x = call i32 @g(i32 %a)\nret i32 %x\n",
                                           "call void @g()\nret i32 %a\n",
                                           "%x = alloca i32\nret i32 %a\n",
                                           "%x = call i32 @llvm.ctpop.i32(i32 %a)\nret i32 %x\n",
                                           "%x = add <2 x i32> undef, undef\nret i32 %a\n",
                                           "%x = load volatile i32, i32* undef\nret i32 %x\n",
                                           "loop:\nbr label %loop\n",
                                           "ret i32 %nowhere\n",
                                           "br label %nowhere\n",
                                           "%x = add i32 %a\nret i32 %x\n",
                                           "%x = icmp foo i32 %a, %b\nret i32 %a\n",
                                           "",
                                           "unreachable\n"};
  for (const std::string& body : bodies) {
    CAPTURE(body);
    CHECK_THROWS_AS((void)t.lifted(body), smt::Error);
  }
  const std::vector<Term> one = {t.a.term()};
  CHECK_THROWS_AS((void)LlvmModule::parse("").lift(t.d.context, "f", one), smt::Error);
  CHECK_THROWS_AS((void)lift(t.d, of_two("ret i32 %a\n"), one), smt::Error);
  CHECK_THROWS_AS((void)lift(t.d, of_two("ret i32 %a\n"), {t.a.term(), t.d.var<8>("s").term()}),
                  smt::Error);
}

}  // namespace
}  // namespace amdvi::smt::lifting
