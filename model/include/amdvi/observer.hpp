// Hears every step the model takes: how traces, coverage, explanations and trust are made.
#pragma once

#include <cstdint>
#include <span>

#include <amdvi/interrupt.hpp>
#include <amdvi/spec/behaviours.gen.hpp>
#include <amdvi/spec_info.hpp>

namespace amdvi {

enum class TableKind {
  kDeviceTable,
  kV1Table,
  kCommand,
  kGcr3Table,
  kV2Table,
  kInterruptTable,
  kGuestCommand,
  kDevIdMap,
  kDomIdMap
};

enum class InterruptCause { kEventLog, kCompletionWait, kPprLog, kGaLog };

// The answer to a page request, sent to the device.
struct PageResponse {
  std::uint16_t device_id = 0;
  bool has_pasid = false;
  std::uint32_t pasid = 0;
  std::uint16_t group = 0;  // page request group index
  unsigned code = 0;        // 0 success, 1 invalid request, 15 failure
  bool automatic = false;   // by the IOMMU itself, not by command
};

// A message that tells a device to drop translations.
struct IotlbInvalidation {
  std::uint16_t device_id = 0;
  std::uint16_t queue_id = 0;
  bool has_pasid = false;
  std::uint32_t pasid = 0;
  std::uint64_t first = 0;
  std::uint64_t offset_mask = 0;  // size - 1
};

// A table entry that the device is about to use, with what a cached copy of it is known by.
struct TableUse {
  TableKind kind = TableKind::kDeviceTable;
  std::uint16_t device_id = 0;
  std::uint16_t domain = 0;   // but for device table entries
  bool nested = false;        // a host entry for a guest translation: `gva` and `pasid` know it too
  std::uint32_t pasid = 0;    // of a guest entry
  std::uint64_t address = 0;  // of a host entry the guest physical address, else the guest virtual
  std::uint64_t gva = 0;
  unsigned level = 0;
};

// A command of a guest that is carried out.
struct GuestCommand {
  std::uint16_t guest = 0;
  std::span<const std::uint64_t> issued;  // as the guest wrote it
  std::span<const std::uint64_t> mapped;  // with the host's DeviceID or DomainID
  // Of INVALIDATE_IOMMU_ALL: what it is limited to. Sorted.
  bool limited = false;
  std::span<const std::uint16_t> devices{}, domains{};
};

// An access of the IOMMU to its private address space.
struct PrivateAccess {
  std::uint64_t address = 0;  // private
  bool write = false;
  bool ok = false;
  std::uint64_t spa = 0;  // if ok
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void rule(const spec::DecisionInfo&, unsigned /*rule*/) {}
  virtual void behaviour(spec::Behaviour) {}
  virtual void table_use(const TableUse&) {}
  // A legal command is carried out.
  virtual void command(std::span<const std::uint64_t>) {}
  // An entry was read: its address and its words.
  virtual void table_read(TableKind, std::uint64_t /*spa*/, std::span<const std::uint64_t>) {}
  // Accessed or dirty was set in an entry.
  virtual void table_write(TableKind, std::uint64_t /*spa*/, std::uint64_t /*entry*/) {}
  virtual void page_response(const PageResponse&) {}
  // false: the device does not answer in time.
  virtual bool invalidate_iotlb(const IotlbInvalidation&) { return true; }
  // An entry was written to the event log, two words.
  virtual void event(std::span<const std::uint64_t>) {}
  virtual void interrupt(InterruptCause) {}
  // An interrupt request came with a write of dma_write(): what became of it.
  virtual void upstream_interrupt(const InterruptResult&) {}
  // The message of an interrupt of the IOMMU itself: a memory write of 4 bytes, done after
  // this call unless it is to the interrupt range. Comes after
  // interrupt(), and only if the MSI capability or IntCapXTEn lets it out.
  virtual void message(InterruptCause, std::uint64_t /*address*/, std::uint32_t /*data*/) {}
  // A guest-mode interrupt was posted while its guest runs on the processor `destination`.
  virtual void doorbell(std::uint32_t /*destination*/) {}
  // An entry was written to the GA log.
  virtual void ga_entry(std::uint64_t) {}
  // The hardware vIOMMU: what a guest's own command buffer, event log and PPR log saw.
  virtual void guest_command(const GuestCommand&) {}
  virtual void guest_event(std::uint16_t /*guest*/, std::span<const std::uint64_t>) {}
  virtual void guest_ppr(std::uint16_t /*guest*/, std::span<const std::uint64_t>) {}
  // An interrupt that its own IOMMU sends a guest; how it gets there is the option guest_interrupt.
  virtual void guest_interrupt(std::uint16_t /*guest*/, InterruptCause) {}
  virtual void private_access(const PrivateAccess&) {}
};

}  // namespace amdvi
