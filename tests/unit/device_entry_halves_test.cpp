// Tested here: spec/core/rules/dte_memory_check.yaml and dte_interrupt_check.yaml, which half of a
// device table entry they look at. Bits are from core.md 3.1 and 3.2, behaviour.md 1.4.
#include "tests/unit/interrupt_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

// Always reserved, reserved up to 3.10, and reserved without AttrFWSup: 192, 245 and 246.
constexpr std::uint64_t kHighBits[] = {bit(0), bit(53), bit(54)};
// Always reserved, reserved up to 3.10, and reserved without GTSup: 2, 6 and 55.
constexpr std::uint64_t kLowBits[] = {bit(2), bit(6), bit(55)};
constexpr std::uint64_t kIV = 1;  // of the third quadword
constexpr Setting kRevision{"Revision", 0x310};

constexpr std::uint64_t kGood = kV | kTV | kIR | kIW;

TEST_CASE("a reserved bit of the interrupt half does not concern a memory request") {
  for (const std::uint64_t q3 : kHighBits) {
    IntBench b({kRevision});
    b.dte(1, kGood, 0, int_dte(), q3);
    CHECK(b.read(1, 0x1000).ok);
    CHECK(b.events() == 0);
  }
}

TEST_CASE("option dte_other_half: a reserved bit of a valid interrupt half refuses memory too") {
  for (const std::uint64_t q3 : kHighBits) {
    CAPTURE(q3);
    IntBench b({kRevision}, {{"dte_other_half", "checked"}});
    b.dte(1, kGood, 0, int_dte(), q3);
    CHECK(!b.read(1, 0x1000).ok);
    REQUIRE(b.events() == 1);
    CHECK(b.code() == 1);
    CHECK(b.RZ());
    CHECK(!b.I());
    b.dte(1, kGood, 0, int_dte() & ~kIV, q3);  // IV=0: the half is not valid information
    CHECK(b.read(1, 0x1000).ok);
  }
}

TEST_CASE("option dte_other_half: a reserved bit of a valid memory half refuses interrupts too") {
  for (const std::uint64_t q0 : kLowBits) {
    CAPTURE(q0);
    IntBench b({kRevision}, {{"dte_other_half", "checked"}});
    b.dte(1, kV | q0, 0, int_dte());
    b.irte32(0x31, 0x00770001);
    CHECK(b.msi(1, 0x31).kind == Kind::kAborted);
    REQUIRE(b.events() == 1);
    CHECK(b.code() == 1);
    CHECK(b.RZ());
    CHECK(b.I());
    b.dte(1, q0, 0, int_dte());  // V=0
    CHECK(b.msi(1, 0x31).kind == Kind::kRemapped);
  }
}

}  // namespace
}  // namespace amdvi::by_hand
