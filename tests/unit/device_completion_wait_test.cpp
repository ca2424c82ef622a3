// Tested here: COMPLETION_WAIT in model/include/amdvi/impl/command.hpp. From core.md 4.1 and 4.2.
#include "tests/unit/device_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

TEST_CASE("an illegal COMPLETION_WAIT stores nothing") {
  Bench b;
  CHECK(b.halts(op(1) | bit(52) | 0x5000'0000 | 3, 11));
  CHECK(b.mem(0x5000'0000) == 0);
  CHECK((b.status() & kComWaitInt) == 0);
}

TEST_CASE("COMPLETION_WAIT with s=1 stores 8 bytes at bits 51:3") {
  Bench b;
  CHECK_FALSE(b.halts(op(1) | 0x000F'0000'0000'0008 | 1, 0x1122'3344'5566'7788));
  CHECK(b.mem(0x000F'0000'0000'0008) == 0x1122'3344'5566'7788);
  CHECK(b.mem(0x000F'0000'0000'0000) == 0);
  CHECK(b.mem(0x000F'0000'0000'0010) == 0);
}

TEST_CASE("COMPLETION_WAIT with s=0 stores nothing") {
  Bench b;
  CHECK_FALSE(b.halts(op(1) | 0x5000'0008 | 6, 5));
  CHECK(b.mem(0x5000'0008) == 0);
}

TEST_CASE("COMPLETION_WAIT with i=1 sets ComWaitInt, and interrupts only with ComWaitIntEn") {
  Bench silent, loud({}, {}, kAllOn | kComWaitIntEn);
  CHECK_FALSE(silent.halts(op(1) | 2));
  CHECK_FALSE(loud.halts(op(1) | 2));
  CHECK((silent.status() & kComWaitInt) != 0);
  CHECK((loud.status() & kComWaitInt) != 0);
  CHECK(silent.interrupts.completion == 0);
  CHECK(loud.interrupts.completion == 1);
}

TEST_CASE("COMPLETION_WAIT with i=0 leaves ComWaitInt alone") {
  Bench b({}, {}, kAllOn | kComWaitIntEn);
  CHECK_FALSE(b.halts(op(1) | 5 | 0x5000'0000));
  CHECK((b.status() & kComWaitInt) == 0);
  CHECK(b.interrupts.completion == 0);
}

TEST_CASE("the store comes after the commands before it") {
  Bench b;
  b.dte(1, kV | bit(1), 0);                          // TV=1, no permission
  b.memory.write64(kDevTab + 32 + 8, bit(97 - 64));  // SE
  b.read(1, 0);
  b.read(1, 0);
  REQUIRE(b.events() == 1);
  b.command(0, op(2) | 1);
  b.command(1, op(1) | 0x5000'0000 | 1, 9);
  b.w(0x2008, 0x20);
  REQUIRE(b.device.step());
  CHECK(b.mem(0x5000'0000) == 0);
  b.read(1, 0);
  CHECK(b.events() == 2);
  REQUIRE(b.device.step());
  CHECK(b.mem(0x5000'0000) == 9);
}

TEST_CASE("under SNP the store must lie in the completion store window") {
  struct Row {
    std::uint64_t address;
    bool inside;
  };
  for (const Row& row :
       {Row{0x0FF8, false}, Row{0x1000, true}, Row{0x2FF8, true}, Row{0x3000, false}}) {
    CAPTURE(row.address);
    Bench b({{"SnpEnabled", 1}});
    b.w(0x20, 0x1000);
    b.w(0x28, 0x2000);
    CHECK(b.halts(op(1) | row.address | 1, 1) == !row.inside);
    CHECK(b.mem(row.address) == (row.inside ? 1 : 0));
    if (!row.inside) CHECK(b.code() == 6);
  }
}

TEST_CASE("under SNP a COMPLETION_WAIT that stores nothing needs no window") {
  Bench b({{"SnpEnabled", 1}});
  CHECK_FALSE(b.halts(op(1) | 0x9000 | 2));
}

}  // namespace
}  // namespace amdvi::by_hand
