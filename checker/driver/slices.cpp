#include "checker/driver/slices.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include <amdvi/spec/PrivateRegion.gen.hpp>
#include <amdvi/spec/private_slice.gen.hpp>
#include <amdvi/spec/private_slice_size.gen.hpp>
#include <amdvi/value/concrete.hpp>

namespace amdvi::driver {
namespace {

using spec::HostAction;
using spec::PrivateRegion;

constexpr std::uint64_t kGuests = 0x1'0000;

std::uint64_t slice_size(PrivateRegion region) {
  Concrete d;
  return spec::private_slice_size(d, Concrete::k<3>(static_cast<std::uint64_t>(region))).v;
}

std::uint64_t window_base(PrivateRegion region) {
  Concrete d;
  return spec::private_slice(d, Concrete::k<3>(static_cast<std::uint64_t>(region)),
                             Concrete::k<16>(0))
      .v;
}

}  // namespace

std::optional<Slices::Place> Slices::place_of(std::uint64_t address) {
  for (const PrivateRegion region : {PrivateRegion::devid_map, PrivateRegion::domid_map}) {
    const std::uint64_t base = window_base(region);
    const std::uint64_t size = slice_size(region);
    if (address < base || address - base >= size * kGuests) continue;
    const std::uint64_t guest = (address - base) / size;
    const bool devices = region == PrivateRegion::devid_map;
    return Place{base + guest * size, size,
                 {devices ? HostAction::MAP_DEVID_TABLE : HostAction::MAP_DOMID_TABLE, guest},
                 {devices ? HostAction::UNMAP_DEVID_TABLE : HostAction::UNMAP_DOMID_TABLE, guest}};
  }
  return std::nullopt;
}

std::map<std::uint64_t, Slices::Allocation>::iterator Slices::allocation_of(std::uint64_t spa) {
  auto next = memory_.upper_bound(spa);
  if (next == memory_.begin()) return memory_.end();
  const auto found = std::prev(next);
  return spa - found->first < found->second.bytes ? found : memory_.end();
}

std::optional<Slices::Event> Slices::map(std::uint64_t address, std::uint64_t spa,
                                         std::uint64_t bytes, std::string& note) {
  const auto place = place_of(address);
  if (!place) return std::nullopt;
  const auto memory = allocation_of(spa);
  if (memory == memory_.end() || !memory->second.uncached) {
    note = fmt::format("private address {:#x} is mapped to memory that is not uncached", address);
    return std::nullopt;
  }
  Slice& slice = slices_[place->base];
  if (slice.state != State::kMapped) slice = {};
  slice.place = *place;
  slice.memory.insert(memory->first);
  slice.bytes += bytes;
  if (slice.bytes != place->size) return std::nullopt;
  return place->mapped;
}

void Slices::unmap(std::uint64_t address, std::uint64_t bytes) {
  const auto place = place_of(address);
  const auto found = place ? slices_.find(place->base) : slices_.end();
  if (found == slices_.end()) return;
  Slice& slice = found->second;
  slice.bytes -= std::min(slice.bytes, bytes);
  if (slice.bytes == 0) slice.state = State::kUnmapped;
}

void Slices::invalidate(std::uint64_t first, std::uint64_t last) {
  for (auto& [base, slice] : slices_) {
    const bool covered = first <= base && base + slice.place.size - 1 <= last;
    if (covered && slice.state == State::kUnmapped) slice.state = State::kInvalidated;
  }
}

void Slices::wait() {
  for (auto& [base, slice] : slices_) {
    if (slice.state == State::kInvalidated) slice.state = State::kWaited;
  }
}

bool Slices::set_uncached(std::uint64_t spa, bool on) {
  const auto memory = memory_.find(spa);
  if (memory == memory_.end()) return false;
  memory->second.uncached = on;
  return true;
}

std::optional<Slices::Event> Slices::free(std::uint64_t spa, std::string& note) {
  const auto memory = memory_.find(spa);
  if (memory == memory_.end()) {
    note = fmt::format("memory at {:#x} is freed and was not allocated", spa);
    return std::nullopt;
  }
  const bool uncached = memory->second.uncached;
  memory_.erase(memory);
  for (auto& [base, slice] : slices_) {
    if (slice.memory.erase(spa) == 0) continue;
    if (slice.state != State::kWaited || uncached) {
      note = fmt::format("memory at {:#x} behind private address {:#x} is freed {}", spa, base,
                         uncached                         ? "while it is uncached"
                         : slice.state == State::kMapped  ? "while it is mapped"
                                                          : "before an invalidation was waited for");
      return std::nullopt;
    }
    if (!slice.memory.empty()) return std::nullopt;
    const Event event = slice.place.unmapped;
    slices_.erase(base);
    return event;
  }
  return std::nullopt;
}

}  // namespace amdvi::driver
