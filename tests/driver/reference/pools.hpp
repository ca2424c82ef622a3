// Pools of IDs (viommu.md 9.1 to 9.3).
#pragma once

#include <map>
#include <vector>

#include "capability.hpp"

namespace reference {

inline constexpr std::uint64_t kIds = 0x1'0000;

// One slot a device ID of the segment.
class TransIds {
 public:
  explicit TransIds(const Place& place) : place_(place), slots_(kIds) {}

  int reserve(std::uint64_t id);
  int alloc(std::uint64_t& id);
  int free(std::uint64_t id);
  bool reserved(std::uint64_t id) const { return slots_[id] == Slot::kReserved; }
  bool allocated(std::uint64_t id) const { return slots_[id] == Slot::kAllocated; }
  void unreserve(std::uint64_t id);  // no right driver does it

 private:
  enum class Slot : std::uint8_t { kFree, kReserved, kAllocated };

  const Place& place_;
  std::vector<Slot> slots_;
  std::uint64_t top_ = kIds - 1;  // nothing above it is free
};

// Lowest free first, from `first` on.
class LowestFree {
 public:
  LowestFree(std::uint64_t first, std::uint64_t last)
      : first_(first), next_(first), last_(last), used_(kIds) {}

  int alloc(std::uint64_t& id);
  bool take(std::uint64_t id);       // false: it is used
  bool give_back(std::uint64_t id);  // false: it is not

 private:
  std::uint64_t first_;
  std::uint64_t next_;  // nothing below it is free
  std::uint64_t last_;
  std::vector<bool> used_;
};

// What all IOMMUs of a host have together, and what is known of each.
class Pools {
 public:
  explicit Pools(const Place& place) : place_(place), trans_ids(place_), domains(1, kIds - 1) {}

  struct Known {
    std::uint64_t vf_base = 0;
    std::uint64_t private_root = 0, private_domain = 0;
  };

 private:
  Place place_;

 public:
  TransIds trans_ids;
  LowestFree domains;
  std::map<std::uint32_t, Known> iommus;
  Parent parent;  // on which vIOMMUs are made
};

}  // namespace reference
