// A device under test, reduced to what a vector needs of it. One adapter drives one device;
// adapters never parse vectors and never judge. Every call has a deadline of the adapter's own:
// a device that hangs, dies or lies is a Failure value, never an exception or a blocked caller.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace amdvi::dut {

enum class FailureKind {
  kHang,         // no reply within the deadline
  kCrash,        // the device's process or connection ended
  kUnsupported,  // the adapter cannot do this on this device: the vector is skipped
  kAdapter,      // the adapter itself broke: exit code 3, never a nonconformance
};

struct Failure {
  FailureKind kind = FailureKind::kAdapter;
  std::string what;  // one line
};

template <class T>
using Reply = tl::expected<T, Failure>;

enum class ResetKind {
  kSoft,   // the cheapest reset the device offers; registers may need rewriting
  kFresh,  // true power-on state (for an emulator: a new process)
  kSystem,  // the platform's reset line: registers as after power-on, memory keeps its content
};

struct Hello {
  std::string name;  // "amdvi model", "QEMU emulator version 7.2.x"
  std::string version;
  // Of "write4", "read", "write", "copy", "msi", "msi32", "pasid", "atomic", "ats", "ppr", "doorbell".
  std::vector<std::string> engines;
};

// The PASID prefix of a request.
struct PasidPrefix {
  bool present = false;
  std::uint32_t value = 0;  // 20 bits
  bool exec = false;
  bool privileged = false;
};

struct DmaRequest {
  std::uint16_t device_id = 0;  // requester, bus 15:8, device 7:3, function 2:0
  std::uint64_t address = 0;    // IOVA, bytes
  bool write = false;
  std::vector<std::uint8_t> data;  // bytes to write
  std::uint32_t length = 0;        // bytes to read
  PasidPrefix pasid;
  bool atomic = false;      // with `write`: a swap of 8 bytes; the reply has the old ones
  bool translated = false;  // the address is one that an ATS answer gave
};

struct DmaReply {
  // nullopt: the engine cannot tell (a write that vanished looks like one that landed); the
  // runner judges by memory instead.
  std::optional<bool> completed;
  std::vector<std::uint8_t> data;  // what a read returned, `length` bytes
};

// A copy from IOVA to IOVA by one requester, driven by a script that the requester itself fetches
// from `script` (an IOVA that must be readable for it, 4 KiB; `script_spa` is where that page is).
struct CopyRequest {
  std::uint16_t device_id = 0;
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::uint32_t length = 0;
  std::uint64_t script = 0;
  std::uint64_t script_spa = 0;
};

// A message-signalled interrupt of a requester: a posted write of 4 bytes to the interrupt range.
struct MsiRequest {
  std::uint16_t device_id = 0;
  std::uint64_t address = 0;
  std::uint32_t data = 0;
};

// The message that arrives at the processors; nothing arrives if it is stopped, or posted.
struct MsiReply {
  bool arrived = false;
  std::uint64_t address = 0;
  std::uint32_t data = 0;
  std::optional<std::uint32_t> doorbell;  // of this processor, for a posted one
  // What of them the adapter can see: the other bits are not compared.
  std::uint64_t address_seen = ~std::uint64_t{0};
  std::uint32_t data_seen = ~std::uint32_t{0};
};

// What a device may ask of address translation services, for ATS and for page requests.
struct AccessRequest {
  std::uint16_t device_id = 0;
  std::uint64_t address = 0;
  bool read = false;
  bool write = false;
  PasidPrefix pasid;
};

struct AtsReply {
  bool ok = false;  // false: refused, all else is unset
  bool read = false, write = false, exec = false, untranslated_only = false;
  std::uint64_t address = 0;      // the translation of the address asked for
  std::uint64_t offset_mask = 0;  // page size - 1
};

struct PriResponse {
  std::uint16_t device_id = 0;
  bool has_pasid = false;
  std::uint32_t pasid = 0;
  std::uint16_t group = 0;  // page request group index
  unsigned code = 0;        // 0 success, 1 invalid request, 15 failure
};

struct AtsInvalidation {
  std::uint16_t device_id = 0;
  std::uint16_t queue = 0;
  bool has_pasid = false;
  std::uint32_t pasid = 0;
  std::uint64_t first = 0;
  std::uint64_t offset_mask = 0;  // size - 1
};

