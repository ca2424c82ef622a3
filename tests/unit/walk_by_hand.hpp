// A device behind a host page table with one path. Bits are typed from behaviour.md 2.
#pragma once

#include "tests/unit/device_by_hand.hpp"

namespace amdvi::by_hand {

constexpr std::uint64_t level_bits(unsigned next) { return std::uint64_t{next} << 9; }
constexpr std::uint64_t kRW = kIR | kIW;

// A walk of `mode` levels for one address; tables are at kTables + 1000h * (mode - level).
struct Walk : Bench {
  explicit Walk(unsigned mode, std::uint64_t address, std::initializer_list<Choice> options = {},
                std::uint64_t dte_permission = kRW)
      : Bench({{"EFR.HATS", 2}}, options), top(mode), iova(address) {
    dte(1, kV | kTV | level_bits(mode) | kTables | dte_permission, 0x77);
    for (unsigned level = mode; level > 1; --level) {
      entry(level, table(level - 1) | 1 | level_bits(level - 1) | kRW);
    }
  }
  std::uint64_t table(unsigned level) const { return kTables + 0x1000 * (top - level); }
  std::uint64_t slot(unsigned level) const {
    return table(level) + 8 * (iova >> (12 + 9 * (level - 1)) & 511);
  }
  void entry(unsigned level, std::uint64_t value) { REQUIRE(memory.write64(slot(level), value)); }
  Translation go(bool is_write = false) { return device.translate({1, iova, !is_write, is_write}); }

  unsigned top;
  std::uint64_t iova;
};

inline std::string_view fault_of(Walk& w, bool is_write = false) {
  if (w.go(is_write).ok) return "ok";
  if (w.events() != 1 || w.code() != 2) return "no fault";
  if (w.RZ()) return w.PR() && !w.PE() ? "PR RZ" : "?";
  if (w.PE()) return w.PR() ? "PR PE" : "?";
  return w.PR() ? "PR" : "";
}

}  // namespace amdvi::by_hand
