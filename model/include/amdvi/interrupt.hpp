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

// Whether a write there is a message to the processors: the interrupt range, or the x2APIC form of
// it with destination bits above. Anywhere else it is a plain write.
constexpr bool is_interrupt_address(std::uint64_t address) {
  constexpr std::uint64_t kRange = 0xFEE00000, kOffset = 0xFFFFF;
  constexpr std::uint64_t kWideDestination = ~std::uint64_t{0} << 40;
  return (address & ~kWideDestination & ~kOffset) == kRange;
}

}  // namespace amdvi
