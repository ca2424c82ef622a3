// A device, its memory and its tables for the tests of the model. Offsets and bits are typed from
// the facts, never taken from generated code: that is what these tests are for.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <amdvi/device.hpp>

namespace amdvi::by_hand {

constexpr std::uint64_t bit(unsigned n) { return std::uint64_t{1} << n; }
// A command's opcode and an event's code are bits 63:60 of the first word.
constexpr std::uint64_t op(unsigned n) { return std::uint64_t{n} << 60; }

constexpr std::uint64_t kDevTab = 0x1000000, kCmd = 0x2000000, kLog = 0x3000000,
                        kTables = 0x4000000;
constexpr std::uint64_t kIR = bit(61), kIW = bit(62);
constexpr std::uint64_t kV = 1, kTV = 2;
// Control: IommuEn 0, EventLogEn 2, EventIntEn 3, ComWaitIntEn 4, CmdBufEn 12.
constexpr std::uint64_t kIommuEn = 1, kEventLogEn = 4, kEventIntEn = 8, kComWaitIntEn = 0x10,
                        kCmdBufEn = 0x1000, kAllOn = kIommuEn | kEventLogEn | kCmdBufEn;
// Status: EventOverflow 0, EventLogInt 1, ComWaitInt 2, EventLogRun 3, CmdBufRun 4.
constexpr std::uint64_t kOverflow = 1, kLogInt = 2, kComWaitInt = 4, kLogRun = 8, kCmdRun = 0x10;

struct Setting {
  std::string_view name;
  std::uint64_t value;
};
struct Choice {
  std::string_view name;
  std::string_view value;
};

inline Config config_with(std::initializer_list<Setting> caps,
                          std::initializer_list<Choice> options = {}) {
  Config config = default_config();
  for (const Setting& c : caps) REQUIRE(set_capability(config, c.name, c.value));
  for (const Choice& o : options) REQUIRE(set_option(config, o.name, o.value));
  return config;
}

class Interrupts : public Observer {
 public:
  void interrupt(InterruptCause cause) override {
    ++(cause == InterruptCause::kEventLog ? log : completion);
  }
  unsigned log = 0, completion = 0;
};

// As at power-on, nothing enabled.
struct Quiet {
  explicit Quiet(std::initializer_list<Setting> caps = {},
                 std::initializer_list<Choice> options = {})
      : device(config_with(caps, options), memory, &interrupts) {}
  Quiet(const Quiet&) = delete;

  std::uint64_t r(std::uint64_t offset, unsigned size = 8) const {
    return device.mmio_read(offset, size);
  }
  void w(std::uint64_t offset, std::uint64_t value, unsigned size = 8) {
    device.mmio_write(offset, size, value);
  }
  std::uint64_t status() const { return r(0x2020); }
  std::uint64_t mem(std::uint64_t spa) {
    std::uint64_t v = 0;
    REQUIRE(memory.read64(spa, v));
    return v;
  }

  SparseMemory memory{bit(52)};
  Interrupts interrupts;
  Device device;
};

// Device table of 65536 entries, command ring and event log of 256 entries, all running.
struct Bench : Quiet {
  explicit Bench(std::initializer_list<Setting> caps = {},
                 std::initializer_list<Choice> options = {}, std::uint64_t control = kAllOn)
      : Quiet(caps, options) {
    w(0x0000, kDevTab | 0x1FF);
    w(0x0008, kCmd | std::uint64_t{8} << 56);
    w(0x0010, kLog | std::uint64_t{8} << 56);
    w(0x0018, control);
  }

  void dte(std::uint16_t id, std::uint64_t q0, std::uint64_t q1 = 0, std::uint64_t q2 = 0,
           std::uint64_t q3 = 0) {
    const std::uint64_t q[4] = {q0, q1, q2, q3};
    for (unsigned i = 0; i < 4; ++i) REQUIRE(memory.write64(kDevTab + 32u * id + 8 * i, q[i]));
  }
  Translation read(std::uint16_t id, std::uint64_t iova) {
    return device.translate({id, iova, true, false});
  }
  Translation write(std::uint16_t id, std::uint64_t iova) {
    return device.translate({id, iova, false, true});
  }

  void command(unsigned slot, std::uint64_t q0, std::uint64_t q1 = 0) {
    REQUIRE(memory.write64(kCmd + 16 * slot, q0));
    REQUIRE(memory.write64(kCmd + 16 * slot + 8, q1));
  }
  // Whether a first command with these words halts the processor.
  bool halts(std::uint64_t q0, std::uint64_t q1 = 0) {
    command(0, q0, q1);
    submit(1);
    return (status() & kCmdRun) == 0;
  }
  // Commands 0 to n-1 are given to the device and it runs until idle.
  void submit(unsigned n) {
    w(0x2008, 16 * n);
    device.run();
  }

  unsigned events() const { return static_cast<unsigned>(r(0x2018) / 16); }
  std::uint64_t event(unsigned n, unsigned word) { return mem(kLog + 16 * n + 8 * word); }
  // Event code and the flags PR 52, RW 53, PE 54, RZ 55, I 51, TR 56 of the first event.
  unsigned code() { return static_cast<unsigned>(event(0, 0) >> 60); }
  bool PR() { return (event(0, 0) >> 52 & 1) != 0; }
  bool RW() { return (event(0, 0) >> 53 & 1) != 0; }
  bool PE() { return (event(0, 0) >> 54 & 1) != 0; }
  bool RZ() { return (event(0, 0) >> 55 & 1) != 0; }
};

}  // namespace amdvi::by_hand
