#include "checker/driver/slices.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include <amdvi/spec/private_slice.gen.hpp>
#include <amdvi/spec/private_slice_size.gen.hpp>
#include <amdvi/value/concrete.hpp>

namespace amdvi::driver {
namespace {

using spec::PrivateRegion;

constexpr std::uint64_t kGuests = 0x1'0000;
constexpr std::uint64_t kBlock = 0x20'0000;  // viommu.md 4

std::uint64_t size_of(PrivateRegion region) {
  if (region == PrivateRegion::mmio) return kBlock;
  Concrete d;
  return spec::private_slice_size(d, Concrete::k<3>(static_cast<std::uint64_t>(region))).v;
}

std::uint64_t base_of(PrivateRegion region) {
  if (region == PrivateRegion::mmio) return 0;
  Concrete d;
  return spec::private_slice(d, Concrete::k<3>(static_cast<std::uint64_t>(region)),
                             Concrete::k<16>(0))
      .v;
}

std::uint64_t count_of(PrivateRegion region) {
  return region == PrivateRegion::mmio ? Slices::kBlocks : kGuests;
}

std::uint64_t address_of(const Slices::Slice& slice) {
  return base_of(slice.region) + slice.number * size_of(slice.region);
}

}  // namespace

std::optional<Slices::Slice> Slices::slice_at(std::uint64_t iommu, std::uint64_t address) {
  for (const PrivateRegion region :
       {PrivateRegion::mmio, PrivateRegion::devid_map, PrivateRegion::domid_map}) {
    const std::uint64_t base = base_of(region);
    const std::uint64_t size = size_of(region);
    if (address < base || address - base >= size * count_of(region)) continue;
    return Slice{iommu, region, (address - base) / size};
  }
  return std::nullopt;
}

bool Slices::covers(std::uint64_t first, std::uint64_t last, const Slice& slice) {
  const std::uint64_t base = address_of(slice);
  return first <= base && base + size_of(slice.region) - 1 <= last;
}

std::map<std::uint64_t, Slices::Allocation>::iterator Slices::allocation_of(std::uint64_t spa) {
  auto next = memory_.upper_bound(spa);
  if (next == memory_.begin()) return memory_.end();
  const auto found = std::prev(next);
  return spa - found->first < found->second.bytes ? found : memory_.end();
}

std::optional<Slices::Slice> Slices::map(std::uint64_t iommu, std::uint64_t address,
                                         std::uint64_t spa, std::uint64_t bytes,
                                         std::string& note) {
  const auto slice = slice_at(iommu, address);
  if (!slice) return std::nullopt;
  const auto memory = allocation_of(spa);
  if (memory == memory_.end() || !memory->second.uncached) {
    note = fmt::format("private address {:#x} is mapped to memory that is not uncached", address);
    return std::nullopt;
  }
  Use& use = slices_[*slice];
  if (use.state != State::kMapped) use = {};
  use.memory.insert(memory->first);
  use.bytes += bytes;
  return use.bytes == size_of(slice->region) ? slice : std::nullopt;
}

std::optional<Slices::Slice> Slices::unmap(std::uint64_t iommu, std::uint64_t address,
                                           std::uint64_t bytes) {
  const auto slice = slice_at(iommu, address);
  const auto found = slice ? slices_.find(*slice) : slices_.end();
  if (found == slices_.end()) return std::nullopt;
  Use& use = found->second;
  use.bytes -= std::min(use.bytes, bytes);
  if (use.bytes != 0) return std::nullopt;
  use.state = State::kUnmapped;
  return slice;
}

void Slices::invalidate(std::uint64_t iommu, std::uint64_t domain, std::uint64_t first,
                        std::uint64_t last) {
  for (auto& [slice, use] : slices_) {
    if (slice.iommu != iommu || use.state != State::kUnmapped) continue;
    if (!covers(first, last, slice)) continue;
    use.state = State::kInvalidated;
    use.domain = domain;
  }
}

void Slices::wait(std::uint64_t iommu) {
  for (auto& [slice, use] : slices_) {
    if (slice.iommu == iommu && use.state == State::kInvalidated) use.state = State::kWaited;
  }
}

bool Slices::set_uncached(std::uint64_t spa, bool on) {
  const auto memory = memory_.find(spa);
  if (memory == memory_.end()) return false;
  memory->second.uncached = on;
  return true;
}

std::optional<Slices::Freed> Slices::free(std::uint64_t spa, std::string& note) {
  const auto memory = memory_.find(spa);
  if (memory == memory_.end()) {
    note = fmt::format("memory at {:#x} is freed and was not allocated", spa);
    return std::nullopt;
  }
  const bool uncached = memory->second.uncached;
  memory_.erase(memory);
  for (auto& [slice, use] : slices_) {
    if (use.memory.erase(spa) == 0) continue;
    if (use.state != State::kWaited || uncached) {
      note = fmt::format("memory at {:#x} behind private address {:#x} is freed {}", spa,
                         address_of(slice),
                         uncached                      ? "while it is uncached"
                         : use.state == State::kMapped ? "while it is mapped"
                                                       : "before an invalidation was waited for");
      return std::nullopt;
    }
    if (!use.memory.empty()) return std::nullopt;
    const Freed freed{slice, use.domain};
    slices_.erase(slice);
    return freed;
  }
  return std::nullopt;
}

}  // namespace amdvi::driver
