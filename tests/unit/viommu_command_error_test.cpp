// Tested here: what goes wrong with commands of guests,
// model/include/amdvi/impl/viommu_command.hpp. Values from viommu.md 3.2, 5, 7 and 8; commands from
// core.md 4.1.
#include "tests/unit/viommu_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

TEST_CASE("a device that does not answer halts its guest, with the guest's event") {
  VirtualBench b({}, kVirtualOn | kGstBufferTRPMode | std::uint64_t{1} << 5);
  b.guest(1);
  b.map_device(1, 8, 0xC100);
  b.ears.answers = false;
  b.guest_command(1, 0, op(4) | 8, 0x5000);
  b.submit(1, 1);
  CHECK_FALSE(b.runs(1));
  CHECK((b.r(0x2020) & kCmdRun) != 0);
  REQUIRE(b.events(1) == 1);
  CHECK(code(b.event(1, 0, 0)) == 7);
  CHECK((b.event(1, 0, 0) & 0xFFFF) == 8);
  CHECK(b.host_events() == 0);
}

TEST_CASE("a missing domain mapping is an error in the host's log and may halt the guest") {
  VirtualBench halts, goes_on({{"missing_mapping_halts", "false"}});
  for (VirtualBench* b : {&halts, &goes_on}) {
    b->guest(1);
    b->guest_command(1, 0, op(3) | std::uint64_t{5} << 32, 0x7000);
    wait(*b, 1, 1, 0x5555);
    b->submit(1, 2);
    REQUIRE(b->host_events() == 1);
    CHECK(code(b->host_event(0, 0)) == 0xC);
    CHECK((b->host_event(0, 0) & 0xFFFF) == 1);
    CHECK((b->host_event(0, 0) >> 27 & 31) == 0x10);  // vCmd 31
    CHECK(b->host_event(0, 1) == domid_map(1) + 8 * 5);
    CHECK(b->events(1) == 0);
  }
  CHECK_FALSE(halts.runs(1));
  CHECK(halts.vf(1, 0x00) == 0);
  CHECK(halts.ears.commands.empty());
  CHECK(goes_on.runs(1));
  CHECK(goes_on.mem(kGuestMemory + kStoreGpa) == 0x5555);
  CHECK(goes_on.ears.commands.size() == 1);  // the wait
}

TEST_CASE("a missing device mapping has three outcomes, by option") {
  VirtualBench error, illegal({{"missing_device", "illegal_command"}}),
      ignored({{"missing_device", "ignored"}});
  for (VirtualBench* b : {&error, &illegal, &ignored}) {
    b->guest(1);
    b->guest_command(1, 0, op(2) | 8);
    b->submit(1, 1);
    CHECK(b->ears.commands.empty());
  }
  CHECK_FALSE(error.runs(1));
  REQUIRE(error.host_events() == 1);
  CHECK(error.host_event(0, 1) == devid_map(1) + 16 * 8);
  CHECK_FALSE(illegal.runs(1));
  CHECK(illegal.host_events() == 0);
  REQUIRE(illegal.events(1) == 1);
  CHECK(code(illegal.event(1, 0, 0)) == 5);
  CHECK(ignored.runs(1));
  CHECK(ignored.host_events() + ignored.events(1) == 0);
}

TEST_CASE("a map that cannot be read is reported once, as a private address fault") {
  VirtualBench b;
  b.guest(1);
  b.put(kPrivateTable + 8 * 64, 0);
  b.guest_command(1, 0, op(2) | 8);
  b.submit(1, 1);
  CHECK_FALSE(b.runs(1));
  REQUIRE(b.host_events() == 1);
  CHECK(code(b.host_event(0, 0)) == 0xC);
  CHECK((b.host_event(0, 0) >> 27 & 31) == 0x8);  // vPtr
}

