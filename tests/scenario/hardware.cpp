#include "tests/scenario/hardware.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace amdvi::scenario {
namespace {

// core 2: device table base 00h, command buffer 08h, event log 10h, Control 18h, head 2000h and
// tail 2008h of the command buffer. Length code 8: 256 entries.
constexpr std::uint64_t kTableBase = 0x0, kCommandBase = 0x8, kEventBase = 0x10, kControl = 0x18;
constexpr std::uint64_t kCommandHead = 0x2000, kCommandTail = 0x2008;
constexpr std::uint64_t kRingBytes = 4096, kEntryBytes = 16, kDteBytes = 32, kDevices = 0x1'0000;
constexpr unsigned kWord = 8;
constexpr std::uint32_t kControlBytes = 64, kMisc = 0x10;  // viommu.md 3.2: TransDevID 31:16

constexpr std::uint64_t bit(unsigned n) { return std::uint64_t{1} << n; }
// IommuEn, EventLogEn, CmdBufEn, PPRLogEn, PPREn, GTEn, GAEn and GCR3TRPMode (viommu.md 1.4): what
// a kernel has on before it thinks of guests.
constexpr std::uint64_t kBooted = bit(0) | bit(2) | bit(12) | bit(15) | bit(16) | bit(17) | bit(58);
// vIOMMUEn needs GAEn, vCmdEn and GstBufferTRPMode.
constexpr std::uint64_t kVIommuEn = bit(53), kNeeded = bit(17) | bit(52) | bit(60);
constexpr std::uint64_t kEverything = bit(51);  // more than host tables translate
constexpr std::uint64_t kBlocked = 1;           // V=1, TV=0

Config machine_config(std::uint16_t own) {
  Config config = default_config();
  struct Setting {
    std::string_view name;
    std::uint64_t value;
  };
  for (const Setting& s : {Setting{"EFR.vIommuSup", 1},
                           {"EFR.GASup", 1},
                           {"EFR.GTSup", 1},
                           {"EFR.PPRSup", 1},
                           {"EFR.IASup", 1},
                           {"header.IotlbSup", 1},
                           {"header.EFRSup", 1},
                           {"EFR.HATS", 2},
                           {"EFR.GLXSup", 2},
                           {"EFR.PASmax", 15},
                           {"EFR.GIoSup", 1},
                           {"EFR2.GCR3TRPModeSup", 1}}) {
    set_capability(config, s.name, s.value);
  }
  config.own_device_id = own;
  return config;
}

// COMPLETION_WAIT with Store; its address is 8-byte aligned.
std::array<std::uint64_t, 2> wait_command(std::uint64_t address, std::uint64_t data) {
  return {bit(60) | address | 1, data};
}

}  // namespace

Iommu::Iommu(HostMemory& where, std::uint16_t own_id, std::uint64_t vf, std::uint64_t vfctrl)
    : memory(where),
      own(own_id),
      vf_base(vf),
      device_table(where.take(kDevices * kDteBytes)),
      commands(where.take(kRingBytes)),
      events(where.take(kRingBytes)),
      mailbox(where.take(kPage)),
      device(machine_config(own_id), where.bytes(), &stale) {
  boot(vfctrl);
}

// Firmware enables both windows (viommu.md 1.3): this model has the capability at 78h.
void Iommu::boot(std::uint64_t vfctrl) {
  device.config_write(0x80, static_cast<std::uint32_t>(vf_base) | 1);
  device.config_write(0x88, static_cast<std::uint32_t>(vfctrl) | 1);
  for (std::uint64_t i = 0; i < kDevices; ++i) memory.put(device_table + i * kDteBytes, kBlocked);
  device.mmio_write(kTableBase, kWord, device_table | 0x1ff);
  device.mmio_write(kCommandBase, kWord, commands | std::uint64_t{8} << 56);
  device.mmio_write(kEventBase, kWord, events | std::uint64_t{8} << 56);
  device.mmio_write(kControl, kWord, kBooted);
}

bool Iommu::submit(const std::array<std::uint64_t, 2>& command) {
  const std::uint64_t tail = device.mmio_read(kCommandTail, kWord);
  const std::uint64_t next = (tail + kEntryBytes) % kRingBytes;
  if (next == device.mmio_read(kCommandHead, kWord)) return false;
  memory.put(commands + tail, command[0]);
  memory.put(commands + tail + kWord, command[1]);
  device.mmio_write(kCommandTail, kWord, next);
  return true;
}

bool Iommu::wait() {
  ++waited;
  while (!submit(wait_command(mailbox, waited))) device.run();
  device.run();
  return memory.get(mailbox) == waited;
}

HostHardware::HostHardware(unsigned iommus) : callbacks_(callbacks_of(*this)) {
  constexpr std::uint64_t kVf = 0x8000'0000, kVfBytes = 0x1000'0000;
  constexpr std::uint64_t kVfctrl = 0xd000'0000, kVfctrlBytes = 0x40'0000;
  for (unsigned i = 0; i < iommus; ++i) {
    iommus_.push_back(std::make_unique<Iommu>(memory_, own_device(i), kVf + i * kVfBytes,
                                              kVfctrl + i * kVfctrlBytes));
  }
}

host::Entry HostHardware::entry(const Iommu& iommu, std::uint16_t device) {
  host::Entry dte{};
  memory_.bytes().read64(iommu.device_table + device * kDteBytes, dte);
  return dte;
}

void HostHardware::expect_translates(const Iommu& iommu, std::uint16_t device,
                                     const host::Entry& dte) {
  if (host::facts_of(dte).translates) return;
  broken_.push_back({13, fmt::format("a guest's TransDevID names {:#x} of IOMMU {:#x}, which does "
                                     "not translate",
                                     device, iommu.own)});
}

