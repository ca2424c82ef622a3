// The firmware of a machine that needs none: it halts.
#pragma once

#include <cstdint>
#include <vector>

namespace amdvi::dut {

// 64 KiB, with `cli; hlt; jmp hlt` at the reset vector.
std::vector<std::uint8_t> halt_bios();

}  // namespace amdvi::dut
