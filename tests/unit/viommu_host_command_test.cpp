// Tested here: the host's commands about guests, model/include/amdvi/impl/viommu_reset.hpp. Values
// from viommu.md 7 and 14.
#include "tests/unit/viommu_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

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
