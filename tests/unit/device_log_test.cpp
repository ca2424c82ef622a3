// Tested here: the event log of model/include/amdvi/impl/log.hpp.
#include "tests/unit/device_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

// One event, a page fault with PR=0.
void fault(Bench& b) {
  b.dte(1, kV);
  b.read(1, 0x1000);
}

TEST_CASE("EventLogRun needs IommuEn and EventLogEn, in either order, and falls with either") {
  for (const bool iommu_first : {false, true}) {
    Bench b({}, {}, iommu_first ? kIommuEn : kEventLogEn);
    CHECK((b.status() & kLogRun) == 0);
    b.w(0x18, kIommuEn | kEventLogEn);
    CHECK((b.status() & kLogRun) != 0);
    b.w(0x18, iommu_first ? kIommuEn : kEventLogEn);
    CHECK((b.status() & kLogRun) == 0);
  }
}

TEST_CASE("a log that does not run drops events silently and the abort stays") {
  Bench b({}, {}, kIommuEn | kEventIntEn);
  b.dte(1, kV);
  CHECK_FALSE(b.read(1, 0x1000).ok);
  CHECK(b.events() == 0);
  CHECK(b.status() == 0);
  CHECK(b.interrupts.log == 0);
  CHECK(b.event(0, 0) == 0);
}

TEST_CASE("an event is written at the tail, which then moves") {
  Bench b;
  b.w(0x18, kIommuEn);
  b.w(0x2010, 0x40);
  b.w(0x2018, 0x40);
  b.w(0x18, kAllOn);
  fault(b);
  CHECK(b.r(0x2018) == 0x50);
  CHECK((b.event(4, 0) >> 60) == 2);
  CHECK(b.event(3, 0) == 0);
  CHECK(b.event(5, 0) == 0);
}

TEST_CASE("an event interrupts only with EventIntEn") {
  Bench silent, loud({}, {}, kAllOn | kEventIntEn);
  fault(silent);
  fault(loud);
  CHECK(silent.interrupts.log == 0);
  CHECK(loud.interrupts.log == 1);
  CHECK((loud.status() & kLogInt) != 0);
}

TEST_CASE("option evtlogint_needs_enable: EventLogInt without EventIntEn") {
  Bench sets, does_not({}, {{"evtlogint_needs_enable", "true"}});
  fault(sets);
  fault(does_not);
  CHECK((sets.status() & kLogInt) != 0);
  CHECK((does_not.status() & kLogInt) == 0);
}

TEST_CASE("the log wraps at every length") {
  for (std::uint64_t length = 8; length < 16; ++length) {
    CAPTURE(length);
    const std::uint64_t bytes = std::uint64_t{16} << length;
    Bench b({}, {}, kIommuEn);
    b.w(0x10, kLog | length << 56);
    b.w(0x2018, bytes - 16);
    b.w(0x2010, bytes - 16);
    b.w(0x18, kAllOn);
    fault(b);
    CHECK((b.mem(kLog + bytes - 16) >> 60) == 2);
    CHECK(b.r(0x2018) == 0);
    fault(b);
    CHECK((b.event(0, 0) >> 60) == 2);
    CHECK(b.r(0x2018) == 0x10);
  }
}

TEST_CASE("the log holds one entry less than its size, the next event is lost") {
  for (std::uint64_t length = 8; length < 16; ++length) {
    CAPTURE(length);
    const std::uint64_t bytes = std::uint64_t{16} << length;
    Bench b({}, {}, kIommuEn);
    b.w(0x10, kLog | length << 56);
    b.w(0x2018, bytes - 32);
    b.w(0x18, kAllOn);
    fault(b);
    CHECK(b.r(0x2018) == bytes - 16);
    CHECK((b.status() & kOverflow) == 0);
    fault(b);
    CHECK(b.r(0x2018) == bytes - 16);
    CHECK(b.mem(kLog + bytes - 16) == 0);
    CHECK((b.status() & (kOverflow | kLogRun)) == kOverflow);
  }
}

// A log of 256 entries with room for one event.
struct NearlyFull : Bench {
  explicit NearlyFull(std::initializer_list<Choice> options = {}, std::uint64_t control = kAllOn)
      : Bench({}, options, kIommuEn) {
    w(0x2018, 0xFE0);
    w(0x18, control);
  }
};

TEST_CASE("an overflow interrupts with EventIntEn and does not set EventLogInt") {
  NearlyFull b({}, kAllOn | kEventIntEn);
  fault(b);
  b.w(0x2020, kLogInt);
  fault(b);
  CHECK(b.interrupts.log == 2);
  CHECK((b.status() & (kOverflow | kLogInt)) == kOverflow);
}

TEST_CASE("option run_clears_on_overflow: EventLogRun stays set") {
  NearlyFull b({{"run_clears_on_overflow", "false"}});
  fault(b);
  fault(b);
  CHECK((b.status() & (kOverflow | kLogRun)) == (kOverflow | kLogRun));
}

