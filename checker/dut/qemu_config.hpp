// How to start and drive one QEMU as a device under test. The caller fills this from a profile and
// from the specification; nothing about the IOMMU's own registers is known to this layer.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checker/dut/adapter.hpp"
#include "checker/dut/pci.hpp"

namespace amdvi::dut {

// Where the IOMMU's PCI function says what it is. All of it is the specification's; offsets are
// from the start of the capability.
struct IommuPci {
  std::uint16_t class_code = 0;       // base class 15:8, subclass 7:0
  std::uint8_t capability_id = 0;     // CapId
  std::uint8_t base_low = 0;          // offset of Base address low
  std::uint8_t base_high = 0;         // offset of Base address high
  std::uint32_t base_low_mask = 0;    // the address bits of Base address low
  std::uint32_t base_low_enable = 0;  // its Enable bit
};

enum class QemuSoftReset {
  kRegisters,  // nothing: the vector's set-up rewrites the registers it needs
  kSystem,     // QMP system_reset, then the PCI set-up again; RAM keeps its content
};

struct QemuConfig {
  struct Requester {
    std::string engine;  // "edu", "lsi53c895a" or "ioapic"
    std::uint16_t device_id = 0;
  };

  std::string binary = "qemu-system-x86_64";
  // Machine, devices, trace options. "{dir}" stands for a private directory that exists until
  // QEMU has started. Sockets, firmware, -D file, -m and -nodefaults are the adapter's own.
  std::vector<std::string> args;
  std::uint64_t memory = 0;  // bytes, whole MiB
  std::vector<Requester> requesters;
  IommuPci pci;
  std::uint64_t control_offset = 0;  // of the 8-byte Control register in the MMIO region
  // Where the MMIO region is; unset: where the capability says. If the two differ, log() notes it.
  std::optional<std::uint64_t> mmio_base;
  std::optional<Msi> iommu_msi;  // where the IOMMU's own interrupt writes; unset: MSI stays off
  std::uint64_t scratch = 0;     // 4 KiB of RAM outside what vectors use
  std::uint32_t bar_base = 0xe000'0000;  // device registers go here and above, 1 MiB a requester
  QemuSoftReset soft_reset = QemuSoftReset::kRegisters;
  std::chrono::milliseconds deadline{3000};         // one reply
  std::chrono::milliseconds start_deadline{10000};  // from exec to both sockets
};

// hello() starts QEMU; reset(kFresh) replaces it. QEMU dies with the thread that started it.
std::unique_ptr<Adapter> make_qemu_adapter(QemuConfig config);

}  // namespace amdvi::dut
