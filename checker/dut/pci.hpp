// PCI bus 0 of a PC, through the configuration ports. Only what the PCI specification says; what
// is in the IOMMU's own capability comes from the caller.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "checker/dut/qtest.hpp"

namespace amdvi::dut {

struct PciFunction {
  std::uint16_t bdf = 0;         // device 7:3, function 2:0
  std::uint32_t id = 0;          // device 31:16, vendor 15:0
  std::uint16_t class_code = 0;  // base class 15:8, subclass 7:0
};

struct Msi {
  std::uint64_t address = 0;
  std::uint16_t data = 0;
};

class Pci {
 public:
  explicit Pci(Qtest& qtest) : qtest_(&qtest) {}

  Reply<std::vector<PciFunction>> scan();
  Reply<std::uint32_t> read(std::uint16_t bdf, std::uint8_t offset);
  Reply<void> write(std::uint16_t bdf, std::uint8_t offset, std::uint32_t value);

  // Where the capability is, or nullopt.
  Reply<std::optional<std::uint8_t>> find_capability(std::uint16_t bdf, std::uint8_t id);

  // Puts a 32-bit memory BAR at `address` and lets the function decode memory and master the bus.
  Reply<void> place_bar(std::uint16_t bdf, unsigned bar, std::uint32_t address);

  // `capability`: where the function's MSI capability is.
  Reply<void> enable_msi(std::uint16_t bdf, std::uint8_t capability, const Msi& msi);
  Reply<void> disable_msi(std::uint16_t bdf, std::uint8_t capability);

 private:
  Reply<std::optional<PciFunction>> probe(std::uint16_t bdf);

  Qtest* qtest_;
};

inline constexpr std::uint8_t kMsiCapability = 0x05;

}  // namespace amdvi::dut
