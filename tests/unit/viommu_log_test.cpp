// Tested here: model/include/amdvi/impl/viommu_log.hpp. Values from viommu.md 2, 3.5, 3.6, 4,
// 5, 6.1 and 8; entries from core.md 5.1 and 6.1.
#include "tests/unit/viommu_log_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

TEST_CASE("a fault of a guest's tables is in the guest's log under the guest's DeviceID") {
  LogBench b;
  b.guest_fault();
  CHECK(b.host_events() == 0);
  REQUIRE(b.events(5) == 1);
  const std::uint64_t first = b.event(5, 0, 0);
  CHECK(code(first) == 2);
  CHECK((first & 0xFFFF) == kGuestDevice);
  CHECK((first >> 32 & 0xFFFF) == 3);  // PASID
  CHECK((first >> 48 & 1) == 1);       // GN
  CHECK(b.event(5, 0, 1) == 0x7000);
  CHECK(b.vf(5, 0x18) == 0x10);
  CHECK((b.vf(5, 0x20) & 0x1F) == 0x1A);  // EventLogInt 1, EventLogRun 3, CmdBufRun 4
  REQUIRE(b.ears.events.size() == 1);
  CHECK(b.ears.events[0][0] == 5);
  REQUIRE(b.ears.interrupts.size() == 1);
  CHECK(b.ears.interrupts[0] == std::pair{std::uint16_t{5}, InterruptCause::kEventLog});
  CHECK(b.ears.host_interrupts.empty());
}

TEST_CASE("whether the host's log has a guest's event too is an option") {
  LogBench b({{"guest_event_copy", "true"}});
  b.guest_fault();
  CHECK(b.events(5) == 1);
  REQUIRE(b.host_events() == 1);
  CHECK((b.host_event(0, 0) & 0xFFFF) == kDevice);
}

TEST_CASE("who is told of a fault of the host's tables is an option") {
  LogBench host, guest({{"host_stage_event", "guest"}}), both({{"host_stage_event", "both"}});
  for (LogBench* b : {&host, &guest, &both}) b->host_fault();
  CHECK(host.host_events() == 1);
  CHECK(host.events(5) == 0);
  CHECK(guest.host_events() == 0);
  CHECK(guest.events(5) == 1);
  CHECK(both.host_events() == 1);
  CHECK(both.events(5) == 1);
  CHECK((both.host_event(0, 0) & 0xFFFF) == kDevice);
  CHECK((both.event(5, 0, 0) & 0xFFFF) == kGuestDevice);
}

TEST_CASE("a fault below a guest's tables is one of the host's, however its address is given") {
  for (const char* given : {"guest_physical", "guest_virtual"}) {
    CAPTURE(given);
    LogBench b({{"host_fault_reported_as", given}});
    b.entry(kVirtualWord, 0xA000000 | std::uint64_t{3} << 9);
    b.put(kGcr3 + 8 * 3, 0x1000 | 1);  // PASID 3: guest tables that the host's do not map
    b.guest_fault();
    CHECK(b.events(5) == 0);
    CHECK(b.host_events() == 1);
  }
}

TEST_CASE("DomainID in an event that a guest sees is 0, or the host's, by option") {
  LogBench zero({{"host_stage_event", "guest"}}),
      host({{"host_stage_event", "guest"}, {"guest_event_domain", "host"}});
  for (LogBench* b : {&zero, &host}) b->host_fault();
  CHECK((zero.event(5, 0, 0) >> 32 & 0xFFFF) == 0);
  CHECK((host.event(5, 0, 0) >> 32 & 0xFFFF) == 0x77);
}

TEST_CASE("without vImuEn, or without a vIOMMU at work, an event is the host's") {
  LogBench no_bit, off({}, (kVirtualOn | kGstBufferTRPMode | kGTEn) & ~kVIommuEn);
  no_bit.entry(kVirtualWord & ~bit(15));
  for (LogBench* b : {&no_bit, &off}) {
    b->guest_fault();
    CHECK(b->events(5) == 0);
    REQUIRE(b->host_events() == 1);
    CHECK((b->host_event(0, 0) & 0xFFFF) == kDevice);
  }
}

