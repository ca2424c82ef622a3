// What firmware and a driver do before a guest's registers can be reached: the two windows of the
// hardware vIOMMU have a base address, and it is enabled.
#pragma once

#include <cstdint>

#include <amdvi/device.hpp>
#include <amdvi/impl/pci.hpp>
#include <amdvi/spec/VfBarLow.gen.hpp>
#include <amdvi/spec/VfControlBarLow.gen.hpp>

#include "checker/dut/adapter.hpp"

namespace amdvi::dut {

template <class Domain>
void open_vf_windows(BasicDevice<Domain>& device) {
  for (const std::uint32_t bar : {spec::kOffset_VfBarLow, spec::kOffset_VfControlBarLow}) {
    const auto offset =
        static_cast<std::uint16_t>(static_cast<std::uint32_t>(detail::PciLayout::kVendor) + bar);
    const std::uint32_t value = device.config_read(offset);
    const auto enable = static_cast<std::uint32_t>(spec::field::VfBarLow::Enable.mask());
    if ((value & enable) == 0) device.config_write(offset, value | enable);
  }
}

// Offset in the window.
inline std::uint32_t window_offset(const VfAccess& access) {
  constexpr std::uint32_t kPage = 4096, kWords = 64;
  return access.guest * (access.control ? kWords : kPage) + access.offset;
}

template <class Domain>
void vf_access_write(BasicDevice<Domain>& device, const VfAccess& access, std::uint64_t value) {
  open_vf_windows(device);
  const std::uint32_t offset = window_offset(access);
  if (access.control) {
    device.vfctrl_write(offset, access.size, value);
  } else {
    device.vf_write(offset, access.size, value);
  }
}

template <class Domain>
std::uint64_t vf_access_read(BasicDevice<Domain>& device, const VfAccess& access) {
  open_vf_windows(device);
  const std::uint32_t offset = window_offset(access);
  return access.control ? device.vfctrl_read(offset, access.size)
                        : device.vf_read(offset, access.size);
}

}  // namespace amdvi::dut
