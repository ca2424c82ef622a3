// Tested here: what the host table walk refuses and how it is reported, model/include/amdvi/impl.
// Numbers are worked out from behaviour.md 2.
#include "tests/unit/walk_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

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

}  // namespace
}  // namespace amdvi::by_hand
