// Tested here: what counts as another outcome and which versions of an entry there are,
// model/src/cache.cpp. Numbers are worked out from behaviour.md 2.3 and 4.2 to 4.5.
#include "tests/unit/cached_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

constexpr std::uint64_t kEncoded = std::uint64_t{7} << 9;

TEST_CASE("the same address in a page of another size is another outcome") {
  Cached c;
  c.put(0x4001008, 0x201000 | kOpen);
  c.put(kTables, 0x200000 | kOpen);  // 2 MiB
  c.all();
  c.put(kTables, 0x4001000 | std::uint64_t{1} << 9 | kOpen);
  const auto outcomes = c.device.outcomes({1, 0x1000, true, false});
  REQUIRE(outcomes.size() == 2);
  CHECK(outcomes[0].translation.spa == 0x201000);
  CHECK(outcomes[0].translation.offset_mask == 0xFFF);
  CHECK(outcomes[1].translation.spa == 0x201000);
  CHECK(outcomes[1].translation.offset_mask == 0x1F'FFFF);
}

TEST_CASE("two ways to one page are one outcome") {
  Cached c;
  c.put(0x4002008, 0xA000 | kOpen);
  c.put(kTables, 0x4002000 | std::uint64_t{1} << 9 | kOpen);
  CHECK(c.at() == Spas{0xA000});
}

TEST_CASE("an entry that is again what it was is one version") {
  Cached c;
  c.put(0x4001008, 0xC000 | kOpen);
  c.put(0x4001008, 0xA000 | kOpen);
  CHECK(c.at() == Spas{0xA000, 0xC000});
}

TEST_CASE("aborts of one address with different events are different outcomes") {
  Cached c(1);
  c.put(0x4001008, 0);
  c.all();
  c.put(0x4001008, 0xA000 | 1 | bit(52));  // reserved
  const auto outcomes = c.device.outcomes({1, 0x1000, true, false});
  REQUIRE(outcomes.size() == 2);
  // PR 52 and RZ 55 of IO_PAGE_FAULT.
  CHECK((outcomes[0].events.at(0)[0] >> 52 & 9) == 9);
  CHECK((outcomes[1].events.at(0)[0] >> 52 & 9) == 0);
}

TEST_CASE("an old directory that leads out of memory is a hardware error of its table") {
  Cached c;
  c.put(kTables, 0x4001000 | std::uint64_t{1} << 9 | kOpen | bit(51));
  c.all();
  c.device.memory().forget();
  c.put(kTables, 0x4001000 | std::uint64_t{1} << 9 | kOpen);
  const auto outcomes = c.device.outcomes({1, 0x1000, true, false});
  REQUIRE(outcomes.size() == 2);
  CHECK(outcomes[0].translation.spa == 0xA000);
  REQUIRE(outcomes[1].events.size() == 1);
  CHECK((outcomes[1].events[0][0] >> 60) == 4);
  CHECK(outcomes[1].events[0][1] == (0x4001008 | bit(51)));
}

TEST_CASE("a page of an encoded size goes when any part of it is invalidated") {
  Cached c;
  // 4 MiB: the lowest zero bit of the address is 21. One entry for each half.
  for (const std::uint64_t half : {0u, 8u}) c.put(kTables + half, 0x9FF000 | kEncoded | kOpen);
  c.all();
  CHECK(c.at() == Spas{0x801000});
  for (const std::uint64_t half : {0u, 8u}) c.put(kTables + half, 0xDFF000 | kEncoded | kOpen);
  CHECK(c.at() == Spas{0x801000, 0xC01000});
  c.pages(0x3FF000);  // in the other half
  c.wait();
  CHECK(c.at() == Spas{0xC01000});
}

}  // namespace
}  // namespace amdvi::by_hand
