// Devices with tables for the benchmarks. Bits and offsets are typed from the layouts.
#pragma once

#include <cstdint>

#include <amdvi/device.hpp>

namespace amdvi::bench {

constexpr std::uint64_t bit(unsigned n) { return std::uint64_t{1} << n; }
constexpr std::uint64_t kDevTab = 0x1000000, kCmd = 0x2000000, kTables = 0x4000000;
constexpr std::uint64_t kRW = bit(61) | bit(62);
constexpr std::uint16_t kDevice = 8;
constexpr std::uint64_t kDte = kDevTab + 32 * kDevice;

inline Config config() {
  Config c = default_config();
  for (const char* feature :
       {"EFR.IASup", "EFR.GTSup", "EFR.GIoSup", "EFR.GASup", "EFR.GAMSup", "EFR.XTSup"}) {
    set_capability(c, feature, 1);
  }
  set_capability(c, "EFR.HATS", 2);
  return c;
}

// One device with a host table of four levels: one path, 512 pages at its end.
struct Machine {
  SparseMemory memory;
  Device device{config(), memory};

  Machine() {
    device.mmio_write(0x00, 8, kDevTab | 0x1FF);
    device.mmio_write(0x08, 8, kCmd | std::uint64_t{15} << 56);
    device.mmio_write(0x18, 8, 0x1005);
    memory.write64(kDte, 3 | 4 << 9 | kTables | kRW);
    memory.write64(kDte + 8, 7);
    for (std::uint64_t level = 4; level > 1; --level) {
      const std::uint64_t table = kTables + (4 - level) * 0x1000;
      memory.write64(table, (table + 0x1000) | 1 | (level - 1) << 9 | kRW);
    }
    for (std::uint64_t n = 0; n < 512; ++n) {
      memory.write64(kTables + 0x3000 + 8 * n, (0x80000000 + (n << 12)) | 1 | kRW);
    }
  }
};

}  // namespace amdvi::bench
