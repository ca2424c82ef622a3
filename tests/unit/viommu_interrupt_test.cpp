// Tested here: model/include/amdvi/impl/viommu_interrupt.hpp. Values from viommu.md 6.4; guest-mode
// entries from core.md 3.6.
#include "tests/unit/failing_memory.hpp"
#include "tests/unit/viommu_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

constexpr std::uint64_t kFirst = 0xB000000, kSecond = 0xB002000, kApic = 0xC000000;

// Own entry with IV=1, IntTabLen=10, IntCtl=2 and the table of 8 KiB; GAMEn=1.
struct InterruptBench : VirtualBench {
  explicit InterruptBench(std::initializer_list<Choice> options = {})
      : VirtualBench(options, kVirtualOn | kGstBufferTRPMode | std::uint64_t{1} << 25,
                     {{"EFR.HATS", 2}, {"EFR.GAMSup", 1}}) {
    own(1 | 10 << 1 | kFirst | std::uint64_t{2} << 60);
    guest(0x123);
  }
  void own(std::uint64_t q2) { dte(kOwn, kPrivateTable | 3 << 9 | kV | kTV | kIR | kIW, 0xD0, q2); }
  // The entry of number {type, gid}: RemapEn 0, GuestMode 7, vector 71:64, APIC page 115:76.
  void guest_mode(std::uint64_t type, std::uint64_t gid, std::uint64_t vector) {
    const std::uint64_t number = type << 16 | gid;
    const std::uint64_t second = kSecond + type * 0x1000;
    put(kFirst + 8 * (number >> 8), second | 8 << 2 | 1);
    put(second + 16 * (number & 0xFF), 1 | 0x80);
    put(second + 16 * (number & 0xFF) + 8, vector | kApic);
  }
  void wait_with_interrupt() {
    guest_command(0x123, 0, op(1) | 2);
    submit(0x123, 1);
    CHECK(ears.interrupts.size() == 1);
  }
  // Bit of the APIC's request register of a vector.
  bool posted(unsigned vector) {
    return (mem(kApic + 0x200 + vector / 32 * 16) >> vector % 32 & 1) != 0;
  }
};

TEST_CASE("a guest's interrupt is posted by the entry of its number in the tables of the IOMMU") {
  InterruptBench b;
  b.guest_mode(0, 0x123, 0x45);
  b.wait_with_interrupt();
  CHECK(b.posted(0x45));
  CHECK(b.host_events() == 0);
}

TEST_CASE("interrupts of a guest's PPR log have numbers of their own") {
  InterruptBench b;
  b.guest_mode(0, 0x123, 0x45);
  b.guest_mode(1, 0x123, 0x46);
  b.dte(0xC100, kV | kTV | kIR | kIW | bit(52), 0, 0, 0x0000'0123'0008'8000);
  PageRequest r;
  r.device_id = 0xC100;
  CHECK(b.device.ppr(r) == spec::PprOutcome::log);
  CHECK(b.posted(0x46));
  CHECK_FALSE(b.posted(0x45));
}

TEST_CASE("a guest's interrupt without an entry is lost without an event") {
  InterruptBench no_table, no_entry, short_table, no_remapping, none({{"guest_interrupt", "none"}});
  no_table.wait_with_interrupt();
  no_entry.put(kFirst + 8, kSecond | 8 << 2 | 1);
  no_entry.wait_with_interrupt();
  short_table.guest_mode(0, 0x123, 0x45);
  short_table.put(kFirst + 8, kSecond | 5 << 2 | 1);  // 32 entries, number 0x23 is beyond
  short_table.wait_with_interrupt();
  no_remapping.guest_mode(0, 0x123, 0x45);
  no_remapping.own(1 | 10 << 1 | kFirst | std::uint64_t{1} << 60);
  no_remapping.wait_with_interrupt();
  none.guest_mode(0, 0x123, 0x45);
  none.guest_command(0x123, 0, op(1) | 2);
  none.submit(0x123, 1);
  CHECK(none.ears.interrupts.empty());
  for (InterruptBench* b : {&no_table, &no_entry, &short_table, &no_remapping, &none}) {
    CHECK_FALSE(b->posted(0x45));
    CHECK(b->host_events() == 0);
  }
}

TEST_CASE("the first table is as long as the IOMMU's entry says") {
  InterruptBench b;
  b.guest_mode(0, 0x123, 0x45);
  b.own(1 | kFirst | std::uint64_t{2} << 60);  // one entry, number 0x123 is of the second
  b.wait_with_interrupt();
  CHECK_FALSE(b.posted(0x45));
}

TEST_CASE("a guest's interrupt is lost without an event when a table on its way does not answer") {
  for (const std::uint64_t broken : {kDevTab + 32 * kOwn, kFirst + 8 * 1, kSecond + 16 * 0x23}) {
    CAPTURE(broken);
    InterruptBench b;
    b.guest_mode(0, 0x123, 0x45);
    FailingMemory failing(b.memory);
    failing.no_read = {broken};
    b.device = b.device.copy_onto(failing, &b.ears);
    b.wait_with_interrupt();
    CHECK(b.runs(0x123));
    CHECK_FALSE(b.posted(0x45));
    CHECK(b.host_events() == 0);
  }
}

}  // namespace
}  // namespace amdvi::by_hand
