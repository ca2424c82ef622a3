// What is looked at only in states that are rare: each is seen to be noticed, or seen to be
// harmless. Numbers are those of the invariants in viommu.md 11.
#include <array>
#include <functional>
#include <string>
#include <vector>

#include "tests/unit/observed_host.hpp"

namespace {

using namespace amdvi;
using observed::each_is_noticed;
using observed::Host;

constexpr std::uint64_t bit(unsigned n) { return std::uint64_t{1} << n; }

TEST_CASE("an entry of a guest that its driver's books do not know is named") {
  each_is_noticed({
      {"another device has the entry", "2 5 15",
       [](Host& h) { h.iommus[0].entries[0x101] = {h.entry(observed::kDevice)}; }},
      {"it is attached to a domain of no vIOMMU", "5",
       [](Host& h) { h.books.iommus[0].attached[observed::kDevice].viommu = 0x99; }},
      {"it is attached to a domain that is not there", "5",
       [](Host& h) { h.books.iommus[0].attached[observed::kDevice].domain = 0x55; }},
      {"its DomainID is 0", "5", [](Host& h) { h.entry(observed::kDevice)[1] = 0; }},
  });
}

TEST_CASE("a guest's entry without V needs no GCR3 table") {
  Host host;
  host.books.iommus[0].attached[observed::kDevice].rooted = false;
  host.entry(observed::kDevice)[0] &= ~bit(58);
  CHECK(host.broken() == "");
}

TEST_CASE("an entry of the host that is not one of the host is named") {
  // GuestID 1, GDeviceID 8, vImuEn.
  constexpr std::uint64_t kGuestWord = 0x0000'0001'0008'8000;
  each_is_noticed({
      {"a translation entry has TV=0", "13",
       [](Host& h) { h.entry(observed::kTrans)[0] &= ~bit(1); }},
      {"a translation entry is a guest's", "2 3 5 13",
       [](Host& h) { h.entry(observed::kTrans)[3] = kGuestWord; }},
      {"the own entry has TV=0", "2 6 9 16 17 19 27",
       [](Host& h) { h.entry(observed::kOwn)[0] &= ~bit(1); }},
      {"the own entry has GV", "16", [](Host& h) { h.entry(observed::kOwn)[0] |= bit(55); }},
      {"the own entry is a guest's", "2 3 4 5 16",
       [](Host& h) { h.entry(observed::kOwn)[3] = kGuestWord; }},
  });
}

TEST_CASE("IDs and pools in rare states are named") {
  each_is_noticed({
      {"a guest's translation device is the IOMMU, which is on no list", "11 12",
       [](Host& h) {
         h.books.iommus[0].real.erase(observed::kOwn);
         h.iommus[0].words[{1, 2}] = std::uint64_t{observed::kOwn} << 16;
       }},
      {"the DomID table of a free GuestID is mapped", "17 22",
       [](Host& h) { h.map(0, observed::domid_map(5), observed::kMiB / 2); }},
      {"the event log of a free GuestID runs", "22",
       [](Host& h) {
         h.iommus[0].words[{5, 5}] = 0x0000'0001'2345'8109;
       }},
      {"the PPR log of a free GuestID runs", "22",
       [](Host& h) {
         h.iommus[0].words[{5, 6}] = 0x0000'0012'345a'0109;
       }},
      {"a domain of which no nested domain is left", "24",
       [](Host& h) { h.books.iommus[0].nested.erase(h.books.iommus[0].nested.begin()); }},
      {"a queue is enabled at page 0", "26 29",
       [](Host& h) {
         h.iommus[0].words[{1, 4}] = 0x109;
         h.first().command.base = 0;
       }},
  });
}

TEST_CASE("a parent that is gone with all of its vIOMMUs is no trouble") {
  Host host;
  host.books.parents.push_back({false, 0, 0, 0, {}});
  CHECK(host.broken() == "");
}

TEST_CASE("an IOMMU that has vIOMMUEn=0 needs none of what vIOMMUEn needs") {
  Host host;
  host.iommus[0].control = 0;
  host.iommus[0].windows = false;
  CHECK(host.broken() == "");
}

TEST_CASE("of a DevID map with many wrong entries the first four are told") {
  Host host;
  for (std::uint64_t id = 0x30; id < 0x40; ++id) host.put_device(0, 1, id, id << 14 | 1);
  const auto broken = host::broken_invariants(host.sight(), host.books);
  CHECK(broken.size() == 8);  // each is wrong, and not behind the IOMMU
  for (const host::Broken& one : broken) CHECK(one.number == 9);
}

TEST_CASE(
    "memory behind private addresses that nobody knows is neither uncacheable nor allocated") {
  Host host;
  host.blocks.erase(host.blocks.begin());
  CHECK(host.broken() == "19 20");
}

TEST_CASE("a private address that may still be cached is harmless while its memory is kept") {
  Host host;
  const std::uint64_t spa = host.iommus[0].backing[0];
  host.iommus[0].stale.push_back({1, 0x1000, 4096, spa + 0x1000});
  CHECK(host.broken() == "");
}

TEST_CASE("a directory that forbids reads or writes forbids them for all below it") {
  for (const unsigned permission : {61u, 62u}) {
    CAPTURE(permission);
    Host host;
    host.put(host.iommus[0].root, host.get(host.iommus[0].root) & ~bit(permission));
    CHECK(host.broken() == "17");
  }
}

TEST_CASE("a page of an encoded size has a leaf for each of its entries") {
  // behaviour.md 2.3: 8 KiB where address bit 12 is the lowest that is 0; two entries say so.
  const std::array<std::uint64_t, 2> table{0x8'0000 | 7 << 9 | observed::kLeaf,
                                           0x8'0000 | 7 << 9 | observed::kLeaf};
  const auto memory = [&](std::uint64_t spa) -> std::optional<std::uint64_t> {
    const std::uint64_t index = (spa - 0x5000) / 8;
    if (index >= table.size()) return std::nullopt;
    return table[index];
  };
  const std::vector<host::Leaf> leaves = host::leaves(memory, 5, 1);
  REQUIRE(leaves.size() == 2);
  for (std::uint64_t i = 0; i < 2; ++i) {
    CHECK(leaves[i].address == 0x1000 * i);
    CHECK(leaves[i].spa == 0x8'0000 + 0x1000 * i);
    CHECK(leaves[i].writable);
  }
}

TEST_CASE("Mode 0 and Mode 7 map nothing") {
  const auto memory = [](std::uint64_t) { return std::optional<std::uint64_t>(observed::kLeaf); };
  CHECK(host::leaves(memory, 5, 0).empty());
  CHECK(host::leaves(memory, 5, 7).empty());
}

}  // namespace
