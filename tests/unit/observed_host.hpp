// A host with two IOMMUs and three guests as hardware has it and as its driver's books have it,
// made by hand from viommu.md 3 to 6: everything is public, to be broken.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <amdvi/host/observe_host.hpp>
#include <amdvi/memory.hpp>

namespace amdvi::observed {

constexpr std::uint64_t kMiB = 1 << 20;
constexpr std::uint16_t kOwn = 2, kTrans = 0xffff;
// Guest 1 has device 8, which is 0x100, and domain 7.
constexpr std::uint16_t kDevice = 0x100, kGuestDevice = 8, kGuestDomain = 7;
constexpr std::uint64_t kLeaf = 0x6000'0000'0000'0001;  // PR, IR, IW

constexpr std::uint64_t devid_map(std::uint64_t gid) { return 0x10'0000'0000 + gid * kMiB; }
constexpr std::uint64_t domid_map(std::uint64_t gid) { return 0x20'0000'0000 + gid * kMiB / 2; }

struct Iommu {
  std::map<std::pair<unsigned, unsigned>, std::uint64_t> words;  // by guest and number
  std::map<std::pair<unsigned, unsigned>, std::uint64_t> pages;  // by guest and offset
  std::map<unsigned, std::vector<host::Entry>> entries;
  std::vector<host::Stale> stale;
  std::set<unsigned> user_mapped;
  // GAEn, vCmdEn, vIOMMUEn, GstBufferTRPMode (1.4).
  std::uint64_t control = 1ULL << 17 | 1ULL << 52 | 1ULL << 53 | 1ULL << 60;
  bool windows = true;
  std::uint64_t root = 0;                          // of the private table
  std::map<std::uint64_t, std::uint64_t> backing;  // private address of a slice to memory
};

template <class Map, class Key>
auto value_or_zero(const Map& map, const Key& key) {
  const auto found = map.find(key);
  return found != map.end() ? found->second : typename Map::mapped_type{};
}

struct Host {
  Host() {
    books.parents = {{true, 3, 4, 0xaaaa, {}}, {true, 4, 4, 0xbbbb, {}}};
    books.domains = {3, 4};
    iommus.resize(2);
    books.iommus.resize(2);
    for (unsigned i = 0; i < 2; ++i) init(i);
    guest(0, 1, 0);
    guest(0, 2, 1);
    guest(1, 1, 0);
  }
  Host(const Host&) = delete;

