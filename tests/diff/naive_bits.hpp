// Bits of a quadword.
#pragma once

#include <cstdint>

namespace naive {

inline std::uint64_t bits(std::uint64_t v, unsigned hi, unsigned lo) {
  return v << (63 - hi) >> (63 - hi + lo);
}
inline std::uint64_t one(unsigned n) { return std::uint64_t{1} << n; }
inline std::uint64_t page(std::uint64_t v) { return bits(v, 51, 12) << 12; }
inline std::uint64_t ring_bytes(std::uint64_t base) {
  return std::uint64_t{16} << bits(base, 59, 56);
}

// Status
inline constexpr std::uint64_t kOverflow = 1, kLogInt = 2, kComWaitInt = 4, kLogRun = 8,
                               kCmdRun = 16, kPprRun = 128, kGaRun = 256, kGaOverflow = 512,
                               kGaInt = 1024;

}  // namespace naive
