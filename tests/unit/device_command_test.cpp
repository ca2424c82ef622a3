// Tested here: model/include/amdvi/impl/command.hpp. The masks of legal bits are typed from
// core.md 4.1.
#include <array>

#include "tests/unit/device_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

constexpr std::uint64_t op(unsigned n) { return std::uint64_t{n} << 60; }

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

bool halts(Bench& b, std::uint64_t q0, std::uint64_t q1) {
  b.command(0, q0, q1);
  b.submit(1);
  return (b.status() & kCmdRun) == 0;
}

TEST_CASE("every command with no operand bit set is carried out") {
  for (const Legal& c : kLegal) {
    CAPTURE(c.opcode);
    Able b;
    CHECK_FALSE(halts(b, op(c.opcode), 0));
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
      CHECK(halts(b, q0, n < 64 ? 0 : bit(n - 64)) == !legal);
    }
  }
}

TEST_CASE("reserved opcodes are illegal") {
  for (const unsigned opcode : {0u, 11u, 12u, 13u, 14u, 15u}) {
    Able b;
    CHECK(halts(b, op(opcode), 0));
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
    CHECK(halts(without, op(row.opcode), 0));
    CHECK_FALSE(halts(with, op(row.opcode), 0));
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

TEST_CASE("an illegal COMPLETION_WAIT stores nothing") {
  Bench b;
  CHECK(halts(b, op(1) | bit(52) | 0x5000'0000 | 3, 11));
  CHECK(b.mem(0x5000'0000) == 0);
  CHECK((b.status() & kComWaitInt) == 0);
}

TEST_CASE("option head_on_error: the head stays at the bad command or moves past it") {
  Bench at, after({}, {{"head_on_error", "after"}});
  CHECK(halts(at, op(0), 0));
  CHECK(halts(after, op(0), 0));
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
  CHECK(halts(b, op(0), 0));
  b.command(0, op(1) | 2);
  b.w(0x18, kIommuEn | kEventLogEn);
  b.w(0x18, kAllOn);
  b.device.run();
  CHECK((b.status() & (kCmdRun | kComWaitInt)) == (kCmdRun | kComWaitInt));
}

TEST_CASE("an illegal command halts also when nothing can be logged") {
  Bench b({}, {}, kIommuEn | kCmdBufEn);
  CHECK(halts(b, op(0), 0));
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

TEST_CASE("COMPLETION_WAIT with s=1 stores 8 bytes at bits 51:3") {
  Bench b;
  CHECK_FALSE(halts(b, op(1) | 0x000F'0000'0000'0008 | 1, 0x1122'3344'5566'7788));
  CHECK(b.mem(0x000F'0000'0000'0008) == 0x1122'3344'5566'7788);
  CHECK(b.mem(0x000F'0000'0000'0000) == 0);
  CHECK(b.mem(0x000F'0000'0000'0010) == 0);
}

TEST_CASE("COMPLETION_WAIT with s=0 stores nothing") {
  Bench b;
  CHECK_FALSE(halts(b, op(1) | 0x5000'0008 | 6, 5));
  CHECK(b.mem(0x5000'0008) == 0);
}

TEST_CASE("COMPLETION_WAIT with i=1 sets ComWaitInt, and interrupts only with ComWaitIntEn") {
  Bench silent, loud({}, {}, kAllOn | kComWaitIntEn);
  CHECK_FALSE(halts(silent, op(1) | 2, 0));
  CHECK_FALSE(halts(loud, op(1) | 2, 0));
  CHECK((silent.status() & kComWaitInt) != 0);
  CHECK((loud.status() & kComWaitInt) != 0);
  CHECK(silent.interrupts.completion == 0);
  CHECK(loud.interrupts.completion == 1);
}

TEST_CASE("COMPLETION_WAIT with i=0 leaves ComWaitInt alone") {
  Bench b({}, {}, kAllOn | kComWaitIntEn);
  CHECK_FALSE(halts(b, op(1) | 5 | 0x5000'0000, 0));
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

// Memory that fails above 4 GiB.
struct Bounded {
  explicit Bounded(std::initializer_list<Choice> options = {})
      : device(config_with({}, options), memory) {
    device.mmio_write(0x10, 8, kLog | std::uint64_t{8} << 56);
  }
  SparseMemory memory{std::uint64_t{1} << 32};
  Device device;
};

TEST_CASE("a failed command fetch halts with COMMAND_HARDWARE_ERROR and the address") {
  for (const bool at_base : {false, true}) {
    Bounded b({{"command_fetch_error_address", at_base ? "ring_base" : "command"}});
    b.device.mmio_write(0x08, 8, 0x1'0000'0000 | std::uint64_t{8} << 56);
    b.device.mmio_write(0x2000, 8, 0x40);
    b.device.mmio_write(0x18, 8, kAllOn);
    b.device.mmio_write(0x2008, 8, 0x50);
    CHECK_FALSE(b.device.step());
    CHECK(b.device.mmio_read(0x2020, 8) == (kLogRun | kLogInt));
    CHECK(b.device.mmio_read(0x2000, 8) == 0x40);
    std::uint64_t q0 = 0, q1 = 0;
    REQUIRE(b.memory.read64(kLog, q0));
    REQUIRE(b.memory.read64(kLog + 8, q1));
    CHECK((q0 & ~(bit(58) | bit(57))) == op(6));  // Type is not compared
    CHECK(q1 == (at_base ? 0x1'0000'0000 : 0x1'0000'0040));
  }
}

TEST_CASE("a failed completion store halts with COMMAND_HARDWARE_ERROR, or goes on by option") {
  for (const bool go_on : {false, true}) {
    Bounded b({{"completion_store_error", go_on ? "go_on" : "halt"}});
    b.device.mmio_write(0x08, 8, kCmd | std::uint64_t{8} << 56);
    b.device.mmio_write(0x18, 8, kAllOn);
    REQUIRE(b.memory.write64(kCmd, op(1) | 0x2'0000'0008 | 3));
    b.device.mmio_write(0x2008, 8, 0x10);
    CHECK(b.device.step() == go_on);
    const std::uint64_t status = b.device.mmio_read(0x2020, 8);
    CHECK(status == (go_on ? kLogRun | kCmdRun | kComWaitInt : kLogRun | kLogInt));
    CHECK(b.device.mmio_read(0x2000, 8) == (go_on ? 0x10 : 0));
    std::uint64_t q1 = 0;
    REQUIRE(b.memory.read64(kLog + 8, q1));
    CHECK(q1 == (go_on ? 0 : 0x2'0000'0008));
  }
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
    CHECK(halts(b, op(1) | row.address | 1, 1) == !row.inside);
    CHECK(b.mem(row.address) == (row.inside ? 1 : 0));
    if (!row.inside) CHECK(b.code() == 6);
  }
}

TEST_CASE("under SNP a COMPLETION_WAIT that stores nothing needs no window") {
  Bench b({{"SnpEnabled", 1}});
  CHECK_FALSE(halts(b, op(1) | 0x9000 | 2, 0));
}

TEST_CASE("an invalidation beyond the device table is legal") {
  Bench b;
  b.w(0x0000, kDevTab);  // 128 entries
  CHECK_FALSE(halts(b, op(2) | 0xFFFF, 0));
  CHECK(b.events() == 0);
}

}  // namespace
}  // namespace amdvi::by_hand
