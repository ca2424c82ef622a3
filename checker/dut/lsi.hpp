// QEMU's `lsi53c895a` SCSI controller as a DMA engine: its SCRIPTS processor copies memory to
// memory, both ends through the IOMMU, with no clock needed. It fetches its script by DMA too.
#pragma once

#include <cstdint>

#include "checker/dut/adapter.hpp"
#include "checker/dut/pci.hpp"
#include "checker/dut/qtest.hpp"

namespace amdvi::dut {

class Lsi {
 public:
  struct Place {
    std::uint16_t bdf = 0;
    std::uint32_t bar = 0;  // where its registers go
  };
  static constexpr std::uint32_t kBarSize = 0x1000;
  static constexpr std::uint32_t kPciId = 0x0012'1000;

  Lsi(Qtest& qtest, Pci& pci, const Place& place) : qtest_(&qtest), pci_(&pci), place_(place) {}

  Reply<void> set_up();  // BAR and command register, also after a machine reset
  Reply<void> copy(const CopyRequest& request);

 private:
  Qtest* qtest_;
  Pci* pci_;
  Place place_;
};

}  // namespace amdvi::dut
