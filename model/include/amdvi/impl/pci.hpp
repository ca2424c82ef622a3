// BasicDevice: the PCI configuration space of the IOMMU function.
#pragma once

#include <string_view>

#include <amdvi/device.hpp>
#include <amdvi/spec/BaseAddressHigh.gen.hpp>
#include <amdvi/spec/BaseAddressLow.gen.hpp>
#include <amdvi/spec/CapabilityHeader.gen.hpp>
#include <amdvi/spec/ExtendedFeature.gen.hpp>
#include <amdvi/spec/MiscInfo0.gen.hpp>
#include <amdvi/spec/MiscInfo1.gen.hpp>
#include <amdvi/spec/MsiHeader.gen.hpp>
#include <amdvi/spec/MsiHigh.gen.hpp>
#include <amdvi/spec/MsiLow.gen.hpp>
#include <amdvi/spec/MsiMapping.gen.hpp>
#include <amdvi/spec/MsiMessageData.gen.hpp>
#include <amdvi/spec/PciCapabilityPointer.gen.hpp>
#include <amdvi/spec/PciCommandStatus.gen.hpp>
#include <amdvi/spec/VendorHeader.gen.hpp>

namespace amdvi {

namespace detail {

// Where this implementation has its capabilities: as most do.
struct PciLayout {
  static constexpr std::uint32_t kIommu = 0x40, kMsi = 0x64, kHt = 0x74, kVendor = 0x78;

