// A device with guests whose old entries may still be used. Values from viommu.md 3.1, 5 and 7.
#pragma once

#include <algorithm>
#include <vector>

#include "tests/unit/cached_ring_by_hand.hpp"
#include "tests/unit/viommu_by_hand.hpp"

namespace amdvi::by_hand {

constexpr std::uint64_t kOpen = 1 | kIR | kIW, kAllPages = 0x7FFF'FFFF'FFFF'F003;

// Device 1 of domain 77 with page 1 at A000. For guest 1 it is device 8 of domain 5; guest 2 calls
// device 2 and domain 78 so.
struct CachedGuests : CachedRing {
  explicit CachedGuests(std::initializer_list<Choice> options = {})
      : CachedRing(VirtualQuiet::with_viommu({{"EFR.HATS", 2}}, options), bit(44)) {
    dte(1, kTables, 2, 0x77);
    dte(kOwn, kPrivateTable, 3, 0xD0);
    dte(kTrans, kGuestTable, 3, 0xD1);
    put(kTables, 0x4001000 | std::uint64_t{1} << 9 | kOpen);
    page(0xA000);
    for (std::uint64_t i = 0; i < 320; ++i)
      put(kPrivateTable + 8 * i, kPrivate + i * bit(30) + kOpen);
    put(kGuestTable, kGuestMemory | kOpen);
    Device& d = device.device();
    d.config_write(0x80, 0xE0000001);
    d.config_write(0x88, 0xD0000001);
    start(kVirtualOn | kGstBufferTRPMode);
    guest(1, 1, 0x77);
    guest(2, 2, 0x78);
    host(op(8));
    host(op(1));
  }
  void dte(std::uint64_t id, std::uint64_t root, std::uint64_t mode, std::uint64_t domain) {
    put(kDevTab + 32 * id + 8, domain);
    put(kDevTab + 32 * id, root | mode << 9 | kV | kTV | kIR | kIW);
  }
  // The entry of device 1 leads to tables with page 1 at B000.
  void other_tables() {
    put(0x6000000, 0x6001000 | std::uint64_t{1} << 9 | kOpen);
    put(0x6001008, 0xB000 | kOpen);
    dte(1, 0x6000000, 2, 0x77);
  }
  void page(std::uint64_t spa) { put(0x4001008, spa | kOpen); }
  void guest(std::uint32_t gid, std::uint64_t host_device, std::uint64_t host_domain) {
    Device& d = device.device();
    d.vfctrl_write(gid * 64 + 0x10, 8, std::uint64_t{kTrans} << 16);
    d.vfctrl_write(gid * 64 + 0x00, 8, VirtualBench::entry(8, host_device));
    d.vfctrl_write(gid * 64 + 0x08, 8, VirtualBench::entry(5, host_domain));
    d.vfctrl_write(gid * 64 + 0x20, 8, VirtualBench::gpa(gid, 0) | 0x108);
  }
  void host(std::uint64_t q0, std::uint64_t q1 = 0) { CachedRing::command(q0, q1); }
  void command(std::uint32_t gid, std::uint64_t q0, std::uint64_t q1 = 0) {
    const std::uint64_t spa = kGuestMemory + VirtualBench::gpa(gid, 0) + tail[gid];
    put(spa, q0);
    put(spa + 8, q1);
    tail[gid] += 16;
    device.device().vf_write(gid * 4096 + 8, 8, tail[gid]);
    device.device().run();
    REQUIRE(device.device().vf_read(gid * 4096, 8) == tail[gid]);
  }
  void pages(std::uint32_t gid) { command(gid, op(3) | std::uint64_t{5} << 32, kAllPages); }
  void wait(std::uint32_t gid) { command(gid, op(1)); }
  std::vector<std::uint64_t> at() {
    std::vector<std::uint64_t> found;
    for (const Outcome& o : device.outcomes({1, 0x1000, true, false})) {
      found.push_back(o.translation.ok ? o.translation.spa : 0);
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  std::uint64_t tail[3] = {};
};

}  // namespace amdvi::by_hand
