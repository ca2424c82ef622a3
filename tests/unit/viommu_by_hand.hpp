// A device with a hardware vIOMMU and guests, for the tests of it. Offsets and bits are typed from
// viommu.md, never taken from generated code.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "tests/unit/device_by_hand.hpp"

namespace amdvi::by_hand {

// Control (1.4): GAEn 17, vCmdEn 52, vIOMMUEn 53, GCR3TRPMode 58, GstBufferTRPMode 60.
constexpr std::uint64_t kGAEn = bit(17), kVCmdEn = bit(52), kVIommuEn = bit(53),
                        kGstBufferTRPMode = bit(60);
constexpr std::uint64_t kVirtualOn = kAllOn | kGAEn | kVCmdEn | kVIommuEn;

// What the observer of a vIOMMU hears.
class GuestEars : public Observer {
 public:
  struct Command {
    std::uint16_t guest;
    std::array<std::uint64_t, 2> issued, mapped;
    bool limited;
    std::vector<std::uint16_t> devices, domains;
  };
  void guest_command(const GuestCommand& c) override {
    commands.push_back({c.guest,
                        {c.issued[0], c.issued[1]},
                        {c.mapped[0], c.mapped[1]},
                        c.limited,
                        {c.devices.begin(), c.devices.end()},
                        {c.domains.begin(), c.domains.end()}});
  }
  void guest_event(std::uint16_t guest, std::span<const std::uint64_t> w) override {
    events.push_back({guest, w[0], w[1]});
  }
  void guest_ppr(std::uint16_t guest, std::span<const std::uint64_t> w) override {
    pprs.push_back({guest, w[0], w[1]});
  }
  void guest_interrupt(std::uint16_t guest, InterruptCause cause) override {
    interrupts.push_back({guest, cause});
  }
  void private_access(const PrivateAccess& a) override { accesses.push_back(a); }
  void page_response(const PageResponse& r) override { responses.push_back(r); }
  bool invalidate_iotlb(const IotlbInvalidation& i) override {
    iotlb.push_back(i);
    return answers;
  }
  void interrupt(InterruptCause cause) override { host_interrupts.push_back(cause); }

  std::vector<Command> commands;
  std::vector<std::array<std::uint64_t, 3>> events, pprs;
  std::vector<std::pair<std::uint16_t, InterruptCause>> interrupts;
  std::vector<PrivateAccess> accesses;
  std::vector<PageResponse> responses;
  std::vector<IotlbInvalidation> iotlb;
  std::vector<InterruptCause> host_interrupts;
  bool answers = true;
};

// Power-on with vIommuSup. The windows' bases (1.3, vendor capability at 0x78 of this model) are
// enabled; nothing else.
struct VirtualQuiet {
  explicit VirtualQuiet(std::initializer_list<Setting> caps = {},
                        std::initializer_list<Choice> options = {}, bool windows = true)
      : device(with_viommu(caps, options), memory, &ears) {
    if (!windows) return;
    device.config_write(0x80, 0xE0000001);
    device.config_write(0x88, 0xD0000001);
  }
  VirtualQuiet(const VirtualQuiet&) = delete;

  static Config with_viommu(std::initializer_list<Setting> caps,
                            std::initializer_list<Choice> options) {
    Config config = config_with({{"EFR.vIommuSup", 1},
                                 {"EFR.GASup", 1},
                                 {"EFR.GTSup", 1},
                                 {"EFR.PPRSup", 1},
                                 {"EFR.PreFSup", 1},
                                 {"EFR.IASup", 1},
                                 {"header.IotlbSup", 1},
                                 {"EFR.DualEventLogSup", 2},
                                 {"EFR.DualPprLogSup", 2},
                                 {"EFR.PprOvrflwEarlySup", 1},
                                 {"EFR.PPRAutoRspSup", 1}});
    for (const Setting& c : caps) REQUIRE(set_capability(config, c.name, c.value));
    for (const Choice& o : options) REQUIRE(set_option(config, o.name, o.value));
    return config;
  }

  std::uint64_t r(std::uint64_t offset) const { return device.mmio_read(offset, 8); }
  void w(std::uint64_t offset, std::uint64_t value) { device.mmio_write(offset, 8, value); }
  std::uint64_t vf(std::uint32_t gid, std::uint32_t reg) const {
    return device.vf_read(gid * 4096 + reg, 8);
  }
  void vf(std::uint32_t gid, std::uint32_t reg, std::uint64_t value) {
    device.vf_write(gid * 4096 + reg, 8, value);
  }
  std::uint64_t ctl(std::uint32_t gid, std::uint32_t reg) const {
    return device.vfctrl_read(gid * 64 + reg, 8);
  }
  void ctl(std::uint32_t gid, std::uint32_t reg, std::uint64_t value) {
    device.vfctrl_write(gid * 64 + reg, 8, value);
  }
  std::uint64_t mem(std::uint64_t spa) {
    std::uint64_t v = 0;
    REQUIRE(memory.read64(spa, v));
    return v;
  }
  void put(std::uint64_t spa, std::uint64_t value) { REQUIRE(memory.write64(spa, value)); }

  SparseMemory memory{bit(52)};
  GuestEars ears;
  Device device;
};

}  // namespace amdvi::by_hand