TEST_CASE("a guest whose event log does not run loses its events silently") {
  LogBench b;
  b.ctl(5, 0x28, b.ctl(5, 0x28) & ~bit(8));
  b.guest_fault();
  CHECK(b.events(5) + b.host_events() == 0);
  CHECK((b.vf(5, 0x20) & 3) == 0);
}

TEST_CASE("a full event log of a guest overflows and the event is lost") {
  LogBench b;
  b.vf(5, 0x10, 0x10);
  for (unsigned n = 0; n < 256; ++n) b.guest_fault();
  CHECK(b.vf(5, 0x18) == 0);  // 255 slots of 256 and one more would reach the head
  CHECK((b.vf(5, 0x20) & 1) == 1);
  CHECK((b.vf(5, 0x20) & kLogRun) == 0);
  b.ctl(5, 0x28, b.ctl(5, 0x28) & ~bit(8));
  b.ctl(5, 0x28, b.ctl(5, 0x28) | bit(8));
  CHECK((b.vf(5, 0x20) & 9) == 8);
}

TEST_CASE("with DualEventLogEn 1 a guest's events go to log B") {
  LogBench b;
  b.ctl(5, 0x28, b.ctl(5, 0x28) | bit(10));
  b.guest_fault();
  CHECK(b.vf(5, 0x18) == 0);
  CHECK(b.vf(5, 0x78) == 0x10);
  CHECK(code(b.at(2, 0)) == 2);
  CHECK((b.vf(5, 0x20) & bit(16)) != 0);
}

TEST_CASE("with DualEventLogEn 2 a full event log of a guest makes the other the active one") {
  LogBench b;
  b.ctl(5, 0x28, b.ctl(5, 0x28) | bit(11));
  b.vf(5, 0x10, 0x20);
  b.guest_fault();
  CHECK(b.vf(5, 0x78) == 0);
  b.guest_fault();
  CHECK(b.vf(5, 0x18) == 0x10);
  CHECK(b.vf(5, 0x78) == 0x10);
  CHECK((b.vf(5, 0x20) & (bit(16) | bit(15) | kLogRun | 1)) == (bit(16) | kLogRun | 1));
}

TEST_CASE("without GstBufferTRPMode a guest's logs are private slices") {
  LogBench b({}, kVirtualOn | kGTEn);
  b.guest_fault();
  // 4: event logs from 0x40'0000'0000, 512 KiB each.
  CHECK(code(b.mem(kPrivate + 0x40'0028'0000)) == 2);
  b.ctl(5, 0x28, b.ctl(5, 0x28) | bit(10));
  b.guest_fault();
  CHECK(code(b.mem(kPrivate + 0x48'0028'0000)) == 2);
  CHECK(b.ask() == spec::PprOutcome::log);
  CHECK(b.mem(kPrivate + 0x30'0028'0008) == 0xABC000);
  b.ctl(5, 0x30, b.ctl(5, 0x30) | bit(11));
  CHECK(b.ask() == spec::PprOutcome::log);
  CHECK(b.mem(kPrivate + 0x38'0028'0008) == 0xABC000);
}

TEST_CASE("an event that cannot be stored in a guest's log has four outcomes, by option") {
  LogBench fault, error({{"guest_log_fault", "hardware_error"}}),
      page({{"guest_log_fault", "io_page_fault"}}), silent({{"guest_log_fault", "silent"}});
  for (LogBench* b : {&fault, &error, &page, &silent}) {
    b->ctl(5, 0x28, 0x2'0000'0388);  // 8 GiB: not mapped
    b->guest_fault();
    CHECK(b->vf(5, 0x18) == 0);
    CHECK((b->vf(5, 0x20) & kLogInt) == 0);
  }
  // 8: type B has GuestID in 47:32, type C in 15:0; vEvent is bit 29.
  REQUIRE(fault.host_events() == 1);
  CHECK(code(fault.host_event(0, 0)) == 0xB);
  CHECK((fault.host_event(0, 0) >> 32 & 0xFFFF) == 5);
  CHECK((fault.host_event(0, 0) >> 27 & 31) == 4);
  REQUIRE(error.host_events() == 1);
  CHECK(code(error.host_event(0, 0)) == 0xC);
  CHECK((error.host_event(0, 0) & 0xFFFF) == 5);
  CHECK((error.host_event(0, 0) >> 27 & 31) == 4);
  CHECK(error.host_event(0, 1) == 0x2'0000'0000);
  REQUIRE(page.host_events() == 1);
  CHECK(code(page.host_event(0, 0)) == 2);
  CHECK((page.host_event(0, 0) & 0xFFFF) == kTrans);
  CHECK((page.host_event(0, 0) >> 27 & 31) == 4);
  CHECK(silent.host_events() == 0);
}

