// Bench: entries of the device table, memory, page tables and mappings.
#include <fmt/format.h>

#include <amdvi/spec/DeviceTableEntry.gen.hpp>
#include <amdvi/spec/vf_page.gen.hpp>
#include <amdvi/value/concrete.hpp>

#include "checker/driver/bench.hpp"

namespace amdvi::driver {
namespace {

namespace D = spec::field::DeviceTableEntry;
using spec::HostAction;
using Dte = std::span<const std::uint64_t, 4>;

bool can_access(Dte dte) { return D::IR.get(dte) != 0 && D::IW.get(dte) != 0; }
bool is_plain(Dte dte) { return D::GV.get(dte) == 0 && D::vImuEn.get(dte) == 0; }

bool translates_for_guest(Dte dte) {
  return can_access(dte) && is_plain(dte) && D::Mode.get(dte) == kParentMode &&
         D::HostPTRoot.get(dte) == kParentRoot >> kPageBits &&
         D::DomainID.get(dte) == kParentDomain;
}

std::uint64_t page_of_guest(std::uint64_t guest) {
  Concrete d;
  return spec::vf_page(d, Concrete::k<64>(kVfBase), Concrete::k<16>(guest)).v;
}

}  // namespace

// One entry is several things: vectors ask for those that their machine speaks of.
void Bench::dte_store(unsigned iommu, std::uint16_t device, Dte dte) {
  if (D::V.get(dte) == 0 || D::TV.get(dte) == 0) {
    clear_entry(iommu, device);
  } else {
    set_entry(iommu, device, dte);
  }
}

void Bench::clear_entry(unsigned iommu, std::uint16_t device) {
  for (const HostAction cleared : {HostAction::CLEAR_TRANSLATE_DTE, HostAction::CLEAR_DTE_ROOT,
                                   HostAction::CLEAR_NESTED_DTE, HostAction::CLEAR_DEVICE_DTE}) {
    recorder_.add(cleared, {device});
  }
  if (device == kOwnDevice + iommu) recorder_.add(HostAction::CLEAR_OWN_DTE, {iommu});
}

void Bench::set_entry(unsigned iommu, std::uint16_t device, Dte dte) {
  const std::uint64_t domain = D::DomainID.get(dte);
  const std::uint64_t root = D::HostPTRoot.get(dte), mode = D::Mode.get(dte);
  if (!can_access(dte)) return note(fmt::format("the entry of device {:#x} blocks it", device));
  recorder_.add(HostAction::SET_DTE_ROOT, {device, root, mode, domain});
  if (D::vImuEn.get(dte) == 0) {
    recorder_.add(HostAction::CLEAR_NESTED_DTE, {device});
  } else if (world_.is_nested(dte)) {
    recorder_.add(HostAction::SET_NESTED_DTE,
                  {device, D::GuestID.get(dte), D::GDeviceID.get(dte), domain});
  } else {
    note(
        fmt::format("the entry of device {:#x} is not what its guest's entry makes of it", device));
  }
  if (!is_plain(dte)) return;
  recorder_.add(HostAction::SET_DEVICE_DTE, {device, domain});
  if (translates_for_guest(dte)) recorder_.add(HostAction::SET_TRANSLATE_DTE, {device});
  if (device == kOwnDevice + iommu && mode >= kPrivateMode) {
    recorder_.add(HostAction::SET_OWN_DTE, {iommu, root, domain});
  }
}

int Bench::mem_alloc(std::uint64_t bytes, std::uint64_t& spa) {
  const std::uint64_t pages = (bytes + kPage - 1) / kPage;
  if (pages == 0) return -AMDVI_EINVAL;
  spa = next_page_;
  next_page_ += pages * kPage;
  slices_.allocate(spa, pages * kPage);
  if (world_.slice()) bought_[spa] = *world_.slice();
  show(HostAction::ALLOC_PRIVATE, world_.slice());
  return 0;
}

void Bench::mem_free(std::uint64_t spa) {
  if (const auto known = bought_.find(spa); known != bought_.end()) {
    show(HostAction::FREE_PRIVATE, known->second);
    bought_.erase(known);
  }
  std::string why;
  const auto freed = slices_.free(spa, why);
  note(std::move(why));
  if (freed) slice_freed(*freed);
}

void Bench::slice_freed(const Slices::Freed& freed) {
  const unsigned iommu = static_cast<unsigned>(freed.slice.iommu);
  if (freed.slice.region == spec::PrivateRegion::mmio) {
    if (--blocks_[iommu] != 0) return;
    return recorder_.add(HostAction::UNMAP_PRIVATE_FIXED, {iommu, freed.domain});
  }
  if (freed.domain != kPrivateDomain - iommu) {
    return note(fmt::format("a private table was invalidated under domain {:#x}", freed.domain));
  }
  const bool devices = freed.slice.region == spec::PrivateRegion::devid_map;
  recorder_.add(devices ? HostAction::UNMAP_DEVID_TABLE : HostAction::UNMAP_DOMID_TABLE,
                {freed.slice.number});
}

int Bench::mem_uncached(std::uint64_t spa, bool on) {
  if (const auto known = bought_.find(spa); known != bought_.end()) {
    show(on ? HostAction::SET_UNCACHED : HostAction::SET_WRITE_BACK, known->second);
  }
  return slices_.set_uncached(spa, on) ? 0 : -AMDVI_EINVAL;
}

int Bench::table_map(std::uint64_t root, std::uint64_t address, std::uint64_t spa,
                     std::uint64_t bytes) {
  if (!world_.is_private(root)) return 0;
  std::string why;
  const auto slice = slices_.map(world_.iommu(), address, spa, bytes, why);
  note(std::move(why));
  if (slice) slice_mapped(*slice, root);
  return 0;
}

void Bench::slice_mapped(const Slices::Slice& slice, std::uint64_t root) {
  const unsigned iommu = static_cast<unsigned>(slice.iommu);
  show(HostAction::MAP_PRIVATE, slice);
  if (slice.region == spec::PrivateRegion::devid_map) {
    recorder_.add(HostAction::MAP_DEVID_TABLE, {slice.number});
  } else if (slice.region == spec::PrivateRegion::domid_map) {
    recorder_.add(HostAction::MAP_DOMID_TABLE, {slice.number});
  } else if (++blocks_[iommu] == Slices::kBlocks) {
    recorder_.add(HostAction::MAP_PRIVATE_FIXED, {iommu, root >> kPageBits});
  }
}

void Bench::table_unmap(std::uint64_t root, std::uint64_t address, std::uint64_t bytes) {
  if (world_.is_private(root)) {
    show(HostAction::UNMAP_PRIVATE, slices_.unmap(world_.iommu(), address, bytes));
  } else {
    world_.unmap(address, bytes);
    recorder_.add_once(HostAction::UNMAP_PARENT, {root >> kPageBits});
  }
}

int Bench::user_mapping(std::uint64_t spa, std::uint64_t bytes, bool on) {
  const std::uint64_t guest = (spa - kVfBase) / kPage;
  if (bytes != kPage || spa < kVfBase || page_of_guest(guest) != spa) return -AMDVI_EINVAL;
  recorder_.add(on ? HostAction::MAP_MMIO : HostAction::UNMAP_MMIO, {guest});
  return 0;
}

int Bench::kernel_mapping(unsigned iommu, std::uint64_t spa, std::uint64_t bytes, bool on) {
  const bool vf = spa == World::vf_base(iommu) && bytes == kVfBytes;
  if (!vf && (spa != World::vfctrl_base(iommu) || bytes != kVfctrlBytes)) return -AMDVI_EINVAL;
  auto& mapped = windows_[iommu];
  if (mapped[vf ? 0 : 1] == on) return -AMDVI_EINVAL;
  mapped[vf ? 0 : 1] = on;
  if (mapped[0] == on && mapped[1] == on) {
    recorder_.add(on ? HostAction::MAP_WINDOWS : HostAction::UNMAP_WINDOWS, {iommu});
  }
  return 0;
}

}  // namespace amdvi::driver
