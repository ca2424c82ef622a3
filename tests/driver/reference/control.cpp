#include "control.hpp"

#include <array>

namespace reference {
namespace {

constexpr std::uint64_t kGuestBytes = 64;  // of VFCTRL
constexpr std::uint64_t kDevIdMap = 0x00, kDomIdMap = 0x08, kMisc = 0x10;
constexpr std::uint64_t kCommand = 0x20, kEvent = 0x28, kPpr = 0x30;

constexpr std::uint64_t kHostControl = 0x18;

constexpr std::uint64_t kWrite = 1ULL << 63;
constexpr unsigned kGuestShift = 46, kHostShift = 14, kTransShift = 16;
constexpr std::uint64_t kValid = 1;
constexpr std::uint64_t kEnable = 1ULL << 8;
constexpr std::uint64_t kEntries = 0x1'0000;

constexpr std::uint64_t opcode(std::uint64_t code) { return code << 60; }

}  // namespace

void Control::write(std::uint64_t gid, std::uint64_t reg, std::uint64_t value) const {
  place_.hardware->mmio_write(place_.hardware->user, place_.iommu, AMDVI_VFCTRL,
                              gid * kGuestBytes + reg, value);
}

void Control::submit(std::uint64_t low, std::uint64_t high) const {
  const std::array<std::uint32_t, 4> command{
      static_cast<std::uint32_t>(low), static_cast<std::uint32_t>(low >> 32),
      static_cast<std::uint32_t>(high), static_cast<std::uint32_t>(high >> 32)};
  place_.hardware->submit(place_.hardware->user, place_.iommu, command.data());
}

void Control::map_device(std::uint64_t gid, std::uint64_t guest, std::uint64_t host,
                         bool valid) const {
  write(gid, kDevIdMap, kWrite | guest << kGuestShift | host << kHostShift | (valid ? kValid : 0));
}

void Control::map_domain(std::uint64_t gid, std::uint64_t guest, std::uint64_t host) const {
  write(gid, kDomIdMap, kWrite | guest << kGuestShift | host << kHostShift | kValid);
}

void Control::fill_domains(std::uint64_t gid, std::uint64_t domain) const {
  const std::uint64_t end = place_.makes(Mistake::kMapNotTotal) ? kEntries - 1 : kEntries;
  for (std::uint64_t i = 0; i < end; ++i) map_domain(gid, i, domain);
}

void Control::clear_devices(std::uint64_t gid) const {
  for (std::uint64_t i = 0; i < kEntries; ++i) map_device(gid, i, 0, false);
}

void Control::translate_by(std::uint64_t gid, std::uint64_t device) const {
  write(gid, kMisc, device << kTransShift);
}

// With no queue set up, an enable bit is all that a word has.
void Control::enable_queues(std::uint64_t gid, bool on) const {
  for (const std::uint64_t reg : {kCommand, kEvent, kPpr}) write(gid, reg, on ? kEnable : 0);
}

void Control::reset(std::uint64_t gid) const {
  submit(opcode(0xa) | 1ULL << 31 | 1ULL << 28 | gid, 0);
  if (!place_.makes(Mistake::kResetNotAwaited)) wait();
}

void Control::flush_entry(std::uint64_t device) const {
  if (place_.makes(Mistake::kEntryNotFlushed)) return;
  submit(opcode(2) | device, 0);
  wait();
}

// S=1 and PDE=1; all bits of the address below its highest that differs are 1, that one 0.
void Control::flush_pages(std::uint64_t domain, std::uint64_t address, std::uint64_t bytes) const {
  const std::uint64_t ones = (bytes / 2 - 1) >> 12 << 12;
  submit(opcode(3) | domain << 32, address | ones | 3);
}

void Control::flush_private(std::uint64_t domain, std::uint64_t address,
                            std::uint64_t bytes) const {
  flush_pages(domain, address, bytes);
  wait();
}

std::uint64_t Control::word(std::uint64_t gid, std::uint64_t reg) const {
  const amdvi_hardware& hw = *place_.hardware;
  return hw.mmio_read(hw.user, place_.iommu, AMDVI_VFCTRL, gid * kGuestBytes + reg);
}

// Everything under a domain ID: S=1, PDE=1 and all ones below the highest bit.
void Control::flush_domain(std::uint64_t domain) const {
  submit(opcode(3) | domain << 32, (~0ULL >> 1 & ~0xfffULL) | 3);
}

void Control::store(std::uint64_t device, const std::array<std::uint64_t, 4>& dte) const {
  place_.hardware->dte_store(place_.hardware->user, place_.iommu,
                             static_cast<std::uint16_t>(device), dte.data());
}

void Control::set_entry(std::uint64_t device, const Parent& parent) const {
  store(device, {3ULL << 61 | parent.root | parent.mode << 9 | 3, parent.domain, 0, 0});
}

// V=1 and TV=0: blocked. All zero would let everything through.
void Control::clear_entry(std::uint64_t device) const { store(device, {1, 0, 0, 0}); }

bool Control::control(unsigned bit) const {
  const amdvi_hardware& hw = *place_.hardware;
  return (hw.mmio_read(hw.user, place_.iommu, AMDVI_HOST_MMIO, kHostControl) >> bit & 1) != 0;
}

void Control::control(unsigned bit, bool on) const {
  const amdvi_hardware& hw = *place_.hardware;
  const std::uint64_t old = hw.mmio_read(hw.user, place_.iommu, AMDVI_HOST_MMIO, kHostControl);
  const std::uint64_t mask = 1ULL << bit;
  hw.mmio_write(hw.user, place_.iommu, AMDVI_HOST_MMIO, kHostControl,
                on ? old | mask : old & ~mask);
}

int Table::map(const Place& place, std::uint64_t gid, std::uint64_t root) {
  const amdvi_hardware& hw = *place.hardware;
  if (hw.mem_alloc(hw.user, bytes_, &spa_) != 0) return -AMDVI_ENOMEM;
  if (!place.makes(Mistake::kPagesCached)) hw.mem_uncached(hw.user, spa_, 1);
  if (hw.table_map(hw.user, root, address(gid), spa_, bytes_) == 0) return 0;
  hw.mem_uncached(hw.user, spa_, 0);
  hw.mem_free(hw.user, spa_);
  return -AMDVI_ENOMEM;
}

void Table::unmap(const Place& place, std::uint64_t gid, std::uint64_t root, std::uint64_t domain) {
  const amdvi_hardware& hw = *place.hardware;
  hw.table_unmap(hw.user, root, address(gid), bytes_);
  const bool early = place.makes(Mistake::kPagesFreedBeforeFlush);
  if (!early) Control(place).flush_private(domain, address(gid), bytes_);
  hw.mem_uncached(hw.user, spa_, 0);
  hw.mem_free(hw.user, spa_);
  if (early) Control(place).flush_private(domain, address(gid), bytes_);
}

}  // namespace reference
