// Tested here: performance counters, model/include/amdvi/impl/counters.hpp. Numbers are worked out
// from core.md 2.19, 2.20 and 5.1.
#include "tests/unit/counting_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

TEST_CASE("counter blocks are there as the counter configuration register says") {
  Counting c;
  CHECK(c.r(0x4000) == (4u << 7 | 2u << 12));
  for (unsigned bank = 0; bank < 3; ++bank) {
    for (unsigned counter = 0; counter < 5; ++counter) {
      CAPTURE(bank);
      CAPTURE(counter);
      const std::uint64_t at = Counting::block(counter, bank) + kReport;
      c.w(at, 0x123);
      CHECK(c.r(at) == (bank < 2 && counter < 4 ? 0x123u : 0u));
    }
  }
  Counting without({});
  CHECK(without.r(0x4000) == 0);
  without.w(0x40028, 1);
  CHECK(without.r(0x40028) == 0);
}

TEST_CASE("each register of a counter block keeps its writable bits") {
  Counting c;
  struct Row {
    std::uint64_t offset, bits;
  };
  const Row rows[] = {{kCount, 0xFFFFFFFFFFFF},       {kSource, 0xC00000FF},
                      {kPasidMatch, 0xFFFF8000FFFF},  {kDomainMatch, 0xFFFF8000FFFF},
                      {kDeviceMatch, 0xFFFF8000FFFF}, {kReport, 0x800FFFFFFFFFFFFF}};
  for (const Row& row : rows) {
    CAPTURE(row.offset);
    c.w(0x41100 + row.offset, ~std::uint64_t{0});
    CHECK(c.r(0x41100 + row.offset) == row.bits);
    CHECK(c.r(0x41100 + row.offset + 4, 4) == row.bits >> 32);
  }
  c.w(0x41100 + kCount, 0);
  c.w(0x41104 + kCount, 0x1234, 4);  // the high half alone
  CHECK(c.r(0x41100 + kCount) == 0x123400000000);
  CHECK(c.r(0x41130) == 0);  // behind the last register of the block
  c.device.reset();
  CHECK(c.r(0x41100 + kReport) == 0);
}

TEST_CASE("a counter counts its source and nothing else, and stops at source 0") {
  Counting c;
  for (unsigned i = 0; i < 4; ++i) c.counts(std::uint64_t{1} + i, i);  // 1, 2, 3, 4
  c.read(1, 0x1000);
  c.read(1, 0x2000);
  c.read(3, 0x1000);
  CHECK(c.count(0) == 2);  // untranslated pass
  CHECK(c.count(1) == 0);
  CHECK(c.count(2) == 0);
  CHECK(c.count(3) == 1);  // target abort
  c.counts(0);
  c.read(1, 0x3000);
  CHECK(c.count(0) == 2);
}

TEST_CASE("a walk is a translation, and a read and a miss for each of its entries") {
  Counting c;
  const std::uint64_t sources[] = {0x05, 0x07, 0x09, 0x0C};
  for (unsigned i = 0; i < 4; ++i) c.counts(sources[i], i);
  CHECK(c.read(2, 0x10).spa == 0x77010);
  CHECK(c.count(0) == 1);
  CHECK(c.count(1) == 1);  // the page
  CHECK(c.count(2) == 1);  // the directory
  CHECK(c.count(3) == 2);
  Counting more;
  more.counts(0x0B, 0);
  more.counts(0x0A, 1);
  more.counts(0x06, 2);
  more.counts(0x13, 3);
  more.read(2, 0x10);
  CHECK(more.count(0) == 1);                                   // the device table entry
  for (unsigned i = 1; i < 4; ++i) CHECK(more.count(i) == 0);  // no cache, so no hits
}

TEST_CASE("exclusion passes and pretranslated passes have sources of their own") {
  Counting c({{"EFR.PCSup", 1}, {"header.IotlbSup", 1}});
  c.counts(2, 0);
  c.counts(3, 1);
  c.w(0x28, 0x7000);
  c.w(0x20, 0x7000 | 3);
  c.read(3, 0x7000);
  CHECK(c.count(0) == 0);
  CHECK(c.count(1) == 1);
  c.dte(1, kV | kTV | kIR | kIW, 5 | bit(96 - 64));
  CHECK(c.device.translated({1, 0x9000, true, false}).ok);
  CHECK(c.count(0) == 1);
  CHECK(c.count(1) == 1);
}

