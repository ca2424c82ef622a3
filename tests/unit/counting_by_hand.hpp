// A device that counts. Offsets and bits are typed from core.md 2.19 and 2.20.
#pragma once

#include "tests/unit/interrupt_by_hand.hpp"

namespace amdvi::by_hand {

// Registers of a block, by their offset.
constexpr std::uint64_t kCount = 0x00, kSource = 0x08, kPasidMatch = 0x10, kDomainMatch = 0x18,
                        kDeviceMatch = 0x20, kReport = 0x28;
constexpr std::uint64_t kCere = bit(63), kMatchOn = bit(31);

// Two banks of four counters. Device 1 passes (Mode 0, domain 5), device 2 is walked (domain 6),
// device 3 is refused.
struct Counting : Bench {
  explicit Counting(std::initializer_list<Setting> caps = {{"EFR.PCSup", 1}},
                    std::initializer_list<Choice> options = {})
      : Bench(caps, options) {
    dte(1, kV | kTV | kIR | kIW, 5);
    dte(2, kV | kTV | kIR | kIW | bit(9) * 2 | kTables, 6);
    dte(3, kV | kTV, 7);
    REQUIRE(memory.write64(kTables, 0x4001000 | 1 | bit(9) | kIR | kIW));
    REQUIRE(memory.write64(0x4001000, 0x77000 | 1 | kIR | kIW));
  }
  static std::uint64_t block(unsigned counter = 0, unsigned bank = 0) {
    return 0x40000 + 0x1000 * bank + 0x100 * counter;
  }
  void counts(std::uint64_t source, unsigned counter = 0) { w(block(counter) + kSource, source); }
  std::uint64_t count(unsigned counter = 0) const { return r(block(counter) + kCount); }
};

}  // namespace amdvi::by_hand
