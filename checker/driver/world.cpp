#include "checker/driver/world.hpp"

#include <algorithm>

#include <amdvi/host/calls.hpp>
#include <amdvi/spec/Control.gen.hpp>
#include <amdvi/spec/DeviceTableEntry.gen.hpp>
#include <amdvi/spec/ExtendedFeature.gen.hpp>
#include <amdvi/spec/PciCapabilityPointer.gen.hpp>
#include <amdvi/spec/PciCommandStatus.gen.hpp>
#include <amdvi/spec/VendorHeader.gen.hpp>
#include <amdvi/spec/VfBarLow.gen.hpp>
#include <amdvi/spec/VfControlBarLow.gen.hpp>
#include <amdvi/spec/machines.gen.hpp>
#include <amdvi/spec/nested_dte.gen.hpp>
#include <amdvi/value/decide.hpp>

namespace amdvi::driver {
namespace {

namespace f = spec::field;
using spec::HostAction;

constexpr unsigned kNumberBits = 16, kRegionBits = 3;  // of an id of type Slice
constexpr std::uint32_t kOwnCapability = 0x40, kVendorCapability = 0x54;
constexpr std::uint64_t kVendorId = 9;

// Types of ids, as actions have them.
unsigned type_of(HostAction action, std::size_t argument) {
  return spec::host_actions()[static_cast<std::size_t>(action)].args[argument].id;
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
    const auto region = value >> kNumberBits & spec::low_bits(kRegionBits);
    slice_ = {value >> (kNumberBits + kRegionBits), static_cast<spec::PrivateRegion>(region),
              value & spec::low_bits(kNumberBits)};
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
  std::uint32_t word = 0;
  const auto words = [&](const auto& field, std::uint64_t value) {
    std::uint64_t wide = word;
    spec::BitField<1, 64>{field.pieces}.set(wide, value);
    word = low(wide);
  };
  switch (offset) {
    case 0x04:
      words(f::PciCommandStatus::CapList, 1);
      break;
    case 0x34:
      words(f::PciCapabilityPointer::Pointer, kOwnCapability);
      break;
    case kOwnCapability:
      words(f::VendorHeader::CapId, 0xf);
      words(f::VendorHeader::CapPtr, capability_ ? kVendorCapability : 0);
      break;
    case kVendorCapability:
      words(f::VendorHeader::CapId, kVendorId);
      break;
    case kVendorCapability + 0x08:
      return low(vf_base(iommu)) | (vf_ ? 1U : 0U);
    case kVendorCapability + 0x0c:
      return low(vf_base(iommu) >> 32);
    case kVendorCapability + 0x10:
      return low(vfctrl_base(iommu)) | (vfctrl_ ? 1U : 0U);
    case kVendorCapability + 0x14:
      return low(vfctrl_base(iommu) >> 32);
    default:
      break;
  }
  return word;
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
