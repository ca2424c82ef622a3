// Tested here: page requests, model/include/amdvi/impl/ppr.hpp. Numbers are worked out from core.md
// 2.16 to 2.18, 4.5 and 6.1.
#include "tests/unit/page_request_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

TEST_CASE("a page request is written to the PPR log, PprInt is set and an interrupt sent") {
  Ppr p(kPprOn | kPprIntEn);
  CHECK(p.status2() == (kLogRun | kCmdRun | kPprRun));
  CHECK(p.ask() == spec::PprOutcome::log);
  // DeviceID 1, tag 123 and last (41), READ 50, WRITE 53, US 54, code 1.
  CHECK(p.mem(kPprLog) ==
        (0x1 | std::uint64_t{0x323} << 32 | bit(50) | bit(53) | bit(54) | std::uint64_t{1} << 60));
  CHECK(p.mem(kPprLog + 8) == 0xABC000);
  CHECK(p.tail() == 1);
  CHECK((p.status2() & kPprInt) != 0);
  CHECK(p.ears.ppr == 1);
}

TEST_CASE("a page request with a PASID carries it in two pieces and GN") {
  Ppr p;
  p.dte(1, kV | bit(52) | kGV);
  PageRequest r;
  r.device_id = 1;
  r.read = r.exec = r.privileged = true;
  r.has_pasid = true;
  r.pasid = 0xABCDE;
  r.last = false;
  CHECK(p.device2.ppr(r) == spec::PprOutcome::log);
  // PASID 15:0 at 31:16 and 19:16 at 45:42, EXEC 49, READ 50, GN 56.
  CHECK(p.mem(kPprLog) == (0x1 | std::uint64_t{0xBCDE} << 16 | std::uint64_t{0xA} << 42 | bit(49) |
                           bit(50) | bit(56) | std::uint64_t{1} << 60));
}

TEST_CASE("a device that may not ask gives INVALID_PPR_REQUEST") {
  Ppr p;
  p.dte(1, kV);
  CHECK(p.ask() == spec::PprOutcome::invalid_request);
  REQUIRE(p.device2.mmio_read(0x2018, 8) == 16);
  CHECK(p.code() == 9);
  CHECK((p.event(0, 0) & 0xFFFF) == 1);
  CHECK((p.event(0, 0) >> 32 & 0x3FF) == 0x323);
  CHECK(p.event(0, 1) == 0xABC123);
  CHECK(p.tail() == 0);
}

TEST_CASE("a PASID without GV gives INVALID_PPR_REQUEST") {
  Ppr p;
  PageRequest r;
  r.device_id = 1;
  r.has_pasid = true;
  r.pasid = 7;
  CHECK(p.device2.ppr(r) == spec::PprOutcome::invalid_request);
  CHECK(p.code() == 9);
}

TEST_CASE("without PPREn or PPRLogEn nothing is logged") {
  for (const std::uint64_t control : {kAllOn | kPprLogEn, kAllOn | kPprEn}) {
    Ppr p(control);
    CHECK(p.ask() == spec::PprOutcome::discard);
    CHECK(p.tail() == 0);
  }
}

TEST_CASE("a full log overflows, stops, and requests are answered only with PprAutoRspEn") {
  for (const bool automatic : {false, true}) {
    CAPTURE(automatic);
    Ppr p(kPprOn | (automatic ? kPprAutoRspEn : 0));
    p.device2.mmio_write(0x2080, 8, 0xF);
    for (unsigned i = 0; i < 255; ++i) REQUIRE(p.ask() == spec::PprOutcome::log);
    CHECK((p.status2() & kPprOverflow) == 0);
    const auto expected = automatic ? spec::PprOutcome::auto_response : spec::PprOutcome::discard;
    CHECK(p.ask() == expected);
    CHECK((p.status2() & (kPprOverflow | kPprRun)) == kPprOverflow);
    CHECK(p.ask() == expected);
    CHECK(p.tail() == 255);
    REQUIRE(p.ears.responses.size() == (automatic ? 2u : 0u));
    if (automatic) {
      CHECK(p.ears.responses[0].code == 15);
      CHECK(p.ears.responses[0].automatic);
      CHECK(p.ears.responses[0].group == 0x123);
    }
  }
}

TEST_CASE("after an overflow the log starts again on the next rising edge of its enables") {
  Ppr p;
  for (unsigned i = 0; i < 256; ++i) p.ask();
  p.device2.mmio_write(0x0018, 8, kPprOn & ~kPprLogEn);
  p.device2.mmio_write(0x2020, 8, kPprOverflow);
  p.device2.mmio_write(0x2030, 8, 16 * 255);
  p.device2.mmio_write(0x0018, 8, kPprOn);
  CHECK(p.ask() == spec::PprOutcome::log);
  CHECK(p.tail() == 0);  // it wrapped
}

