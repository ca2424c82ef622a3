// A device whose old entries may still be used, with the host's command buffer.
#pragma once

#include <cstdint>
#include <initializer_list>

#include <amdvi/cache.hpp>

#include "tests/unit/device_by_hand.hpp"

namespace amdvi::by_hand {

struct CachedRing {
  // `limit`: where memory ends.
  explicit CachedRing(const Config& config, std::uint64_t limit = bit(52))
      : sparse(limit), device(config, sparse) {}

  void put(std::uint64_t spa, std::uint64_t value) { REQUIRE(device.memory().write64(spa, value)); }
  // Device table, a command buffer of 256 entries, and Control.
  void start(std::uint64_t control) {
    device.device().mmio_write(0x0000, 8, kDevTab | 0x1FF);
    device.device().mmio_write(0x0008, 8, kCmd | std::uint64_t{8} << 56);
    device.device().mmio_write(0x0018, 8, control);
  }
  void command(std::uint64_t q0, std::uint64_t q1 = 0) {
    put(kCmd + slot, q0);
    put(kCmd + slot + 8, q1);
    slot += 16;
    device.device().mmio_write(0x2008, 8, slot);
    device.device().run();
  }
  void wait() { command(std::uint64_t{1} << 60); }

  SparseMemory sparse;
  CachingDevice device;
  unsigned slot = 0;
};

}  // namespace amdvi::by_hand
