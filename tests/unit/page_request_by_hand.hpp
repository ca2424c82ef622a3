// A device whose requester may send page requests. Bits are typed from the facts: core.md 2.4, 2.16
// and 6.1.
#pragma once

#include <vector>

#include "tests/unit/device_guest.hpp"

namespace amdvi::by_hand {

constexpr std::uint64_t kPprLogEn = bit(13), kPprIntEn = bit(14), kPprEn = bit(15),
                        kPprAutoRspEn = bit(39), kPprOn = kAllOn | kPprLogEn | kPprEn;
constexpr std::uint64_t kPprOverflow = 0x20, kPprInt = 0x40, kPprRun = 0x80, kPprEarly = bit(18);
constexpr std::uint64_t kPprLog = 0x9000000, kPprLogB = 0x9100000;

class Ears : public Observer {
 public:
  void interrupt(InterruptCause cause) override { ppr += cause == InterruptCause::kPprLog; }
  void page_response(const PageResponse& r) override { responses.push_back(r); }
  unsigned ppr = 0;
  std::vector<PageResponse> responses;
};

// Device 1 may send page requests; a PPR log of 256 entries.
struct Ppr : Bench {
  explicit Ppr(std::uint64_t control = kPprOn, std::initializer_list<Setting> caps = kGuestCaps,
               std::initializer_list<Choice> options = {})
      : Bench(caps, options), device2(device.copy_onto(memory, &ears)) {
    dte(1, kV | bit(52));
    device2.mmio_write(0x0038, 8, kPprLog | std::uint64_t{8} << 56);
    device2.mmio_write(0x00F0, 8, kPprLogB | std::uint64_t{8} << 56);
    device2.mmio_write(0x0018, 8, control);
  }
  spec::PprOutcome ask(std::uint16_t group = 0x123) {
    PageRequest r;
    r.device_id = 1;
    r.address = 0xABC123;
    r.read = r.write = true;
    r.group = group;
    return device2.ppr(r);
  }
  std::uint64_t status2() const { return device2.mmio_read(0x2020, 8); }
  void w2(std::uint64_t offset, std::uint64_t value) { device2.mmio_write(offset, 8, value); }
  std::uint64_t r2(std::uint64_t offset) const { return device2.mmio_read(offset, 8); }
  unsigned tail() const { return static_cast<unsigned>(device2.mmio_read(0x2038, 8) / 16); }

  Ears ears;
  Device device2;
};

}  // namespace amdvi::by_hand