void HostHardware::mmio_write(Iommu& iommu, std::uint64_t offset, std::uint64_t value) {
  iommu.device.mmio_write(offset, kWord, value);
  const std::uint64_t control = iommu.device.mmio_read(kControl, kWord);
  if ((control & kVIommuEn) == 0 || (control & kNeeded) == kNeeded) return;
  broken_.push_back(
      {27, fmt::format("IOMMU {:#x}: vIOMMUEn with Control {:#x}", iommu.own, control)});
}

void HostHardware::control_write(Iommu& iommu, std::uint32_t offset, std::uint64_t value) {
  const auto device = static_cast<std::uint16_t>(value >> 16);
  if (offset % kControlBytes == kMisc && device != 0) {
    expect_translates(iommu, device, entry(iommu, device));
  }
  iommu.device.vfctrl_write(offset, kWord, value);
}

std::uint16_t HostHardware::translation_device(unsigned number, std::uint16_t gid) {
  const std::uint64_t misc = iommu(number).device.vfctrl_read(gid * kControlBytes + kMisc, kWord);
  return static_cast<std::uint16_t>(misc >> 16);
}

void HostHardware::dte_store(Iommu& iommu, std::uint16_t device, const host::Entry& dte) {
  const host::Entry old = entry(iommu, device);
  for (const std::uint16_t gid : iommu.user_mapped) {
    const std::uint64_t misc = iommu.device.vfctrl_read(gid * kControlBytes + kMisc, kWord);
    if (misc >> 16 == device && device != 0) expect_translates(iommu, device, dte);
  }
  if (old != dte) iommu.stale.overwritten(device, old);
  const host::EntryFacts was = host::facts_of(old), is = host::facts_of(dte);
  if (was.for_guest && was.translates && (!is.translates || is.domain != was.domain)) {
    iommu.stale.unmapped({was.domain, 0, kEverything, 0});
  }
  for (std::size_t i = 0; i < dte.size(); ++i) {
    memory_.put(iommu.device_table + device * kDteBytes + i * kWord, dte[i]);
  }
}

void HostHardware::mem_free(std::uint64_t spa) {
  const host::Block* block = memory_.block(spa);
  if (block == nullptr || !block->allocated) {
    broken_.push_back({20, fmt::format("{:#x} was freed and is not allocated", spa)});
    return;
  }
  const host::Block gone = *block;
  for (const auto& iommu : iommus_) {
    for (const host::Stale& stale : iommu->stale.translations()) {
      if (stale.spa < gone.spa || stale.spa >= gone.spa + gone.bytes) continue;
      broken_.push_back({20, fmt::format("memory behind {:#x} of domain ID {} was freed while it "
                                         "may be cached",
                                         stale.address, stale.domain)});
      break;
    }
  }
  memory_.free(spa);
}

// Every domain ID whose entries walk the table may have its pages cached, on every IOMMU.
void HostHardware::table_unmap(std::uint64_t root, std::uint64_t address, std::uint64_t bytes) {
  for (const auto& iommu : iommus_) {
    std::set<std::uint16_t> domains;
    for (unsigned device = 0; device < kDevices; ++device) {
      const host::EntryFacts facts =
          host::facts_of(entry(*iommu, static_cast<std::uint16_t>(device)));
      if (facts.translates && facts.root == root / kPage) domains.insert(facts.domain);
    }
    for (std::uint64_t at = 0; at < bytes; at += kPage) {
      const std::uint64_t spa = tables_.find(root, address + at);
      for (const std::uint16_t domain : domains) {
        if (spa != 0) iommu->stale.unmapped({domain, address + at, kPage, spa});
      }
    }
  }
  tables_.unmap(root, address, bytes);
}

bool HostHardware::user_mapping(std::uint64_t spa, std::uint64_t bytes, bool on) {
  for (const auto& iommu : iommus_) {
    const std::uint64_t gid = (spa - iommu->vf_base) / kPage;
    if (spa < iommu->vf_base || gid >= kDevices || bytes != kPage) continue;
    if (on) {
      iommu->user_mapped.insert(static_cast<std::uint16_t>(gid));
    } else {
      iommu->user_mapped.erase(static_cast<std::uint16_t>(gid));
    }
    return true;
  }
  return false;
}

host::HostSight HostHardware::sight() {
  host::HostSight all;
  for (const auto& owned : iommus_) {
    Iommu* iommu = owned.get();
    host::IommuSight sight;
    sight.control = [iommu](std::uint16_t guest, unsigned word) {
      return iommu->device.vfctrl_read(guest * kControlBytes + word * kWord, kWord);
    };
    sight.page = [iommu](std::uint16_t guest, unsigned offset) {
      return iommu->device.vf_read(guest * 4096U + offset, kWord);
    };
    const Device* device = &iommu->device;
    sight.mmio = [device](std::uint64_t offset) { return device->mmio_read(offset, kWord); };
    sight.windows = [device] {
      return (device->config_read(0x80) & 1) != 0 && (device->config_read(0x88) & 1) != 0;
    };
    sight.entries = [this, iommu](std::uint16_t id) {
      std::vector<host::Entry> versions = iommu->stale.entries(id);
      versions.insert(versions.begin(), entry(*iommu, id));
      return versions;
    };
    sight.stale = [iommu] { return iommu->stale.translations(); };
    sight.user_mapped = [iommu](std::uint16_t guest) { return iommu->user_mapped.contains(guest); };
    all.iommus.push_back(std::move(sight));
  }
  all.memory = [this](std::uint64_t spa) { return std::optional(memory_.get(spa)); };
  all.blocks = [this] { return memory_.blocks(); };
  return all;
}

}  // namespace amdvi::scenario
