// Tested here: model/include/amdvi/impl/viommu_command.hpp. Values from viommu.md 3.2, 5, 7 and 8;
// commands from core.md 4.1.
#include "tests/unit/viommu_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

constexpr std::uint64_t kStoreGpa = 0x9000;

// COMPLETION_WAIT with s: a store of `data` at kStoreGpa.
void wait(VirtualBench& b, std::uint32_t gid, unsigned slot, std::uint64_t data,
          std::uint64_t flags = 1) {
  b.guest_command(gid, slot, op(1) | kStoreGpa | flags, data);
}

unsigned code(std::uint64_t first_word) { return static_cast<unsigned>(first_word >> 60); }

TEST_CASE("a guest's commands are taken from head to tail through the translation device") {
  VirtualBench b;
  b.guest(5);
  wait(b, 5, 0, 0x1111);
  b.submit(5, 1);
  CHECK(b.mem(kGuestMemory + kStoreGpa) == 0x1111);
  CHECK(b.vf(5, 0x00) == 0x10);
  CHECK(b.runs(5));
  CHECK(b.host_events() == 0);
  CHECK(b.r(0x2000) == 0);
}

TEST_CASE("a guest's ring wraps at its size") {
  VirtualBench b;
  b.guest(1);
  b.ctl(1, 0x20, b.ctl(1, 0x20) & ~bit(8));
  b.vf(1, 0x00, 0xFF0);
  b.vf(1, 0x08, 0xFF0);
  b.ctl(1, 0x20, b.ctl(1, 0x20) | bit(8));
  wait(b, 1, 255, 7);
  b.vf(1, 0x08, 0);
  b.device.run();
  CHECK(b.vf(1, 0x00) == 0);
  CHECK(b.mem(kGuestMemory + kStoreGpa) == 7);
}

TEST_CASE("a guest domain ID becomes the host's by the guest's own map") {
  VirtualBench b;
  for (const std::uint32_t gid : {1u, 2u}) b.guest(gid);
  b.map_domain(1, 5, 0x101);
  b.map_domain(2, 5, 0x202);
  for (const std::uint32_t gid : {1u, 2u}) {
    // PASID 0xABCDE, address 0x7000, GN.
    b.guest_command(gid, 0, op(3) | std::uint64_t{5} << 32 | 0xABCDE, 0x7004);
    b.submit(gid, 1);
  }
  REQUIRE(b.ears.commands.size() == 2);
  CHECK(b.ears.commands[0].guest == 1);
  CHECK(b.ears.commands[0].issued[0] == (op(3) | std::uint64_t{5} << 32 | 0xABCDE));
  CHECK(b.ears.commands[0].mapped[0] == (op(3) | std::uint64_t{0x101} << 32 | 0xABCDE));
  CHECK(b.ears.commands[0].mapped[1] == 0x7004);
  CHECK(b.ears.commands[1].mapped[0] == (op(3) | std::uint64_t{0x202} << 32 | 0xABCDE));
}

TEST_CASE("a guest device ID becomes the host's in each command that has one") {
  for (const unsigned opcode : {2u, 4u, 5u, 6u, 7u}) {
    CAPTURE(opcode);
    VirtualBench b;
    b.guest(1);
    b.map_device(1, 8, 0xC100);
    b.guest_command(1, 0, op(opcode) | 8);
    b.submit(1, 1);
    REQUIRE(b.ears.commands.size() == 1);
    CHECK(b.ears.commands[0].mapped[0] == (op(opcode) | 0xC100));
    CHECK(b.runs(1));
  }
}

TEST_CASE("messages of a guest's commands go to the host's device") {
  VirtualBench b;
  b.guest(1);
  b.map_device(1, 8, 0xC100);
  b.guest_command(1, 0, op(7) | 8, std::uint64_t{0xF123} << 32);
  b.guest_command(1, 1, op(4) | 8, 0x5000);
  b.submit(1, 2);
  REQUIRE(b.ears.responses.size() == 1);
  CHECK(b.ears.responses[0].device_id == 0xC100);
  CHECK(b.ears.responses[0].code == 15);
  REQUIRE(b.ears.iotlb.size() == 1);
  CHECK(b.ears.iotlb[0].device_id == 0xC100);
}

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

TEST_CASE("COMPLETION_WAIT with i sets the guest's status bit and sends the guest's interrupt") {
  VirtualBench b;
  b.guest(1);
  wait(b, 1, 0, 0, 2);
  b.submit(1, 1);
  CHECK((b.vf(1, 0x20) & kComWaitInt) != 0);
  REQUIRE(b.ears.interrupts.size() == 1);
  CHECK(b.ears.interrupts[0] == std::pair{std::uint16_t{1}, InterruptCause::kCompletionWait});
  CHECK(b.ears.host_interrupts.empty());
  CHECK((b.r(0x2020) & kComWaitInt) == 0);
  b.ctl(1, 0x20, b.ctl(1, 0x20) & ~bit(9));
  wait(b, 1, 1, 0, 2);
  b.submit(1, 2);
  CHECK(b.ears.interrupts.size() == 1);
}

