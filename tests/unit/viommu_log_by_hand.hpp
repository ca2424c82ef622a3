// A device of a guest that faults and asks for pages. Values from viommu.md 6.1 and 14.
#pragma once

#include "tests/unit/viommu_by_hand.hpp"

namespace amdvi::by_hand {

constexpr std::uint16_t kDevice = 0xC100, kGuestDevice = 8;
constexpr std::uint64_t kGTEn = bit(16), kGV = bit(55);
constexpr std::uint64_t kGcr3 = 0x8000'0000;  // bits 30:15 are 0, 51:31 are 1
// 6.1: vImuEn 15, GDeviceID 31:16, GuestID 47:32 of the last word. 14: gDev 8, gid 5.
constexpr std::uint64_t kVirtualWord = 0x0000'0005'0008'8000;

// Device 0xC100 is device 8 of guest 5; its guest tables are empty, it may ask for pages.
struct LogBench : VirtualBench {
  explicit LogBench(std::initializer_list<Choice> options = {},
                    std::uint64_t control = kVirtualOn | kGstBufferTRPMode | kGTEn)
      : VirtualBench(options, control,
                     {{"EFR.HATS", 2}, {"EFR.GLXSup", 2}, {"EFR.PASmax", 15}, {"EFR.GIoSup", 1}}) {
    guest(5);
    entry(kVirtualWord);
  }
  void entry(std::uint64_t last, std::uint64_t host = 0) {
    dte(kDevice, kV | kTV | kIR | kIW | kGV | bit(52) | host, 0x77 | std::uint64_t{1} << 43, 0,
        last);
  }
  // Faults in the guest's tables: PASID 3.
  void guest_fault() {
    Request r{kDevice, 0x7000, false, true};
    r.has_pasid = true;
    r.pasid = 3;
    CHECK_FALSE(device.translate(r).ok);
  }
  // Faults in the host's: Mode 3 with a root that maps nothing.
  void host_fault() {
    entry(kVirtualWord, 0xA000000 | std::uint64_t{3} << 9);
    CHECK_FALSE(device.translate({kDevice, 0x7000, false, true}).ok);
  }
  spec::PprOutcome ask(std::uint16_t group = 1) {
    PageRequest r;
    r.device_id = kDevice;
    r.address = 0xABC123;
    r.read = true;
    r.group = group;
    return device.ppr(r);
  }
  std::uint64_t at(unsigned buffer, std::uint64_t offset) {
    return mem(kGuestMemory + gpa(5, buffer) + offset);
  }
};

}  // namespace amdvi::by_hand
