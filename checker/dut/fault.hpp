// A fault as a set of hooks between the model and what surrounds it. A hook that is not set leaves
// everything as it is.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <amdvi/device.hpp>
#include <amdvi/spec/Control.gen.hpp>

#include "checker/dut/mutant.hpp"
#include "checker/dut/vf_windows.hpp"

namespace amdvi::dut {

using MutantDevice = BasicDevice<Mutant>;

struct MmioAccess {
  std::uint64_t offset = 0;
  unsigned size = 8;
  std::uint64_t value = 0;
};

struct Fault {
  std::string_view name;
  std::string_view text;

  // A table entry as the device reads it: four words, or one and the level of its table.
  void (*dte)(std::span<std::uint64_t> words) = nullptr;
  void (*pte)(std::uint64_t& entry, unsigned level) = nullptr;
  // Of the guest tables, and of the GCR3 tables.
  void (*v2)(std::uint64_t& entry) = nullptr;
  void (*gcr3)(std::uint64_t& entry) = nullptr;
  // An interrupt remapping entry as the device reads it: one word of 32 bits, or two words.
  void (*irte)(std::span<std::uint64_t> words) = nullptr;
  // A command as the device reads it, two words.
  void (*command)(std::span<std::uint64_t> words) = nullptr;
  // An event log entry as the device writes it; words[1] is 0 while words[0] is on its way. false:
  // the word is not written.
  bool (*event)(std::span<std::uint64_t> words) = nullptr;
  // The outcome of one translated page.
  void (*translated)(const Request& request, Translation& translation) = nullptr;
  // The answer to a translation request.
  void (*answered)(const Request& request, AtsAnswer& answer) = nullptr;
  // What becomes of an interrupt.
  void (*interrupted)(const InterruptRequest& request, InterruptResult& result) = nullptr;
  // In place of a register write.
  void (*write)(MutantDevice& device, const MmioAccess& access) = nullptr;
  // After a register read: changes access.value.
  void (*read)(MutantDevice& device, MmioAccess& access) = nullptr;
  // In place of a write of a guest's register, and after a read of one.
  void (*vf_write)(MutantDevice& device, VfAccess access, std::uint64_t value) = nullptr;
  void (*vf_read)(MutantDevice& device, const VfAccess& access, std::uint64_t& value) = nullptr;
  // A message of the IOMMU itself on its way. false: it is not sent.
  bool (*own_message)(std::uint64_t& address, std::uint32_t& data) = nullptr;
  // A write of a register of the PCI function, and after a read of one. false: it is not written.
  bool (*config_write)(std::uint16_t offset, std::uint32_t& value) = nullptr;
  void (*config_read)(std::uint16_t offset, std::uint32_t& value) = nullptr;
  bool never_invalidates = false;
  bool drops_updates = false;  // what a walk writes into tables is lost
  // The device goes on using entries as long as it may, by the commands that it believes to read.
  bool caches = false;
};

// In place of a register write: one of Control has `value` in a field.
template <const auto& kField, std::uint64_t kValue>
void keep_in_control(MutantDevice& device, const MmioAccess& access) {
  std::uint64_t value = access.value;
  if (access.offset == spec::kOffset_Control && access.size == 8) kField.set(value, kValue);
  device.mmio_write(access.offset, access.size, value);
}

std::span<const Fault> table_faults();
std::span<const Fault> guest_faults();
std::span<const Fault> cache_faults();
std::span<const Fault> event_faults();
std::span<const Fault> interrupt_faults();
std::span<const Fault> own_interrupt_faults();
std::span<const Fault> pci_faults();
std::span<const Fault> register_faults();
std::span<const Fault> viommu_faults();

}  // namespace amdvi::dut