TEST_CASE("option overflow_when: EventOverflow comes with the last slot, whose event is kept") {
  NearlyFull b({{"overflow_when", "last_slot"}}, kAllOn | kEventIntEn);
  fault(b);
  CHECK(b.r(0x2018) == 0xFF0);
  CHECK((b.mem(kLog + 0xFE0) >> 60) == 2);
  CHECK((b.status() & (kOverflow | kLogInt)) == (kOverflow | kLogInt));
}

TEST_CASE("while EventOverflow is set nothing is written, even with room and EventLogRun") {
  NearlyFull b({{"run_clears_on_overflow", "false"}});
  fault(b);
  fault(b);
  b.w(0x2010, 0xFF0);
  fault(b);
  CHECK(b.r(0x2018) == 0xFF0);
  b.w(0x2020, kOverflow);
  fault(b);
  CHECK(b.r(0x2018) == 0);
}

TEST_CASE("after an overflow the log starts again by disable, clear, enable") {
  NearlyFull b;
  fault(b);
  fault(b);
  b.w(0x2020, kOverflow);  // cleared, but stopped
  CHECK((b.status() & (kOverflow | kLogRun)) == 0);
  b.w(0x18, kIommuEn | kCmdBufEn);
  b.w(0x2010, 0xFF0);
  b.w(0x18, kAllOn);
  CHECK((b.status() & kLogRun) != 0);
  fault(b);
  CHECK((b.mem(kLog + 0xFF0) >> 60) == 2);
  CHECK(b.r(0x2018) == 0);
}

TEST_CASE("option log_enable_clears_overflow: enabling the log clears EventOverflow or not") {
  for (const bool clears : {true, false}) {
    NearlyFull b({{"log_enable_clears_overflow", clears ? "true" : "false"}});
    fault(b);
    fault(b);
    b.w(0x18, kIommuEn | kCmdBufEn);
    b.w(0x18, kAllOn);
    CHECK(((b.status() & kOverflow) == 0) == clears);
  }
}

TEST_CASE("an event that cannot be stored is lost and moves nothing") {
  SparseMemory small{0x3000'0000};
  Device device(default_config(), small);
  device.mmio_write(0x00, 8, kDevTab | 0x1FF);
  device.mmio_write(0x10, 8, 0x4000'0000 | std::uint64_t{8} << 56);
  device.mmio_write(0x18, 8, kIommuEn | kEventLogEn);
  REQUIRE(small.write64(kDevTab + 32, kV));
  CHECK_FALSE(device.translate({1, 0, true, false}).ok);
  CHECK(device.mmio_read(0x2018, 8) == 0);
  CHECK(device.mmio_read(0x2020, 8) == kLogRun);
}

TEST_CASE("SA=1: no page fault is logged and the access stays refused") {
  Bench b;
  b.dte(1, kV, bit(98 - 64));
  CHECK_FALSE(b.read(1, 0).ok);
  CHECK(b.events() == 0);
}

TEST_CASE("SE=1: one page fault is logged until the entry is invalidated") {
  Bench b({{"EFR.IASup", 1}});
  b.dte(1, kV, bit(97 - 64));
  for (int i = 0; i < 3; ++i) CHECK_FALSE(b.read(1, 0).ok);
  CHECK(b.events() == 1);
  b.command(0, std::uint64_t{2} << 60 | 2);  // another device
  b.submit(1);
  b.read(1, 0);
  CHECK(b.events() == 1);
  b.command(1, std::uint64_t{2} << 60 | 1);
  b.submit(2);
  b.read(1, 0);
  b.read(1, 0);
  CHECK(b.events() == 2);
  b.command(2, std::uint64_t{8} << 60);  // INVALIDATE_IOMMU_ALL
  b.submit(3);
  b.read(1, 0);
  CHECK(b.events() == 3);
}

TEST_CASE("SE=1 of one device does not silence another") {
  Bench b;
  b.dte(1, kV, bit(97 - 64));
  b.dte(2, kV, bit(97 - 64));
  b.read(1, 0);
  b.read(2, 0);
  CHECK(b.events() == 2);
}

TEST_CASE("a fault outside the device table does not use up the one event of SE") {
  Bench b;
  b.w(0x0000, kDevTab);  // 128 entries
  b.dte(200, kV, bit(97 - 64));
  b.read(200, 0);
  b.w(0x0000, kDevTab | 0x1FF);
  b.read(200, 0);
  b.read(200, 0);
  CHECK(b.events() == 2);
}

TEST_CASE("without SE every page fault is logged") {
  Bench b;
  b.dte(1, kV);
  for (int i = 0; i < 5; ++i) b.read(1, 0);
  CHECK(b.events() == 5);
}

TEST_CASE("SA and SE do not suppress ILLEGAL_DEV_TABLE_ENTRY") {
  Bench b;
  b.dte(1, kV | bit(2), bit(98 - 64) | bit(97 - 64));
  b.read(1, 0);
  b.read(1, 0);
  CHECK(b.events() == 2);
  CHECK(b.code() == 1);
}

}  // namespace
}  // namespace amdvi::by_hand
