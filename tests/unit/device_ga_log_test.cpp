// Tested here: model/include/amdvi/impl/ga_log.hpp. Layouts are from core.md 6.2, 7.3 and 2.3.
#include "tests/unit/interrupt_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

constexpr std::uint64_t kGaOn = kAllOn | kGAEn | kGAMEn | kGALogEn;
constexpr std::uint64_t kGARun = bit(8), kGAOverflow = bit(9), kGAInt = bit(10);
// RemapEn 0, GALogIntr 2, IsRun 6, GuestMode 7.
constexpr std::uint64_t kRemapEn = 1, kGALogIntr = 4, kIsRun = 0x40, kGuest = 0x80;

struct GaBench : IntBench {
  explicit GaBench(std::uint64_t control = kGaOn, std::initializer_list<Choice> options = {})
      : IntBench({{"EFR.GASup", 1}, {"EFR.GAMSup", 1}, {"EFR.XTSup", 1}}, options, 0) {
    w(0xE0, kGaLog | bit(59));  // 4 KiB
    w(0x18, control);
    map(0x123, int_dte());
  }
  void guest(std::uint64_t flags, std::uint32_t vector = 0x45, std::uint32_t tag = 0xCAFE0001) {
    irte128(0x31, kRemapEn | kGuest | flags | std::uint64_t{tag} << 32, kApic | vector);
  }
  InterruptResult send() { return msi(0x123, 0x31); }
};

TEST_CASE("a guest interrupt sets the bit of its vector in the request registers of the page") {
  for (unsigned vector = 0; vector < 256; ++vector) {
    GaBench b;
    b.guest(kIsRun, vector);
    REQUIRE(b.memory.write64(kApic + 0x200 + vector / 32 * 16, 0x8000'0001'8000'0001));
    const InterruptResult r = b.send();
    CHECK(r.kind == Kind::kPosted);
    CHECK(r.data == vector);
    CHECK(b.mem(kApic + 0x200 + vector / 32 * 16) == (0x8000'0001'8000'0001 | bit(vector % 32)));
  }
}

TEST_CASE("a running guest is notified by its doorbell and not logged") {
  GaBench b(kGaOn | kXTEn);
  b.irte128(0x31, 0x22334400 | kRemapEn | kGuest | kIsRun | kGALogIntr,
            std::uint64_t{0x11} << 56 | kApic | 0x45);
  CHECK(b.send().destination == 0x11223344);
  REQUIRE(b.recorder.doorbells.size() == 1);
  CHECK(b.recorder.doorbells[0] == 0x11223344);
  CHECK(b.r(0x2048) == 0);
}

TEST_CASE("a guest that does not run is logged with its tag and the DeviceID") {
  GaBench b;
  b.guest(kGALogIntr);
  b.send();
  CHECK(b.mem(kGaLog) == 0x1000'0123'CAFE'0001);
  CHECK(b.r(0x2048) == 8);
  CHECK(b.recorder.doorbells.empty());
  REQUIRE(b.recorder.ga_entries.size() == 1);
  CHECK((b.status() & kGAInt) != 0);
  b.w(0x2020, kGAInt);
  CHECK((b.status() & kGAInt) == 0);
}

TEST_CASE("reserved bits of a GA log pointer are not part of it") {
  GaBench b;
  b.w(0x2040, 0xFFFF'FFFF'FFFF'0018);  // bits 15:3 are the pointer
  CHECK(b.r(0x2040) == 0x18);
}

TEST_CASE("without GALogIntr nothing is logged") {
  GaBench b;
  b.guest(0);
  CHECK(b.send().kind == Kind::kPosted);
  CHECK(b.r(0x2048) == 0);
}

TEST_CASE("GALogRun follows IommuEn, GAEn and GALogEn") {
  for (const std::uint64_t missing : {kIommuEn, kGAEn, kGALogEn}) {
    GaBench b;
    CHECK((b.status() & kGARun) != 0);
    b.w(0x18, kGaOn & ~missing);
    CHECK((b.status() & kGARun) == 0);
    b.w(0x18, kGaOn);
    CHECK((b.status() & kGARun) != 0);
  }
  GaBench stopped(kGaOn & ~kGALogEn);
  stopped.guest(kGALogIntr);
  CHECK(stopped.send().kind == Kind::kPosted);
  CHECK(stopped.r(0x2048) == 0);
}

TEST_CASE("the tail is kept in memory at the address of 00E8h") {
  GaBench b;
  b.w(0xE8, 0x8000008);
  b.guest(kGALogIntr);
  b.send();
  b.send();
  CHECK(b.mem(0x8000008) == 16);
}

TEST_CASE("an entry without room is lost and sets GALOverflow") {
  GaBench b;
  b.guest(kGALogIntr);
  for (unsigned i = 0; i < 511; ++i) b.send();
  CHECK(b.r(0x2048) == 4088);
  CHECK((b.status() & kGAOverflow) == 0);
  b.send();
  CHECK(b.r(0x2048) == 4088);
  CHECK((b.status() & (kGAOverflow | kGARun)) == kGAOverflow);
  b.w(0x2040, 16);
  b.send();
  CHECK(b.r(0x2048) == 4088);  // room again, but still stopped
  b.w(0x18, kGaOn & ~kGALogEn);
  b.w(0x2020, kGAOverflow);
  b.w(0x18, kGaOn);
  b.send();
  CHECK(b.r(0x2048) == 0);  // wrapped
}

TEST_CASE("an entry sends an interrupt with GAIntEn only") {
  GaBench quiet, loud(kGaOn | kGAIntEn);
  for (GaBench* b : {&quiet, &loud}) {
    b->device.config_write(0x68, 0xFEE01000);
    b->device.config_write(0x70, 0x55);
    b->device.config_write(0x64, bit(16));
    b->guest(kGALogIntr);
    b->send();
  }
  CHECK(quiet.recorder.messages.empty());
  REQUIRE(loud.recorder.messages.size() == 1);
  CHECK(loud.recorder.messages[0].cause == InterruptCause::kGaLog);
  CHECK(loud.recorder.messages[0].address == 0xFEE01000);
  CHECK(loud.recorder.messages[0].data == 0x55);
}

TEST_CASE("writing the GA log base resets its pointers, and is ignored while the log runs") {
  GaBench b;
  b.guest(kGALogIntr);
  b.send();
  b.w(0xE0, kGaLog | 0x1000 | bit(59));
  CHECK(b.r(0xE0) == (kGaLog | bit(59)));
  b.w(0x18, kGaOn & ~kGALogEn);
  b.w(0xE0, kGaLog | 0x1000 | bit(59));
  CHECK(b.r(0xE0) == (kGaLog | 0x1000 | bit(59)));
  CHECK(b.r(0x2048) == 0);
}

TEST_CASE("a guest APIC page that cannot be reached loses the interrupt") {
  GaBench b;
  Config config = config_with({{"EFR.GASup", 1}, {"EFR.GAMSup", 1}});
  SparseMemory small(0x8000000);
  Device device(config, small);
  device.mmio_write(0, 8, kDevTab | 0x1FF);
  device.mmio_write(0x18, 8, kGaOn);
  REQUIRE(small.write64(kDevTab + 16, int_dte()));
  REQUIRE(small.write64(kIrt + 16 * 0x31, kRemapEn | kGuest));
  REQUIRE(small.write64(kIrt + 16 * 0x31 + 8, 0x8000000 | 0x45));
  CHECK(device.interrupt({0, kMsi, 0x31}).kind == Kind::kAborted);
}

}  // namespace
}  // namespace amdvi::by_hand