TEST_CASE("commands and invalidations are counted when they are carried out") {
  Counting c;
  c.counts(0x11, 0);
  c.counts(0x12, 1);
  c.command(0, std::uint64_t{1} << 60);
  c.command(1, std::uint64_t{2} << 60 | 1);
  c.command(2, std::uint64_t{3} << 60, 0x1000);
  c.command(3, std::uint64_t{5} << 60 | 1);
  c.command(4, std::uint64_t{0xF} << 60);  // illegal
  c.submit(5);
  CHECK(c.count(0) == 4);
  CHECK(c.count(1) == 3);
}

TEST_CASE("accesses to 1FF8h are ignored and counted") {
  Counting c;
  c.counts(0x14);
  c.w(0x1FF8, 5);
  CHECK(c.device.mmio_read(0x1FF8, 8) == 0);
  CHECK(c.device.mmio_read(0x1FFC, 4) == 0);
  CHECK(c.device.mmio_read(0x1FF0, 8) == 0);
  CHECK(c.count() == 3);
}

TEST_CASE("interrupts are counted by their kind") {
  Counting c;
  const std::uint64_t sources[] = {0x10, 0x15, 0x17, 0x18};
  for (unsigned i = 0; i < 4; ++i) c.counts(sources[i], i);
  c.dte(1, 0, 0, int_dte());
  REQUIRE(c.memory.write64(kIrt, std::uint64_t{0x300001} << 32));  // entry 1: vector 30h
  CHECK(c.device.interrupt({1, 0xFEE00000, 1}).kind == InterruptResult::Kind::kRemapped);
  CHECK(c.device.interrupt({1, 0xFEE00000, 0x200}).kind == InterruptResult::Kind::kForwarded);
  CHECK(c.device.interrupt({1, 0xFEE00004, 0x200}).kind == InterruptResult::Kind::kAborted);
  CHECK(c.count(0) == 3);
  CHECK(c.count(1) == 1);
  CHECK(c.count(2) == 2);
  CHECK(c.count(3) == 1);
}

TEST_CASE("a match filter lets its device or domain be counted and no other") {
  struct Filter {
    std::uint64_t offset, value;
  };
  for (const Filter f : {Filter{kDeviceMatch, 1}, Filter{kDomainMatch, 5}}) {
    CAPTURE(f.offset);
    Counting c;
    c.dte(9, kV | kTV | kIR | kIW, 4);
    c.counts(1);
    c.w(0x40000 + f.offset, f.value | kMatchOn | std::uint64_t{0xFFFF} << 32);
    c.read(1, 0x1000);
    c.read(9, 0x1000);
    CHECK(c.count() == 1);
    // 1 and 9, 5 and 4: of the bits that are compared the mask leaves none that differs.
    c.w(0x40000 + f.offset, f.value | kMatchOn | std::uint64_t{0xFFF6} << 32);
    c.read(9, 0x1000);
    CHECK(c.count() == 2);
    c.w(0x40000 + f.offset, f.value);  // off
    c.read(9, 0x1000);
    CHECK(c.count() == 3);
  }
}

TEST_CASE("what has no device, domain or PASID does not match a filter for one") {
  for (const std::uint64_t offset : {kDeviceMatch, kDomainMatch, kPasidMatch}) {
    CAPTURE(offset);
    Counting c;
    c.counts(0x11);
    c.w(0x40000 + offset, kMatchOn);
    c.command(0, std::uint64_t{1} << 60);
    c.submit(1);
    CHECK(c.count() == 0);
  }
}