TEST_CASE("a guest may have no interrupts, by option") {
  VirtualBench b({{"guest_interrupt", "none"}});
  b.guest(1);
  wait(b, 1, 0, 0, 2);
  b.submit(1, 1);
  CHECK((b.vf(1, 0x20) & kComWaitInt) != 0);
  CHECK(b.ears.interrupts.empty());
}

TEST_CASE("without GstBufferTRPMode the command buffer is a private slice, the store still a GPA") {
  VirtualBench b({}, kVirtualOn);
  b.guest(5);
  // 4: command buffers from 0x28'0000'0000, 512 KiB each.
  b.put(kPrivate + 0x28'0028'0000, op(1) | kStoreGpa | 1);
  b.put(kPrivate + 0x28'0028'0008, 0x2222);
  b.submit(5, 1);
  CHECK(b.mem(kGuestMemory + kStoreGpa) == 0x2222);
  CHECK(b.vf(5, 0x00) == 0x10);
}

TEST_CASE("TransDevID 0 is no translation device, or device 0, by option") {
  VirtualBench none, zero({{"trans_dev_id_zero", "device_zero"}});
  for (VirtualBench* b : {&none, &zero}) {
    b->host_dte(0, kGuestTable, 3, 0xD2);
    b->guest(1);
    b->ctl(1, 0x10, 0);
    wait(*b, 1, 0, 0x3333);
    b->submit(1, 1);
  }
  CHECK(none.mem(kGuestMemory + kStoreGpa) == 0);
  CHECK_FALSE(none.runs(1));
  CHECK(code(none.host_event(0, 0)) == 0xC);
  CHECK(zero.mem(kGuestMemory + kStoreGpa) == 0x3333);
  CHECK(zero.runs(1));
}

