// Like Bench, and hears what leaves the IOMMU. Offsets and bits are typed from the facts.
#pragma once

#include "tests/unit/device_by_hand.hpp"

namespace amdvi::by_hand {

constexpr std::uint64_t kIrt = 0x5000000, kApic = 0x6000000, kGaLog = 0x7000000;
// Control: GAEn 17, GAMEn 27:25, GALogEn 28, GAIntEn 29, XTEn 50, IntCapXTEn 51.
constexpr std::uint64_t kGAEn = bit(17), kGAMEn = bit(25), kGALogEn = bit(28), kGAIntEn = bit(29),
                        kXTEn = bit(50), kIntCapXTEn = bit(51);
constexpr std::uint64_t kMsi = 0xFEE00000;

class Recorder : public Interrupts {
 public:
  struct Message {
    InterruptCause cause;
    std::uint64_t address;
    std::uint32_t data;
  };
  void message(InterruptCause cause, std::uint64_t address, std::uint32_t data) override {
    messages.push_back({cause, address, data});
  }
  void doorbell(std::uint32_t destination) override { doorbells.push_back(destination); }
  void ga_entry(std::uint64_t entry) override { ga_entries.push_back(entry); }

  std::vector<Message> messages;
  std::vector<std::uint32_t> doorbells;
  std::vector<std::uint64_t> ga_entries;
};

// Third qword of a device table entry: IV 128, IntTabLen 132:129, IntTabRoot 179:134, IntCtl
// 189:188.
constexpr std::uint64_t int_dte(std::uint64_t length = 9, std::uint64_t int_ctl = 2) {
  return 1 | length << 1 | kIrt | int_ctl << 60;
}

struct IntBench : Bench {
  explicit IntBench(std::initializer_list<Setting> caps = {},
                    std::initializer_list<Choice> options = {}, std::uint64_t control = kAllOn)
      : Bench(caps, options, control) {
    device = device.copy_onto(memory, &recorder);
  }
  void map(std::uint16_t id, std::uint64_t q2, std::uint64_t q3 = 0) { dte(id, 0, 0, q2, q3); }
  void irte32(unsigned index, std::uint32_t entry) {
    const std::uint8_t bytes[4] = {
        static_cast<std::uint8_t>(entry), static_cast<std::uint8_t>(entry >> 8),
        static_cast<std::uint8_t>(entry >> 16), static_cast<std::uint8_t>(entry >> 24)};
    REQUIRE(memory.write(kIrt + 4 * index, bytes));
  }
  void irte128(unsigned index, std::uint64_t low, std::uint64_t high) {
    REQUIRE(memory.write64(kIrt + 16 * index, low));
    REQUIRE(memory.write64(kIrt + 16 * index + 8, high));
  }
  InterruptResult msi(std::uint16_t id, std::uint32_t data, std::uint64_t address = kMsi) {
    return device.interrupt({id, address, data});
  }
  bool I() { return (event(0, 0) >> 51 & 1) != 0; }

  Recorder recorder;
};

using Kind = InterruptResult::Kind;

}  // namespace amdvi::by_hand