  void init(unsigned i) {
    host::IommuBooks& b = books.iommus[i];
    b.on = true;
    b.segment = i;
    b.own = kOwn;
    b.private_domain = static_cast<std::uint16_t>(1 + i);
    b.last_gid = 0xff;
    b.real = b.reserved = b.ever_reserved = {kOwn};
    books.domains.insert(b.private_domain);
    iommus[i].root = table();
    b.private_root = iommus[i].root >> 12;
    map(i, 0, 8 * kMiB);
    // V, TV, Mode 3, IR, IW (6.4).
    iommus[i].entries[kOwn] = {{iommus[i].root | 0x6000'0000'0000'0603, b.private_domain, 0, 0}};
  }

  void guest(unsigned i, std::uint16_t gid, std::size_t parent) {
    host::IommuBooks& b = books.iommus[i];
    host::GuestBooks g;
    g.viommu = static_cast<std::uint16_t>(0x10 * i + gid);
    g.gid = gid;
    g.trans_id = static_cast<std::uint16_t>(kTrans + 1 - gid);
    g.parent = parent;
    const auto device = static_cast<std::uint16_t>(kDevice * gid);
    const auto host = static_cast<std::uint16_t>(10 + 2 * i + gid);
    g.devices[kGuestDevice] = device;
    g.domains[kGuestDomain] = {host, 1};
    g.command = {true, 9, 0x12'3456};
    g.event = {true, 9, 0x12'3458};
    g.ppr = {true, 9, 0x12'345a};
    g.words = {0x0000'0001'2345'6109, 0x0000'0001'2345'8309, 0x0000'0012'345a'0709};  // 14
    g.guest_control = 0xf00c;
    b.gids.insert(gid);
    b.allocated.insert(g.trans_id);
    b.nested.push_back({g.viommu, kGuestDomain});
    b.attached[device] = {g.viommu, kGuestDomain, true};
    for (auto* ids : {&b.real, &b.reserved, &b.ever_reserved, &b.in_domain}) ids->insert(device);
    books.domains.insert(host);
    books.parents[parent].viommus.insert(g.viommu);
    hardware(i, g, device, host);
    b.guests.push_back(g);
  }

  void hardware(unsigned i, const host::GuestBooks& g, std::uint16_t device, std::uint64_t host) {
    Iommu& hw = iommus[i];
    const host::ParentBooks& parent = books.parents[g.parent];
    const std::uint64_t low = 0x6000'0000'0000'0803 | parent.root << 12;  // Mode 4
    hw.words[{g.gid, 2}] = std::uint64_t{g.trans_id} << 16;
    for (unsigned k = 0; k < 3; ++k) hw.words[{g.gid, 4 + k}] = g.words[k];
    hw.entries[g.trans_id] = {{low, parent.domain, 0, 0}};
    // GV and bit 12 of the GCR3 root; GuestID, GDeviceID 8, vImuEn (6.3).
    hw.entries[device] = {
        {low | 1ULL << 55 | 1ULL << 58, host, 0, std::uint64_t{g.gid} << 32 | 0x0008'8000}};
    hw.user_mapped.insert(g.gid);
    map(i, devid_map(g.gid), kMiB);
    map(i, domid_map(g.gid), kMiB / 2);
    for (std::uint64_t id = 0; id < 0x10000; ++id) put_domain(i, g.gid, id, parent.domain);
    put_domain(i, g.gid, kGuestDomain, host);
    put_device(i, g.gid, kGuestDevice, std::uint64_t{device} << 14 | 1);
  }

  // 5: 8 bytes a domain, 16 bytes a device; Valid and the host's ID as in the control words.
  void put_domain(unsigned i, std::uint64_t gid, std::uint64_t id, std::uint64_t host) {
    put(iommus[i].backing[domid_map(gid)] + 8 * id, host << 14 | 1);
  }
  void put_device(unsigned i, std::uint64_t gid, std::uint64_t id, std::uint64_t entry) {
    put(iommus[i].backing[devid_map(gid)] + 16 * id, entry);
  }

  std::uint64_t table() {
    next_ += 4 * kMiB;
    return next_;
  }
  // All of memory decodes: nothing to check.
  void put(std::uint64_t spa, std::uint64_t value) { memory.write64(spa, value); }
  std::uint64_t get(std::uint64_t spa) {
    std::uint64_t value = 0;
    memory.read64(spa, value);
    return value;
  }
  // Memory of its own, uncacheable, by pages of 4 KiB.
  void map(unsigned i, std::uint64_t address, std::uint64_t bytes) {
    next_ += 8 * kMiB;
    const std::uint64_t spa = next_;
    next_ += 8 * kMiB;
    iommus[i].backing[address] = spa;
    blocks.push_back({spa, bytes, true, true});
    for (std::uint64_t at = 0; at < bytes; at += 4096)
      put(leaf(i, address + at), (spa + at) | kLeaf);
  }
  // Where the entry of a page of private addresses is.
  std::uint64_t leaf(unsigned i, std::uint64_t address) {
    std::uint64_t spa = iommus[i].root;
    for (unsigned level = 3; level > 1; --level) {
      spa += (address >> (12 + 9 * (level - 1)) & 0x1ff) * 8;
      if (get(spa) == 0) put(spa, table() | (level - 1) << 9 | kLeaf);
      spa = get(spa) & 0x000f'ffff'ffff'f000;
    }
    return spa + (address >> 12 & 0x1ff) * 8;
  }

  [[nodiscard]] host::HostSight sight() {
    host::HostSight all;
    for (Iommu& iommu : iommus) {
      all.iommus.push_back(
          {[&iommu](std::uint16_t guest, unsigned word) {
             return value_or_zero(iommu.words, std::pair<unsigned, unsigned>(guest, word));
           },
           [&iommu](std::uint16_t guest, unsigned offset) {
             return value_or_zero(iommu.pages, std::pair<unsigned, unsigned>(guest, offset));
           },
           [&iommu](std::uint64_t offset) { return offset == 0x18 ? iommu.control : 0; },
           [&iommu] { return iommu.windows; },
           [&iommu](std::uint16_t device) {
             const auto found = iommu.entries.find(device);
             return found != iommu.entries.end() ? found->second : std::vector{host::Entry{}};
           },
           [&iommu] { return iommu.stale; },
           [&iommu](std::uint16_t guest) { return iommu.user_mapped.contains(guest); }});
    }
    all.memory = [this](std::uint64_t spa) { return std::optional(get(spa)); };
    all.blocks = [this] { return blocks; };
    return all;
  }

  // Numbers of what is broken, each once: "1 22".
  std::string broken() {
    std::string all;
    unsigned last = 0;
    for (const host::Broken& one : host::broken_invariants(sight(), books)) {
      CHECK_FALSE(one.says.empty());
      if (one.number != last) all += (last != 0 ? " " : "") + std::to_string(one.number);
      last = one.number;
    }
    return all;
  }

  host::GuestBooks& first() { return books.iommus[0].guests[0]; }
  host::GuestBooks& second() { return books.iommus[0].guests[1]; }
  host::Entry& entry(unsigned device) { return iommus[0].entries.at(device).front(); }

  SparseMemory memory;
  std::vector<Iommu> iommus;
  std::vector<host::Block> blocks;
  host::HostBooks books;

 private:
  std::uint64_t next_ = 0x1'0000'0000;
};

// A state of a host, and what is broken in it.
struct Break {
  const char* what;
  std::string numbers;  // of all that it breaks; empty: none
  std::function<void(Host&)> act;
};

inline void each_is_noticed(const std::vector<Break>& breaks) {
  for (const Break& one : breaks) {
    Host host;
    one.act(host);
    const std::string what = one.what;
    INFO(what);
    CHECK(host.broken() == one.numbers);
  }
}

}  // namespace amdvi::observed
