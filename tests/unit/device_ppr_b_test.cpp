// Tested here: the second PPR log, model/include/amdvi/impl/ppr.hpp and rings.hpp. Numbers are
// worked out from core.md 2.4 (DualPprLogEn 31:30), 2.10, 2.16 and 2.18.
#include "tests/unit/page_request_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

// Status: overflow of A 5, of B 11, active log 12, nearly full A 18, B 17.
constexpr std::uint64_t kOverflowB = bit(11), kActiveB = bit(12), kEarlyB = bit(17);
constexpr std::uint64_t kLogs = kPprOverflow | kOverflowB | kActiveB | kPprRun;
const std::initializer_list<Setting> kDual{{"EFR.PPRSup", 1},
                                           {"EFR.DualPprLogSup", 2},
                                           {"EFR.PPRAutoRspSup", 1},
                                           {"EFR.PprOvrflwEarlySup", 1}};

struct Dual : Ppr {
  explicit Dual(std::uint64_t mode, std::initializer_list<Setting> caps = kDual,
                std::initializer_list<Choice> options = {})
      : Ppr(kPprOn | mode << 30, caps, options) {}
  void ask_times(unsigned n) {
    for (unsigned i = 0; i < n; ++i) REQUIRE(ask() == spec::PprOutcome::log);
  }
  std::uint64_t tail_b() const { return r2(0x2058); }
};

TEST_CASE("DualPprLogEn 0 writes page requests to log A and 1 to log B") {
  Dual a(0), b(1);
  a.ask_times(1);
  b.ask_times(1);
  CHECK(a.tail() == 1);
  CHECK(a.tail_b() == 0);
  CHECK((a.status2() & kLogs) == kPprRun);
  CHECK(b.tail() == 0);
  CHECK(b.tail_b() == 16);
  CHECK((b.status2() & kLogs) == (kActiveB | kPprRun));
  CHECK((b.status2() & kPprInt) != 0);
  // DeviceID 1, tag 123 and last (41), READ 50, WRITE 53, US 54, code 1.
  CHECK(b.mem(kPprLogB) ==
        (0x1 | std::uint64_t{0x323} << 32 | bit(50) | bit(53) | bit(54) | std::uint64_t{1} << 60));
  CHECK(b.mem(kPprLogB + 8) == 0xABC000);
}

TEST_CASE("without DualPprLogSup there is no PPR log B") {
  Dual p(1, {{"EFR.PPRSup", 1}});
  p.ask_times(1);
  CHECK(p.tail() == 1);
  CHECK(p.r2(0x00F0) == 0);
}

TEST_CASE("DualPprLogEn 2 goes to the other PPR log when one is full") {
  Dual p(2);
  p.ask_times(255);
  CHECK((p.status2() & kLogs) == kPprRun);
  p.ask_times(1);
  CHECK(p.tail() == 255);
  CHECK(p.tail_b() == 16);
  CHECK((p.status2() & kLogs) == (kPprOverflow | kActiveB | kPprRun));
  p.ask_times(254);
  CHECK(p.ask() == spec::PprOutcome::discard);  // both are full
  CHECK(p.tail_b() == 255 * 16);
  CHECK((p.status2() & kLogs) == (kPprOverflow | kOverflowB | kActiveB));
}

TEST_CASE("PPR log A takes over again once it was emptied and its overflow cleared") {
  Dual p(2);
  p.ask_times(256);
  p.w2(0x2030, 255 * 16);
  p.w2(0x2020, kPprOverflow);
  p.ask_times(255);
  CHECK((p.status2() & kLogs) == (kOverflowB | kPprRun));
  CHECK(p.tail() == 0);  // written in the last slot, wrapped
}

TEST_CASE("in the mode of one PPR log a full log B stops and requests are answered") {
  Dual p(1);
  p.w2(0x0018, kPprOn | kPprAutoRspEn | std::uint64_t{1} << 30);
  p.w2(0x2080, 1);
  p.ask_times(255);
  CHECK(p.ask() == spec::PprOutcome::auto_response);
  CHECK((p.status2() & kLogs) == (kOverflowB | kActiveB));
  REQUIRE(p.ears.responses.size() == 1);
  CHECK(p.ears.responses[0].code == 1);
  CHECK(p.tail() == 0);
}

TEST_CASE("with overflow_when=last_slot the logs change places with the last slot") {
  Dual p(2, kDual, {{"overflow_when", "last_slot"}});
  p.ask_times(255);
  CHECK(p.tail() == 255);
  CHECK((p.status2() & kLogs) == (kPprOverflow | kActiveB | kPprRun));
  p.ask_times(1);
  CHECK(p.tail_b() == 16);
}

TEST_CASE("the early warning of PPR log B has its own threshold and status bit") {
  Dual p(1);
  p.w2(0x2088, 1 | bit(31));
  p.w2(0x2090, 2 | bit(30) | bit(31));
  p.ask_times(1);
  CHECK((p.status2() & (kPprEarly | kEarlyB)) == 0);
  p.ask_times(1);
  CHECK((p.status2() & (kPprEarly | kEarlyB)) == kEarlyB);
  CHECK(p.ears.ppr == 1);
}

TEST_CASE("the base of PPR log B resets its own pointers and is ignored while the log runs") {
  Dual p(1);
  p.ask_times(2);
  p.w2(0x00F0, 0xA000000 | std::uint64_t{9} << 56);
  CHECK(p.r2(0x00F0) == (kPprLogB | std::uint64_t{8} << 56));
  p.w2(0x0018, kPprOn & ~kPprLogEn);
  p.w2(0x00F0, 0xA000000 | std::uint64_t{9} << 56);
  CHECK(p.r2(0x00F0) == (0xA000000 | std::uint64_t{9} << 56));
  CHECK(p.tail_b() == 0);
}

TEST_CASE("option dual_log_codes: 1 is log A, 2 is log B and 3 is automatic") {
  const std::initializer_list<Choice> other{{"dual_log_codes", "a_b_automatic"}};
  for (const std::uint64_t code : {0u, 1u, 2u, 3u}) {
    CAPTURE(code);
    Dual p(code, kDual, other);
    p.ask_times(255);
    CHECK(p.tail() == (code == 2 ? 0u : 255u));
    CHECK(p.tail_b() == (code == 2 ? 255u * 16 : 0u));
    CHECK(p.ask() == (code == 3 ? spec::PprOutcome::log : spec::PprOutcome::discard));
  }
  Dual usual(3);  // reserved: as it was, log A
  usual.ask_times(1);
  CHECK(usual.tail() == 1);
}

}  // namespace
}  // namespace amdvi::by_hand
