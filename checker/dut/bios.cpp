#include "checker/dut/bios.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace amdvi::dut {
namespace {

constexpr std::size_t kSize = 0x1'0000;
constexpr std::size_t kResetVector = kSize - 16;
constexpr std::uint8_t kHlt = 0xf4;
constexpr std::array<std::uint8_t, 4> kCliHltLoop{0xfa, kHlt, 0xeb, 0xfd};

}  // namespace

std::vector<std::uint8_t> halt_bios() {
  std::vector<std::uint8_t> image(kSize, kHlt);
  std::copy(kCliHltLoop.begin(), kCliHltLoop.end(), image.begin() + kResetVector);
  return image;
}

}  // namespace amdvi::dut
