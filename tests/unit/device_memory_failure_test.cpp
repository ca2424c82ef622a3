// Tested here: what the device does when memory does not take a write or answer a read:
// behaviour.md 1.2 (hardware errors), 7.1 (a log write that fails), core.md 5.1 (their addresses).
#include "tests/unit/device_guest.hpp"
#include "tests/unit/failing_memory.hpp"
#include "tests/unit/interrupt_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

constexpr std::uint64_t kHadOn = std::uint64_t{3} << 46;

// Device 1 behind two host levels with accessed and dirty updates.
struct Host : Bench {
  Host() : Bench(kGuestCaps, {}, kAllOn | kHadOn), failing(memory) {
    device = device.copy_onto(failing);
    dte(1, kV | kTV | std::uint64_t{2} << 9 | kTables | kIR | kIW | std::uint64_t{3} << 7, 0x77);
    REQUIRE(memory.write64(kTables, 0x4001000 | 1 | std::uint64_t{1} << 9 | kIR | kIW));
    REQUIRE(memory.write64(0x4001008, 0x7654000 | 1 | kIR | kIW));
  }
  FailingMemory failing;
};

TEST_CASE("a host entry that cannot be marked is PAGE_TAB_HARDWARE_ERROR of that entry") {
  for (const std::uint64_t entry : {kTables, std::uint64_t{0x4001008}}) {
    CAPTURE(entry);
    Host h;
    h.failing.no_write = {entry};
    CHECK(!h.write(1, 0x1000).ok);
    REQUIRE(h.events() == 1);
    CHECK(h.code() == 4);
    CHECK(h.event(0, 1) == entry);
  }
}

TEST_CASE("a host entry that is marked already needs no write") {
  Host h;
  REQUIRE(h.write(1, 0x1000).ok);
  h.failing.no_write = {kTables, 0x4001008};
  CHECK(h.write(1, 0x1000).ok);
}

TEST_CASE("a translation request whose table cannot be read is refused, for each access") {
  for (unsigned access = 0; access < 3; ++access) {
    CAPTURE(access);
    Host h;
    h.dte(1, kV | kTV | std::uint64_t{2} << 9 | kTables | kIR | kIW, 0x77 | bit(32));
    h.failing.no_read = {0x4001008};
    Request r{1, 0x1000, access == 0, access == 1};
    r.exec = access == 2;
    CHECK(!h.device.ats_translate(r).ok);
    REQUIRE(h.events() == 1);
    CHECK(h.code() == 4);
    CHECK((h.event(0, 0) >> 56 & 1) == 1);  // TR
  }
}

TEST_CASE("an entry of the device table that cannot be read stops every kind of request") {
  Host h;
  h.failing.no_read = {kDevTab + 32};
  const Request r{1, 0x1000, true, false};
  CHECK(!h.device.translate(r).ok);
  CHECK(!h.device.translated(r).ok);
  CHECK(!h.device.ats_translate(r).ok);
  CHECK(!h.device.port_io(r).ok);
  CHECK(!h.device.system_management(r, false).ok);
  PageRequest page;
  page.device_id = 1;
  CHECK(h.device.ppr(page) == spec::PprOutcome::invalid_request);
  REQUIRE(h.events() == 6);
  for (unsigned n = 0; n < 6; ++n) {
    CHECK((h.event(n, 0) >> 60) == 3);
    CHECK(h.event(n, 1) == kDevTab + 32);
  }
}

TEST_CASE("data that memory does not take is an aborted request") {
  Host h;
  h.failing.no_read = h.failing.no_write = {0x7654000};
  std::uint8_t bytes[8] = {};
  CHECK(!h.device.dma_write(1, 0x1000, bytes));
  CHECK(!h.device.dma_read(1, 0x1000, bytes));
  CHECK(h.events() == 0);
}

TEST_CASE("an event whose first or second half cannot be written is lost") {
  for (const std::uint64_t word : {kLog, kLog + 8}) {
    Host h;
    h.failing.no_write = {word};
    CHECK(h.read(2, 0x1000).ok);  // V=0
    h.dte(2, kV | bit(2));
    CHECK(!h.read(2, 0x1000).ok);
    CHECK(h.events() == 0);
  }
}

TEST_CASE("a page request whose entry cannot be written is lost") {
  for (const std::uint64_t word : {std::uint64_t{0x9000000}, std::uint64_t{0x9000008}}) {
    Host h;
    h.w(0x38, 0x9000000 | std::uint64_t{8} << 56);
    h.w(0x18, kAllOn | bit(13) | bit(15));
    h.dte(1, kV | bit(52));
    h.failing.no_write = {word};
    PageRequest page;
    page.device_id = 1;
    CHECK(h.device.ppr(page) == spec::PprOutcome::log);
    CHECK(h.r(0x2038) == 0);
    CHECK((h.status() & 0x40) == 0);  // PprInt
  }
}

// A guest-mode entry of device 1 that logs.
struct Post : Bench {
  Post()
      : Bench({{"EFR.GASup", 1}, {"EFR.GAMSup", 1}}, {}, kAllOn | kGAEn | kGAMEn), failing(memory) {
    device = device.copy_onto(failing);
    w(0xE0, kGaLog | bit(59));
    w(0x18, kAllOn | kGAEn | kGAMEn | kGALogEn);
    dte(1, 0, 0, int_dte());
    REQUIRE(memory.write64(kIrt + 16 * 0x31, 0x85));  // RemapEn, GALogIntr, GuestMode
    REQUIRE(memory.write64(kIrt + 16 * 0x31 + 8, kApic | 0x45));
  }
  FailingMemory failing;
};

TEST_CASE("a guest APIC page that cannot be written loses the interrupt") {
  Post p;
  p.failing.no_write = {kApic + 0x200 + 16 * 2};  // vector 45h is in the third register
  CHECK(p.device.interrupt({1, kMsi, 0x31}).kind == Kind::kAborted);
  CHECK(p.r(0x2048) == 0);
}

TEST_CASE("a GA log entry that cannot be written is lost and the interrupt is posted") {
  Post p;
  p.failing.no_write = {kGaLog};
  CHECK(p.device.interrupt({1, kMsi, 0x31}).kind == Kind::kPosted);
  CHECK(p.r(0x2048) == 0);
  CHECK((p.status() & bit(10)) == 0);  // GAInt
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

TEST_CASE("a host entry that cannot be read again to be marked is PAGE_TAB_HARDWARE_ERROR") {
  struct Forgetful : Observer {
    explicit Forgetful(FailingMemory& memory) : failing(memory) {}
    void table_read(TableKind, std::uint64_t spa, std::span<const std::uint64_t>) override {
      failing.no_read.insert(spa);
    }
    FailingMemory& failing;
  };
  Host h;
  Forgetful forgetful(h.failing);
  h.device = h.device.copy_onto(h.failing, &forgetful);
  CHECK(!h.write(1, 0x1000).ok);
  REQUIRE(h.events() == 1);
  CHECK(h.code() == 4);
  CHECK(h.event(0, 1) == kTables);
}

}  // namespace
}  // namespace amdvi::by_hand
