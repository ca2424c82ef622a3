// A device of this library as the hardware that observe.hpp reads.
#pragma once

#include <amdvi/device.hpp>
#include <amdvi/host/observe.hpp>
#include <amdvi/memory.hpp>
#include <amdvi/spec/DeviceTableBase.gen.hpp>
#include <amdvi/spec/vfctrl_words.gen.hpp>

namespace amdvi::host {

// `own` is the device ID of the IOMMU, whose entry translates private addresses. Neither `device`
// nor `memory` is owned; reading changes neither: translations are those of a copy.
inline Hardware hardware_of(const Device& device, Memory& memory, std::uint16_t own) {
  constexpr unsigned kWord = 8, kEntry = 32, kPageBits = 12;
  Hardware hardware;
  hardware.control = [&device](std::uint16_t guest, unsigned word) {
    Concrete d;
    const auto words = spec::vfctrl_words(d, Concrete::k<64>(0), Concrete::k<16>(guest)).v;
    return device.vfctrl_read(static_cast<std::uint32_t>(words + std::uint64_t{word} * kWord),
                              kWord);
  };
  hardware.memory = [&device, &memory, own](std::uint64_t address) -> std::optional<std::uint64_t> {
    Device probe = device.copy_onto(memory);
    Request request;
    request.device_id = own;
    request.address = address;
    request.read = true;
    const Translation translation = probe.translate(request);
    std::uint64_t value = 0;
    if (!translation.ok || !memory.read64(translation.spa, value)) return std::nullopt;
    return value;
  };
  hardware.entry = [&device, &memory](std::uint16_t id) {
    namespace B = spec::field::DeviceTableBase;
    const std::uint64_t base = B::Base.get(device.mmio_read(0, kWord)) << kPageBits;
    std::array<std::uint64_t, 4> entry{};
    if (!memory.read64(base + std::uint64_t{id} * kEntry, entry)) entry = {};
    return entry;
  };
  return hardware;
}

}  // namespace amdvi::host