  // Offset of a PCI space of the specification; -1: not in configuration space.
  static int base_of(std::string_view space) {
    if (space == "pci_header") return 0;
    if (space == "pci_capability") return kIommu;
    if (space == "pci_msi_capability") return kMsi;
    if (space == "pci_ht_capability") return kHt;
    if (space == "pci_vendor_capability") return kVendor;
    return -1;
  }
};

struct MsiMirror {
  spec::RegisterId id;
  std::uint32_t offset;  // of the same register in configuration space
};
inline constexpr std::array<MsiMirror, 7> kMsiMirrors{{
    {spec::RegisterId::MsiVector0, PciLayout::kIommu + spec::kOffset_MiscInfo0},
    {spec::RegisterId::MsiVector1, PciLayout::kIommu + spec::kOffset_MiscInfo1},
    {spec::RegisterId::MsiCapabilityHeader, PciLayout::kMsi + spec::kOffset_MsiHeader},
    {spec::RegisterId::MsiAddressLow, PciLayout::kMsi + spec::kOffset_MsiLow},
    {spec::RegisterId::MsiAddressHigh, PciLayout::kMsi + spec::kOffset_MsiHigh},
    {spec::RegisterId::MsiData, PciLayout::kMsi + spec::kOffset_MsiMessageData},
    {spec::RegisterId::MsiMappingCapabilityHeader, PciLayout::kHt + spec::kOffset_MsiMapping},
}};

inline std::uint32_t mask_of(const spec::FieldInfo& field) {
  std::array<std::uint64_t, 1> words{};
  spec::set_field(field, words, ~std::uint64_t{0});
  return static_cast<std::uint32_t>(words[0]);
}

}  // namespace detail

// From the catalogue: every field of a PCI register, by its access.
template <class Domain>
void BasicDevice<Domain>::make_pci_masks() {
  namespace E = spec::field::ExtendedFeature;
  const std::uint64_t efr = config_.cap.EFR.w[0].v;
  auto masks = std::make_shared<PciMasks>();
  for (const spec::StructureInfo& s : spec::catalogue().structures) {
    const int base = detail::PciLayout::base_of(s.space);
    if (s.kind != spec::StructureKind::kRegister || base < 0) continue;
    if (s.space == "pci_vendor_capability" && E::vIommuSup.get(efr) == 0) continue;
    const std::size_t i = (static_cast<std::uint32_t>(base) + s.offset) / 4;
    for (const spec::FieldInfo& f : s.fields) {
      const std::uint32_t mask = detail::mask_of(f);
      if (f.access == spec::Access::kRW) masks->rw[i] |= mask;
      if (f.access == spec::Access::kRW1S) masks->w1s[i] |= mask;
      if (f.access == spec::Access::kRW1C) masks->w1c[i] |= mask;
      std::array<std::uint64_t, 1> words{masks->reset[i]};
      if (f.reset != 0) spec::set_field(f, words, f.reset);
      masks->reset[i] = static_cast<std::uint32_t>(words[0]);
    }
  }
  // pci.base-address.layout: a region of 512 KiB instead of 16 KiB.
  constexpr std::uint32_t kSmallRegion = 0x7FFFF;
  if (E::PCSup.get(efr) != 0) {
    masks->rw[(detail::PciLayout::kIommu + spec::kOffset_BaseAddressLow) / 4] &= ~kSmallRegion;
  }
  pci_capabilities(masks->reset);
  pci_masks_ = std::move(masks);
}

// What an implementation chooses: the list of capabilities and what they say.
template <class Domain>
void BasicDevice<Domain>::pci_capabilities(PciSpace& reset) const {
  using L = detail::PciLayout;
  const auto set = [&](std::uint32_t offset, const auto& field, std::uint64_t value) {
    std::uint64_t dword = reset[offset / 4];
    field.set(dword, value);
    reset[offset / 4] = static_cast<std::uint32_t>(dword);
  };
  namespace H = spec::field::CapabilityHeader;
  const std::uint64_t header = config_.cap.header.w[0].v;
  const bool vendor = spec::field::ExtendedFeature::vIommuSup.get(config_.cap.EFR.w[0].v) != 0;
  for (const auto& feature : {H::IotlbSup, H::HtTunnel, H::NpCache, H::EFRSup, H::CapExt}) {
    set(L::kIommu, feature, feature.get(header));
  }
  set(spec::kOffset_PciCapabilityPointer, spec::field::PciCapabilityPointer::Pointer, L::kIommu);
  set(L::kIommu, H::CapPtr, L::kMsi);
  set(L::kMsi, spec::field::MsiHeader::CapPtr, L::kHt);
  set(L::kHt, spec::field::MsiMapping::CapPtr, vendor ? L::kVendor : 0);
  namespace M = spec::field::MiscInfo0;
  constexpr std::uint64_t kGva48 = 2, kPaBits = 52, kVaBits = 64;
  set(L::kIommu + spec::kOffset_MiscInfo0, M::GVAsize, kGva48);
  set(L::kIommu + spec::kOffset_MiscInfo0, M::PAsize, kPaBits);
  set(L::kIommu + spec::kOffset_MiscInfo0, M::VAsize, kVaBits);
}

template <class Domain>
void BasicDevice<Domain>::reset_pci() {
  pci_ = pci_masks_->reset;
  copy_to_mirrors();
}

template <class Domain>
std::uint32_t BasicDevice<Domain>::config_read(std::uint16_t offset) const {
  return offset < 4 * pci_.size() ? pci_[offset / 4] : 0;
}

template <class Domain>
void BasicDevice<Domain>::config_write(std::uint16_t offset, std::uint32_t value) {
  if (offset >= 4 * pci_.size()) return;
  const std::size_t i = offset / 4;
  const std::size_t low = (detail::PciLayout::kIommu + spec::kOffset_BaseAddressLow) / 4;
  const std::size_t high = (detail::PciLayout::kIommu + spec::kOffset_BaseAddressHigh) / 4;
  if ((i == low || i == high) && spec::field::BaseAddressLow::Enable.get(pci_[low]) != 0) {
    tell(spec::Behaviour::CapabilityLock);
    return;
  }
  pci_[i] = (pci_[i] & ~pci_masks_->rw[i]) | (value & pci_masks_->rw[i]);
  pci_[i] |= value & pci_masks_->w1s[i];
  pci_[i] &= ~(value & pci_masks_->w1c[i]);
  copy_to_mirrors();
}

// reg.msi-mirror.layout: the same state at two places.
template <class Domain>
void BasicDevice<Domain>::copy_to_mirrors() {
  for (const detail::MsiMirror& m : detail::kMsiMirrors) reg(m.id) = pci_[m.offset / 4];
}

template <class Domain>
void BasicDevice<Domain>::copy_from_mirror(spec::RegisterId id) {
  for (const detail::MsiMirror& m : detail::kMsiMirrors) {
    if (m.id == id) pci_[m.offset / 4] = static_cast<std::uint32_t>(reg(id));
  }
}

// abort.signaled-target-abort; int.device-id-abort makes one exception, abort() the others.
template <class Domain>
void BasicDevice<Domain>::signal_target_abort(spec::EventCause, const Context& context) {
  if (context.interrupt && !context.have_dte) return;
  tell(spec::Behaviour::SignaledTargetAbort);
  std::uint64_t status = pci_[spec::kOffset_PciCommandStatus / 4];
  spec::field::PciCommandStatus::SignaledTargetAbort.set(status, 1);
  pci_[spec::kOffset_PciCommandStatus / 4] = static_cast<std::uint32_t>(status);
}

}  // namespace amdvi