// A register of a guest of the hardware vIOMMU: in its page of the VF window, or in its part of the
// VF control window. The adapter knows where the windows are, and that they are enabled.
struct VfAccess {
  std::uint16_t guest = 0;  // GuestID
  bool control = false;
  std::uint32_t offset = 0;  // bytes, in the page or in the 64 bytes
  unsigned size = 8;         // 4 or 8
};

class Adapter {
 public:
  virtual ~Adapter() = default;
  Adapter() = default;
  Adapter(const Adapter&) = delete;
  Adapter& operator=(const Adapter&) = delete;

  // Starts or restarts the device and says what it is. Called before anything else.
  virtual Reply<Hello> hello() = 0;
  virtual Reply<void> reset(ResetKind kind) = 0;

  // Told before a vector's first step what its DMA writes will carry, in order, so that an engine
  // whose buffer must be filled beforehand can do so while the IOMMU is still off.
  virtual Reply<void> prepare(std::span<const DmaRequest> coming) = 0;

  virtual Reply<void> mem_write(std::uint64_t spa, std::span<const std::uint8_t> bytes) = 0;
  virtual Reply<void> mem_zero(std::uint64_t spa, std::uint64_t length) = 0;
  virtual Reply<std::vector<std::uint8_t>> mem_read(std::uint64_t spa, std::size_t length) = 0;

  // `offset` is inside the IOMMU's MMIO region; `size` is 4 or 8 bytes.
  virtual Reply<void> mmio_write(std::uint64_t offset, unsigned size, std::uint64_t value) = 0;
  virtual Reply<std::uint64_t> mmio_read(std::uint64_t offset, unsigned size) = 0;

  virtual Reply<DmaReply> dma(const DmaRequest& request) = 0;
  virtual Reply<void> copy(const CopyRequest& request) = 0;
  virtual Reply<MsiReply> msi(const MsiRequest& /*request*/) {
    return tl::unexpected(Failure{FailureKind::kUnsupported, "no interrupts can be made"});
  }
  // The last interrupt of the IOMMU itself that reached the processors since the last call, or
  // since the vector began.
  virtual Reply<MsiReply> own_message() {
    return tl::unexpected(Failure{FailureKind::kUnsupported, "its own interrupts are not seen"});
  }

  // The configuration space of the IOMMU's PCI function, by aligned dwords below 100h. After a
  // reset it is as the reset left it, whatever else the adapter has to set up.
  virtual Reply<std::uint32_t> config_read(std::uint16_t /*offset*/) {
    return tl::unexpected(Failure{FailureKind::kUnsupported, "no PCI configuration accesses"});
  }
  virtual Reply<void> config_write(std::uint16_t /*offset*/, std::uint32_t /*value*/) {
    return tl::unexpected(Failure{FailureKind::kUnsupported, "no PCI configuration accesses"});
  }

  virtual Reply<void> vf_write(const VfAccess& /*access*/, std::uint64_t /*value*/) {
    return tl::unexpected(Failure{FailureKind::kUnsupported, "no windows of guests"});
  }
  virtual Reply<std::uint64_t> vf_read(const VfAccess& /*access*/) {
    return tl::unexpected(Failure{FailureKind::kUnsupported, "no windows of guests"});
  }
  // A translation request, and a page request: group 8:0, last 9 as in its tag.
  virtual Reply<AtsReply> ats(const AccessRequest& /*request*/) { return no_ats(); }
  virtual Reply<void> page_request(const AccessRequest& /*request*/, std::uint16_t /*tag*/) {
    return no_ats();
  }
  // What arrived at devices since the vector began or this was last called, in order.
  virtual Reply<std::vector<PriResponse>> responses() { return no_ats(); }
  virtual Reply<std::vector<AtsInvalidation>> invalidations() { return no_ats(); }

  // Called after a vector's last step: returns what the vector's DMA reads fetched, in order, for
  // engines that can only show it with the IOMMU off again.
  virtual Reply<std::vector<std::vector<std::uint8_t>>> collect() = 0;

  // Waits until the device has processed its command buffer, without sleeping on the wall clock
  // longer than the deadline.
  virtual Reply<void> settle() = 0;

  // The adapter's own log of the last vector (a child's stderr, an emulator's trace), for reports.
  virtual std::string log() const = 0;

 private:
  static tl::unexpected<Failure> no_ats() {
    return tl::unexpected(Failure{FailureKind::kUnsupported, "no requester does ATS"});
  }
};

}  // namespace amdvi::dut
