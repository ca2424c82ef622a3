// Interrupts through the IOMMU and from it.
#pragma once

#include <cstdint>

namespace amdvi {

// An upstream message-signalled interrupt: a posted 4-byte write to the interrupt range.
struct InterruptRequest {
  std::uint16_t device_id = 0;
  std::uint64_t address = 0;
  std::uint32_t data = 0;
  bool has_pasid = false;
};

struct InterruptResult {
  enum class Kind {
    kAborted,    // nothing arrives; address and data are 0
    kForwarded,  // address and data are those of the request
    kRemapped,   // address and data come from the interrupt remapping entry
    kPosted,     // set in a guest APIC page; data is the guest vector
  };
  Kind kind = Kind::kAborted;
  std::uint64_t address = 0;
  std::uint32_t data = 0;
  // All 32 bits; of a remapped message or of the processor that a posted one is for.
  std::uint32_t destination = 0;
};

}  // namespace amdvi
