// QEMU's `edu` device as a DMA engine. Its DMA moves bytes between RAM and a buffer of its own
// that nothing but its DMA can reach. So what coming writes will carry is put there while the IOMMU
// is off (prime), every read lands in a slot of its own, and the slots are fetched when the IOMMU
// is off again. Its MSI is a second engine: exactly 4 bytes, no clock, no buffer.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "checker/dut/pci.hpp"
#include "checker/dut/qtest.hpp"

namespace amdvi::dut {

class Edu {
 public:
  struct Place {
    std::uint16_t bdf = 0;
    std::uint32_t bar = 0;      // where its registers go
    std::uint64_t scratch = 0;  // 4 KiB of RAM that prime() and fetch() may use
    std::chrono::milliseconds deadline{3000};
  };
  static constexpr std::uint32_t kBarSize = 0x10'0000;
  static constexpr std::uint32_t kPciId = 0x11e8'1234;

  // Finds the MSI capability; set_up() must follow.
  static Reply<Edu> attach(Qtest& qtest, Pci& pci, const Place& place);
  Reply<void> set_up();  // BAR and command register, also after a machine reset

  // Whether the MSI engine can carry these bytes to this address.
  static bool fits_msi(std::uint64_t iova, std::span<const std::uint8_t> bytes);
  Reply<void> write_msi(std::uint64_t iova, std::span<const std::uint8_t> bytes);

  // What is to come until the next prime(). Reads that were not announced share kSpareReads bytes.
  struct Coming {
    std::vector<std::span<const std::uint8_t>> writes;
    std::size_t read_bytes = 0;
  };
  static constexpr std::size_t kSpareReads = 1024;

  // Fills the buffer with the data of coming writes, and poison elsewhere. The IOMMU must be off if
  // needs_priming(); else the buffer already has the data, and room for fresh read slots.
  [[nodiscard]] bool needs_priming(const Coming& coming) const;
  Reply<void> prime(const Coming& coming);

  Reply<void> write(std::uint64_t iova, std::span<const std::uint8_t> bytes);
  Reply<void> read(std::uint64_t iova, std::uint32_t length);

  // IOMMU off: what the reads since the last fetch() brought, in order.
  Reply<std::vector<std::vector<std::uint8_t>>> fetch();

 private:
  struct Slot {
    std::uint32_t offset = 0;
    std::uint32_t length = 0;
  };
  enum class Direction { kToDevice, kToMemory };

  Edu(Qtest& qtest, Pci& pci, const Place& place, std::uint8_t msi)
      : qtest_(&qtest), pci_(&pci), place_(place), msi_(msi) {}

  [[nodiscard]] const Slot* find(std::span<const std::uint8_t> bytes) const;
  [[nodiscard]] std::size_t room() const;
  Reply<Slot> allocate(std::size_t length);
  Reply<void> run(Direction direction, std::uint64_t iova, const Slot& slot);
  Reply<void> wait_done();

  Qtest* qtest_;
  Pci* pci_;
  Place place_;
  std::uint8_t msi_;
  std::vector<std::uint8_t> image_;  // what prime() put into the buffer
  std::uint32_t used_ = 0;
  std::vector<Slot> writes_;
  std::vector<Slot> reads_;
  std::size_t read_budget_ = 0;  // bytes, until the next prime(): the same whatever came before
  std::uint32_t fetches_ = 0;
};

}  // namespace amdvi::dut