TEST_CASE("a translation device whose entry is cleared with V=0 passes addresses through") {
  VirtualBench b;
  b.dte(kTrans, 0);  // 6.5
  b.guest(1);
  b.put(b.gpa(1, 0), op(1) | kStoreGpa | 1);
  b.put(b.gpa(1, 0) + 8, 0x4444);
  b.submit(1, 1);
  CHECK(b.mem(kStoreGpa) == 0x4444);
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

TEST_CASE("guests take turns, one command each, after the host's commands") {
  VirtualBench b;
  for (const std::uint32_t gid : {3u, 1u}) {
    b.guest(gid);
    for (unsigned i = 0; i < 2; ++i) wait(b, gid, i, 16 * gid + i);
    b.vf(gid, 0x08, 0x20);
  }
  b.host_command(0, op(1) | 0x8000 | 1, 0xAA);
  b.w(0x2008, 0x10);
  std::vector<std::uint64_t> seen;
  CHECK(b.device.step());
  CHECK(b.mem(0x8000) == 0xAA);
  while (b.device.step()) seen.push_back(b.mem(kGuestMemory + kStoreGpa));
  CHECK(seen == std::vector<std::uint64_t>{0x10, 0x30, 0x11, 0x31});
}

TEST_CASE("guests' commands are processed while the host's processor is halted") {
  VirtualBench b;
  b.guest(1);
  b.host_command(0, op(12));
  b.w(0x2008, 0x10);
  wait(b, 1, 0, 0x8888);
  b.vf(1, 0x08, 0x10);
  b.device.run();
  CHECK((b.r(0x2020) & kCmdRun) == 0);
  CHECK(b.mem(kGuestMemory + kStoreGpa) == 0x8888);
}

TEST_CASE("without vCmdEn no guest command is processed") {
  VirtualBench b({}, (kVirtualOn | kGstBufferTRPMode) & ~kVCmdEn);
  b.guest(1);
  wait(b, 1, 0, 1);
  b.submit(1, 1);
  CHECK(b.mem(kGuestMemory + kStoreGpa) == 0);
  b.w(0x18, b.r(0x18) | kVCmdEn);
  b.device.run();
  CHECK(b.mem(kGuestMemory + kStoreGpa) == 1);
}

TEST_CASE(
    "INVALIDATE_IOMMU_ALL of a guest is limited to what its maps name, or is not, by option") {
  VirtualBench limited, everything({{"guest_invalidate_all", "everything"}});
  for (VirtualBench* b : {&limited, &everything}) {
    b->guest(1);
    b->guest(2);
    b->map_device(1, 0xFFFF, 0xC100);
    b->map_device(1, 0, 0xC101);
    b->map_domain(1, 5, 0x101);
    b->map_domain(1, 0xFFFF, 0x100);
    b->map_domain(1, 6, 0x101);
    b->map_domain(2, 5, 0x202);
    b->guest_command(1, 0, op(8));
    b->submit(1, 1);
    REQUIRE(b->ears.commands.size() == 1);
  }
  CHECK(limited.ears.commands[0].limited);
  CHECK(limited.ears.commands[0].devices == std::vector<std::uint16_t>{0xC100, 0xC101});
  CHECK(limited.ears.commands[0].domains == std::vector<std::uint16_t>{0x100, 0x101});
  CHECK_FALSE(everything.ears.commands[0].limited);
}

TEST_CASE("a guest's INVALIDATE_DEVTAB_ENTRY lets its device report a fault again") {
  VirtualBench b;
  b.guest(1);
  b.map_device(1, 8, 0xC100);
  b.dte(0xC100, kV | kTV | 3 << 9, bit(33));  // SE: one fault a cached entry
  for (unsigned n = 0; n < 2; ++n) b.device.translate({0xC100, 0x1000, true, false});
  CHECK(b.host_events() == 1);
  b.guest_command(1, 0, op(2) | 8);
  b.submit(1, 1);
  b.device.translate({0xC100, 0x1000, true, false});
  CHECK(b.host_events() == 2);
}

// RESET_VMMIO (7, 14): GuestID 15:0, All 28 or 27, vCmd 31.
void reset(VirtualBench& b, std::uint64_t operands) {
  b.host_command(0, op(10) | operands);
  b.host_submit(1);
  REQUIRE((b.r(0x2020) & kCmdRun) != 0);
}

TEST_CASE("RESET_VMMIO with All and vCmd takes one guest back to reset and no other") {
  VirtualBench b;
  for (const std::uint32_t gid : {4u, 5u, 6u}) {
    b.guest(gid);
    b.vf(gid, 0x08, 0);
    b.map_device(gid, 8, 0xC100);
  }
  reset(b, 0x9000'0005);
  for (std::uint32_t word = 0; word < 0x40; word += 8) CHECK(b.ctl(5, word) == 0);
  for (std::uint32_t reg = 0; reg < 0x98; reg += 8) CHECK(b.vf(5, reg) == 0);
  for (const std::uint32_t gid : {4u, 6u}) {
    CHECK(b.ctl(gid, 0x10) == std::uint64_t{kTrans} << 16);
    CHECK(b.vf(gid, 0x20) == 0x98);
  }
  CHECK(b.mem(kPrivate + devid_map(5) + 0x80) != 0);  // memory is the host's
}

TEST_CASE("where All is in RESET_VMMIO is an option") {
  VirtualBench b28, b27({{"reset_vmmio_all_bit", "bit27"}});
  for (VirtualBench* b : {&b28, &b27}) {
    b->guest(5);
    reset(*b, 0x8800'0005);
  }
  CHECK(b28.ctl(5, 0x10) != 0);
  CHECK(b27.ctl(5, 0x10) == 0);
}

TEST_CASE("All means everything of the guest, or of all guests, by option") {
  VirtualBench one, all({{"reset_vmmio_all", "every_guest"}});
  for (VirtualBench* b : {&one, &all}) {
    b->guest(5);
    b->guest(6);
    reset(*b, 0x9000'0005);
    CHECK(b->ctl(5, 0x10) == 0);
  }
  CHECK(one.ctl(6, 0x10) != 0);
  CHECK(all.ctl(6, 0x10) == 0);
}

TEST_CASE("the command buffer is reset with vCmd, or with All as well, by option") {
  VirtualBench with_vcmd, always({{"reset_vmmio_vcmd", "always"}});
  for (VirtualBench* b : {&with_vcmd, &always}) {
    b->guest(5);
    reset(*b, 0x1000'0005);
    CHECK(b->ctl(5, 0x28) == 0);
  }
  CHECK(with_vcmd.ctl(5, 0x20) == (with_vcmd.gpa(5, 0) | 0x308));
  CHECK(with_vcmd.vf(5, 0x20) == 0x10);
  CHECK(always.ctl(5, 0x20) == 0);
  CHECK(always.vf(5, 0x20) == 0);
  VirtualBench only;
  only.guest(5);
  reset(only, 0x8000'0005);
  CHECK(only.ctl(5, 0x20) == 0);
  CHECK(only.ctl(5, 0x10) != 0);
  CHECK(only.vf(5, 0x20) == 0x88);
}

TEST_CASE("RESET_VMMIO with neither All nor vCmd resets nothing") {
  VirtualBench b;
  b.guest(5);
  reset(b, 5);
  CHECK(b.ctl(5, 0x10) != 0);
  CHECK(b.vf(5, 0x20) == 0x98);
}

TEST_CASE("INSERT_GUEST_EVENT puts an entry in the guest's log or does nothing, by option") {
  VirtualBench entry, nothing({{"insert_guest_event", "nothing"}});
  for (VirtualBench* b : {&entry, &nothing}) {
    b->guest(5);
    b->host_command(0, op(9) | std::uint64_t{5} << 32);
    b->host_submit(1);
    CHECK((b->r(0x2020) & kCmdRun) != 0);
    CHECK(b->host_events() == 0);
  }
  CHECK(entry.events(5) == 1);
  CHECK((entry.vf(5, 0x20) & kLogInt) != 0);
  CHECK(nothing.events(5) == 0);
}

TEST_CASE("without vIommuSup both commands are illegal") {
  for (const unsigned opcode : {9u, 10u}) {
    VirtualBench b({}, kAllOn, {{"EFR.vIommuSup", 0}});
    b.host_command(0, op(opcode));
    b.host_submit(1);
    CHECK((b.r(0x2020) & kCmdRun) == 0);
  }
}

}  // namespace
}  // namespace amdvi::by_hand
