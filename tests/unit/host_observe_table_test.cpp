// What a host page table maps, read as hardware has it: entries made by hand from core.md 4.
#include <doctest/doctest.h>

#include <amdvi/host/observe_host.hpp>
#include <amdvi/memory.hpp>

namespace {

using namespace amdvi;

constexpr std::uint64_t kRoot = 0x10'0000, kLow = 0x20'0000, kOther = 0x30'0000;
// PR, IR, IW; NextLevel 11:9.
constexpr std::uint64_t kMay = 0x6000'0000'0000'0001;
constexpr std::uint64_t next(unsigned level) { return std::uint64_t{level} << 9; }

struct Table {
  void put(std::uint64_t spa, std::uint64_t value) { REQUIRE(memory.write64(spa, value)); }
  std::vector<host::Leaf> leaves(unsigned mode) {
    return host::leaves(
        [this](std::uint64_t spa) -> std::optional<std::uint64_t> {
          std::uint64_t value = 0;
          return memory.read64(spa, value) ? std::optional(value) : std::nullopt;
        },
        kRoot >> 12, mode);
  }
  SparseMemory memory{0x100'0000};
};

TEST_CASE("a leaf of a table maps a page of its level, for what the whole way permits") {
  Table t;
  t.put(kRoot + 8, kLow | next(1) | kMay);
  t.put(kLow + 16, 0x1234'5000 | kMay);
  t.put(kRoot + 16, 0x4000'0000 | kMay);  // 2 MiB at level 2
  t.put(kRoot + 24, kOther | next(1) | (kMay & ~(std::uint64_t{1} << 62)));
  t.put(kOther, 0x5000'0000 | kMay);
  const auto all = t.leaves(2);
  REQUIRE(all.size() == 3);
  CHECK(all[0].address == 0x20'2000);
  CHECK(all[0].spa == 0x1234'5000);
  CHECK(all[0].bytes == 0x1000);
  CHECK(all[0].writable);
  CHECK(all[1].address == 0x40'0000);
  CHECK(all[1].bytes == 0x20'0000);
  CHECK(all[2].spa == 0x5000'0000);
  CHECK_FALSE(all[2].writable);
}

TEST_CASE("a leaf of an encoded size is read page by page") {
  Table t;
  // 8 KiB at 0x12344000: bit 12 is 0 whichever of its two pages this is the entry of.
  t.put(kRoot, 0x1234'4000 | next(7) | kMay);
  t.put(kRoot + 8, 0x1234'4000 | next(7) | kMay);
  const auto all = t.leaves(1);
  REQUIRE(all.size() == 2);
  CHECK(all[0].spa == 0x1234'4000);
  CHECK(all[1].spa == 0x1234'5000);
}

TEST_CASE("a level may be skipped, and one that does not go down maps nothing") {
  Table t;
  t.put(kRoot, kLow | next(1) | kMay);
  t.put(kRoot + 8, kOther | next(3) | kMay);
  t.put(kLow, 0x7000 | kMay);
  const auto all = t.leaves(3);
  REQUIRE(all.size() == 1);
  CHECK(all[0].address == 0);
  CHECK(all[0].spa == 0x7000);
}

TEST_CASE("a mode that is none, and a table that is not in memory, map nothing") {
  Table t;
  t.put(kRoot, 0x7000 | kMay);
  CHECK(t.leaves(0).empty());
  CHECK(t.leaves(7).empty());
  t.put(kRoot, 0x800'0000 | next(1) | kMay);
  CHECK(t.leaves(2).empty());
}

}  // namespace
