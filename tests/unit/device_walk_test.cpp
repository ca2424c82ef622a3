// Tested here: levels and page sizes of the host table walk, model/include/amdvi/impl. Numbers are
// worked out from behaviour.md 2.
#include <array>
#include <vector>

#include "tests/unit/walk_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

TEST_CASE("every number of levels reaches a 4 KiB page") {
  for (unsigned mode = 1; mode <= 6; ++mode) {
    CAPTURE(mode);
    const std::uint64_t all = 0xDEAD'BEEF'1234'5678;
    const std::uint64_t iova = mode == 6 ? all : all & (bit(12 + 9 * mode) - 1);
    Walk w(mode, iova);
    w.entry(1, 0x000F'ABCD'E123'4000 | 1 | kRW);
    const Translation t = w.go();
    REQUIRE(t.ok);
    CHECK(t.spa == (0x000F'ABCD'E123'4000 | (iova & 0xFFF)));
    CHECK(t.offset_mask == 0xFFF);
    CHECK(w.events() == 0);
  }
}

TEST_CASE("level 6 is indexed by address bits 63:57 only") {
  Walk w(6, ~std::uint64_t{0});
  w.entry(1, 0x5000 | 1 | kRW);
  CHECK(w.slot(6) == kTables + 8 * 127);
  CHECK(w.go().spa == 0x5FFF);
}

TEST_CASE("NextLevel 0 is a page of the default size of its level") {
  struct Row {
    unsigned level;
    std::uint64_t size;
  };
  for (const Row& row : {Row{1, 0x1000}, Row{2, 0x20'0000}, Row{3, 0x4000'0000},
                         Row{4, 0x80'0000'0000}, Row{5, 0x1'0000'0000'0000}}) {
    CAPTURE(row.level);
    Walk w(6, 0x00AA'BBBB'CCCC'DDDD);
    const std::uint64_t page = 0x000E'0000'0000'0000 & ~(row.size - 1);
    w.entry(row.level, page | 1 | kRW);
    const Translation t = w.go();
    REQUIRE(t.ok);
    CHECK(t.offset_mask == row.size - 1);
    CHECK(t.spa == (page | (w.iova & (row.size - 1))));
  }
}

TEST_CASE("NextLevel 7 is a page of the encoded size: every size at every level") {
  // Legal sizes by level, as the power of two; everything else is an invalid page size.
  struct Range {
    unsigned low, high;
  };
  constexpr std::array<Range, 6> kLegal{{{0, 0}, {13, 20}, {22, 29}, {31, 38}, {40, 47}, {49, 51}}};
  for (unsigned level = 1; level <= 5; ++level) {
    for (unsigned power = 13; power <= 51; ++power) {
      CAPTURE(level);
      CAPTURE(power);
      Walk w(6, 0x00AA'BBBB'CCCC'DDDD);
      // Address bits 12 .. power-2 ones, bit power-1 zero.
      const std::uint64_t size = bit(power);
      const std::uint64_t ones = (bit(power - 1) - 1) & ~std::uint64_t{0xFFF};
      const std::uint64_t page = 0x000F'FFFF'FFFF'F000 & ~(size - 1);
      w.entry(level, page | ones | 1 | level_bits(7) | kRW);
      if (power < kLegal[level].low || power > kLegal[level].high) {
        CHECK(fault_of(w) == "PR");
        continue;
      }
      const Translation t = w.go();
      REQUIRE(t.ok);
      CHECK(t.offset_mask == size - 1);
      CHECK(t.spa == (page | (w.iova & (size - 1))));
    }
  }
}

TEST_CASE("option all_ones_page_legal: no zero bit in the address, or 2^52 at level 5") {
  for (const bool legal : {true, false}) {
    const std::string_view value = legal ? "true" : "false";
    Walk ones(1, 0x12345, {{"all_ones_page_legal", value}});
    ones.entry(1, 0x000F'FFFF'FFFF'F000 | 1 | level_bits(7) | kRW);
    CHECK(ones.go().ok == legal);
    Walk whole(5, 0x12345, {{"all_ones_page_legal", value}});
    whole.entry(5, 0x0007'FFFF'FFFF'F000 | 1 | level_bits(7) | kRW);
    CHECK(whole.go().ok == legal);
  }
}

TEST_CASE("option default_page_low_bits: address bits below a large page") {
  Walk masked(2, 0x12345), refused(2, 0x12345, {{"default_page_low_bits", "page_fault"}});
  masked.entry(2, 0x4000'1000 | 1 | kRW);
  refused.entry(2, 0x4000'1000 | 1 | kRW);
  CHECK(masked.go().spa == 0x4001'2345);
  CHECK(fault_of(refused) == "PR");
}

TEST_CASE("level 6 holds no pages, option level6_leaf lets NextLevel 0 be one") {
  Walk encoded(6, 0x1234), plain(6, 0x1234), page(6, 0x1234, {{"level6_leaf", "page"}});
  encoded.entry(6, 0x1000 | 1 | level_bits(7) | kRW);
  plain.entry(6, 1 | kRW);
  page.entry(6, 1 | kRW);
  CHECK(fault_of(encoded) == "PR");
  CHECK(fault_of(plain) == "PR");
  CHECK(page.go().offset_mask == bit(57) - 1);
}

TEST_CASE("the table address is bits 51:12 of the entry") {
  Walk w(2, 0x5000);
  w.entry(2, 0x000F'FFFF'FFFF'F000 | 1 | level_bits(1) | kRW);
  w.memory.write64(0x000F'FFFF'FFFF'F000 + 8 * 5, 0x9000 | 1 | kRW);
  CHECK(w.go().spa == 0x9000);
}

TEST_CASE("dma moves data page by page and stops at the first refused part") {
  Walk w(1, 0x5000);
  w.memory.write64(w.table(1) + 8 * 5, 0x9000 | 1 | kRW);
  const std::vector<std::uint8_t> bytes(0x1800, 0xAB);
  CHECK_FALSE(w.device.dma_write(1, 0x5800, bytes));  // page 6 is not mapped
  CHECK(w.mem(0x97F8) == 0);
  CHECK(w.mem(0x9800) == 0xABAB'ABAB'ABAB'ABAB);
  CHECK(w.mem(0x9FF8) == 0xABAB'ABAB'ABAB'ABAB);
  CHECK(w.mem(0xA000) == 0);
  std::vector<std::uint8_t> back(16);
  CHECK(w.device.dma_read(1, 0x5FF0, back));
  CHECK(back == std::vector<std::uint8_t>(16, 0xAB));
}

TEST_CASE("only the indexed copy of a replicated entry is read") {
  Walk w(1, 0x6000);
  // 16 KiB at 80000000h: four copies at 4 to 7, of which only the one of page 6 is right.
  for (unsigned i = 4; i < 8; ++i) {
    w.memory.write64(w.table(1) + 8 * i, i == 6 ? 0x8000'1000 | 1 | level_bits(7) | kRW : 0);
  }
  CHECK(w.read(1, 0x6000).spa == 0x8000'2000);
  CHECK(w.read(1, 0x6000).offset_mask == 0x3FFF);
}

}  // namespace
}  // namespace amdvi::by_hand