TEST_CASE("commands about guests are not for guests, with three outcomes by option") {
  for (const unsigned opcode : {9u, 10u}) {
    CAPTURE(opcode);
    VirtualBench guest, host({{"guest_host_only_command", "illegal_host"}}),
        ignored({{"guest_host_only_command", "ignored"}});
    for (VirtualBench* b : {&guest, &host, &ignored}) {
      b->guest(1);
      b->guest(2);
      b->guest_command(1, 0, op(opcode) | 2 | std::uint64_t{2} << 32 | bit(28) | bit(31));
      b->submit(1, 1);
      CHECK(b->ctl(2, 0x10) == std::uint64_t{kTrans} << 16);
      CHECK(b->events(2) == 0);
    }
    CHECK_FALSE(guest.runs(1));
    REQUIRE(guest.events(1) == 1);
    CHECK(code(guest.event(1, 0, 0)) == 5);
    CHECK(guest.event(1, 0, 1) == guest.gpa(1, 0));
    CHECK(guest.host_events() == 0);
    CHECK_FALSE(host.runs(1));
    CHECK(host.events(1) == 0);
    REQUIRE(host.host_events() == 1);
    CHECK(code(host.host_event(0, 0)) == 5);
    CHECK(ignored.runs(1));
    CHECK(ignored.vf(1, 0x00) == 0x10);
  }
}

TEST_CASE("an illegal command halts one guest only and starts again with its enable") {
  VirtualBench b;
  for (const std::uint32_t gid : {1u, 2u}) b.guest(gid);
  b.guest_command(1, 0, op(12));
  wait(b, 2, 0, 0x6666);
  b.vf(1, 0x08, 0x10);
  b.submit(2, 1);
  CHECK_FALSE(b.runs(1));
  CHECK(b.vf(1, 0x00) == 0);
  REQUIRE(b.events(1) == 1);
  CHECK(code(b.event(1, 0, 0)) == 5);
  CHECK(b.event(1, 0, 1) == b.gpa(1, 0));
  CHECK(b.runs(2));
  CHECK(b.mem(kGuestMemory + kStoreGpa) == 0x6666);
  CHECK((b.r(0x2020) & kCmdRun) != 0);
  wait(b, 1, 0, 0x7777);
  b.ctl(1, 0x20, b.ctl(1, 0x20) & ~bit(8));
  b.ctl(1, 0x20, b.ctl(1, 0x20) | bit(8));
  b.device.run();
  CHECK(b.mem(kGuestMemory + kStoreGpa) == 0x7777);
}

TEST_CASE("the head after a guest's bad command is at it or behind it, by option") {
  VirtualBench b({{"head_on_error", "after"}});
  b.guest(1);
  b.guest_command(1, 0, op(12));
  b.submit(1, 1);
  CHECK(b.vf(1, 0x00) == 0x10);
}

TEST_CASE("a command that cannot be fetched has three outcomes, by option") {
  VirtualBench error, guest({{"guest_access_error", "guest_log"}}),
      fault({{"guest_access_error", "io_page_fault"}});
  for (VirtualBench* b : {&error, &guest, &fault}) {
    b->guest(1);
    b->ctl(1, 0x20, 0x2'0000'0308);  // 8 GiB: not mapped
    b->submit(1, 1);
    CHECK_FALSE(b->runs(1));
  }
  REQUIRE(error.host_events() == 1);
  CHECK(code(error.host_event(0, 0)) == 0xC);
  CHECK(error.host_event(0, 1) == 0x2'0000'0000);
  CHECK(error.events(1) == 0);
  REQUIRE(guest.events(1) == 1);
  CHECK(code(guest.event(1, 0, 0)) == 6);
  CHECK(guest.event(1, 0, 1) == 0x2'0000'0000);
  CHECK(guest.host_events() == 0);
  REQUIRE(fault.host_events() == 1);
  CHECK(code(fault.host_event(0, 0)) == 2);
  CHECK((fault.host_event(0, 0) & 0xFFFF) == kTrans);
  CHECK((fault.host_event(0, 0) >> 27 & 31) == 0x10);  // 8: vCmd 31
  CHECK(fault.host_event(0, 1) == 0x2'0000'0000);
}

TEST_CASE("a completion store that fails halts the guest or not, by option") {
  VirtualBench halts, goes_on({{"completion_store_error", "go_on"}});
  for (VirtualBench* b : {&halts, &goes_on}) {
    b->guest(1);
    b->guest_command(1, 0, op(1) | 0x2'0000'0000 | 3, 1);
    b->submit(1, 1);
    REQUIRE(b->host_events() == 1);
    CHECK(code(b->host_event(0, 0)) == 0xC);
  }
  CHECK_FALSE(halts.runs(1));
  CHECK(halts.ears.interrupts.empty());
  CHECK(goes_on.runs(1));
  CHECK(goes_on.ears.interrupts.size() == 1);
}

}  // namespace
}  // namespace amdvi::by_hand
