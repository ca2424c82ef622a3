// QemuMachine: interrupts of the requesters and of the IOMMU, and the configuration space of its
// function.
#include <fmt/core.h>

#include "checker/dut/qemu_machine.hpp"

namespace amdvi::dut {

Reply<std::uint32_t> QemuMachine::config_read(std::uint16_t offset) {
  return pci_.read(iommu_, static_cast<std::uint8_t>(offset));
}

Reply<void> QemuMachine::config_write(std::uint16_t offset, std::uint32_t value) {
  return pci_.write(iommu_, static_cast<std::uint8_t>(offset), value);
}

Reply<void> QemuMachine::send(const MsiRequest& request) {
  if (const auto ioapic = ioapics_.find(request.device_id); ioapic != ioapics_.end()) {
    return ioapic->second.send(request.address, request.data);
  }
  const auto edu = edus_.find(request.device_id);
  if (edu == edus_.end()) {
    return fail(FailureKind::kUnsupported,
                fmt::format("requester {:#06x} sends no interrupts here", request.device_id));
  }
  std::vector<std::uint8_t> bytes;
  for (unsigned i = 0; i < 4; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(request.data >> (8 * i)));
  }
  if (!Edu::fits_msi(request.address, bytes)) {
    return fail(FailureKind::kUnsupported, "edu's interrupts carry 16 bits, to whole doublewords");
  }
  return edu->second.write_msi(request.address, bytes);
}

Reply<MsiReply> QemuMachine::msi(const MsiRequest& request) {
  if (auto flushed = qtest().flush(); !flushed) return tl::unexpected(flushed.error());
  (void)session_.take_messages();
  if (auto sent = send(request); !sent) return tl::unexpected(sent.error());
  return last_message();
}

// An interrupt of the IOMMU itself is a write of its own, which no remapper sees.
Reply<MsiReply> QemuMachine::own_message() { return last_message(); }

Reply<MsiReply> QemuMachine::last_message() {
  if (auto flushed = qtest().flush(); !flushed) return tl::unexpected(flushed.error());
  const auto messages = session_.take_messages();
  return messages.empty() ? MsiReply{} : messages.back();
}

}  // namespace amdvi::dut
