// The PC inside a running QEMU: finds the IOMMU and the requesters on bus 0, places their
// registers, and does DMA through them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "checker/dut/edu.hpp"
#include "checker/dut/ioapic.hpp"
#include "checker/dut/lsi.hpp"
#include "checker/dut/qemu_config.hpp"
#include "checker/dut/qemu_session.hpp"

namespace amdvi::dut {

class QemuMachine {
 public:
  static Reply<std::unique_ptr<QemuMachine>> boot(const QemuConfig& config);

  [[nodiscard]] Hello hello() const;
  Reply<void> reset();  // QMP system_reset and the PCI set-up

  QemuSession& session() { return session_; }
  Qtest& qtest() { return session_.qtest(); }
  [[nodiscard]] const std::string& notes() const { return notes_; }

  Reply<void> mmio_write(std::uint64_t offset, unsigned size, std::uint64_t value);
  Reply<std::uint64_t> mmio_read(std::uint64_t offset, unsigned size);
  Reply<std::uint32_t> config_read(std::uint16_t offset);
  Reply<void> config_write(std::uint16_t offset, std::uint32_t value);

  Reply<void> prepare(std::span<const DmaRequest> coming);
  Reply<DmaReply> dma(const DmaRequest& request);
  Reply<void> copy(const CopyRequest& request);
  Reply<MsiReply> msi(const MsiRequest& request);
  Reply<MsiReply> own_message();
  Reply<std::vector<std::vector<std::uint8_t>>> collect();

 private:
  QemuMachine(const QemuConfig& config, QemuSession session);

  Reply<void> find_iommu(const std::vector<PciFunction>& functions);
  Reply<std::uint32_t> read_capability(unsigned offset);
  Reply<void> read_base();
  Reply<void> enable_mmio();
  Reply<void> send(const MsiRequest& request);
  Reply<MsiReply> last_message();
  Reply<void> find_requesters(const std::vector<PciFunction>& functions);
  Reply<void> attach(const QemuConfig::Requester& requester, std::uint32_t bar);
  Reply<void> set_up();
  Reply<void> start_engines();
  Reply<void> test_engine(std::uint16_t device_id, Edu& edu);
  Reply<void> iommu_off();
  Reply<Edu*> edu_for(const DmaRequest& request);

  const QemuConfig& config_;
  QemuSession session_;
  Pci pci_;
  bool clock_ = false;
  std::uint16_t iommu_ = 0;      // its BDF
  std::uint8_t capability_ = 0;  // where its capability is
  std::uint64_t mmio_base_ = 0;
  bool control_touched_ = false;  // the Control register was written since iommu_off()
  bool enabled_ = false;          // firmware's part, done when the region is first needed
  std::string notes_;
  std::map<std::uint16_t, Edu> edus_;
  std::map<std::uint16_t, Lsi> lsis_;
  std::map<std::uint16_t, IoApic> ioapics_;
  std::vector<std::uint16_t> readers_;  // who did the vector's DMA reads, in order
};

}  // namespace amdvi::dut
