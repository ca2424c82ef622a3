// Tested here: model/include/amdvi/value.
#include <vector>

#include <doctest/doctest.h>

#include <amdvi/spec/decisions.gen.hpp>
#include <amdvi/value/concrete.hpp>
#include <amdvi/value/decide.hpp>
#include <amdvi/value/explain.hpp>

using namespace amdvi;

TEST_CASE("a split field is read high piece first and written back the same") {
  // Hand calculation from core.md 3.1: GCR3TRP = {127:107, 95:80, 60:58}.
  std::uint64_t dte[4] = {};
  const auto& field = spec::field::DeviceTableEntry::GCR3TRP;
  field.set(dte, 0x80001);  // bit 0 -> DTE bit 58, bit 19 -> DTE bit 107
  CHECK(dte[0] == std::uint64_t{1} << 58);
  CHECK(dte[1] == std::uint64_t{1} << (107 - 64));
  CHECK(field.get(dte) == 0x80001);
}

TEST_CASE("a field over two words is read and written whole") {
  // Bits 67:60: four in the first word, four in the second.
  constexpr spec::BitField<1, 64> field{{{{67, 60}}}};
  std::uint64_t words[2] = {0x0123'4567'89AB'CDEF, 0xFEDC'BA98'7654'3210};
  CHECK(field.get(words) == 0x00);
  field.set(words, 0xA5);
  CHECK(words[0] == 0x5123'4567'89AB'CDEF);
  CHECK(words[1] == 0xFEDC'BA98'7654'321A);
  CHECK(field.get(words) == 0xA5);
}

TEST_CASE("what is asked outside of a decision is answered and not recorded") {
  Explain d;
  const spec::DecisionInfo& info = spec::device_table_slot<Explain>::info();
  CHECK(d.atom(info, 0, d.lit(true)).v);
  CHECK(d.records().empty());
}

TEST_CASE("shifting by the width or more gives zero") {
  CHECK(Concrete::shl(Concrete::k<8>(0xFF), Concrete::k<8>(8)).v == 0);
  CHECK(Concrete::lshr(Concrete::k<64>(~std::uint64_t{0}), Concrete::k<64>(64)).v == 0);
}

TEST_CASE("arithmetic wraps at the width") {
  CHECK(Concrete::add(Concrete::k<3>(7), Concrete::k<3>(1)).v == 0);
  CHECK(Concrete::sub(Concrete::k<3>(0), Concrete::k<3>(1)).v == 7);
  CHECK(Concrete::bnot(Concrete::k<3>(2)).v == 5);
}

TEST_CASE("an explanation holds every rule tried and what its conditions compared") {
  Explain d;
  spec::device_table_slot<Explain>::Storage s;
  s.DeviceID = d.k<16>(128);  // the first DeviceID beyond a table of Size 0
  const auto decided = decide<spec::device_table_slot>(d, s.in());
  CHECK(decided.rule == 0);
  REQUIRE(d.records().size() == 1);
  const Explain::Trial& trial = d.records()[0].trials.back();
  CHECK(trial.fired);
  REQUIRE(trial.atoms.size() == 1);
  CHECK(trial.atoms[0].value.left == 128);   // (Size + 1) << 7
  CHECK(trial.atoms[0].value.right == 128);  // the DeviceID
}

TEST_CASE("the plain domain asks for a right side only if the left does not decide") {
  unsigned asked = 0;
  const auto ask = [&asked](bool answer) {
    return [&asked, answer] {
      ++asked;
      return answer;
    };
  };
  CHECK_FALSE(Concrete::land(false, ask(true)));
  CHECK(Concrete::lor(true, ask(false)));
  CHECK(asked == 0);
  CHECK(Concrete::land(true, ask(true)));
  CHECK_FALSE(Concrete::land(true, ask(false)));
  CHECK(Concrete::lor(false, ask(true)));
  CHECK_FALSE(Concrete::lor(false, ask(false)));
  CHECK(asked == 4);
}

TEST_CASE("an explanation holds both sides of a condition that one side decides") {
  Explain d;
  spec::v1_walk_step<Explain>::Storage s;
  s.pte.w[0] = d.k<64>(1 | 1 << 9);  // present, the next table is of level 1
  s.level = d.k<3>(2);
  (void)decide<spec::v1_walk_step>(d, s.in());
  const std::vector<Explain::Trial>& trials = d.records()[0].trials;
  const auto& atoms = trials[trials.size() - 2].atoms;  // the rule before the default: skipped bits
  REQUIRE(atoms.size() == 2);
  // Level 1 is next below level 2, and the bits of no level are skipped: either says no.
  CHECK_FALSE(atoms[0].value.v);
  CHECK_FALSE(atoms[1].value.v);
}
