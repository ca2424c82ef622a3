// What may be cached goes when it was invalidated and somebody waited, not before (viommu.md 4, 7).
#include "tests/scenario/stale.hpp"

#include <doctest/doctest.h>

namespace {

using namespace amdvi;
using scenario::StaleCopies;

constexpr std::uint64_t kDevIdTable = 0x10'0010'0000;  // of guest 1
constexpr std::uint64_t kLast = kDevIdTable + 0xf'f000;

void give(StaleCopies& copies, std::uint64_t low, std::uint64_t high = 0) {
  const std::array<std::uint64_t, 2> words{low, high};
  copies.command(words);
}
void wait(StaleCopies& copies) { give(copies, std::uint64_t{1} << 60); }
void invalidate(StaleCopies& copies, std::uint64_t domain, std::uint64_t operand) {
  give(copies, std::uint64_t{3} << 60 | domain << 32, operand);
}

StaleCopies two_pages() {
  StaleCopies copies;
  copies.unmapped({5, kDevIdTable, 4096, 0x9000});
  copies.unmapped({5, kLast, 4096, 0xa000});
  return copies;
}

TEST_CASE("a translation is stale until its range was invalidated and waited for") {
  StaleCopies copies = two_pages();
  invalidate(copies, 5, 0x10'0017'f003);  // 14: the whole table
  CHECK(copies.translations().size() == 2);
  wait(copies);
  CHECK(copies.translations().empty());
}

TEST_CASE("an invalidation of another domain ID or of fewer pages leaves translations stale") {
  StaleCopies copies = two_pages();
  invalidate(copies, 6, 0x10'0017'f003);
  wait(copies);
  CHECK(copies.translations().size() == 2);
  invalidate(copies, 5, kDevIdTable | 2);  // S=0: one page
  wait(copies);
  REQUIRE(copies.translations().size() == 1);
  CHECK(copies.translations().front().address == kLast);
  invalidate(copies, 5, 0x7fff'ffff'ffff'f003);  // everything
  wait(copies);
  CHECK(copies.translations().empty());
}

TEST_CASE("what is unmapped after an invalidation is stale, whoever waits") {
  StaleCopies copies;
  invalidate(copies, 5, 0x7fff'ffff'ffff'f003);
  copies.unmapped({5, kLast, 4096, 0xa000});
  wait(copies);
  CHECK(copies.translations().size() == 1);
}

TEST_CASE("an entry is stale until it was invalidated and waited for") {
  StaleCopies copies;
  copies.overwritten(0x30, {3, 0, 0, 0});
  give(copies, std::uint64_t{2} << 60 | 0x31);
  wait(copies);
  CHECK(copies.entries(0x30).size() == 1);
  give(copies, std::uint64_t{2} << 60 | 0x30);
  CHECK(copies.entries(0x30).size() == 1);
  wait(copies);
  CHECK(copies.entries(0x30).empty());
}

}  // namespace
