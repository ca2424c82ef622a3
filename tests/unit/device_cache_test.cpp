// Tested here: which old entries a device may use, model/include/amdvi/cache.hpp. Numbers are
// worked out from behaviour.md 4.2 to 4.5.
#include "tests/unit/cached_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

TEST_CASE("a changed page may be the old or the new one until invalidated and waited for") {
  Cached c;
  CHECK(c.at() == Spas{0xA000});
  c.put(0x4001008, 0xC000 | kOpen);
  CHECK(c.at() == Spas{0xA000, 0xC000});
  c.pages(0x1000);
  CHECK(c.at() == Spas{0xA000, 0xC000});
  c.wait();
  CHECK(c.at() == Spas{0xC000});
}

TEST_CASE("a change after the invalidation is not covered by it") {
  Cached c;
  c.pages(0x1000);
  c.put(0x4001008, 0xC000 | kOpen);
  c.wait();
  CHECK(c.at() == Spas{0xA000, 0xC000});
}

TEST_CASE("an invalidation of another page or another domain drops nothing of this one") {
  Cached c;
  c.put(0x4001008, 0xC000 | kOpen);
  c.pages(0x2000);
  c.pages(kAll, 0x78);
  c.wait();
  CHECK(c.at() == Spas{0xA000, 0xC000});
}

TEST_CASE("a range drops the pages in it") {
  Cached c;
  c.put(0x4001008, 0xC000 | kOpen);
  c.pages(0x1000 | 1);  // S=1, bit 12 is 1, bit 13 is 0: 16 KiB from 0
  c.wait();
  CHECK(c.at() == Spas{0xC000});
}

TEST_CASE("a directory entry goes with PDE=1 only") {
  Cached c;
  c.put(0x4002008, 0xD000 | kOpen);
  c.put(kTables, 0x4002000 | std::uint64_t{1} << 9 | kOpen);
  c.pages(kAll);
  c.wait();
  CHECK(c.at() == Spas{0xA000, 0xD000});
  c.pages(kAll | 2);
  c.wait();
  CHECK(c.at() == Spas{0xD000});
}

TEST_CASE("a large page goes when any part of it is invalidated") {
  Cached c;
  c.put(kTables, 0x200000 | kOpen);
  c.all();
  CHECK(c.at() == Spas{0x201000});
  c.put(kTables, 0x400000 | kOpen);
  CHECK(c.at() == Spas{0x201000, 0x401000});
  c.pages(0x1FF000);
  c.wait();
  CHECK(c.at() == Spas{0x401000});
}

TEST_CASE("a device table entry goes with INVALIDATE_DEVTAB_ENTRY only") {
  Cached c;
  c.dte(0x77, kTables, kIR);
  CHECK(c.at(0x1000, true) == Spas{0, 0xA000});
  c.pages(kAll | 2);
  c.wait();
  CHECK(c.at(0x1000, true) == Spas{0, 0xA000});
  c.devtab();
  c.wait();
  CHECK(c.at(0x1000, true) == Spas{0});
}

TEST_CASE("each changed entry may be old or new, whatever the others are") {
  Cached c;
  c.put(0x4002008, 0xD000 | kOpen);
  c.all();
  c.put(0x4002008, 0xE000 | kOpen);
  c.put(kTables, 0x4002000 | std::uint64_t{1} << 9 | kOpen);
  c.put(0x4001008, 0xC000 | kOpen);
  CHECK(c.at() == Spas{0xA000, 0xC000, 0xD000, 0xE000});
}

TEST_CASE("a page that becomes present needs no invalidation without NpCache") {
  for (const std::uint64_t np_cache : {0u, 1u}) {
    CAPTURE(np_cache);
    Cached c(np_cache);
    c.put(0x4001018, 0xF000 | kOpen);
    const bool both = np_cache != 0;
    CHECK(c.at(0x3000) == (both ? Spas{0, 0xF000} : Spas{0xF000}));
    c.pages(0x3000);
    c.wait();
    CHECK(c.at(0x3000) == Spas{0xF000});
  }
}

TEST_CASE("translations by the old root of a domain may outlive INVALIDATE_DEVTAB_ENTRY") {
  for (const bool outlive : {false, true}) {
    Cached c(0, {{"translations_outlive", outlive ? "true" : "false"}});
    c.put(0x4003000, 0x4004000 | std::uint64_t{1} << 9 | kOpen);
    c.put(0x4004008, 0xD000 | kOpen);
    c.dte(0x77, 0x4003000, kRW);
    CHECK(c.at() == Spas{0xA000, 0xD000});
    c.devtab();
    c.wait();
    CHECK(c.at() == (outlive ? Spas{0xA000, 0xD000} : Spas{0xD000}));
    c.pages(0x2000);
    c.wait();
    CHECK(c.at() == (outlive ? Spas{0xA000, 0xD000} : Spas{0xD000}));
    c.pages(0x1000);
    c.wait();
    CHECK(c.at() == Spas{0xD000});
  }
}

TEST_CASE("a device that has no translation any more uses no old one") {
  Cached c;
  c.put(kDevTab + 32, kV);  // TV=0
  c.devtab();
  c.wait();
  CHECK(c.at() == Spas{0});
}

