// A device whose old interrupt remapping entries may still be used. Bits are typed from
// behaviour.md 4 and core.md 7.3.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "tests/unit/cached_ring_by_hand.hpp"
#include "tests/unit/interrupt_by_hand.hpp"

namespace amdvi::by_hand {

inline const std::initializer_list<Setting> kGuestInterrupts{
    {"EFR.GASup", 1}, {"EFR.GAMSup", 1}, {"EFR.IASup", 1}};

// Interrupts of device 1 are remapped by entry 5 and 6 of its table; RemapEn, vector at 23:16.
struct CachedInterrupt : CachedRing {
  explicit CachedInterrupt(std::uint64_t control = kAllOn, std::uint64_t np_cache = 0,
                           std::initializer_list<Choice> options = {})
      : CachedRing(config(np_cache, options)) {
    put(kDevTab + 32 + 16, int_dte());
    put(kIrt + 16, entries(0x41, 0x42));
    start(control);
    command(std::uint64_t{8} << 60);
    wait();
  }
  static Config config(std::uint64_t np_cache, std::initializer_list<Choice> options) {
    Config result = config_with(kGuestInterrupts, options);
    REQUIRE(set_capability(result, "header.NpCache", np_cache));
    return result;
  }
  // Entries 4 and 5 of a table of 4-byte entries share 8 bytes.
  static std::uint64_t entries(std::uint64_t vector4, std::uint64_t vector5) {
    return 1 | vector4 << 16 | std::uint64_t{1} << 32 | vector5 << 48;
  }
  // An entry of 128 bits, in one store.
  void put_entry(unsigned index, const std::array<std::uint64_t, 2>& words) {
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), words.data(), bytes.size());
    REQUIRE(device.memory().write(kIrt + 16 * index, bytes));
  }
  void invalidate(std::uint64_t id) { command(std::uint64_t{5} << 60 | id); }
  // Vectors that may come; 0 for an abort.
  std::vector<std::uint32_t> vectors(std::uint32_t index = 5) {
    std::vector<std::uint32_t> found;
    for (const InterruptOutcome& o : device.interrupt_outcomes({1, kMsi, index})) {
      found.push_back(o.result.data & 0xFF);
    }
    std::sort(found.begin(), found.end());
    return found;
  }
};
using Vectors = std::vector<std::uint32_t>;

}  // namespace amdvi::by_hand
