// A device whose old guest and host entries may still be used. Bits are typed from behaviour.md 3.4
// and 4.
#pragma once

#include <algorithm>
#include <vector>

#include "tests/unit/cached_ring_by_hand.hpp"
#include "tests/unit/device_guest.hpp"

namespace amdvi::by_hand {

constexpr std::uint64_t kHost = 0x8000000;  // a level-2 table: 2 MiB entries
constexpr std::uint64_t kOpen = 1 | kIR | kIW;
constexpr std::uint64_t kEverything = 0x7FFF'FFFF'FFFF'F000 | 1 | 2;  // S, PDE
constexpr std::uint64_t kGN = 4;

// Device 1, domain 77, PASID 5: guest page 1 at guest physical 20'0000, which the host has at
// A0'0000. Guest tables at 60'0000 to 60'4000, one to one.
struct CachedNested : CachedRing {
  CachedNested() : CachedRing(caps()) {
    put(kDevTab + 40, 0x77 | gcr3_high(kGcr3));
    put(kDevTab + 32, kV | kTV | kGV | kIR | kIW | std::uint64_t{2} << 9 | kHost | gcr3_low(kGcr3));
    put(kGcr3 + 8 * 5, 0x600000 | kP);
    for (unsigned i = 0; i < 3; ++i) put(0x600000 + 0x1000 * i, (0x601000 + 0x1000 * i) | kUser);
    put(0x603008, 0x200000 | kUser);
    put(kHost + 8 * 3, 0x600000 | kOpen);
    host_page(0xA00000);
    start(kAllOn | kGTEn | bit(54) | bit(48));
    command(std::uint64_t{2} << 60 | 1);
    pages(0);
    pages(kGN);
    wait();
  }
  static Config caps() {
    Config config = config_with(kGuestCaps);
    REQUIRE(set_capability(config, "EFR.IASup", 1));
    return config;
  }
  void host_page(std::uint64_t spa) { put(kHost + 8, spa | kOpen); }
  void pages(std::uint64_t gn) {
    const std::uint64_t pasid = gn != 0 ? 5 : 0;
    command(std::uint64_t{3} << 60 | std::uint64_t{0x77} << 32 | pasid, kEverything | gn);
  }
  // Of PASID 5, all of its addresses with these of the bits S 0 and PDE 1, or one page.
  void guest_pages(std::uint64_t bits) { invalidate(0x7FFF'FFFF'FFFF'F000 | bits); }
  void guest_page(std::uint64_t address) { invalidate(address); }
  void invalidate(std::uint64_t operand) {
    command(std::uint64_t{3} << 60 | std::uint64_t{0x77} << 32 | 5, operand | kGN);
  }
  std::vector<std::uint64_t> at() {
    Request r{1, 0x1000, true, false};
    r.has_pasid = true;
    r.pasid = 5;
    std::vector<std::uint64_t> found;
    for (const Outcome& o : device.outcomes(r)) found.push_back(o.translation.spa);
    std::sort(found.begin(), found.end());
    return found;
  }

  using Spas = std::vector<std::uint64_t>;
};
using Spas = CachedNested::Spas;

}  // namespace amdvi::by_hand
