// The private address spaces of IOMMUs: memory that is mapped there, unmapped, invalidated, waited
// for, and freed, in this order.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <amdvi/spec/PrivateRegion.gen.hpp>

namespace amdvi::driver {

class Slices {
 public:
  // A block of the first 8 MiB, or a guest's table.
  struct Slice {
    std::uint64_t iommu = 0;
    spec::PrivateRegion region = spec::PrivateRegion::mmio;
    std::uint64_t number = 0;
    auto operator<=>(const Slice&) const = default;
  };
  static constexpr std::uint64_t kBlocks = 4;

  // Each says which slice it completes, if any. `note` gets why something does not count.
  std::optional<Slice> map(std::uint64_t iommu, std::uint64_t address, std::uint64_t spa,
                           std::uint64_t bytes, std::string& note);
  std::optional<Slice> unmap(std::uint64_t iommu, std::uint64_t address, std::uint64_t bytes);
  void invalidate(std::uint64_t iommu, std::uint64_t domain, std::uint64_t first,
                  std::uint64_t last);
  void wait(std::uint64_t iommu);
  struct Freed {
    Slice slice;
    std::uint64_t domain = 0;  // under which it was invalidated
  };
  std::optional<Freed> free(std::uint64_t spa, std::string& note);

  void allocate(std::uint64_t spa, std::uint64_t bytes) { memory_[spa] = {bytes, false}; }
  // false: no memory was allocated there.
  bool set_uncached(std::uint64_t spa, bool on);

  // Whether [first, last] has all of a slice.
  static bool covers(std::uint64_t first, std::uint64_t last, const Slice& slice);

 private:
  enum class State { kMapped, kUnmapped, kInvalidated, kWaited };
  struct Use {
    std::uint64_t bytes = 0;  // mapped
    State state = State::kMapped;
    std::uint64_t domain = 0;
    std::set<std::uint64_t> memory;  // allocations behind it
  };
  struct Allocation {
    std::uint64_t bytes = 0;
    bool uncached = false;
  };

  static std::optional<Slice> slice_at(std::uint64_t iommu, std::uint64_t address);
  std::map<std::uint64_t, Allocation>::iterator allocation_of(std::uint64_t spa);

  std::map<Slice, Use> slices_;
  std::map<std::uint64_t, Allocation> memory_;
};

}  // namespace amdvi::driver
