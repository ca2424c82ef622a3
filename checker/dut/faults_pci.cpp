// Faults in the registers of the PCI function and their mirrors.
#include <array>
#include <string_view>

#include <amdvi/impl/pci.hpp>
#include <amdvi/spec/BaseAddressLow.gen.hpp>
#include <amdvi/spec/MsiHeader.gen.hpp>
#include <amdvi/spec/PciCommandStatus.gen.hpp>
#include <amdvi/spec/registers.gen.hpp>

#include "checker/dut/fault.hpp"

namespace amdvi::dut {
namespace {

namespace f = spec::field;

constexpr auto kEnable = static_cast<std::uint32_t>(f::BaseAddressLow::Enable.mask());
constexpr auto kMsiEn = static_cast<std::uint32_t>(f::MsiHeader::MsiEn.mask());
constexpr auto kSignaledTargetAbort =
    static_cast<std::uint32_t>(f::PciCommandStatus::SignaledTargetAbort.mask());

bool is(std::uint16_t offset, std::string_view name) {
  const spec::StructureInfo& info = *spec::find_structure(name);
  return offset == detail::PciLayout::base_of(info.space) + info.offset;
}

bool is_mirror(const MmioAccess& access) {
  for (const spec::RegisterDesc& desc : spec::kRegisters) {
    if (desc.offset == access.offset) return desc.role == spec::RegisterRole::msi_mirror;
  }
  return false;
}

constexpr std::array kFaults{
    Fault{.name = "pci-capability-missing",
          .text = "the capability header reads 0",
          .config_read =
              [](std::uint16_t offset, std::uint32_t& value) {
                if (is(offset, "CapabilityHeader")) value = 0;
              }},
    Fault{.name = "pci-base-ignored",
          .text = "the base address takes nothing",
          .config_write =
              [](std::uint16_t offset, std::uint32_t&) {
                return !is(offset, "BaseAddressLow") && !is(offset, "BaseAddressHigh");
              }},
    Fault{.name = "pci-enable-not-kept",
          .text = "Enable of the base address reads 0",
          .config_read =
              [](std::uint16_t offset, std::uint32_t& value) {
                if (is(offset, "BaseAddressLow")) value &= ~kEnable;
              }},
    Fault{.name = "pci-base-locked-early",
          .text = "Enable of the base address is set by every write",
          .config_write =
              [](std::uint16_t offset, std::uint32_t& value) {
                if (is(offset, "BaseAddressLow")) value |= kEnable;
                return true;
              }},
    Fault{.name = "pci-msi-enable-stuck",
          .text = "MsiEn cannot be set",
          .config_write = [](std::uint16_t offset,
                             std::uint32_t&) { return !is(offset, "MsiHeader"); }},
    Fault{.name = "pci-msi-enable-ignored",
          .text = "MsiEn is always set",
          .config_write =
              [](std::uint16_t offset, std::uint32_t& value) {
                if (is(offset, "MsiHeader")) value |= kMsiEn;
                return true;
              }},
    Fault{.name = "pci-msi-data-short",
          .text = "MSI data keeps 8 bits",
          .config_write =
              [](std::uint16_t offset, std::uint32_t& value) {
                if (is(offset, "MsiMessageData")) value &= 0xFF;
                return true;
              }},
    Fault{.name = "pci-target-abort-missing",
          .text = "SignaledTargetAbort reads 0",
          .config_read =
              [](std::uint16_t offset, std::uint32_t& value) {
                if (is(offset, "PciCommandStatus")) value &= ~kSignaledTargetAbort;
              }},
    Fault{.name = "pci-target-abort-kept",
          .text = "writing 1 does not clear SignaledTargetAbort",
          .config_write =
              [](std::uint16_t offset, std::uint32_t& value) {
                if (is(offset, "PciCommandStatus")) value &= ~kSignaledTargetAbort;
                return true;
              }},
    Fault{.name = "pci-mirror-stale",
          .text = "the mirrors of the MSI capability read 0",
          .read =
              [](MutantDevice&, MmioAccess& access) {
                if (is_mirror(access)) access.value = 0;
              }},
    Fault{.name = "pci-mirror-read-only",
          .text = "the mirrors of the MSI capability take nothing",
          .write =
              [](MutantDevice& device, const MmioAccess& access) {
                if (!is_mirror(access)) device.mmio_write(access.offset, access.size, access.value);
              }},
};

}  // namespace

std::span<const Fault> pci_faults() { return kFaults; }

}  // namespace amdvi::dut