TEST_CASE("option counter_match_mask: the ones of a mask are the bits not compared") {
  Counting c({{"EFR.PCSup", 1}}, {{"counter_match_mask", "ones_are_ignored"}});
  c.counts(1);
  c.w(0x40000 + kDeviceMatch, 0xFF01 | kMatchOn | std::uint64_t{0xFF00} << 32);
  c.read(1, 0x1000);
  CHECK(c.count() == 1);
  c.w(0x40000 + kDeviceMatch, 0xFF01 | kMatchOn);
  c.read(1, 0x1000);
  CHECK(c.count() == 1);
}

TEST_CASE("option counter_cac: a counter needs CAC to count") {
  Counting c({{"EFR.PCSup", 1}}, {{"counter_cac", "required"}});
  c.counts(1);
  c.read(1, 0x1000);
  CHECK(c.count() == 0);
  c.counts(1 | bit(31));
  c.read(1, 0x1000);
  CHECK(c.count() == 1);
}

TEST_CASE("a counter that wraps at 48 bits logs EVENT_COUNTER_ZERO with its note") {
  Counting c;
  c.counts(1);
  c.w(0x40000 + kCount, 0xFFFFFFFFFFFF);
  c.w(0x40000 + kReport, 0xABCDE12345678);  // CERE=0
  c.read(1, 0x1000);
  CHECK(c.count() == 0);
  CHECK(c.events() == 0);
  c.w(0x40000 + kCount, 0xFFFFFFFFFFFF);
  c.w(0x40000 + kReport, 0xABCDE12345678 | kCere);
  c.read(1, 0x1000);
  REQUIRE(c.events() == 1);
  CHECK(c.event(0, 0) == std::uint64_t{0xA} << 60);
  // Note 51:32 in 83:64, 31:0 in 127:96.
  CHECK(c.event(0, 1) == (0xABCDEu | std::uint64_t{0x12345678} << 32));
  c.read(1, 0x1000);
  CHECK(c.events() == 1);
}

TEST_CASE("option counter_at_maximum: a counter stays at its highest value") {
  Counting c({{"EFR.PCSup", 1}}, {{"counter_at_maximum", "saturate"}});
  c.counts(1);
  c.w(0x40000 + kReport, kCere);
  c.w(0x40000 + kCount, 0xFFFFFFFFFFFE);
  c.read(1, 0x1000);
  c.read(1, 0x1000);
  CHECK(c.count() == 0xFFFFFFFFFFFF);
  CHECK(c.events() == 0);
}

TEST_CASE("option counter_write_without_source: a count written with source 0 is lost") {
  Counting taken;
  taken.w(0x40000 + kCount, 5);
  CHECK(taken.count() == 5);
  Counting c({{"EFR.PCSup", 1}}, {{"counter_write_without_source", "lost"}});
  c.w(0x40000 + kCount, 5);
  CHECK(c.count() == 0);
  c.counts(1);
  c.w(0x40000 + kCount, 5);
  CHECK(c.count() == 5);
}

TEST_CASE("a bank lock makes one kind of match register of its bank read-only") {
  struct Row {
    std::uint64_t lock, match;
  };
  const Row rows[] = {{0x4008, kPasidMatch}, {0x4010, kDomainMatch}, {0x4018, kDeviceMatch}};
  for (const Row& row : rows) {
    CAPTURE(row.lock);
    Counting c;
    c.w(row.lock, 2);
    for (const std::uint64_t offset : {kPasidMatch, kDomainMatch, kDeviceMatch}) {
      CAPTURE(offset);
      c.w(0x41000 + offset, 7);
      CHECK(c.r(0x41000 + offset) == (offset == row.match ? 0u : 7u));
      c.w(0x40000 + offset, 7);
      CHECK(c.r(0x40000 + offset) == 7);
    }
    c.w(row.lock, 0);
    c.w(0x41000 + row.match, 9);
    CHECK(c.r(0x41000 + row.match) == 9);
  }
}

TEST_CASE("a copy of a device counts for itself") {
  Counting c;
  c.counts(1);
  Device copy = c.device;
  copy.translate({1, 0x1000, true, false});
  CHECK(copy.mmio_read(0x40000, 8) == 1);
  CHECK(c.count() == 0);
}

}  // namespace
}  // namespace amdvi::by_hand