TEST_CASE("the early warning comes when the used entries reach the threshold") {
  Ppr p;
  p.device2.mmio_write(0x2088, 8, 3 | bit(30) | bit(31));
  p.ask();
  p.ask();
  CHECK((p.status2() & kPprEarly) == 0);
  CHECK(p.ears.ppr == 0);
  p.ask();
  CHECK((p.status2() & kPprEarly) != 0);
  CHECK(p.ears.ppr == 1);
}

TEST_CASE("COMPLETE_PPR_REQUEST sends the answer to the device") {
  Ppr p;
  // DeviceID 1, PASID A'BCDE at 51:32, GN 66, group 123 at 104:96, code 1 at 111:108.
  p.command(0, std::uint64_t{7} << 60 | std::uint64_t{0xABCDE} << 32 | 1,
            4 | std::uint64_t{0x1123} << 32);
  p.device2.mmio_write(0x2008, 8, 16);
  p.device2.run();
  REQUIRE(p.ears.responses.size() == 1);
  const PageResponse& r = p.ears.responses[0];
  CHECK(r.device_id == 1);
  CHECK(r.has_pasid);
  CHECK(r.pasid == 0xABCDE);
  CHECK(r.group == 0x123);
  CHECK(r.code == 1);
  CHECK(!r.automatic);
}

TEST_CASE("with PprAutoRspAon every page request is answered and none is logged") {
  Ppr p(kPprOn | bit(42));
  p.w2(0x2080, 0xF);
  CHECK(p.ask() == spec::PprOutcome::auto_response);
  CHECK(p.tail() == 0);
  REQUIRE(p.ears.responses.size() == 1);
  CHECK(p.ears.responses[0].code == 0xF);
}

TEST_CASE("a stop marker is logged unless BlkStopMrkEn blocks it") {
  for (const bool blocked : {false, true}) {
    CAPTURE(blocked);
    Ppr p(kPprOn | (blocked ? bit(41) : 0), {{"EFR.PPRSup", 1}, {"EFR.BlkStopMrkSup", 1}});
    PageRequest r;
    r.device_id = 1;
    CHECK(p.device2.ppr(r) == (blocked ? spec::PprOutcome::discard : spec::PprOutcome::log));
    CHECK(p.ask() == spec::PprOutcome::log);
  }
}

TEST_CASE("an automatic answer carries the PASID as DTE.GPRP and PprAutoRspMaskGn say") {
  struct Row {
    std::uint64_t eph_sup, gprp, mask;
    bool carried;
  };
  for (const Row& row : {Row{0, 0, 0, true}, Row{0, 0, 1, false}, Row{1, 0, 0, false},
                         Row{1, 1, 0, true}, Row{1, 1, 1, false}}) {
    CAPTURE(row.eph_sup);
    CAPTURE(row.gprp);
    CAPTURE(row.mask);
    Ppr p(kPprOn | bit(42), {{"EFR.PPRSup", 1},
                             {"EFR.PPRAutoRspSup", 1},
                             {"EFR.GTSup", 1},
                             {"EFR.EPHSup", row.eph_sup}});
    p.dte(1, kV | bit(52) | kGV | (row.gprp != 0 ? bit(53) : 0));
    p.w2(0x2080, row.mask << 4);
    PageRequest r;
    r.device_id = 1;
    r.read = r.has_pasid = true;
    r.pasid = 0x12345;
    CHECK(p.device2.ppr(r) == spec::PprOutcome::auto_response);
    REQUIRE(p.ears.responses.size() == 1);
    CHECK(p.ears.responses[0].has_pasid == row.carried);
    CHECK(p.ears.responses[0].pasid == (row.carried ? 0x12345u : 0u));
  }
}

TEST_CASE("a page request of an illegal entry is ILLEGAL_DEV_TABLE_ENTRY with RZ=1") {
  Ppr p;
  p.dte(1, kV | bit(52) | bit(2));
  CHECK(p.ask() == spec::PprOutcome::illegal_dte);
  CHECK(p.tail() == 0);
  REQUIRE(p.r2(0x2018) == 16);
  CHECK(p.code() == 1);
  CHECK(p.RZ());
}

TEST_CASE("the early warning interrupts with its own IntEn only") {
  for (const bool enabled : {false, true}) {
    CAPTURE(enabled);
    Ppr p;  // PprIntEn is 0
    p.w2(0x2088, bit(31) | (enabled ? bit(30) : 0) | 1);
    p.ask();
    CHECK((p.status2() & kPprEarly) != 0);
    CHECK(p.ears.ppr == (enabled ? 1 : 0));
  }
}

}  // namespace
}  // namespace amdvi::by_hand
