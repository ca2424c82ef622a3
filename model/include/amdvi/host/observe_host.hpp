// A whole host at a quiescent point: every candidate invariant of viommu.md 11, decided on what its
// IOMMUs and its memory have and on what the pools of its driver say.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <amdvi/host/observe.hpp>

namespace amdvi::host {

// What was unmapped, and a cache may still have: bytes at `address` of a domain ID.
struct Stale {
  std::uint16_t domain = 0;
  std::uint64_t address = 0, bytes = 0, spa = 0;
};

// One IOMMU as it runs; its private addresses are found through the entry of its own device ID.
struct IommuSight {
  std::function<std::uint64_t(std::uint16_t guest, unsigned word)> control;  // VFCTRL
  std::function<std::uint64_t(std::uint16_t guest, unsigned offset)> page;   // VF
  std::function<std::uint64_t(std::uint64_t offset)> mmio;
  std::function<bool()> windows;  // VF and VFCTRL bases are both enabled
  // What requests of a device may go by: the entry in memory, then those that a cache may have.
  std::function<std::vector<Entry>(std::uint16_t device)> entries;
  std::function<std::vector<Stale>()> stale;
  std::function<bool(std::uint16_t guest)> user_mapped;  // user space can map its VF page
};

struct Block {
  std::uint64_t spa = 0, bytes = 0;
  bool allocated = false, uncached = false;
};

struct HostSight {
  std::vector<IommuSight> iommus;
  std::function<std::optional<std::uint64_t>(std::uint64_t spa)> memory;  // 8 bytes
  std::function<std::vector<Block>()> blocks;  // that are allocated, uncached, or both
};

// What the pools and objects of a driver say.
struct ParentBooks {
  bool alive = false;
  std::uint16_t domain = 0;
  unsigned mode = 0;
  std::uint64_t root = 0;           // bits 51:12
  std::set<std::uint16_t> viommus;  // on its list
};
struct DomainBooks {
  std::uint16_t host = 0;
  std::uint64_t users = 0;
};
// Words are what was last written since the GuestID's RESET_VMMIO.
struct GuestBooks {
  std::uint16_t viommu = 0, gid = 0, trans_id = 0;
  std::size_t parent = 0;
  std::map<std::uint16_t, std::uint16_t> devices;  // by its device ID
  std::map<std::uint16_t, DomainBooks> domains;    // by its domain ID
  QueueFacts command, event, ppr;                  // as they were asked for
  std::array<std::uint64_t, 3> words{};            // VFCTRL 20h, 28h, 30h
  std::optional<std::uint64_t> guest_control;      // its Control, as it last wrote it
};
struct NestedBooks {
  std::uint16_t viommu = 0, domain = 0;  // its own domain ID
};
struct AttachedBooks {
  std::uint16_t viommu = 0, domain = 0;
  bool rooted = true;  // the guest's entry has V and GV
};
struct IommuBooks {
  bool on = false;
  unsigned segment = 0;
  std::uint16_t own = 0, private_domain = 0;
  std::uint64_t private_root = 0;  // bits 51:12
  std::uint16_t last_gid = 0xffff, last_bdf = 0xffff;
  std::vector<GuestBooks> guests;                   // that live
  std::vector<NestedBooks> nested;                  // that live
  std::map<std::uint16_t, AttachedBooks> attached;  // devices in nested domains
  std::set<std::uint16_t> gids;                     // allocated
  // Of the segment's pool of translation device IDs, and what is there.
  std::set<std::uint16_t> reserved, ever_reserved, allocated;
  std::set<std::uint16_t> real;       // devices that are there, their aliases, IOMMUs
  std::set<std::uint16_t> in_domain;  // devices that are attached anywhere, and their aliases
};
struct HostBooks {
  std::vector<ParentBooks> parents;
  std::vector<IommuBooks> iommus;
  std::set<std::uint16_t> domains;  // host domain IDs that are allocated
};

// An invariant that does not hold, by its number in viommu.md 11, and where.
struct Broken {
  unsigned number = 0;
  std::string says;
  bool operator==(const Broken&) const = default;
};

// Empty: all hold. In order of their numbers; `sight.iommus` and `books.iommus` go together.
std::vector<Broken> broken_invariants(const HostSight& sight, const HostBooks& books);
// Those that broken_invariants() decides.
std::span<const unsigned> decided_invariants();

// A page of a host page table's leaf, of the size of its level.
struct Leaf {
  std::uint64_t address = 0, bytes = 0, spa = 0;
  bool writable = false;  // IR and IW on the whole way
};
// What a table maps, in order of addresses. Nothing for a mode that is none.
std::vector<Leaf> leaves(
    const std::function<std::optional<std::uint64_t>(std::uint64_t spa)>& memory,
    std::uint64_t root, unsigned mode);

}  // namespace amdvi::host
