// Tested here: the host table walk of model/include/amdvi/impl/translate.hpp. Numbers are worked
// out from behaviour.md 2.
#include <array>
#include <vector>

#include "tests/unit/device_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

constexpr std::uint64_t level_bits(unsigned next) { return std::uint64_t{next} << 9; }
constexpr std::uint64_t kRW = kIR | kIW;

// A walk of `mode` levels for one address; tables are at kTables + 1000h * (mode - level).
struct Walk : Bench {
  explicit Walk(unsigned mode, std::uint64_t address, std::initializer_list<Choice> options = {},
                std::uint64_t dte_permission = kRW)
      : Bench({{"EFR.HATS", 2}}, options), top(mode), iova(address) {
    dte(1, kV | kTV | level_bits(mode) | kTables | dte_permission, 0x77);
    for (unsigned level = mode; level > 1; --level) {
      entry(level, table(level - 1) | 1 | level_bits(level - 1) | kRW);
    }
  }
  std::uint64_t table(unsigned level) const { return kTables + 0x1000 * (top - level); }
  std::uint64_t slot(unsigned level) const {
    return table(level) + 8 * (iova >> (12 + 9 * (level - 1)) & 511);
  }
  void entry(unsigned level, std::uint64_t value) { REQUIRE(memory.write64(slot(level), value)); }
  Translation go(bool is_write = false) { return device.translate({1, iova, !is_write, is_write}); }

  unsigned top;
  std::uint64_t iova;
};

std::string_view fault_of(Walk& w, bool is_write = false) {
  if (w.go(is_write).ok) return "ok";
  if (w.events() != 1 || w.code() != 2) return "no fault";
  if (w.RZ()) return w.PR() && !w.PE() ? "PR RZ" : "?";
  if (w.PE()) return w.PR() ? "PR PE" : "?";
  return w.PR() ? "PR" : "";
}

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

TEST_CASE("PR=0 at any level is a page fault with PR=0, whatever the other bits are") {
  for (unsigned level = 1; level <= 4; ++level) {
    for (const std::uint64_t rest : {std::uint64_t{0}, ~std::uint64_t{1}}) {
      Walk w(4, 0x1234'5678'9ABC);
      w.entry(level, rest);
      CHECK(fault_of(w) == "");
      CHECK(w.code() == 2);
    }
  }
}

TEST_CASE("each bit of a leaf alone: 56:52 are reserved, 58:57 too without TMPMSup") {
  for (unsigned n = 1; n < 64; ++n) {
    if ((n >= 9 && n <= 11) || n == 61 || n == 62) continue;  // NextLevel, permissions
    CAPTURE(n);
    Walk w(1, 0x5000);
    w.entry(1, 1 | kRW | bit(n));
    CHECK(fault_of(w) == (n >= 52 && n <= 58 ? "PR RZ" : "ok"));
  }
}

TEST_CASE("with TMPMSup each bit of a leaf alone: 56:52 are reserved and 58:57 are not") {
  for (unsigned n = 52; n <= 60; ++n) {
    CAPTURE(n);
    Bench b({{"EFR2.TMPMSup", 1}});
    b.dte(1, kV | kTV | level_bits(1) | kTables | kRW);
    b.memory.write64(kTables, 1 | kRW | bit(n));
    CHECK(b.read(1, 0).ok == (n > 56));
  }
}

TEST_CASE("leaf bits 58:57 are reserved in 3.05 and a field with TMPMSup later") {
  for (unsigned n = 57; n <= 58; ++n) {
    for (const bool old : {true, false}) {
      Bench b({{"EFR2.TMPMSup", 1}, {"Revision", old ? 0x305u : 0x311u}});
      b.dte(1, kV | kTV | level_bits(1) | kTables | kRW);
      b.memory.write64(kTables, 1 | kRW | bit(n));
      CHECK(b.read(1, 0).ok == !old);
    }
  }
}

TEST_CASE("each bit of a directory alone: 60:52 are reserved") {
  for (unsigned n = 1; n < 64; ++n) {
    if ((n >= 9 && n <= 51) || n == 61 || n == 62) continue;
    CAPTURE(n);
    Walk w(2, 0x5000);
    w.entry(2, w.table(1) | 1 | level_bits(1) | kRW | bit(n));
    w.entry(1, 1 | kRW);
    CHECK(fault_of(w) == (n >= 52 && n <= 60 ? "PR RZ" : "ok"));
  }
}

