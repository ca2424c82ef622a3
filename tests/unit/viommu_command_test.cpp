// Tested here: commands that guests give, model/include/amdvi/impl/viommu_command.hpp. Values from
// viommu.md 3.2, 5 and 7, commands from core.md 4.1.
#include "tests/unit/viommu_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

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

}  // namespace
}  // namespace amdvi::by_hand
