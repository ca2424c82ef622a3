// A device whose old entries may still be used, with a page table of two levels. Bits are typed
// from behaviour.md 4.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "tests/unit/cached_ring_by_hand.hpp"

namespace amdvi::by_hand {

constexpr std::uint64_t kRW = kIR | kIW, kOpen = 1 | kIR | kIW;
constexpr std::uint64_t kAll = 0x7FFF'FFFF'FFFF'F000 | 1;  // with S

// Device 1, domain 77, two levels: page 1 at A000, page 2 at B000.
struct Cached : CachedRing {
  explicit Cached(std::uint64_t np_cache = 0, std::initializer_list<Choice> options = {})
      : CachedRing(
            config_with({{"EFR.HATS", 2}, {"EFR.IASup", 1}, {"header.NpCache", np_cache}}, options),
            bit(51)) {
    dte(0x77, kTables, kIR | kIW);
    put(kTables, 0x4001000 | std::uint64_t{1} << 9 | kOpen);
    put(0x4001008, 0xA000 | kOpen);
    put(0x4001010, 0xB000 | kOpen);
    start(kAllOn);
    all();
  }
  // In one store of 16 bytes, as dte.atomicity wants it.
  void dte(std::uint64_t domain, std::uint64_t root, std::uint64_t permission) {
    const std::array<std::uint64_t, 2> half{kV | kTV | std::uint64_t{2} << 9 | root | permission,
                                            domain};
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), half.data(), bytes.size());
    REQUIRE(device.memory().write(kDevTab + 32, bytes));
  }
  void devtab() { command(std::uint64_t{2} << 60 | 1); }
  void pages(std::uint64_t operand, std::uint64_t domain = 0x77) {
    command(std::uint64_t{3} << 60 | domain << 32, operand);
  }
  void all() {
    command(std::uint64_t{8} << 60);
    wait();
  }
  // The addresses that page 1 may be at; 0 for an abort.
  std::vector<std::uint64_t> at(std::uint64_t iova = 0x1000, bool write = false) {
    std::vector<std::uint64_t> found;
    for (const Outcome& o : device.outcomes({1, iova, !write, write})) {
      found.push_back(o.translation.ok ? o.translation.spa : 0);
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  using Spas = std::vector<std::uint64_t>;
};
using Spas = Cached::Spas;

}  // namespace amdvi::by_hand
