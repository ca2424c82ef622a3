// Slices of the private address space of IOMMUs (viommu.md 4).
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "control.hpp"
#include "pools.hpp"

namespace reference {
namespace {

enum Region : std::uint64_t { kMmio, kDevices, kDomains };

struct Window {
  std::uint64_t base, bytes, count;
};
constexpr std::array kWindows{Window{0, 0x20'0000, 4}, Window{0x10'0000'0000, 0x10'0000, kIds},
                              Window{0x20'0000'0000, 0x8'0000, kIds}};

struct Slice {
  std::uint64_t spa = 0;
  bool uncached = false, mapped = false;
  bool cached = false;  // hardware may still have it
  bool sent = false;    // an invalidation that nobody has waited for
};

class PrivateSpace final : public Capability {
 public:
  explicit PrivateSpace(const Place& where) : Capability(where) {}

  int take_page(Args a, std::uint64_t&) {
    if (region(a[0]) > kDomains || number(a[0]) >= window(a[0]).count) return -AMDVI_EINVAL;
    if (slices_.contains(a[0])) return -AMDVI_EEXIST;
    if (a[1] != 0) return -AMDVI_ENOMEM;
    Slice slice;
    if (hw().mem_alloc(hw().user, window(a[0]).bytes, &slice.spa) != 0) return -AMDVI_ENOMEM;
    slices_[a[0]] = slice;
    return 0;
  }

  int set_uncached(Args a, std::uint64_t&) {
    const auto slice = slices_.find(a[0]);
    if (slice == slices_.end()) return -AMDVI_ENOENT;
    hw().mem_uncached(hw().user, slice->second.spa, 1);
    slice->second.uncached = true;
    return 0;
  }

  int map(Args a, std::uint64_t&) {
    const auto known = slices_.find(a[0]);
    if (known == slices_.end()) return -AMDVI_EINVAL;
    Slice& slice = known->second;
    const bool cacheable = !slice.uncached && !place.makes(Mistake::kSliceCacheable);
    if (slice.mapped || cacheable) return -AMDVI_EINVAL;
    hw().table_map(hw().user, root(a[0]), address(a[0]), slice.spa, window(a[0]).bytes);
    slice.mapped = slice.cached = true;
    return 0;
  }

  int use_iommu(Args a, std::uint64_t&) {
    for (std::uint64_t block = 0; block < kWindows[kMmio].count; ++block) {
      if (!mapped(a[0], kMmio, block) && !place.makes(Mistake::kBlocksNotMapped)) {
        return -AMDVI_EINVAL;
      }
    }
    ready_.insert(a[0]);
    return 0;
  }

  int use_guest(Args a, std::uint64_t&) {
    const std::uint64_t iommu = a[0] >> 16, gid = a[0] & 0xffff;
    if (!ready_.contains(iommu)) return -AMDVI_ENODEV;
    if (!mapped(iommu, kDevices, gid) || !mapped(iommu, kDomains, gid)) return -AMDVI_EINVAL;
    live_.insert(a[0]);
    return 0;
  }
  int leave_guest(Args a, std::uint64_t&) { return live_.erase(a[0]) != 0 ? 0 : -AMDVI_ENOENT; }

  int leave_iommu(Args a, std::uint64_t&) {
    if (!ready_.contains(a[0])) return -AMDVI_ENOENT;
    const bool busy = std::any_of(live_.begin(), live_.end(),
                                  [&](std::uint64_t guest) { return guest >> 16 == a[0]; });
    if (busy) return -AMDVI_EBUSY;
    ready_.erase(a[0]);
    return 0;
  }

  int unmap(Args a, std::uint64_t&) {
    const auto known = slices_.find(a[0]);
    if (known == slices_.end() || !known->second.mapped) return -AMDVI_ENOENT;
    const bool used = region(a[0]) == kMmio
                          ? ready_.contains(iommu(a[0]))
                          : live_.contains(std::uint64_t{iommu(a[0])} << 16 | number(a[0]));
    if (used && !place.makes(Mistake::kSliceUnmappedInUse)) return -AMDVI_EBUSY;
    hw().table_unmap(hw().user, root(a[0]), address(a[0]), window(a[0]).bytes);
    known->second.mapped = known->second.sent = false;
    return 0;
  }

  int invalidate(Args a, std::uint64_t&) {
    const auto known = slices_.find(a[0]);
    if (known != slices_.end() && known->second.mapped) return -AMDVI_EINVAL;
    if (region(a[0]) <= kDomains) {
      place.iommu = iommu(a[0]);
      Control(place).flush_pages(place.private_domain - iommu(a[0]), address(a[0]),
                                 window(a[0]).bytes);
    }
    if (known != slices_.end()) known->second.sent = true;
    return 0;
  }

  int wait(Args a, std::uint64_t&) {
    if (!place.makes(Mistake::kSliceNotAwaited)) {
      hw().wait(hw().user, static_cast<std::uint32_t>(a[0]));
    }
    for (auto& [id, slice] : slices_) {
      if (iommu(id) != a[0]) continue;
      if (slice.sent && !slice.mapped) slice.cached = false;
      slice.sent = false;
    }
    return 0;
  }

  int set_write_back(Args a, std::uint64_t&) {
    const auto known = slices_.find(a[0]);
    if (known == slices_.end()) return -AMDVI_ENOENT;
    if (known->second.mapped || known->second.cached) return -AMDVI_EBUSY;
    hw().mem_uncached(hw().user, known->second.spa, 0);
    known->second.uncached = false;
    return 0;
  }

  int free_page(Args a, std::uint64_t&) {
    const auto known = slices_.find(a[0]);
    if (known == slices_.end()) return -AMDVI_ENOENT;
    const Slice& slice = known->second;
    if (slice.mapped || slice.cached || slice.uncached) return -AMDVI_EBUSY;
    hw().mem_free(hw().user, slice.spa);
    slices_.erase(known);
    return 0;
  }

  int make(Args a, std::uint64_t& ignored) {
    if (const int error = take_page(a, ignored); error != 0) return error;
    set_uncached(a, ignored);
    return map(a, ignored);
  }

  int drop(Args a, std::uint64_t& ignored) {
    if (const int error = unmap(a, ignored); error != 0) return error;
    invalidate(a, ignored);
    const std::uint64_t where = iommu(a[0]);
    wait(&where, ignored);
    set_write_back(a, ignored);
    return free_page(a, ignored);
  }

 private:
  const amdvi_hardware& hw() const { return *place.hardware; }
  static std::uint32_t iommu(std::uint64_t id) { return static_cast<std::uint32_t>(id >> 19); }
  static std::uint64_t region(std::uint64_t id) { return id >> 16 & 7; }
  static std::uint64_t number(std::uint64_t id) { return id & 0xffff; }
  static const Window& window(std::uint64_t id) { return kWindows[region(id)]; }
  static std::uint64_t address(std::uint64_t id) {
    return window(id).base + number(id) * window(id).bytes;
  }
  std::uint64_t root(std::uint64_t id) const { return place.private_root + iommu(id) * 4096ULL; }

  bool mapped(std::uint64_t iommu, std::uint64_t region, std::uint64_t number) const {
    const auto known = slices_.find(iommu << 19 | region << 16 | number);
    return known != slices_.end() && known->second.mapped;
  }

  std::map<std::uint64_t, Slice> slices_;
  std::set<std::uint64_t> ready_, live_;
};

constexpr std::array kOperations{
    amdvi_operation{"private_space.take_page", call<PrivateSpace, &PrivateSpace::take_page>},
    amdvi_operation{"private_space.set_uncached", call<PrivateSpace, &PrivateSpace::set_uncached>},
    amdvi_operation{"private_space.map", call<PrivateSpace, &PrivateSpace::map>},
    amdvi_operation{"private_space.use_iommu", call<PrivateSpace, &PrivateSpace::use_iommu>},
    amdvi_operation{"private_space.use_guest", call<PrivateSpace, &PrivateSpace::use_guest>},
    amdvi_operation{"private_space.leave_guest", call<PrivateSpace, &PrivateSpace::leave_guest>},
    amdvi_operation{"private_space.leave_iommu", call<PrivateSpace, &PrivateSpace::leave_iommu>},
    amdvi_operation{"private_space.unmap", call<PrivateSpace, &PrivateSpace::unmap>},
    amdvi_operation{"private_space.invalidate", call<PrivateSpace, &PrivateSpace::invalidate>},
    amdvi_operation{"private_space.wait", call<PrivateSpace, &PrivateSpace::wait>},
    amdvi_operation{"private_space.set_write_back",
                    call<PrivateSpace, &PrivateSpace::set_write_back>},
    amdvi_operation{"private_space.free_page", call<PrivateSpace, &PrivateSpace::free_page>},
    amdvi_operation{"private_space.make", call<PrivateSpace, &PrivateSpace::make>},
    amdvi_operation{"private_space.drop", call<PrivateSpace, &PrivateSpace::drop>}};

}  // namespace

Part private_space_part() {
  return {{"private_space", make_capability<PrivateSpace>},
          {kOperations.data(), kOperations.size()},
          false};
}

}  // namespace reference
