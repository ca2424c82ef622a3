// Registers of a guest of the hardware vIOMMU by name: those of its page of the VF window are the
// host's from MMIO offset 0x2000 on, those of the VF control window are the Vfctrl structures.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace amdvi::vector {

struct GuestPlace {
  bool control = false;      // in the VF control window
  std::uint32_t offset = 0;  // inside the guest's part of the window
};

std::optional<GuestPlace> guest_place(std::string_view reg);

}  // namespace amdvi::vector
