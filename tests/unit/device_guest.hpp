// A device with guest tables for the tests of guest, nested and ATS translation. Bits are typed
// from the facts: core.md 3.1 (entry), behaviour.md 3.2 and 3.3 (tables).
#pragma once

#include "tests/unit/device_by_hand.hpp"

namespace amdvi::by_hand {

constexpr std::uint64_t kGTEn = bit(16);
constexpr std::uint64_t kGIoV = bit(54), kGV = bit(55);
constexpr std::uint64_t kP = 1, kRWbit = 2, kUS = 4, kA = 0x20, kD = 0x40, kPS = 0x80,
                        kNX = bit(63);
constexpr std::uint64_t kUser = kP | kRWbit | kUS;
constexpr std::uint64_t kGcr3 = 0x5000000, kGuestTables = 0x6000000;

// GCR3TRP: address bits 14:12 at 60:58, 30:15 at 95:80, 51:31 at 127:107.
constexpr std::uint64_t gcr3_low(std::uint64_t root) { return (root >> 12 & 7) << 58; }
constexpr std::uint64_t gcr3_high(std::uint64_t root) {
  return (root >> 15 & 0xFFFF) << 16 | (root >> 31) << 43;
}

inline const std::initializer_list<Setting> kGuestCaps{{"EFR.HATS", 2},
                                                       {"EFR.GTSup", 1},
                                                       {"EFR.GATS", 1},
                                                       {"EFR.GLXSup", 2},
                                                       {"EFR.GIoSup", 1},
                                                       {"EFR.NXSup", 1},
                                                       {"EFR.USSup", 1},
                                                       {"EFR.PASmax", 19},
                                                       {"EFR.HASup", 1},
                                                       {"EFR.HDSup", 1},
                                                       {"EFR.GAUpdateDisSup", 1},
                                                       {"EFR.GDUpdateDisSup", 1},
                                                       {"EFR.PPRSup", 1},
                                                       {"EFR.PPRAutoRspSup", 1},
                                                       {"EFR.PCSup", 1},
                                                       {"EFR.PprOvrflwEarlySup", 1},
                                                       {"EFR2.GCR3TRPModeSup", 1},
                                                       {"header.IotlbSup", 1}};

// Device 1: GV=1, one GCR3 level, PASID 5 with guest tables of `levels` levels for one address.
struct Guest : Bench {
  explicit Guest(std::uint64_t address, unsigned levels = 4,
                 std::initializer_list<Choice> options = {}, std::uint64_t control = kAllOn | kGTEn)
      : Bench(kGuestCaps, options, control), gva(address), top(levels) {
    entry_of_device();
    REQUIRE(memory.write64(kGcr3 + 8 * 5, kGuestTables | kP));
    for (unsigned level = top; level > 1; --level) entry(level, table(level - 1) | kUser);
    entry(1, 0x7654000 | kUser);
  }
  // Mode and host root, GLX and other bits of q0; q1 and q2 on top of the GCR3 root.
  void entry_of_device(std::uint64_t q0 = 0, std::uint64_t q1 = 0, std::uint64_t q2 = 0) {
    const std::uint64_t five = top == 5 ? bit(182 - 128) : 0;
    dte(1, kV | kTV | kGV | kIR | kIW | gcr3_low(kGcr3) | q0, 0x77 | gcr3_high(kGcr3) | q1,
        q2 | five);
  }
  std::uint64_t table(unsigned level) const { return kGuestTables + 0x1000 * (top - level); }
  std::uint64_t slot(unsigned level) const {
    return table(level) + 8 * (gva >> (12 + 9 * (level - 1)) & 511);
  }
  void entry(unsigned level, std::uint64_t value) { REQUIRE(memory.write64(slot(level), value)); }
  Request request(bool is_write = false) const {
    Request r{1, gva, !is_write, is_write};
    r.has_pasid = true;
    r.pasid = 5;
    return r;
  }
  Translation go(bool is_write = false) { return device.translate(request(is_write)); }
  // GN 48, NX 49, US 50, PASID 47:32 and 19:16 of the first event.
  bool GN() { return (event(0, 0) >> 48 & 1) != 0; }
  bool NX() { return (event(0, 0) >> 49 & 1) != 0; }
  bool US() { return (event(0, 0) >> 50 & 1) != 0; }
  std::uint64_t pasid() { return (event(0, 0) >> 32 & 0xFFFF) | (event(0, 0) >> 16 & 0xF) << 16; }

  std::uint64_t gva;
  unsigned top;
};

}  // namespace amdvi::by_hand