TEST_CASE("a page found through a directory entry that was dropped may outlive it") {
  Cached c;
  c.put(0x4005008, 0xD000 | kOpen);
  c.put(0x4005010, 0xE000 | kOpen);
  c.put(kTables, 0x4005000 | std::uint64_t{1} << 9 | kOpen);
  c.pages(0x2000 | 2);  // PDE, another page below the same entry
  c.wait();
  CHECK(c.at(0x2000) == Spas{0xE000});
  CHECK(c.at(0x1000) == Spas{0xA000, 0xD000});
  c.pages(0x1000 | 2);
  c.wait();
  CHECK(c.at(0x1000) == Spas{0xD000});
}

TEST_CASE("a fresh domain needs no page invalidation") {
  Cached c;
  c.put(0x4003000, 0x4004000 | std::uint64_t{1} << 9 | kOpen);
  c.put(0x4004008, 0x1000 | kOpen);  // rubbish that no domain ever used
  c.put(0x4004008, 0xD000 | kOpen);
  c.dte(0x99, 0x4003000, kRW);
  c.devtab();
  c.wait();
  CHECK(c.at() == Spas{0xD000});
}

TEST_CASE("INVALIDATE_IOMMU_ALL drops everything") {
  Cached c;
  c.put(0x4001008, 0xC000 | kOpen);
  c.dte(0x77, kTables, kIR);
  c.all();
  CHECK(c.at() == Spas{0xC000});
  CHECK(c.at(0x1000, true) == Spas{0});
}

TEST_CASE("half a device table entry may be as it was at any moment since") {
  Cached c;
  c.put(kDevTab + 32, kV | kTV | std::uint64_t{2} << 9 | kTables);  // no permission
  c.put(kDevTab + 40, 0x77 | bit(98 - 64));  // SA: no IO_PAGE_FAULT is logged
  const auto outcomes = c.device.outcomes({1, 0x1000, true, false});
  REQUIRE(outcomes.size() == 3);
  CHECK(!outcomes[0].translation.ok);
  CHECK(outcomes[0].events.empty());
  CHECK(!outcomes[1].translation.ok);  // between the two writes
  CHECK(outcomes[1].events.size() == 1);
  CHECK(outcomes[2].translation.ok);
}

TEST_CASE("an adversary keeps each entry as old as it may") {
  Cached c(0, {{"cache", "all_stale"}});
  c.put(0x4001008, 0xC000 | kOpen);
  c.put(0x4001008, 0xD000 | kOpen);
  CHECK(c.device.translate({1, 0x1000, true, false}).translation.spa == 0xA000);
  c.pages(0x1000);
  c.wait();
  CHECK(c.device.translate({1, 0x1000, true, false}).translation.spa == 0xD000);
  Cached now;
  now.put(0x4001008, 0xC000 | kOpen);
  CHECK(now.device.translate({1, 0x1000, true, false}).translation.spa == 0xC000);
}

TEST_CASE("an allowed abort comes with the event that it would log, and nothing is logged") {
  Cached c;
  c.put(0x4001008, 0xA000 | 1 | kIR);
  const auto outcomes = c.device.outcomes({1, 0x1000, false, true});
  REQUIRE(outcomes.size() == 2);
  CHECK(!outcomes[0].translation.ok);  // the new entry comes first
  REQUIRE(outcomes[0].events.size() == 1);
  CHECK((outcomes[0].events[0][0] >> 60) == 2);
  CHECK(outcomes[1].translation.ok);
  CHECK(outcomes[1].events.empty());
  CHECK(c.device.device().mmio_read(0x2018, 8) == 0);
}

TEST_CASE("option npcache: an adversary keeps what was not present only if it caches that") {
  struct Row {
    std::uint64_t capability;
    const char* option;
    bool kept;
  };
  for (const Row& row : {Row{0, "true", false}, Row{1, "false", false}, Row{1, "true", true}}) {
    CAPTURE(row.capability);
    CAPTURE(row.option);
    Cached c(row.capability, {{"cache", "all_stale"}, {"npcache", row.option}});
    c.put(0x4001018, 0xF000 | kOpen);
    CHECK(c.device.translate({1, 0x3000, true, false}).translation.ok == !row.kept);
  }
}

TEST_CASE("with cache=per_object every other entry is as old as it may be") {
  const auto change = [](Cached& c) {
    c.put(0x4002008, 0xD000 | kOpen);
    c.put(kTables, 0x4002000 | std::uint64_t{1} << 9 | kOpen);
    c.put(0x4001008, 0xC000 | kOpen);
    return c.device.translate({1, 0x1000, true, false}).translation.spa;
  };
  Cached none(0, {{"cache", "none"}}), some(0, {{"cache", "per_object"}}),
      all(0, {{"cache", "all_stale"}});
  CHECK(change(none) == 0xD000);  // new directory, its page
  CHECK(change(all) == 0xA000);   // old directory, old page
  CHECK(change(some) == 0xC000);  // old directory, new page
}

}  // namespace
}  // namespace amdvi::by_hand
