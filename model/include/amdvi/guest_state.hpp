// What the hardware keeps of each guest of its vIOMMU.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>

#include <amdvi/spec/VfctrlWord.gen.hpp>
#include <amdvi/spec/registers.gen.hpp>
#include <amdvi/spec/vf_register.gen.hpp>

namespace amdvi {

struct GuestState {
  static constexpr std::size_t kWords = 8;  // spec::VfctrlWord has as many values

  // By number, as in the host's register file; only those of the guest's page are used.
  std::uint64_t reg(spec::RegisterId id) const { return regs[slot(id)]; }
  std::uint64_t& reg(spec::RegisterId id) { return regs[slot(id)]; }
  std::uint64_t word(spec::VfctrlWord w) const { return words[static_cast<std::size_t>(w)]; }

  static constexpr std::size_t kFirst =
      static_cast<std::size_t>(spec::RegisterId::CommandBufferHead);
  static constexpr std::size_t kLast =
      static_cast<std::size_t>(spec::RegisterId::PPROverflowEarlyB);
  static constexpr std::size_t slot(spec::RegisterId id) {
    return static_cast<std::size_t>(id) - kFirst;
  }

  std::array<std::uint64_t, kWords> words{};  // VFCTRL
  std::array<std::uint64_t, kLast - kFirst + 1> regs{};
};

// Only guests that something was written for; the others are as after reset.
struct GuestStates {
  std::map<std::uint16_t, GuestState> by_id;
  std::uint16_t last_served = 0;  // whose command was taken last
};

}  // namespace amdvi
