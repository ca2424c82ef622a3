// Tested here: model/include/amdvi/impl/command.hpp. The masks of legal bits are typed from
// core.md 4.1.
#include <array>

#include "tests/unit/device_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

struct Legal {
  unsigned opcode;
  std::uint64_t q0, q1;  // bits that may be 1
};
constexpr std::uint64_t kAll = ~std::uint64_t{0};
constexpr std::array kLegal{
    Legal{1, 0xF00F'FFFF'FFFF'FFFF, kAll},
    Legal{2, 0xF000'0000'0000'FFFF, 0},
    Legal{3, 0xF000'FFFF'000F'FFFF, 0xFFFF'FFFF'FFFF'F007},
    Legal{4, 0xFFFF'FFFF'FFFF'FFFF, 0xFFFF'FFFF'FFFF'F035},
    Legal{5, 0xF000'0000'0000'FFFF, 0},
    Legal{6, 0xF00F'FFFF'FF00'FFFF, 0xFFFF'FFFF'FFFF'F015},
    Legal{7, 0xF00F'FFFF'0000'FFFF, 0x0000'FFFF'0000'0004},
    Legal{8, 0xF000'0000'0000'0000, 0},
};

// Every command's feature is there.
struct Able : Bench {
  Able()
      : Bench({{"header.IotlbSup", 1}, {"EFR.PreFSup", 1}, {"EFR.PPRSup", 1}, {"EFR.IASup", 1}}) {}
};

TEST_CASE("every command with no operand bit set is carried out") {
  for (const Legal& c : kLegal) {
    CAPTURE(c.opcode);
    Able b;
    CHECK_FALSE(b.halts(op(c.opcode)));
    CHECK(b.r(0x2000) == 0x10);
    CHECK(b.events() == 0);
  }
}

TEST_CASE("each reserved bit of each command alone makes it illegal, and no other bit does") {
  for (const Legal& c : kLegal) {
    for (unsigned n = 0; n < 128; ++n) {
      if (n >= 60 && n < 64) continue;  // the opcode
      CAPTURE(c.opcode);
      CAPTURE(n);
      Able b;
      const bool legal = ((n < 64 ? c.q0 : c.q1) >> n % 64 & 1) != 0;
      const std::uint64_t q0 = op(c.opcode) | (n < 64 ? bit(n) : 0);
      CHECK(b.halts(q0, n < 64 ? 0 : bit(n - 64)) == !legal);
    }
  }
}

TEST_CASE("reserved opcodes are illegal") {
  for (const unsigned opcode : {0u, 11u, 12u, 13u, 14u, 15u}) {
    Able b;
    CHECK(b.halts(op(opcode)));
    CHECK(b.code() == 5);
  }
}

TEST_CASE("a command whose feature is absent is illegal") {
  struct Row {
    unsigned opcode;
    std::string_view feature;
  };
  for (const Row& row : {Row{4, "header.IotlbSup"}, Row{6, "EFR.PreFSup"}, Row{7, "EFR.PPRSup"},
                         Row{8, "EFR.IASup"}, Row{9, "EFR.vIommuSup"}, Row{10, "EFR.vIommuSup"}}) {
    CAPTURE(row.opcode);
    Bench without, with({{row.feature, 1}});
    CHECK(without.halts(op(row.opcode)));
    CHECK_FALSE(with.halts(op(row.opcode)));
  }
}

TEST_CASE("an illegal command is reported with its own address and bits 59:0 zero") {
  Bench b;
  b.command(0, op(1));
  b.command(1, op(1));
  b.command(2, op(2) | bit(40));
  b.submit(3);
  REQUIRE(b.events() == 1);
  CHECK(b.event(0, 0) == 0x5000'0000'0000'0000);
  CHECK(b.event(0, 1) == kCmd + 0x20);
}

TEST_CASE("commands before an illegal one take effect and none after it does") {
  Bench b;
  b.command(0, op(1) | 0x5000'0000 | 1, 11);
  b.command(1, op(0));
  b.command(2, op(1) | 0x5000'0010 | 1, 22);
  b.submit(3);
  CHECK(b.mem(0x5000'0000) == 11);
  CHECK(b.mem(0x5000'0010) == 0);
}

TEST_CASE("option head_on_error: the head stays at the bad command or moves past it") {
  Bench at, after({}, {{"head_on_error", "after"}});
  CHECK(at.halts(op(0)));
  CHECK(after.halts(op(0)));
  CHECK(at.r(0x2000) == 0);
  CHECK(after.r(0x2000) == 0x10);
}

TEST_CASE(
    "a halted processor ignores the tail until CmdBufEn goes 0 to 1, then goes on at the head") {
  Bench b;
  b.command(0, op(0));
  b.command(1, op(1) | 2);
  b.submit(1);
  REQUIRE((b.status() & kCmdRun) == 0);
  b.submit(2);
  b.w(0x18, kAllOn);  // CmdBufEn was 1 already: no edge
  b.device.run();
  CHECK((b.status() & (kCmdRun | kComWaitInt)) == 0);
  CHECK(b.r(0x2008) == 0x20);
  b.w(0x18, kIommuEn | kEventLogEn);
  b.w(0x2000, 0x10);  // skip the bad one
  b.w(0x18, kAllOn);
  CHECK((b.status() & kCmdRun) != 0);
  b.device.run();
  CHECK((b.status() & kComWaitInt) != 0);
  CHECK(b.r(0x2000) == 0x20);
}

TEST_CASE("a repaired command runs after the restart") {
  Bench b;
  CHECK(b.halts(op(0)));
  b.command(0, op(1) | 2);
  b.w(0x18, kIommuEn | kEventLogEn);
  b.w(0x18, kAllOn);
  b.device.run();
  CHECK((b.status() & (kCmdRun | kComWaitInt)) == (kCmdRun | kComWaitInt));
}

TEST_CASE("an illegal command halts also when nothing can be logged") {
  Bench b({}, {}, kIommuEn | kCmdBufEn);
  CHECK(b.halts(op(0)));
  CHECK(b.r(0x2018) == 0);
}

TEST_CASE("CmdBufRun needs IommuEn and CmdBufEn, in either order, and falls with either") {
  for (const bool iommu_first : {false, true}) {
    Bench b({}, {}, iommu_first ? kIommuEn : kCmdBufEn);
    CHECK((b.status() & kCmdRun) == 0);
    b.w(0x18, kIommuEn | kCmdBufEn);
    CHECK((b.status() & kCmdRun) != 0);
    b.w(0x18, iommu_first ? kIommuEn : kCmdBufEn);
    CHECK((b.status() & kCmdRun) == 0);
  }
}

TEST_CASE("commands wait while the processor does not run") {
  Bench b({}, {}, kCmdBufEn);
  b.command(0, op(1) | 2);
  b.submit(1);
  CHECK(b.r(0x2000) == 0);
  b.w(0x18, kAllOn);
  b.device.run();
  CHECK(b.r(0x2000) == 0x10);
}

TEST_CASE("step takes one command and says when there is none") {
  Bench b;
  b.command(0, op(1));
  b.command(1, op(1));
  b.w(0x2008, 0x20);
  CHECK(b.device.step());
  CHECK(b.r(0x2000) == 0x10);
  CHECK(b.device.step());
  CHECK_FALSE(b.device.step());
}

TEST_CASE("the command ring wraps at every length") {
  for (std::uint64_t length = 8; length < 16; ++length) {
    CAPTURE(length);
    const std::uint64_t bytes = std::uint64_t{16} << length;
    Bench b({}, {}, kIommuEn);
    b.w(0x08, kCmd | length << 56);
    b.w(0x2000, bytes - 16);
    b.w(0x2008, 0x10);
    b.w(0x18, kAllOn);
    REQUIRE(b.memory.write64(kCmd + bytes - 16, op(1) | 0x5000'0000 | 1));
    REQUIRE(b.memory.write64(kCmd + bytes - 8, 77));
    b.command(0, op(1) | 2);
    CHECK(b.device.step());
    CHECK(b.r(0x2000) == 0);
    CHECK(b.mem(0x5000'0000) == 77);
    CHECK(b.device.step());
    CHECK(b.r(0x2000) == 0x10);
    CHECK_FALSE(b.device.step());
  }
}

TEST_CASE("an invalidation beyond the device table is legal") {
  Bench b;
  b.w(0x0000, kDevTab);  // 128 entries
  CHECK_FALSE(b.halts(op(2) | 0xFFFF));
  CHECK(b.events() == 0);
}

}  // namespace
}  // namespace amdvi::by_hand
