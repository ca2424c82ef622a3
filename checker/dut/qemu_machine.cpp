#include "checker/dut/qemu_machine.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/core.h>

namespace amdvi::dut {
namespace {

const PciFunction* find_function(const std::vector<PciFunction>& functions, std::uint16_t bdf) {
  const auto found = std::find_if(functions.begin(), functions.end(),
                                  [bdf](const auto& function) { return function.bdf == bdf; });
  return found == functions.end() ? nullptr : &*found;
}

constexpr unsigned kControlSize = 8;

std::string slot_name(std::uint16_t bdf) {
  return fmt::format("{:02x}.{}", bdf >> 3 & 0x1f, bdf & 7);
}

Edu::Coming buffered(std::span<const DmaRequest> coming, std::uint16_t device_id) {
  Edu::Coming out;
  for (const auto& request : coming) {
    if (request.device_id != device_id) continue;
    if (!request.write) {
      out.read_bytes += request.length;
    } else if (!Edu::fits_msi(request.address, request.data)) {
      out.writes.emplace_back(request.data);
    }
  }
  return out;
}

}  // namespace

QemuMachine::QemuMachine(const QemuConfig& config, QemuSession session)
    : config_(config), session_(std::move(session)), pci_(session_.qtest()) {}

Reply<std::unique_ptr<QemuMachine>> QemuMachine::boot(const QemuConfig& config) {
  auto session = QemuSession::start(config);
  if (!session) return tl::unexpected(session.error());
  // Not movable afterwards: the engines point into it.
  std::unique_ptr<QemuMachine> machine(new QemuMachine(config, *std::move(session)));
  const auto running = machine->session_.qmp().running();
  if (!running) return tl::unexpected(running.error());
  machine->clock_ = *running;
  const auto functions = machine->pci_.scan();
  if (!functions) return tl::unexpected(functions.error());
  auto done = machine->find_iommu(*functions);
  if (done) done = machine->find_requesters(*functions);
  if (done) done = machine->set_up();
  if (done) done = machine->start_engines();
  if (!done) return tl::unexpected(done.error());
  return machine;
}

Hello QemuMachine::hello() const {
  Hello hello{"QEMU emulator", session_.qmp().version(), {}};
  if (!edus_.empty()) hello.engines.emplace_back("write4");
  if (!edus_.empty() && clock_) {
    hello.engines.emplace_back("read");
    hello.engines.emplace_back("write");
  }
  if (!lsis_.empty()) hello.engines.emplace_back("copy");
  if (!edus_.empty() || !ioapics_.empty()) hello.engines.emplace_back("msi");
  return hello;
}

Reply<void> QemuMachine::reset() {
  if (auto flushed = qtest().flush(); !flushed) return flushed;
  if (auto done = session_.qmp().system_reset(); !done) return done;
  return set_up();
}

Reply<void> QemuMachine::find_iommu(const std::vector<PciFunction>& functions) {
  for (const auto& function : functions) {
    if (function.class_code != config_.pci.class_code) continue;
    const auto at = pci_.find_capability(function.bdf, config_.pci.capability_id);
    if (!at) return tl::unexpected(at.error());
    if (!*at) continue;
    iommu_ = function.bdf;
    capability_ = **at;
    return read_base();
  }
  return fail(FailureKind::kAdapter,
              "this machine has no AMD IOMMU: add '-device amd-iommu' to the profile's arguments");
}

Reply<std::uint32_t> QemuMachine::read_capability(unsigned offset) {
  return pci_.read(iommu_, static_cast<std::uint8_t>(capability_ + offset));
}

Reply<void> QemuMachine::read_base() {
  const auto low = read_capability(config_.pci.base_low);
  if (!low) return tl::unexpected(low.error());
  const auto high = read_capability(config_.pci.base_high);
  if (!high) return tl::unexpected(high.error());
  const std::uint64_t base = std::uint64_t{*high} << 32 | (*low & config_.pci.base_low_mask);
  mmio_base_ = config_.mmio_base.value_or(base);
  if (mmio_base_ == 0) {
    return fail(FailureKind::kAdapter,
                "the IOMMU capability gives no MMIO base address: set mmio_base in the profile");
  }
  if (base != mmio_base_) {
    notes_ +=
        fmt::format("note: the IOMMU capability gives base address {:#x}, the profile {:#x}\n",
                    base, mmio_base_);
  }
  return {};
}

// What firmware does: the region decodes once its Enable bit is set. Not before it is needed, so that
// configuration space can be seen as a reset leaves it.
Reply<void> QemuMachine::enable_mmio() {
  if (std::exchange(enabled_, true)) return {};
  const auto low = static_cast<std::uint32_t>(mmio_base_) & config_.pci.base_low_mask;
  const auto high = static_cast<std::uint32_t>(mmio_base_ >> 32);
  const auto at = [this](unsigned offset) {
    return static_cast<std::uint8_t>(capability_ + offset);
  };
  if (auto sent = pci_.write(iommu_, at(config_.pci.base_high), high); !sent) return sent;
  return pci_.write(iommu_, at(config_.pci.base_low), low | config_.pci.base_low_enable);
}

Reply<void> QemuMachine::find_requesters(const std::vector<PciFunction>& functions) {
  std::uint32_t bar = config_.bar_base;
  for (const auto& requester : config_.requesters) {
    if (requester.engine == "ioapic") {  // no PCI function: its DeviceID comes from firmware tables
      ioapics_.emplace(requester.device_id, IoApic(qtest()));
      continue;
    }
    const bool is_edu = requester.engine == "edu";
    const auto* function = find_function(functions, requester.device_id);
    if (function == nullptr || function->id != (is_edu ? Edu::kPciId : Lsi::kPciId)) {
      return fail(
          FailureKind::kAdapter,
          fmt::format("no {0} at {1}: add '-device {0},addr={1}' to the profile's arguments",
                      requester.engine, slot_name(requester.device_id)));
    }
    if (auto done = attach(requester, bar); !done) return done;
    bar += Edu::kBarSize;
  }
  return {};
}

Reply<void> QemuMachine::attach(const QemuConfig::Requester& requester, std::uint32_t bar) {
  if (requester.engine != "edu") {
    lsis_.emplace(requester.device_id, Lsi(qtest(), pci_, {requester.device_id, bar}));
    return {};
  }
  auto edu =
      Edu::attach(qtest(), pci_, {requester.device_id, bar, config_.scratch, config_.deadline});
  if (!edu) return tl::unexpected(edu.error());
  edus_.emplace(requester.device_id, *std::move(edu));
  return {};
}

Reply<void> QemuMachine::set_up() {
  enabled_ = false;
  for (auto& [id, edu] : edus_) {
    if (auto done = edu.set_up(); !done) return done;
  }
  for (auto& [id, lsi] : lsis_) {
    if (auto done = lsi.set_up(); !done) return done;
  }
  if (!config_.iommu_msi) return {};
  const auto msi = pci_.find_capability(iommu_, kMsiCapability);
  if (!msi) return tl::unexpected(msi.error());
  if (!*msi) return fail(FailureKind::kAdapter, "the IOMMU has no MSI capability: unset iommu_msi");
  return pci_.enable_msi(iommu_, **msi, *config_.iommu_msi);
}

// The IOMMU is off here, so a DMA that does not arrive is a matter of the machine.
Reply<void> QemuMachine::start_engines() {
  if (!clock_) return {};
  for (auto& [id, edu] : edus_) {
    if (auto done = test_engine(id, edu); !done) return done;
  }
  return {};
}

Reply<void> QemuMachine::test_engine(std::uint16_t device_id, Edu& edu) {
  std::vector<std::uint8_t> pattern(16);
  std::iota(pattern.begin(), pattern.end(), std::uint8_t{1});
  auto done = edu.prime({{pattern}, pattern.size()});
  if (done) done = edu.write(config_.scratch, pattern);
  if (done) done = edu.read(config_.scratch, static_cast<std::uint32_t>(pattern.size()));
  if (!done) return done;
  const auto got = edu.fetch();
  if (!got) return tl::unexpected(got.error());
  if (got->front() != pattern) {
    return fail(FailureKind::kAdapter,
                fmt::format("edu at {} does not move data with the IOMMU off: is its dma_mask set?",
                            slot_name(device_id)));
  }
  return {};
}

Reply<void> QemuMachine::mmio_write(std::uint64_t offset, unsigned size, std::uint64_t value) {
  const std::uint64_t control = config_.control_offset;
  if (offset < control + kControlSize && control < offset + size) control_touched_ = true;
  if (auto done = enable_mmio(); !done) return done;
  return qtest().write(mmio_base_ + offset, size, value);
}

Reply<std::uint64_t> QemuMachine::mmio_read(std::uint64_t offset, unsigned size) {
  if (auto done = enable_mmio(); !done) return tl::unexpected(done.error());
  return qtest().read(mmio_base_ + offset, size);
}

// A device whose Control register nobody has written since power-on is off already, and must keep
// its reset values.
Reply<void> QemuMachine::iommu_off() {
  if (!control_touched_) return {};
  control_touched_ = false;
  return qtest().write(mmio_base_ + config_.control_offset, kControlSize, 0);
}

Reply<void> QemuMachine::prepare(std::span<const DmaRequest> coming) {
  readers_.clear();
  (void)session_.take_messages();
  if (!clock_) return {};
  for (auto& [id, edu] : edus_) {
    const auto mine = buffered(coming, id);
    if (edu.needs_priming(mine)) {
      if (auto off = iommu_off(); !off) return off;
    }
    if (auto done = edu.prime(mine); !done) return done;
  }
  return {};
}

Reply<Edu*> QemuMachine::edu_for(const DmaRequest& request) {
  const auto found = edus_.find(request.device_id);
  if (found == edus_.end()) {
    return fail(FailureKind::kUnsupported,
                fmt::format("no DMA engine for requester {:#06x}", request.device_id));
  }
  const bool needs_clock = !request.write || !Edu::fits_msi(request.address, request.data);
  if (needs_clock && !clock_) {
    return fail(FailureKind::kUnsupported,
                "edu's DMA needs a clock: use '-icount shift=0,sleep=off' and not '-S'");
  }
  return &found->second;
}

Reply<DmaReply> QemuMachine::dma(const DmaRequest& request) {
  const auto edu = edu_for(request);
  if (!edu) return tl::unexpected(edu.error());
  Reply<void> done;
  if (!request.write) {
    done = (*edu)->read(request.address, request.length);
    if (done) readers_.push_back(request.device_id);
  } else if (Edu::fits_msi(request.address, request.data)) {
    done = (*edu)->write_msi(request.address, request.data);
  } else {
    done = (*edu)->write(request.address, request.data);
  }
  if (!done) return tl::unexpected(done.error());
  return DmaReply{};
}

Reply<void> QemuMachine::copy(const CopyRequest& request) {
  const auto found = lsis_.find(request.device_id);
  if (found == lsis_.end()) {
    return fail(FailureKind::kUnsupported,
                fmt::format("no copy engine for requester {:#06x}", request.device_id));
  }
  return found->second.copy(request);
}

Reply<std::vector<std::vector<std::uint8_t>>> QemuMachine::collect() {
  std::vector<std::vector<std::uint8_t>> out;
  if (readers_.empty()) return out;
  if (auto off = iommu_off(); !off) return tl::unexpected(off.error());
  std::map<std::uint16_t, std::vector<std::vector<std::uint8_t>>> fetched;
  for (auto& [id, edu] : edus_) {
    auto reads = edu.fetch();
    if (!reads) return tl::unexpected(reads.error());
    std::reverse(reads->begin(), reads->end());
    fetched[id] = *std::move(reads);
  }
  for (const auto reader : std::exchange(readers_, {})) {
    out.push_back(std::move(fetched[reader].back()));
    fetched[reader].pop_back();
  }
  return out;
}

}  // namespace amdvi::dut
