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

  SparseMemory memory{bit(44)};
  GuestEars ears;
  Device device;
};

// Host tables of 1 GiB leaves: private address x is at kPrivate + x, and guest physical address x
// of every guest at kGuestMemory + x, up to 4 GiB.
constexpr std::uint64_t kPrivate = bit(40), kGuestMemory = bit(41);
constexpr std::uint64_t kPrivateTable = 0x5000000, kGuestTable = 0x5001000;
constexpr std::uint16_t kOwn = 0x0002, kTrans = 0xFFFE;

// Private slices of section 4: base + gid * stride.
constexpr std::uint64_t devid_map(std::uint64_t gid) { return 0x10'0000'0000 + gid * 0x10'0000; }
constexpr std::uint64_t domid_map(std::uint64_t gid) { return 0x20'0000'0000 + gid * 0x8'0000; }

// Both IOMMU rings run, own entry and translation entry are there (6.4, 6.5).
struct VirtualBench : VirtualQuiet {
  explicit VirtualBench(std::initializer_list<Choice> options = {},
                        std::uint64_t control = kVirtualOn | kGstBufferTRPMode,
                        std::initializer_list<Setting> caps = {{"EFR.HATS", 2}})
      : VirtualQuiet(caps, options) {
    w(0x0000, kDevTab | 0x1FF);
    w(0x0008, kCmd | std::uint64_t{8} << 56);
    w(0x0010, kLog | std::uint64_t{8} << 56);
    map_gib(kPrivateTable, 320, kPrivate);
    map_gib(kGuestTable, 4, kGuestMemory);
    host_dte(kOwn, kPrivateTable, 3, 0xD0);
    host_dte(kTrans, kGuestTable, 3, 0xD1);
    w(0x0018, control);
  }

  // Leaves of level 3: PR, IR, IW.
  void map_gib(std::uint64_t table, unsigned count, std::uint64_t to) {
    for (std::uint64_t i = 0; i < count; ++i)
      put(table + 8 * i, (to + i * bit(30)) | kIR | kIW | 1);
  }
  void host_dte(std::uint16_t id, std::uint64_t root, std::uint64_t mode, std::uint64_t domain) {
    dte(id, root | mode << 9 | kV | kTV | kIR | kIW, domain);
  }
  void dte(std::uint16_t id, std::uint64_t q0, std::uint64_t q1 = 0, std::uint64_t q2 = 0,
           std::uint64_t q3 = 0) {
    const std::uint64_t q[4] = {q0, q1, q2, q3};
    for (unsigned i = 0; i < 4; ++i) put(kDevTab + 32u * id + 8 * i, q[i]);
  }

  // Guest physical addresses of a guest's buffers.
  static std::uint64_t gpa(std::uint32_t gid, unsigned which) {
    return 0x100'0000 + std::uint64_t{gid % 64} * 0x10'0000 + which * 0x1'0000;
  }
  // TransDevID and a command buffer, event logs A and B and PPR logs A and B of 256 entries, in
  // this order at gpa(gid, 0..4); everything is enabled with its interrupt.
  void guest(std::uint32_t gid) {
    ctl(gid, 0x10, std::uint64_t{kTrans} << 16);
    ctl(gid, 0x18, gpa(gid, 2));
    ctl(gid, 0x38, gpa(gid, 4));
    ctl(gid, 0x20, gpa(gid, 0) | 0x308);
    ctl(gid, 0x28, gpa(gid, 1) | 0x388);
    ctl(gid, 0x30, gpa(gid, 3) << 4 | 0x788);
  }
  // 3.1: Write, gID, hID, Valid.
  static std::uint64_t entry(std::uint64_t guest_id, std::uint64_t host_id) {
    return bit(63) | guest_id << 46 | host_id << 14 | 1;
  }
  void map_device(std::uint32_t gid, std::uint64_t guest_id, std::uint64_t host_id) {
    ctl(gid, 0x00, entry(guest_id, host_id));
  }
  void map_domain(std::uint32_t gid, std::uint64_t guest_id, std::uint64_t host_id) {
    ctl(gid, 0x08, entry(guest_id, host_id));
  }

  void guest_command(std::uint32_t gid, unsigned slot, std::uint64_t q0, std::uint64_t q1 = 0) {
    put(kGuestMemory + gpa(gid, 0) + 16 * slot, q0);
    put(kGuestMemory + gpa(gid, 0) + 16 * slot + 8, q1);
  }
  // The guest gives its commands below slot n.
  void submit(std::uint32_t gid, unsigned n) {
    vf(gid, 0x08, 16 * n);
    device.run();
  }
  void host_command(unsigned slot, std::uint64_t q0, std::uint64_t q1 = 0) {
    put(kCmd + 16 * slot, q0);
    put(kCmd + 16 * slot + 8, q1);
  }
  void host_submit(unsigned n) {
    w(0x2008, 16 * n);
    device.run();
  }

  unsigned host_events() const { return static_cast<unsigned>(r(0x2018) / 16); }
  std::uint64_t host_event(unsigned n, unsigned word) { return mem(kLog + 16 * n + 8 * word); }
  unsigned events(std::uint32_t gid) const { return static_cast<unsigned>(vf(gid, 0x18) / 16); }
  std::uint64_t event(std::uint32_t gid, unsigned n, unsigned word) {
    return mem(kGuestMemory + gpa(gid, 1) + 16 * n + 8 * word);
  }
  bool runs(std::uint32_t gid) const { return (vf(gid, 0x20) & kCmdRun) != 0; }
};

inline unsigned code(std::uint64_t first_word) { return static_cast<unsigned>(first_word >> 60); }

// COMPLETION_WAIT of a guest, with s: a store of `data` at kStoreGpa.
constexpr std::uint64_t kStoreGpa = 0x9000;
inline void wait(VirtualBench& b, std::uint32_t gid, unsigned slot, std::uint64_t data,
                 std::uint64_t flags = 1) {
  b.guest_command(gid, slot, op(1) | kStoreGpa | flags, data);
}

}  // namespace amdvi::by_hand