TEST_CASE("permissions are the AND of the entry and every level") {
  for (unsigned mask = 0; mask < 64; ++mask) {  // which of DTE, level 3, 2, 1 lack what
    for (const bool is_write : {false, true}) {
      CAPTURE(mask);
      const auto permission = [&](unsigned at) {
        const unsigned p = at < 3 ? mask >> (2 * at) & 3 : 3;
        return (p & 1 ? 0 : kIR) | (p & 2 ? 0 : kIW);
      };
      Walk w(3, 0x1234'5678, {}, permission(0));
      w.entry(3, w.table(2) | 1 | level_bits(2) | permission(1));
      w.entry(2, w.table(1) | 1 | level_bits(1) | permission(2));
      w.entry(1, 0x9000 | 1 | kRW);
      const std::uint64_t all = permission(0) & permission(1) & permission(2);
      const bool allowed = (all & (is_write ? kIW : kIR)) != 0;
      CHECK(fault_of(w, is_write) == (allowed ? "ok" : "PR PE"));
    }
  }
}

TEST_CASE("a leaf denies as a directory does") {
  Walk reads(1, 0x5000), writes(1, 0x5000);
  reads.entry(1, 1 | kIR);
  writes.entry(1, 1 | kIW);
  CHECK(fault_of(reads, true) == "PR PE");
  CHECK(reads.RW());
  CHECK(fault_of(writes) == "PR PE");
  CHECK_FALSE(writes.RW());
}

TEST_CASE("NextLevel must be below the level of its table") {
  for (unsigned level = 1; level <= 6; ++level) {
    for (unsigned next = 1; next <= 6; ++next) {
      CAPTURE(level);
      CAPTURE(next);
      Walk w(6, 0x5000);  // no bit above the page: skipping is always legal
      w.entry(level, 0x7000'0000 | 1 | level_bits(next) | kRW);
      w.memory.write64(0x7000'0000 + 8 * (next == 1 ? 5 : 0), 0x9000 | 1 | kRW);
      if (next >= level) {
        CHECK(fault_of(w) == "PR");
      } else if (next == 6) {
        CHECK(fault_of(w) == "PR");
      } else {
        CHECK(w.go().ok);
      }
    }
  }
}

TEST_CASE("address bits of skipped levels must be zero, each of them and no others") {
  for (unsigned level = 3; level <= 6; ++level) {
    for (unsigned next = 1; next + 1 < level; ++next) {
      const unsigned low = 12 + 9 * next, high = 12 + 9 * (level - 1) - 1;
      for (unsigned n = 0; n < 64; ++n) {
        CAPTURE(level);
        CAPTURE(next);
        CAPTURE(n);
        Walk w(6, bit(n));
        w.entry(level, 0x7000'0000 | 1 | level_bits(next) | kRW);
        w.memory.write64(0x7000'0000 + 8 * (w.iova >> (12 + 9 * (next - 1)) & 511), 1 | kRW);
        CHECK(fault_of(w) == (n >= low && n <= high ? "PR" : "ok"));
      }
    }
  }
}

TEST_CASE("the table address is bits 51:12 of the entry") {
  Walk w(2, 0x5000);
  w.entry(2, 0x000F'FFFF'FFFF'F000 | 1 | level_bits(1) | kRW);
  w.memory.write64(0x000F'FFFF'FFFF'F000 + 8 * 5, 0x9000 | 1 | kRW);
  CHECK(w.go().spa == 0x9000);
}

TEST_CASE("a table that cannot be read is reported with the address of the entry") {
  SparseMemory small{0x1000'0000};
  Device device(default_config(), small);
  device.mmio_write(0x00, 8, kDevTab | 0x1FF);
  device.mmio_write(0x10, 8, kLog | std::uint64_t{8} << 56);
  device.mmio_write(0x18, 8, kIommuEn | kEventLogEn);
  REQUIRE(small.write64(kDevTab + 32, kV | kTV | level_bits(1) | 0x2000'0000 | kRW));
  REQUIRE(small.write64(kDevTab + 40, 0x77));
  CHECK_FALSE(device.translate({1, 0x3456, false, true}).ok);
  std::uint64_t q0 = 0, q1 = 0;
  REQUIRE(small.read64(kLog, q0));
  REQUIRE(small.read64(kLog + 8, q1));
  // Code 4, RW, DomainID 47:32; Type 58:57 is not compared.
  CHECK((q0 & ~(bit(58) | bit(57))) ==
        (std::uint64_t{4} << 60 | bit(53) | std::uint64_t{0x77} << 32 | 1));
  CHECK(q1 == 0x2000'0018);
}

TEST_CASE("inside an entry presence comes first, then reserved bits, permission, level") {
  Walk a(2, 0x5000), b(2, 0x5000), c(2, 0x5000);
  a.entry(2, bit(52));
  CHECK(fault_of(a) == "");
  b.entry(2, 1 | bit(52) | level_bits(2));
  CHECK(fault_of(b) == "PR RZ");
  c.entry(2, 1 | level_bits(2));
  CHECK(fault_of(c) == "PR PE");
}

TEST_CASE("option entry_fault_priority: another of several faults of an entry is reported") {
  const auto fault = [](std::uint64_t entry, std::string_view first) {
    Walk w(2, 0x5000, {{"entry_fault_priority", first}});
    w.entry(2, entry);
    return fault_of(w);
  };
  const std::uint64_t reserved = bit(52), level = level_bits(2);
  CHECK(fault(1 | reserved, "permission_first") == "PR PE");
  CHECK(fault(1 | reserved | level | kRW, "permission_first") == "PR RZ");
  CHECK(fault(1 | reserved | level, "permission_first") == "PR PE");
  CHECK(fault(1 | reserved | level, "level_first") == "PR");
  CHECK(fault(1 | reserved, "level_first") == "PR RZ");
  CHECK(fault(1 | level, "level_first") == "PR");
  CHECK(fault(1 | level_bits(7), "level_first") == "PR");  // 8 KiB at level 2: wrong size
  CHECK(fault(1 | level_bits(1) | kRW | bit(52), "level_first") == "PR RZ");
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
