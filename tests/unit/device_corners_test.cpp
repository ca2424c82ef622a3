// Tested here: corners of the device that no other test comes to: no observer, options about full
// logs, features that are absent while their bits are set. Bits are from core.md 2.4, 2.16 and 7.3.
#include "tests/unit/device_guest.hpp"
#include "tests/unit/interrupt_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

TEST_CASE("a device that nobody listens to marks, posts, logs and answers as any other") {
  const Config config = config_with({{"EFR.GASup", 1},
                                     {"EFR.GAMSup", 1},
                                     {"EFR.PPRSup", 1},
                                     {"EFR.PPRAutoRspSup", 1},
                                     {"EFR.PprOvrflwEarlySup", 1},
                                     {"EFR.HASup", 1},
                                     {"header.IotlbSup", 1}});
  SparseMemory memory;
  Device d(config, memory);
  d.mmio_write(0x00, 8, kDevTab | 0x1FF);
  d.mmio_write(0x08, 8, kCmd | bit(59));
  d.mmio_write(0x38, 8, 0x9000000 | bit(59));
  d.mmio_write(0xE0, 8, kGaLog | bit(59));
  d.mmio_write(0x2088, 8, 1 | bit(30) | bit(31));
  d.mmio_write(0x18, 8,
               kAllOn | kGAEn | kGAMEn | kGALogEn | kGAIntEn | bit(13) | bit(14) | bit(15) |
                   bit(39) | bit(46));
  REQUIRE(memory.write64(kDevTab + 32, kV | kTV | bit(9) | kTables | kIR | bit(7) | bit(52)));
  REQUIRE(memory.write64(kDevTab + 48, int_dte()));
  REQUIRE(memory.write64(kTables, 0x7654000 | 1 | kIR));
  CHECK(d.translate({1, 0, true, false}).ok);
  std::uint64_t entry = 0;
  REQUIRE(memory.read64(kTables, entry));
  CHECK((entry & kA) != 0);

  REQUIRE(memory.write64(kIrt + 16 * 0x31 + 8, kApic | 0x45));
  for (const std::uint64_t flags : {0x85u, 0xC1u}) {  // logged, or a doorbell
    REQUIRE(memory.write64(kIrt + 16 * 0x31, flags));
    CHECK(d.interrupt({1, kMsi, 0x31}).kind == Kind::kPosted);
  }
  CHECK(d.mmio_read(0x2048, 8) == 8);

  PageRequest page;
  page.device_id = 1;
  for (unsigned i = 0; i < 255; ++i) REQUIRE(d.ppr(page) == spec::PprOutcome::log);
  CHECK(d.ppr(page) == spec::PprOutcome::auto_response);

  REQUIRE(memory.write64(kCmd, std::uint64_t{7} << 60 | 1));       // COMPLETE_PPR_REQUEST
  REQUIRE(memory.write64(kCmd + 16, std::uint64_t{4} << 60 | 1));  // INVALIDATE_IOTLB_PAGES
  d.mmio_write(0x2008, 8, 32);
  d.run();
  CHECK(d.mmio_read(0x2000, 8) == 32);
}

TEST_CASE("option run_clears_on_overflow: the GA log and the PPR log go on running") {
  for (const bool clears : {true, false}) {
    CAPTURE(clears);
    Bench b({{"EFR.GASup", 1}, {"EFR.GAMSup", 1}, {"EFR.PPRSup", 1}},
            {{"run_clears_on_overflow", clears ? "true" : "false"}}, 0);
    b.w(0x38, 0x9000000 | bit(59));
    b.w(0xE0, kGaLog | bit(59));
    b.w(0x18, kAllOn | kGAEn | kGAMEn | kGALogEn | bit(13) | bit(15));
    b.dte(1, kV | bit(52), 0, int_dte());
    REQUIRE(b.memory.write64(kIrt + 16 * 0x31, 0x85));
    REQUIRE(b.memory.write64(kIrt + 16 * 0x31 + 8, kApic | 0x45));
    b.w(0x2040, 8);  // the GA log is full, and the PPR log too
    b.w(0x2030, 16);
    CHECK(b.device.interrupt({1, kMsi, 0x31}).kind == Kind::kPosted);
    PageRequest page;
    page.device_id = 1;
    b.device.ppr(page);
    CHECK((b.status() & (bit(5) | bit(9))) == (bit(5) | bit(9)));
    CHECK((b.status() & (bit(7) | bit(8))) == (clears ? 0 : bit(7) | bit(8)));
  }
}

