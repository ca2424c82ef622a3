// Tested here: full logs of guests and what is told of them,
// model/include/amdvi/impl/viommu_log.hpp. Status bits are from viommu.md 2, words from 3.5
// and 3.6, what a log does from core.md 2.10, 2.16 and 5.6.
#include "tests/unit/viommu_log_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

// Status: EventOverflow 0, EventLogRun 3, EventOverflowB 15, EventLogActive 16.
constexpr std::uint64_t kOverflowB = bit(15), kActiveB = bit(16);
constexpr std::uint64_t kLogBits = kOverflow | kLogRun | kOverflowB | kActiveB;

// Each event log has room for one event.
struct Short : LogBench {
  explicit Short(std::initializer_list<Choice> options = {}) : LogBench(options) {
    vf(5, 0x10, 0x20);
    vf(5, 0x70, 0x20);
  }
  void mode(std::uint64_t dual) { ctl(5, 0x28, ctl(5, 0x28) | dual << 10); }
  std::uint64_t log() const { return vf(5, 0x20) & kLogBits; }
};

TEST_CASE("option overflow_when: a guest's log overflows with its last slot, whose event is kept") {
  Short b({{"overflow_when", "last_slot"}});
  b.guest_fault();
  CHECK(b.vf(5, 0x18) == 0x10);
  CHECK(code(b.event(5, 0, 0)) == 2);
  CHECK(b.log() == kOverflow);
}

TEST_CASE("option run_clears_on_overflow: a guest's log goes on running, and takes nothing") {
  Short clears, goes_on({{"run_clears_on_overflow", "false"}});
  for (Short* b : {&clears, &goes_on}) {
    for (unsigned n = 0; n < 2; ++n) b->guest_fault();
    CHECK(b->vf(5, 0x18) == 0x10);
  }
  CHECK(clears.log() == kOverflow);
  CHECK(goes_on.log() == (kOverflow | kLogRun));
}

TEST_CASE("option log_enable_clears_overflow: enabling a guest's log clears its overflow or not") {
  Short clears, keeps({{"log_enable_clears_overflow", "false"}});
  for (Short* b : {&clears, &keeps}) {
    for (unsigned n = 0; n < 2; ++n) b->guest_fault();
    b->ctl(5, 0x28, b->ctl(5, 0x28) & ~bit(8));
    b->ctl(5, 0x28, b->ctl(5, 0x28) | bit(8));
  }
  CHECK(clears.log() == kLogRun);
  CHECK(keeps.log() == (kOverflow | kLogRun));
}

TEST_CASE("a guest's log B that is full stops when log A was not emptied") {
  Short b;
  b.mode(2);
  for (unsigned n = 0; n < 3; ++n) b.guest_fault();
  CHECK(b.vf(5, 0x18) == 0x10);
  CHECK(b.vf(5, 0x78) == 0x10);
  CHECK(b.log() == (kOverflow | kOverflowB | kActiveB));
}

TEST_CASE("a guest's log A takes over again once it was emptied and its overflow cleared") {
  Short b;
  b.mode(2);
  for (unsigned n = 0; n < 2; ++n) b.guest_fault();
  REQUIRE(b.log() == (kOverflow | kLogRun | kActiveB));
  b.vf(5, 0x10, 0x10);
  b.vf(5, 0x20, kOverflow);
  b.guest_fault();
  CHECK(b.vf(5, 0x18) == 0x20);
  CHECK(b.vf(5, 0x78) == 0x10);
  CHECK(b.log() == (kOverflowB | kLogRun));
}

TEST_CASE("option evtlogint_needs_enable: a guest's EventLogInt without EventIntEn") {
  LogBench always, needs({{"evtlogint_needs_enable", "true"}});
  for (LogBench* b : {&always, &needs}) {
    b->ctl(5, 0x28, b->ctl(5, 0x28) & ~bit(9));
    b->guest_fault();
    CHECK(b->events(5) == 1);
    CHECK(b->ears.interrupts.empty());
  }
  CHECK((always.vf(5, 0x20) & kLogInt) != 0);
  CHECK((needs.vf(5, 0x20) & kLogInt) == 0);
}

TEST_CASE("GUEST_EVENT_FAULT tells that it was an event, or nothing by option") {
  LogBench flags, zero({{"viommu_event_flags", "zero"}});
  for (LogBench* b : {&flags, &zero}) {
    b->ctl(5, 0x28, 0x2'0000'0388);  // 8 GiB: not mapped
    b->guest_fault();
    REQUIRE(b->host_events() == 1);
    CHECK(code(b->host_event(0, 0)) == 0xB);
    CHECK((b->host_event(0, 0) >> 32 & 0xFFFF) == 5);
  }
  CHECK((flags.host_event(0, 0) >> 27 & 31) == 4);  // vEvent 29
  CHECK((zero.host_event(0, 0) >> 27 & 31) == 0);
}

TEST_CASE("without a vIOMMU at work a page request of a guest's device is the host's") {
  LogBench b({}, 0);
  b.w(0x38, 0x9000000 | std::uint64_t{8} << 56);
  b.w(0x18, kAllOn | kGAEn | bit(13) | bit(15));
  CHECK(b.ask() == spec::PprOutcome::log);
  CHECK(b.vf(5, 0x38) == 0);
  CHECK(b.r(0x2038) == 0x10);
  CHECK((b.mem(0x9000000) & 0xFFFF) == kDevice);
}

TEST_CASE("a vIOMMU that nobody listens to serves its guests as any other") {
  LogBench b;
  b.device = b.device.copy_onto(b.memory);
  b.map_device(5, kGuestDevice, kDevice);
  b.map_domain(5, 7, 0x77);
  b.guest_command(5, 0, op(2) | kGuestDevice);
  b.guest_command(5, 1, op(3) | std::uint64_t{7} << 32);
  b.guest_command(5, 2, op(8));
  wait(b, 5, 3, 0x1234, 3);
  b.submit(5, 4);
  CHECK(b.vf(5, 0x00) == 0x40);
  CHECK(b.mem(kGuestMemory + kStoreGpa) == 0x1234);
  CHECK((b.vf(5, 0x20) & kComWaitInt) != 0);
  b.guest_fault();
  CHECK(b.events(5) == 1);
  CHECK(b.ask() == spec::PprOutcome::log);
  CHECK(b.at(3, 8) == 0xABC000);
  CHECK(b.host_events() == 0);
}

}  // namespace
}  // namespace amdvi::by_hand
