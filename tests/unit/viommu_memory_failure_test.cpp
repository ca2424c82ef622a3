// Tested here: what the vIOMMU does when memory does not answer: viommu.md 4, 5, 6.4 and 8 (event
// C: GuestID 15:0, vEvent 29, vPtr 30, vCmd 31), core.md 5.1.
#include "tests/unit/failing_memory.hpp"
#include "tests/unit/viommu_log_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

constexpr std::uint64_t kCommandFlag = 0x10, kPointerFlag = 0x8, kEventFlag = 0x4;

struct Failing : LogBench {
  explicit Failing(std::initializer_list<Choice> options = {},
                   std::uint64_t control = kVirtualOn | kGstBufferTRPMode | kGTEn)
      : LogBench(options, control), failing(memory) {
    device = device.copy_onto(failing, &ears);
  }
  // The only event in the host's log is of this code, guest 5, cause and address.
  void only(unsigned event_code, std::uint64_t flags, std::uint64_t address) {
    REQUIRE(host_events() == 1);
    CHECK(code(host_event(0, 0)) == event_code);
    CHECK((host_event(0, 0) & 0xFFFF) == 5);
    CHECK((host_event(0, 0) >> 27 & 31) == flags);
    CHECK(host_event(0, 1) == address);
  }
  FailingMemory failing;
};

TEST_CASE("a guest's command that memory does not give halts the guest and is the host's to know") {
  Failing private_address, system({{"viommu_error_address", "system"}});
  for (Failing* b : {&private_address, &system}) {
    b->failing.no_read = {kGuestMemory + b->gpa(5, 0)};
    b->submit(5, 1);
    CHECK_FALSE(b->runs(5));
    CHECK(b->vf(5, 0x00) == 0);
  }
  private_address.only(0xC, kCommandFlag, private_address.gpa(5, 0));
  system.only(0xC, kCommandFlag, kGuestMemory + system.gpa(5, 0));
}

TEST_CASE("a completion store that memory does not take halts the guest") {
  Failing b;
  b.failing.no_write = {kGuestMemory + kStoreGpa};
  wait(b, 5, 0, 0x1234);
  b.submit(5, 1);
  CHECK_FALSE(b.runs(5));
  b.only(0xC, kCommandFlag, kStoreGpa);
}

TEST_CASE("an event of which memory takes one half is lost and reported to the host") {
  for (const std::uint64_t half : {0u, 8u}) {
    CAPTURE(half);
    Failing b({{"guest_log_fault", "hardware_error"}});
    b.failing.no_write = {kGuestMemory + b.gpa(5, 1) + half};
    b.guest_fault();
    CHECK(b.vf(5, 0x18) == 0);
    CHECK((b.vf(5, 0x20) & kLogInt) == 0);
    b.only(0xC, kEventFlag, b.gpa(5, 1));
  }
}

TEST_CASE("a map that memory does not give is reported as a pointer, and the command ends") {
  Failing b;
  const std::uint64_t slot = devid_map(5) + 16 * kGuestDevice;
  b.failing.no_read = {kPrivate + slot};
  b.map_device(5, kGuestDevice, kDevice);
  b.guest_command(5, 0, op(2) | kGuestDevice);
  b.submit(5, 1);
  CHECK_FALSE(b.runs(5));
  CHECK(b.ears.commands.empty());
  b.only(0xC, kPointerFlag, slot);
}

TEST_CASE("an own entry that memory does not give keeps private addresses out of reach") {
  Failing private_address, system({{"viommu_error_address", "system"}}),
      fault({{"private_fault", "io_page_fault"}});
  for (Failing* b : {&private_address, &system, &fault}) {
    b->failing.no_read = {kDevTab + 32 * kOwn};
    b->map_device(5, 8, kDevice);
    REQUIRE(b->ears.accesses.size() == 1);
    CHECK_FALSE(b->ears.accesses[0].ok);
  }
  private_address.only(0xC, kPointerFlag, devid_map(5) + 16 * 8);
  system.only(0xC, kPointerFlag, kDevTab + 32 * kOwn);
  REQUIRE(fault.host_events() == 1);
  CHECK(code(fault.host_event(0, 0)) == 3);  // DEV_TAB_HARDWARE_ERROR of the IOMMU's own entry
  CHECK((fault.host_event(0, 0) & 0xFFFF) == kOwn);
}

TEST_CASE("an illegal own entry has no system address to report") {
  VirtualBench b({{"viommu_error_address", "system"}});
  b.dte(kOwn, kV | bit(2));
  b.map_device(1, 8, kDevice);
  REQUIRE(b.host_events() == 1);
  CHECK(code(b.host_event(0, 0)) == 0xC);
  CHECK(b.host_event(0, 1) == 0);
}

TEST_CASE("INVALIDATE_IOMMU_ALL of a guest passes over pages of its maps that cannot be read") {
  Failing b;
  b.map_device(5, 8, 0xC100);
  b.map_device(5, 0x100, 0xC101);  // in the second page of 256 entries
  b.map_domain(5, 5, 0x101);
  b.put(kPrivateTable + 8 * 128, 0);  // the DomID maps are gone
  b.failing.no_read = {kPrivate + devid_map(5)};
  b.guest_command(5, 0, op(8));
  b.submit(5, 1);
  CHECK(b.runs(5));
  CHECK(b.host_events() == 0);
  REQUIRE(b.ears.commands.size() == 1);
  CHECK(b.ears.commands[0].devices == std::vector<std::uint16_t>{0xC101});
  CHECK(b.ears.commands[0].domains.empty());
}

TEST_CASE("a dirty bit that cannot be kept is reported as a pointer, and the tail is taken") {
  // 4.1: guest 5 has bit 0 of byte 5 * 32; the word with it is reported.
  constexpr std::uint64_t kWord = 0x40'00A0;
  Failing unmapped({{"command_dirty_status", "apart_32"}}),
      unread({{"command_dirty_status", "apart_32"}}),
      unwritten({{"command_dirty_status", "apart_32"}});
  unmapped.put(kPrivateTable, 0);
  unread.failing.no_read = {kPrivate + kWord};
  unwritten.failing.no_write = {kPrivate + kWord};
  for (Failing* b : {&unmapped, &unread, &unwritten}) {
    b->vf(5, 0x08, 0x10);
    CHECK(b->vf(5, 0x08) == 0x10);
    b->only(0xC, kPointerFlag, kWord);
    CHECK(b->mem(kPrivate + kWord) == 0);
  }
}

}  // namespace
}  // namespace amdvi::by_hand
