#include "checker/driver/world.hpp"

#include <algorithm>

#include <amdvi/host/calls.hpp>
#include <amdvi/spec/CapabilityHeader.gen.hpp>
#include <amdvi/spec/Control.gen.hpp>
#include <amdvi/spec/DeviceTableEntry.gen.hpp>
#include <amdvi/spec/ExtendedFeature.gen.hpp>
#include <amdvi/spec/PciCapabilityPointer.gen.hpp>
#include <amdvi/spec/PciCommandStatus.gen.hpp>
#include <amdvi/spec/VendorHeader.gen.hpp>
#include <amdvi/spec/VfBarHigh.gen.hpp>
#include <amdvi/spec/VfBarLow.gen.hpp>
#include <amdvi/spec/VfControlBarHigh.gen.hpp>
#include <amdvi/spec/VfControlBarLow.gen.hpp>
#include <amdvi/spec/ids.gen.hpp>
#include <amdvi/spec/machines.gen.hpp>
#include <amdvi/spec/nested_dte.gen.hpp>
#include <amdvi/spec_info.hpp>
#include <amdvi/value/decide.hpp>

namespace amdvi::driver {
namespace {

namespace f = spec::field;
using spec::HostAction;

// Where this host has its capabilities.
constexpr std::uint32_t kOwnCapability = 0x40, kVendorCapability = 0x54;

// Types of ids, as actions have them.
unsigned type_of(HostAction action, std::size_t argument) {
  return spec::host_actions()[static_cast<std::size_t>(action)].args[argument].id;
}

std::uint64_t reset_of(std::string_view reg, std::string_view field) {
  return spec::find_field(*spec::find_structure(reg), field)->reset;
}

std::uint32_t low(std::uint64_t value) { return static_cast<std::uint32_t>(value); }

}  // namespace

std::vector<vector::Argument> World::surroundings() {
  return {{"parent_domain", kParentDomain},
          {"parent_root", kParentRoot},
          {"parent_mode", kParentMode},
          {"private_domain", kPrivateDomain},
          {"private_root", kPrivateRoot},
          {"private_mode", kPrivateMode},
          {"vf_base", kVfBase},
          {"own_device", kOwnDevice}};
}

std::optional<std::uint64_t> World::given(const vector::Step& step, std::string_view name) const {
  for (const vector::Argument& arg : step.args) {
    if (arg.name == name) return arg.value;
  }
  return std::nullopt;
}

// By the types of arguments, not by their names.
void World::read_types(const vector::Step& step) {
  const host::CallInfo* info = host::find_call(step.call);
  viommu_.reset();
  slice_.reset();
  iommu_ = 0;
  for (std::size_t i = 0; i < info->args.size(); ++i) {
    const unsigned type = info->args[i].id;
    const std::uint64_t value = step.args[i].value;
    if (type == 0) continue;
    if (type == type_of(HostAction::WRITE_DOMID_MAP, 0)) viommu_ = value;
    if (type == type_of(HostAction::WAIT_ON, 0)) iommu_ = static_cast<unsigned>(value);
    if (info->capability != "private_space" || info->args[i].name != "s") continue;
    namespace S = spec::id::Slice;
    slice_ = {S::iommu.get(value), static_cast<spec::PrivateRegion>(S::region.get(value)),
              S::number.get(value)};
    iommu_ = static_cast<unsigned>(slice_->iommu);
  }
}

void World::begin(const vector::Step& step) {
  read_types(step);
  sticks_ = given(step, "sticks").value_or(1) != 0;
  offered_ = given(step, "offered").value_or(1) != 0;
  capability_ = given(step, "capability").value_or(1) != 0;
  vf_ = given(step, "vf_enabled").value_or(1) != 0;
  vfctrl_ = given(step, "vfctrl_enabled").value_or(1) != 0;
  nested_ = given(step, "n");
  made_.reset();
  const auto root = given(step, "r");
  if (root && step.call.starts_with("iommu_init.")) private_roots_.insert(*root << kPageBits);
  // Steps of one unmapping.
  if (step.call.find(".invalidate_") == std::string::npos) unmapped_.reset();
  if (!given(step, "gdte.0") || !nested_) return;
  Entry entry{};
  for (std::size_t i = 0; i < entry.size(); ++i) {
    entry[i] = *given(step, "gdte." + std::to_string(i));
  }
  made_ = {*nested_, entry};
}

void World::end(int error) {
  if (made_ && error == 0) entries_[made_->first] = made_->second;
}

bool World::is_private(std::uint64_t root) const {
  return root == kPrivateRoot + iommu_ * kPage || private_roots_.contains(root);
}

void World::unmap(std::uint64_t address, std::uint64_t bytes) {
  const Range range{address, address + bytes - 1};
  if (!unmapped_) unmapped_ = range;
  unmapped_->first = std::min(unmapped_->first, range.first);
  unmapped_->second = std::max(unmapped_->second, range.second);
}

std::uint64_t World::control_mask() const {
  std::uint64_t refused = 0;
  f::Control::GstBufferTRPMode.set(refused, sticks_ ? 0 : 1);
  return ~refused;
}

std::uint64_t World::features() const {
  std::uint64_t word = 0;
  f::ExtendedFeature::vIommuSup.set(word, offered_ ? 1 : 0);
  return word;
}

std::uint32_t World::pci(unsigned iommu, std::uint32_t offset) const {
  constexpr std::uint32_t kOwn = kOwnCapability, kVendor = kVendorCapability;
  std::uint64_t word = 0;
  switch (offset) {
    case spec::kOffset_PciCommandStatus:
      f::PciCommandStatus::CapList.set(word, 1);
      break;
    case spec::kOffset_PciCapabilityPointer:
      f::PciCapabilityPointer::Pointer.set(word, kOwn);
      break;
    case kOwn + spec::kOffset_CapabilityHeader:
      f::CapabilityHeader::CapId.set(word, reset_of("CapabilityHeader", "CapId"));
      f::CapabilityHeader::CapPtr.set(word, capability_ ? kVendor : 0);
      break;
    case kVendor + spec::kOffset_VendorHeader:
      f::VendorHeader::CapId.set(word, reset_of("VendorHeader", "CapId"));
      break;
    case kVendor + spec::kOffset_VfBarLow:
      word = low(vf_base(iommu));
      f::VfBarLow::Enable.set(word, vf_ ? 1 : 0);
      break;
    case kVendor + spec::kOffset_VfBarHigh:
      return low(vf_base(iommu) >> 32);
    case kVendor + spec::kOffset_VfControlBarLow:
      word = low(vfctrl_base(iommu));
      f::VfControlBarLow::Enable.set(word, vfctrl_ ? 1 : 0);
      break;
    case kVendor + spec::kOffset_VfControlBarHigh:
      return low(vfctrl_base(iommu) >> 32);
    default:
      break;
  }
  return low(word);
}

bool World::is_nested(std::span<const std::uint64_t, 4> dte) const {
  namespace D = f::DeviceTableEntry;
  const auto known = nested_ ? entries_.find(*nested_) : entries_.end();
  if (known == entries_.end()) return false;
  Concrete d;
  spec::nested_dte<Concrete>::Storage storage;
  for (std::size_t i = 0; i < dte.size(); ++i) {
    storage.gdte.w[i] = Concrete::k<64>(known->second[i]);
  }
  storage.to.HostPTRoot = Concrete::k<40>(kParentRoot >> kPageBits);
  storage.to.Mode = Concrete::k<3>(kParentMode);
  storage.to.HAD = Concrete::k<2>(D::HAD.get(dte));
  storage.to.DomainID = Concrete::k<16>(D::DomainID.get(dte));
  storage.to.GDeviceID = Concrete::k<16>(D::GDeviceID.get(dte));
  storage.to.GuestID = Concrete::k<16>(D::GuestID.get(dte));
  storage.to.SysMgt = Concrete::k<2>(D::SysMgt.get(dte));
  storage.to.ats = Concrete::k<1>(D::I.get(dte));
  storage.d2 = Concrete::k<64>(dte[2]);
  const auto out = decide<spec::nested_dte>(d, storage.in()).out;
  return dte[0] == out.d0.v && dte[1] == out.d1.v && dte[2] == out.d2.v && dte[3] == out.d3.v;
}

}  // namespace amdvi::driver