TEST_CASE("a page request is in the guest's PPR log under the guest's DeviceID") {
  LogBench b;
  CHECK(b.ask(0x123) == spec::PprOutcome::log);
  // DeviceID, tag 123 and last (41), READ 50, US 54, code 1.
  CHECK(b.at(3, 0) ==
        (kGuestDevice | std::uint64_t{0x323} << 32 | bit(50) | bit(54) | std::uint64_t{1} << 60));
  CHECK(b.at(3, 8) == 0xABC000);
  CHECK(b.vf(5, 0x38) == 0x10);
  CHECK((b.vf(5, 0x20) & 0xE0) == 0xC0);  // PprInt 6, PprLogRun 7
  REQUIRE(b.ears.pprs.size() == 1);
  REQUIRE(b.ears.interrupts.size() == 1);
  CHECK(b.ears.interrupts[0] == std::pair{std::uint16_t{5}, InterruptCause::kPprLog});
  CHECK(b.r(0x2038) == 0);
}

TEST_CASE("a guest that takes no page requests gets none, whatever the host does") {
  LogBench b({}, kVirtualOn | kGstBufferTRPMode | bit(13) | bit(15));
  b.ctl(5, 0x30, b.ctl(5, 0x30) & ~bit(10));
  CHECK(b.ask() == spec::PprOutcome::discard);
  CHECK(b.vf(5, 0x38) == 0);
  CHECK(b.r(0x2038) == 0);
}

TEST_CASE("with DualPprLogEn 1 a guest's page requests go to log B") {
  LogBench b;
  b.ctl(5, 0x30, b.ctl(5, 0x30) | bit(11));
  CHECK(b.ask() == spec::PprOutcome::log);
  CHECK(b.vf(5, 0x38) == 0);
  CHECK(b.vf(5, 0x58) == 0x10);
  CHECK(b.at(4, 8) == 0xABC000);
  CHECK((b.vf(5, 0x20) & bit(12)) != 0);
}

TEST_CASE("a full PPR log of a guest is answered with the guest's own code") {
  LogBench b;
  b.ctl(5, 0x30, b.ctl(5, 0x30) | bit(13));
  b.vf(5, 0x80, 0xF);
  b.vf(5, 0x30, 0x10);
  CHECK(b.ask() == spec::PprOutcome::auto_response);
  CHECK((b.vf(5, 0x20) & 0xA0) == 0x20);  // PprOverflow, stopped
  REQUIRE(b.ears.responses.size() == 1);
  CHECK(b.ears.responses[0].device_id == kDevice);
  CHECK(b.ears.responses[0].code == 15);
  CHECK(b.ears.responses[0].automatic);
}

TEST_CASE("a guest's PPR logs warn early by thresholds of the guest's page") {
  LogBench b;
  b.vf(5, 0x88, bit(31) | 2);
  b.vf(5, 0x90, bit(31) | 1);
  b.ask();
  CHECK((b.vf(5, 0x20) & bit(18)) == 0);
  b.ask();
  CHECK((b.vf(5, 0x20) & bit(18)) != 0);
  CHECK((b.vf(5, 0x20) & bit(17)) == 0);
  b.ctl(5, 0x30, b.ctl(5, 0x30) | bit(11));
  b.ask();
  CHECK((b.vf(5, 0x20) & bit(17)) != 0);
}

TEST_CASE("guests with the same pages do not see each other's events") {
  LogBench b;
  b.guest(6);
  b.guest_fault();
  CHECK(b.events(6) == 0);
  CHECK(b.vf(6, 0x20) == 0x98);
}

}  // namespace
}  // namespace amdvi::by_hand
