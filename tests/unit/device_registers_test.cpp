// Tested here: model/include/amdvi/impl/rings.hpp: locks, hardware event registers, the second
// event log and the registers that only hold values. From core.md 2.
#include "tests/unit/interrupt_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

TEST_CASE("an SMI filter is read-only from its lock until reset") {
  Quiet q({{"EFR.SmiFSup", 1}, {"EFR.SmiFRC", 4}});
  q.w(0x60, ~bit(17));
  CHECK(q.r(0x60) == 0x1FFFF);
  q.w(0x60, 0x20123 | bit(16));
  CHECK(q.r(0x60) == 0x30123);
  q.w(0x60, 0);
  CHECK(q.r(0x60) == 0x30123);
  q.w(0x68, 0x10456);
  CHECK(q.r(0x68) == 0x10456);
  q.device.reset();
  CHECK(q.r(0x60) == 0);
  q.w(0x60, 0x1);
  CHECK(q.r(0x60) == 1);
}

TEST_CASE("there are 2^SmiFRC SMI filters, at most 16") {
  for (unsigned code = 0; code < 8; ++code) {
    CAPTURE(code);
    Quiet q({{"EFR.SmiFSup", 1}, {"EFR.SmiFRC", code}});
    for (unsigned n = 0; n < 16; ++n) {
      CAPTURE(n);
      q.w(0x60 + 8 * n, 1);
      CHECK(q.r(0x60 + 8 * n) == (n < (1u << code) ? 1 : 0));
    }
  }
}

TEST_CASE("device specific and performance registers hold what may be written") {
  Quiet q({{"EFR.PerfOptSup", 1}});
  for (const unsigned offset : {0x138u, 0x140u, 0x148u}) q.w(offset, ~std::uint64_t{0});
  CHECK(q.r(0x138) == 0);
  CHECK(q.r(0x140) == 0xFFFFFFFF);
  CHECK(q.r(0x148) == 0xFFFFFFFF);
  q.w(0x16C, 0xFFFFFFFF, 4);
  CHECK(q.r(0x16C, 4) == 0x2000);
}

TEST_CASE("the PPR log runs on IommuEn and PPRLogEn") {
  Quiet q({{"EFR.PPRSup", 1}});
  q.w(0x18, bit(13));
  CHECK(q.status() == 0);
  q.w(0x18, kIommuEn | bit(13));
  CHECK(q.status() == bit(7));
  q.w(0x18, kIommuEn);
  CHECK(q.status() == 0);
}

TEST_CASE("a PPR log base resets its own pointers and is ignored while the log runs") {
  Quiet q({{"EFR.PPRSup", 1}});
  q.w(0x2030, 0x20);
  q.w(0x2038, 0x40);
  q.w(0x38, 0x5000 | bit(59));
  CHECK(q.r(0x2030) == 0);
  CHECK(q.r(0x2038) == 0);
  q.w(0x18, kIommuEn | bit(13));
  q.w(0x38, 0x6000 | bit(59));
  CHECK(q.r(0x38) == (0x5000 | bit(59)));
}

// Hardware events

