// Tested here: model/include/amdvi/impl/translate.hpp.
#include <doctest/doctest.h>

#include <amdvi/device.hpp>

using namespace amdvi;

namespace {

// Hand-made from core.md, not from the generated code: offsets and bits are typed on purpose.
constexpr std::uint64_t kDevTab = 0x100000, kCmd = 0x200000, kLog = 0x300000, kTables = 0x400000;

struct Bench {
  SparseMemory memory;
  Config config = default_config();
  Device device{config, memory};

  Bench() {
    device.mmio_write(0x00, 8, kDevTab | 0x1FF);
    device.mmio_write(0x08, 8, kCmd | std::uint64_t{8} << 56);
    device.mmio_write(0x10, 8, kLog | std::uint64_t{8} << 56);
    device.mmio_write(0x18, 8, 1 | 1 << 2 | 1 << 12);
  }
  void dte(std::uint16_t id, std::uint64_t d0, std::uint64_t d1 = 7) {
    memory.write64(kDevTab + 32u * id, d0);
    memory.write64(kDevTab + 32u * id + 8, d1);
  }
  std::uint64_t log(unsigned word) {
    std::uint64_t v = 0;
    memory.read64(kLog + 8 * word, v);
    return v;
  }
};

constexpr std::uint64_t kIR = std::uint64_t{1} << 61, kIW = std::uint64_t{1} << 62;

}  // namespace

TEST_CASE("DTE with V=0 passes the access untranslated") {
  Bench b;
  b.dte(8, 0);
  const Translation t = b.device.translate({8, 0x12345678, true, false});
  CHECK(t.ok);
  CHECK(t.spa == 0x12345678);
  CHECK(b.device.mmio_read(0x2018, 8) == 0);
}

TEST_CASE("DTE with TV=0 aborts and logs IO_PAGE_FAULT with PR=0") {
  Bench b;
  b.dte(8, 1);
  CHECK_FALSE(b.device.translate({8, 0x12345678, false, true}).ok);
  CHECK(b.device.mmio_read(0x2018, 8) == 0x10);
  CHECK((b.log(0) & 0xFFFF) == 8);
  CHECK((b.log(0) >> 60) == 2);
  CHECK((b.log(0) >> 52 & 1) == 0);       // PR
  CHECK((b.log(0) >> 32 & 0xFFFF) == 7);  // DomainID
  CHECK((b.log(1) >> 12) == 0x12345);
}

TEST_CASE("a four-level walk reaches the page and ANDs nothing away") {
  Bench b;
  b.dte(8, 3 | 4 << 9 | kTables | kIR | kIW);
  const std::uint64_t iova = 0x0000123456789ABCull & 0xFFFFFFFFFFFF;
  for (unsigned level = 4; level > 0; --level) {
    const std::uint64_t table = kTables + (4 - level) * 0x1000;
    const std::uint64_t index = iova >> (12 + 9 * (level - 1)) & 511;
    const std::uint64_t next = level > 1 ? table + 0x1000 : 0x77777000;
    b.memory.write64(table + 8 * index, next | 1 | std::uint64_t{level - 1} << 9 | kIR | kIW);
  }
  const Translation t = b.device.translate({8, iova, true, false});
  CHECK(t.ok);
  CHECK(t.spa == 0x77777ABC);
  CHECK(t.offset_mask == 0xFFF);
}

TEST_CASE("an encoded page size takes its length from the lowest zero address bit") {
  Bench b;
  b.dte(8, 3 | 1 << 9 | kTables | kIR | kIW);
  // NextLevel 7 and address bits 13:12 = 01: 16 KiB.
  b.memory.write64(kTables + 8 * 5, 0x80001000 | 1 | 7 << 9 | kIR | kIW);
  const Translation t = b.device.translate({8, 0x5123, true, false});
  CHECK(t.ok);
  CHECK(t.offset_mask == 0x3FFF);
  CHECK(t.spa == 0x80001123);
}

TEST_CASE("an illegal command halts the processor and is reported with its address") {
  Bench b;
  b.memory.write64(kCmd + 8, 0);
  b.memory.write64(kCmd, std::uint64_t{0xF} << 60);
  b.device.mmio_write(0x2008, 8, 0x10);
  b.device.run();
  CHECK((b.device.mmio_read(0x2020, 8) >> 4 & 1) == 0);
  CHECK(b.log(0) == std::uint64_t{5} << 60);
  CHECK(b.log(1) == kCmd);
}

TEST_CASE("COMPLETION_WAIT with s=1 stores its data") {
  Bench b;
  b.memory.write64(kCmd, std::uint64_t{1} << 60 | 0x500008 | 1);
  b.memory.write64(kCmd + 8, 0x1122334455667788);
  b.device.mmio_write(0x2008, 8, 0x10);
  b.device.run();
  std::uint64_t stored = 0;
  b.memory.read64(0x500008, stored);
  CHECK(stored == 0x1122334455667788);
  CHECK(b.device.mmio_read(0x2000, 8) == 0x10);
}
