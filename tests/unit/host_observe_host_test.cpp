// Each candidate invariant of viommu.md 11 is seen to hold, and seen to be broken when it is.
#include <functional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/observed_host.hpp"

namespace {

using namespace amdvi;
using observed::Break;
using observed::each_is_noticed;
using observed::Host;

constexpr std::uint64_t bit(unsigned n) { return std::uint64_t{1} << n; }

TEST_CASE("a host that has what its driver's books say breaks no invariant of thirty") {
  Host host;
  CHECK(host.broken() == "");
  std::set<unsigned> numbers(host::decided_invariants().begin(), host::decided_invariants().end());
  CHECK(numbers.size() == 30);
  CHECK(*numbers.begin() == 1);
  CHECK(*numbers.rbegin() == 30);
}

const std::vector<Break>& breaks_of_guest_entries() {
  static const std::vector<Break> kAll{
      {"a GuestID that nobody has", "1 2 10 22",
       [](Host& h) { h.entry(observed::kDevice)[3] = 0x0000'0009'0008'8000; }},
      {"GuestID 0", "1 2 10 22", [](Host& h) { h.entry(observed::kDevice)[3] = 0x0008'8000; }},
      {"a GDeviceID that is no device of the guest", "2",
       [](Host& h) { h.entry(observed::kDevice)[3] = 0x0000'0001'0009'8000; }},
      {"GV is 0", "3", [](Host& h) { h.entry(observed::kDevice)[0] &= ~bit(55); }},
      {"TV is 0", "3", [](Host& h) { h.entry(observed::kDevice)[0] &= ~bit(1); }},
      {"IW is 0", "3", [](Host& h) { h.entry(observed::kDevice)[0] &= ~bit(62); }},
      {"GLX is 3", "3", [](Host& h) { h.entry(observed::kDevice)[0] |= 3ULL << 56; }},
      {"GuestPagingMode is 2", "3", [](Host& h) { h.entry(observed::kDevice)[2] |= 2ULL << 54; }},
      {"the guest's GCR3 root is lost", "3",
       [](Host& h) { h.entry(observed::kDevice)[0] &= ~bit(58); }},
      {"Mode is not the parent's", "4",
       [](Host& h) { h.entry(observed::kDevice)[0] ^= 1ULL << 9; }},
      {"the parent has another root", "4", [](Host& h) { h.books.parents[1].root = 0xcccc; }},
      {"a translation entry has an old root", "4",
       [](Host& h) { h.entry(observed::kTrans)[0] ^= bit(12); }},
      {"DomainID is another one", "5", [](Host& h) { h.entry(observed::kDevice)[1] = 0x99; }},
      {"DomainID is the parent's", "5", [](Host& h) { h.entry(observed::kDevice)[1] = 3; }},
      {"a cached entry has another DomainID", "5", [](Host& h) {
         host::Entry old = h.entry(observed::kDevice);
         old[1] = 0x99;
         h.iommus[0].entries[observed::kDevice].push_back(old);
       }}};
  return kAll;
}

TEST_CASE("what is wrong with a device table entry of a guest is named") {
  each_is_noticed(breaks_of_guest_entries());
}

const std::vector<Break>& breaks_of_host_entries() {
  static const std::vector<Break> kAll{
      {"a translation entry has IR=0", "13",
       [](Host& h) { h.entry(observed::kTrans)[0] &= ~bit(61); }},
      {"a translation entry has GV", "13",
       [](Host& h) { h.entry(observed::kTrans)[0] |= bit(55); }},
      {"a translation entry has another DomainID", "13",
       [](Host& h) { h.iommus[0].entries[0xfffe].front()[1] = 0x99; }},
      {"a free device ID has a root", "15",
       [](Host& h) { h.iommus[0].entries[0xfff0] = {h.entry(observed::kTrans)}; }},
      {"a cache has the root of a free device ID", "15",
       [](Host& h) {
         h.iommus[0].entries[0xfff0] = {{1, 0, 0, 0}, h.entry(observed::kTrans)};
       }},
      {"the own entry has two levels", "2 6 9 16 17 19",
       [](Host& h) { h.entry(observed::kOwn)[0] ^= 1ULL << 9; }},
      {"the own entry has another DomainID", "16",
       [](Host& h) { h.entry(observed::kOwn)[1] = 0x55; }},
      {"the private table is another one", "16",
       [](Host& h) { h.books.iommus[0].private_root += 1; }}};
  return kAll;
}

TEST_CASE("what is wrong with an entry of the host or of nobody is named") {
  each_is_noticed(breaks_of_host_entries());
}

const std::vector<Break>& breaks_of_maps() {
  static const std::vector<Break> kAll{
      {"a domain is not mapped", "6",
       [](Host& h) { h.put(h.iommus[0].backing[observed::domid_map(1)] + 8 * 0xffff, 0); }},
      {"a domain of the guest leads to the parent's ID", "6",
       [](Host& h) { h.put_domain(0, 1, observed::kGuestDomain, 3); }},
      {"the last nested domain is gone and its entry is not", "6 7",
       [](Host& h) { h.put_domain(0, 1, 9, 0x77); }},
      {"a host domain ID is free and mapped", "7", [](Host& h) { h.books.domains.erase(11); }},
      {"two guests have one host domain ID", "8 21",
       [](Host& h) {
         h.put_domain(0, 2, observed::kGuestDomain, 11);
         h.second().domains[observed::kGuestDomain].host = 11;
         h.iommus[0].entries[0x200].front()[1] = 11;
       }},
      {"an entry of a device is cleared with Valid", "2 9",
       [](Host& h) { h.put_device(0, 1, observed::kGuestDevice, 1); }},
      {"a device that no guest has is mapped", "9",
       [](Host& h) { h.put_device(0, 1, 0x30, 0x5555ULL << 14 | 1); }},
      {"two devices of a guest are one", "9",
       [](Host& h) {
         h.put_device(0, 1, 9, std::uint64_t{observed::kDevice} << 14 | 1);
         h.first().devices[9] = observed::kDevice;
       }},
      {"a device of another guest is mapped", "9 10",
       [](Host& h) { h.put_device(0, 1, 9, std::uint64_t{0x200} << 14 | 1); }}};
  return kAll;
}

TEST_CASE("what is wrong with a guest's maps is named") { each_is_noticed(breaks_of_maps()); }

const std::vector<Break>& breaks_of_ids() {
  static const std::vector<Break> kAll{
      {"TransDevID is 0 while the guest lives", "11",
       [](Host& h) {
         h.iommus[0].words[{1, 2}] = 0;
       }},
      {"TransDevID of a GuestID that is free", "11 22",
       [](Host& h) {
         h.iommus[0].words[{7, 2}] = 0xfff0'0000;
       }},
      {"a translation device ID is not allocated", "11 15 23",
       [](Host& h) { h.books.iommus[0].allocated.erase(observed::kTrans); }},
      {"a translation device ID is reserved", "12",
       [](Host& h) { h.books.iommus[0].reserved.insert(observed::kTrans); }},
      {"a translation device ID is a device", "12",
       [](Host& h) { h.books.iommus[0].real.insert(observed::kTrans); }},
      {"a translation device ID beyond the table", "12",
       [](Host& h) { h.books.iommus[0].last_bdf = 0xfffe; }},
      {"two guests have one translation device ID", "11 14",
       [](Host& h) {
         h.iommus[0].words[{2, 2}] = 0xffff'0000;
       }},
      {"the private domain is a parent", "21",
       [](Host& h) {
         h.books.parents[1].domain = 1;
         h.iommus[0].entries[0xfffe].front()[1] = 1;
         for (std::uint64_t id = 0; id < 0x10000; ++id) {
           if (id != observed::kGuestDomain) h.put_domain(0, 2, id, 1);
         }
       }},
      {"a GuestID is allocated for nobody", "22",
       [](Host& h) { h.books.iommus[0].gids.insert(5); }},
      {"queues of a free GuestID run", "22",
       [](Host& h) {
         h.iommus[0].words[{5, 4}] = 0x109;
       }},
      {"tables of a free GuestID are mapped", "17 22",
       [](Host& h) { h.map(0, observed::devid_map(5), observed::kMiB); }},
      {"user space has the page of a free GuestID", "22",
       [](Host& h) { h.iommus[0].user_mapped.insert(5); }},
      {"a translation device ID is allocated for nobody", "23",
       [](Host& h) { h.books.iommus[0].allocated.insert(0xfff0); }},
      {"an attached device is not reserved", "15 23",
       [](Host& h) {
         h.books.iommus[0].reserved.erase(observed::kDevice);
         h.books.iommus[0].ever_reserved.erase(observed::kDevice);
       }},
      {"what was reserved no longer is", "23",
       [](Host& h) { h.books.iommus[0].ever_reserved.insert(0x300); }},
      {"users are miscounted", "24",
       [](Host& h) { h.first().domains[observed::kGuestDomain].users = 2; }},
      {"a nested domain without an entry", "24",
       [](Host& h) {
         h.books.iommus[0].nested.push_back({1, 0x70});
       }},
      {"a parent's list lacks a vIOMMU", "25",
       [](Host& h) { h.books.parents[0].viommus.erase(1); }},
      {"a parent is gone", "25", [](Host& h) { h.books.parents[1].alive = false; }}};
  return kAll;
}

TEST_CASE("what is wrong with IDs and their pools is named") { each_is_noticed(breaks_of_ids()); }

const std::vector<Break>& breaks_of_words() {
  static const std::vector<Break> kAll{
      {"a queue is enabled with length code 7", "26 29",
       [](Host& h) {
         h.iommus[0].words[{1, 4}] = 0x0000'0001'2345'6107;
       }},
      {"the PPR base is not shifted", "26 28 29",
       [](Host& h) {
         h.iommus[0].words[{1, 6}] = 0x0000'0001'2345'a709;
       }},
      {"vIOMMUEn without GstBufferTRPMode", "27", [](Host& h) { h.iommus[0].control &= ~bit(60); }},
      {"vIOMMUEn without vCmdEn", "27", [](Host& h) { h.iommus[0].control &= ~bit(52); }},
      {"vIOMMUEn without GAEn", "27", [](Host& h) { h.iommus[1].control &= ~bit(17); }},
      {"a window is off", "27", [](Host& h) { h.iommus[1].windows = false; }},
      {"a bit of the guest's Control is lost", "28",
       [](Host& h) {
         h.iommus[0].words[{1, 5}] &= ~bit(9);
         h.first().words[1] &= ~bit(9);
       }},
      {"a reset reached another guest", "26 28 29",
       [](Host& h) {
         for (unsigned word = 4; word < 7; ++word) h.iommus[0].words[{2, word}] = 0;
       }},
      {"a page is not as after RESET_VMMIO", "29", [](Host& h) {
         for (unsigned word = 4; word < 7; ++word) h.iommus[0].words[{2, word}] = 0;
         h.second().words = {};
         h.second().command = h.second().event = h.second().ppr = {};
         h.second().guest_control.reset();
         h.iommus[0].pages[{2, 8}] = 0x10;
       }}};
  return kAll;
}

TEST_CASE("what is wrong with control words and Control is named") {
  each_is_noticed(breaks_of_words());
}

const std::vector<Break>& breaks_of_memory_and_caches() {
  static const std::vector<Break> kAll{
      {"a page of the first 8 MiB is not mapped", "17",
       [](Host& h) { h.put(h.leaf(0, 0x40'0000), 0); }},
      {"a page is mapped for reads only", "17",
       [](Host& h) { h.put(h.leaf(0, 0x1000), h.get(h.leaf(0, 0x1000)) & ~bit(62)); }},
      {"something above 8 MiB is mapped", "17", [](Host& h) { h.map(0, 0x28'0000'0000, 4096); }},
      {"two guests share a page", "18",
       [](Host& h) {
         // The end of both maps is the same: no device there.
         h.put(h.leaf(0, observed::devid_map(1) + 0xff000),
               h.get(h.leaf(0, observed::devid_map(2) + 0xff000)));
       }},
      {"two IOMMUs share a page", "18",
       [](Host& h) { h.put(h.leaf(0, 0x2000), h.get(h.leaf(1, 0x2000))); }},
      {"a page is cacheable", "19", [](Host& h) { h.blocks.front().uncached = false; }},
      {"a page stays uncacheable", "19",
       [](Host& h) {
         h.blocks.push_back({0x8000, 0x1000, true, true});
       }},
      {"a page was freed while it is mapped", "20",
       [](Host& h) { h.blocks.front().allocated = false; }},
      {"a page was freed while it may be cached", "20",
       [](Host& h) {
         h.iommus[0].stale.push_back({1, observed::devid_map(5), 4096, 0x9000});
       }},
      {"the guest's memory was unmapped, the parent's ID not invalidated", "30",
       [](Host& h) {
         h.iommus[0].stale.push_back({3, 0x1000, 4096, 0x9000});
       }},
      {"the guest's memory was unmapped, a host domain ID not invalidated", "30", [](Host& h) {
         h.iommus[1].stale.push_back({13, 0x1000, 4096, 0x9000});
       }}};
  return kAll;
}

TEST_CASE("what is wrong with private addresses and their memory is named") {
  each_is_noticed(breaks_of_memory_and_caches());
}

TEST_CASE("an IOMMU that is off breaks nothing, and what is left of it does") {
  Host host;
  for (const auto& [address, spa] : host.iommus[1].backing) {
    std::erase_if(host.blocks, [spa = spa](const host::Block& block) { return block.spa == spa; });
  }
  host.iommus[1] = {};
  host.iommus[1].control = 0;
  host.books.iommus[1] = {};
  host.books.iommus[1].own = observed::kOwn;
  host.books.iommus[1].segment = 1;
  host.books.domains = {1, 3, 4, 11, 12};
  host.books.parents[0].viommus = {1};
  CHECK(host.broken() == "");
  host.iommus[1].control = bit(53);
  CHECK(host.broken() == "27");
}

TEST_CASE("each of thirty invariants is broken by a state") {
  std::set<unsigned> numbers;
  for (const auto& breaks : {breaks_of_guest_entries(), breaks_of_host_entries(), breaks_of_maps(),
                             breaks_of_ids(), breaks_of_words(), breaks_of_memory_and_caches()}) {
    for (const Break& one : breaks) {
      std::istringstream all(one.numbers);
      for (unsigned number = 0; all >> number;) numbers.insert(number);
    }
  }
  CHECK(numbers.size() == 30);
}

}  // namespace