struct ErrorBench : IntBench {
  explicit ErrorBench(std::initializer_list<Choice> options = {}, std::uint64_t control = kAllOn)
      : IntBench({{"EFR.HESup", 1}}, options, control) {}
  void error(std::uint16_t id) {  // its entry is beyond the end of memory
    w(0x0000, 0x000F'FFFF'FFFF'F1FF);
    CHECK(!read(id, 0x1000).ok);
  }
};

TEST_CASE("a hardware error is held in 0040h and 0048h with HEV, as it is logged") {
  ErrorBench b;
  b.error(0x1000);
  REQUIRE(b.events() == 1);
  CHECK(b.code() == 3);
  CHECK(b.r(0x40) == b.event(0, 0));
  CHECK(b.r(0x48) == b.event(0, 1));
  CHECK(b.r(0x50) == 1);
  b.w(0x50, 1);
  CHECK(b.r(0x50) == 0);
}

TEST_CASE("a hardware error is held while the log does not run") {
  ErrorBench b({}, kIommuEn);
  b.error(0x1000);
  CHECK(b.events() == 0);
  CHECK((b.r(0x40) >> 60) == 3);
  CHECK(b.r(0x50) == 1);
}

TEST_CASE("other events are not held") {
  ErrorBench b;
  b.dte(1, kV);
  b.read(1, 0);
  REQUIRE(b.events() == 1);
  CHECK(b.r(0x50) == 0);
}

TEST_CASE("a second hardware error sets HEO, the last is held, or the first by option") {
  ErrorBench last, first({{"hw_event_replacement", "first"}});
  for (ErrorBench* b : {&last, &first}) {
    b->error(0x1000);
    b->error(0x1001);
    CHECK(b->r(0x50) == 3);
  }
  CHECK((last.r(0x40) & 0xFFFF) == 0x1001);
  CHECK((first.r(0x40) & 0xFFFF) == 0x1000);
}

TEST_CASE("without HESup there are no hardware event registers") {
  IntBench b;
  b.w(0x0000, 0x000F'FFFF'FFFF'F1FF);
  b.read(0x1000, 0);
  CHECK(b.r(0x50) == 0);
  CHECK(b.r(0x40) == 0);
}

// SNP

TEST_CASE("once SNP is enabled the base registers ignore writes until reset") {
  Quiet q({{"EFR.PPRSup", 1}, {"EFR.DualEventLogSup", 1}});
  const auto value = [](unsigned offset) {
    return offset == 0x38 || offset == 0xF8 || offset == 8 || offset == 0x10 ? 0x5000 | bit(59)
                                                                             : 0x5000;
  };
  for (const unsigned offset : {0x00u, 0x08u, 0x10u, 0x20u, 0x28u, 0x38u, 0xF8u}) {
    CAPTURE(offset);
    q.w(offset, value(offset));
    q.device.lock_for_snp();
    q.w(offset, value(offset) + 0x1000);
    CHECK(q.r(offset) == value(offset));
    q.w(0x18, 0x404);
    CHECK(q.r(0x18) == 0x404);
    q.device.reset();
    q.w(offset, value(offset) + 0x1000);
    CHECK(q.r(offset) == value(offset) + 0x1000);
  }
}

// The second event log

constexpr std::uint64_t kLogB = 0x3800000;
struct DualBench : IntBench {
  explicit DualBench(std::uint64_t mode) : IntBench({{"EFR.DualEventLogSup", 2}}, {}, 0) {
    w(0xF8, kLogB | bit(59));
    w(0x18, kAllOn | mode << 32);
    dte(1, kV);
  }
  void fault() { read(1, 0); }
};

TEST_CASE("DualEventLogEn 0 logs to A and 1 to B") {
  DualBench a(0), b(1);
  for (DualBench* bench : {&a, &b}) bench->fault();
  CHECK(a.r(0x2018) == 16);
  CHECK(a.r(0x2078) == 0);
  CHECK((a.status() & bit(16)) == 0);
  CHECK(b.r(0x2018) == 0);
  CHECK(b.r(0x2078) == 16);
  CHECK((b.mem(kLogB) >> 60) == 2);
  CHECK((b.status() & bit(16)) != 0);
}

TEST_CASE("DualEventLogEn 2 goes to the other log when one is full") {
  DualBench b(2);
  for (unsigned i = 0; i < 255; ++i) b.fault();
  CHECK(b.r(0x2018) == 4080);
  CHECK((b.status() & (bit(0) | bit(15) | bit(16))) == 0);
  b.fault();
  CHECK(b.r(0x2018) == 4080);
  CHECK(b.r(0x2078) == 16);
  CHECK((b.status() & (bit(0) | bit(15) | bit(16))) == (bit(0) | bit(16)));
  CHECK((b.status() & kLogRun) != 0);
  for (unsigned i = 0; i < 255; ++i) b.fault();
  CHECK(b.r(0x2078) == 4080);
  CHECK((b.status() & (bit(0) | bit(15) | bit(16))) == (bit(0) | bit(15) | bit(16)));
  CHECK((b.status() & kLogRun) == 0);
}

TEST_CASE("log A takes over again once it was emptied and its overflow cleared") {
  DualBench b(2);
  for (unsigned i = 0; i < 256; ++i) b.fault();
  b.w(0x2010, 4080);
  b.w(0x2020, kOverflow);
  for (unsigned i = 0; i < 255; ++i) b.fault();
  CHECK((b.status() & (bit(0) | bit(15) | bit(16))) == bit(15));
  CHECK(b.r(0x2018) == 0);  // written at 4080, wrapped
  CHECK((b.mem(kLog + 4080) >> 60) == 2);
}

TEST_CASE("in the mode of one log a full one stops logging") {
  DualBench b(1);
  for (unsigned i = 0; i < 256; ++i) b.fault();
  CHECK((b.status() & (bit(0) | bit(15) | bit(16))) == (bit(15) | bit(16)));
  CHECK((b.status() & kLogRun) == 0);
  CHECK(b.r(0x2018) == 0);
}

TEST_CASE("option config_write_while_running: table addresses and the exclusion range") {
  struct Row {
    std::uint64_t offset, value;
  };
  for (const Row& row : {Row{0x0000, 0x5000001}, Row{0x0100, 0x5000001}, Row{0x0020, 0x5000003},
                         Row{0x0028, 0x5000000}, Row{0x00E8, 0x5000008}}) {
    CAPTURE(row.offset);
    for (const bool ignored : {false, true}) {
      CAPTURE(ignored);
      Quiet q({{"EFR.GASup", 1}, {"EFR.GAMSup", 1}, {"EFR.DevTblSegSup", 3}},
              {{"config_write_while_running", ignored ? "ignore" : "take"}});
      q.w(row.offset, row.value);
      CHECK(q.r(row.offset) == row.value);
      q.w(0x0018, kIommuEn);
      q.w(row.offset, 0);
      CHECK(q.r(row.offset) == (ignored ? row.value : 0));
    }
  }
}

TEST_CASE("every register that is there is found at its offset and nowhere else") {
  // Apertures alternate: base, relocation and length, 18h apart.
  Quiet q({{"EFR.MarcSup", 1}, {"EFR.PCSup", 1}});
  for (unsigned n = 0; n < 12; ++n) q.w(0x200 + 8 * n, std::uint64_t{n + 1} << 12);
  for (unsigned n = 0; n < 12; ++n) {
    CAPTURE(n);
    CHECK(q.r(0x200 + 8 * n) == std::uint64_t{n + 1} << 12);
  }
  CHECK(q.r(0x260) == 0);
  CHECK(q.r(0x1F8) == 0);
  for (const std::uint64_t lock : {0x4008u, 0x4010u, 0x4018u}) {
    q.w(lock, ~std::uint64_t{0});
    CHECK(q.r(lock) == ~std::uint64_t{0});
  }
}

TEST_CASE("option hw_event_writable: the hardware event registers") {
  for (const bool writable : {false, true}) {
    CAPTURE(writable);
    Quiet q({{"EFR.HESup", 1}}, {{"hw_event_writable", writable ? "true" : "false"}});
    for (const std::uint64_t offset : {0x40u, 0x48u}) {
      q.w(offset, 0x123456789);
      CHECK(q.r(offset) == (writable ? 0x123456789u : 0u));
    }
  }
}

TEST_CASE("option device_table_size_too_large: a segment base with too large a Size") {
  struct Row {
    std::uint64_t offset, most;
  };
  for (const Row& row :
       {Row{0x100, 0xFF}, Row{0x108, 0x7F}, Row{0x110, 0x7F}, Row{0x118, 0x3F}, Row{0x130, 0x3F}}) {
    CAPTURE(row.offset);
    for (const bool ignored : {false, true}) {
      CAPTURE(ignored);
      Quiet q({{"EFR.DevTblSegSup", 3}},
              {{"device_table_size_too_large", ignored ? "ignore" : "take"}});
      q.w(row.offset, 0x5000000 | row.most);
      CHECK(q.r(row.offset) == (0x5000000 | row.most));
      q.w(row.offset, 0x6000000 | (row.most + 1));
      CHECK(q.r(row.offset) == (ignored ? 0x5000000 | row.most : 0x6000000 | (row.most + 1)));
    }
  }
}

}  // namespace
}  // namespace amdvi::by_hand