TEST_CASE("option unsupported_control_bits: bits of absent features are kept and do nothing") {
  // But reserved bits 49 and 57, the SMI filter and segments.
  const std::uint64_t all =
      ~std::uint64_t{0} & ~bit(22) & ~(std::uint64_t{7} << 34) & ~bit(49) & ~bit(57);
  Bench b({}, {{"unsupported_control_bits", "as_written"}}, 0);
  b.w(0x18, all);
  CHECK(b.r(0x18) == all);
  CHECK((b.status() & (bit(7) | bit(8) | bit(12) | bit(16))) == 0);  // PPR, GA and B logs
  b.dte(1, kV | kTV | kIR);
  CHECK(b.read(1, 0x1000).spa == 0x1000);
}

TEST_CASE("an interrupt table at a multiple of 64 bytes is read where it is said to be") {
  IntBench b;
  b.map(1, int_dte() | 0x40);
  REQUIRE(b.memory.write64(kIrt + 0x40, 0x00770001));
  CHECK(b.msi(1, 0).data == 0x77);
}

TEST_CASE("beyond the 256 bytes of configuration space nothing is there") {
  Bench b;
  b.device.config_write(0x100, 0xFFFFFFFF);
  CHECK(b.device.config_read(0x100) == 0);
}

TEST_CASE("without IommuEn page requests are discarded and pretranslated requests pass") {
  Bench b({{"EFR.PPRSup", 1}}, {}, kEventLogEn);
  PageRequest page;
  page.device_id = 1;
  CHECK(b.device.ppr(page) == spec::PprOutcome::discard);
  const Translation t = b.device.translated({1, 0xABC123, true, false});
  CHECK(t.ok);
  CHECK(t.spa == 0xABC123);
}

TEST_CASE("a request of one page of a group is answered with its last only") {
  struct Ears : Observer {
    void page_response(const PageResponse&) override { ++responses; }
    unsigned responses = 0;
  } ears;
  Bench b({{"EFR.PPRSup", 1}, {"EFR.PPRAutoRspSup", 1}});
  Device d = b.device.copy_onto(b.memory, &ears);
  d.mmio_write(0x38, 8, 0x9000000 | bit(59));
  d.mmio_write(0x2030, 8, 16);  // full
  d.mmio_write(0x18, 8, kAllOn | bit(13) | bit(15) | bit(39));
  b.dte(1, kV | bit(52));
  PageRequest page;
  page.device_id = 1;
  page.last = false;
  CHECK(d.ppr(page) == spec::PprOutcome::auto_response);
  CHECK(ears.responses == 0);
  page.last = true;
  CHECK(d.ppr(page) == spec::PprOutcome::auto_response);
  CHECK(ears.responses == 1);
}

TEST_CASE("a device that does not answer halts the commands only if there is a time-out") {
  struct Deaf : Observer {
    bool invalidate_iotlb(const IotlbInvalidation&) override { return false; }
  } deaf;
  for (const std::uint64_t timeout : {0u, 1u}) {
    CAPTURE(timeout);
    Bench b({{"header.IotlbSup", 1}}, {}, kAllOn | timeout << 5);
    Device d = b.device.copy_onto(b.memory, &deaf);
    b.command(0, std::uint64_t{4} << 60 | 1);
    d.mmio_write(0x2008, 8, 16);
    d.run();
    CHECK(((d.mmio_read(0x2020, 8) & kCmdRun) != 0) == (timeout == 0));
    CHECK(d.mmio_read(0x2018, 8) == (timeout == 0 ? 0 : 16));
  }
}

TEST_CASE("an interrupt that a device writes is remapped also if nobody listens") {
  IntBench b;
  b.map(1, int_dte());
  b.irte32(5, 0x00770001);
  b.device = b.device.copy_onto(b.memory);
  const std::uint8_t five[4] = {5}, six[4] = {6};
  CHECK(b.device.dma_write(1, kMsi, five));
  CHECK_FALSE(b.device.dma_write(1, kMsi, six));
}

TEST_CASE("a device that nobody listens to writes its own interrupt") {
  IntBench b({}, {}, kAllOn | kEventIntEn);
  b.device = b.device.copy_onto(b.memory);
  b.device.config_write(0x68, 0x78000);
  b.device.config_write(0x70, 0xBEEF);
  b.device.config_write(0x64, 0x10000);
  b.dte(1, kV);
  b.read(1, 0);
  CHECK(b.mem(0x78000) == 0xBEEF);
}

}  // namespace
}  // namespace amdvi::by_hand
