#include <fmt/core.h>

#include "checker/dut/failure.hpp"
#include "checker/dut/qemu_config.hpp"
#include "checker/dut/qemu_machine.hpp"

namespace amdvi::dut {
namespace {

// A process whose socket closed is given this long to be reaped, to say how it ended.
constexpr std::chrono::milliseconds kDying{500};

class QemuAdapter final : public Adapter {
 public:
  explicit QemuAdapter(QemuConfig config) : config_(std::move(config)) {}

  Reply<Hello> hello() override {
    if (auto started = start(); !started) return tl::unexpected(started.error());
    return machine_->hello();
  }

  Reply<void> reset(ResetKind kind) override {
    if (kind == ResetKind::kFresh) return start();
    mark_logs();
    const bool system =
        kind == ResetKind::kSystem || config_.soft_reset == QemuSoftReset::kSystem;
    return use([system](QemuMachine& m) { return system ? m.reset() : m.qtest().flush(); });
  }

  Reply<void> prepare(std::span<const DmaRequest> coming) override {
    mark_logs();
    return use([&](QemuMachine& m) { return m.prepare(coming); });
  }

  Reply<void> mem_write(std::uint64_t spa, std::span<const std::uint8_t> bytes) override {
    return use([&](QemuMachine& m) { return m.qtest().write_bytes(spa, bytes); });
  }
  Reply<void> mem_zero(std::uint64_t spa, std::uint64_t length) override {
    return use([&](QemuMachine& m) { return m.qtest().fill(spa, length, 0); });
  }
  Reply<std::vector<std::uint8_t>> mem_read(std::uint64_t spa, std::size_t length) override {
    return use([&](QemuMachine& m) { return m.qtest().read_bytes(spa, length); });
  }

  Reply<void> mmio_write(std::uint64_t offset, unsigned size, std::uint64_t value) override {
    return use([&](QemuMachine& m) { return m.mmio_write(offset, size, value); });
  }
  Reply<std::uint64_t> mmio_read(std::uint64_t offset, unsigned size) override {
    return use([&](QemuMachine& m) { return m.mmio_read(offset, size); });
  }

  Reply<DmaReply> dma(const DmaRequest& request) override {
    return use([&](QemuMachine& m) { return m.dma(request); });
  }
  Reply<void> copy(const CopyRequest& request) override {
    return use([&](QemuMachine& m) { return m.copy(request); });
  }
  Reply<MsiReply> msi(const MsiRequest& request) override {
    return use([&](QemuMachine& m) { return m.msi(request); });
  }
  Reply<MsiReply> own_message() override {
    return use([](QemuMachine& m) { return m.own_message(); });
  }
  Reply<std::uint32_t> config_read(std::uint16_t offset) override {
    return use([&](QemuMachine& m) { return m.config_read(offset); });
  }
  Reply<void> config_write(std::uint16_t offset, std::uint32_t value) override {
    return use([&](QemuMachine& m) { return m.config_write(offset, value); });
  }
  Reply<std::vector<std::vector<std::uint8_t>>> collect() override {
    return use([](QemuMachine& m) { return m.collect(); });
  }

  // QEMU processes commands while it handles the doorbell write: nothing is pending once every
  // reply is here.
  Reply<void> settle() override {
    return use([](QemuMachine& m) { return m.qtest().flush(); });
  }

  [[nodiscard]] std::string log() const override {
    return machine_ ? machine_->notes() + machine_->session().log() : std::string();
  }

 private:
  Reply<void> start() {
    if (auto good = check_config(config_); !good) return good;
    machine_.reset();
    auto machine = QemuMachine::boot(config_);
    if (!machine) return tl::unexpected(at_boot(machine.error()));
    machine_ = *std::move(machine);
    // What QEMU says while it starts would be taken for the last words of a later crash.
    mark_logs();
    return {};
  }

  template <class Action>
  auto use(Action action) -> decltype(action(std::declval<QemuMachine&>())) {
    if (!machine_) return fail(FailureKind::kAdapter, "QEMU is not running: hello() comes first");
    auto reply = action(*machine_);
    if (!reply) return tl::unexpected(explain(reply.error()));
    return reply;
  }

  // Nothing has been tested yet, so no failure can be the device's.
  static Failure at_boot(Failure failure) {
    if (failure.kind == FailureKind::kAdapter) return failure;
    return {FailureKind::kAdapter,
            "QEMU started, but its machine could not be set up: " + failure.what};
  }

  Failure explain(Failure failure) {
    if (failure.kind == FailureKind::kHang) failure.what = "QEMU hangs: " + failure.what;
    if (failure.kind != FailureKind::kCrash) return failure;
    const auto fate = machine_->session().process().ended(kDying);
    failure.what = fmt::format("QEMU ended: {}", fate ? *fate : failure.what);
    const auto words = last_words(machine_->session().errors());
    if (!words.empty()) failure.what += ": " + words;
    return failure;
  }

  void mark_logs() {
    if (machine_) machine_->session().mark_logs();
  }

  QemuConfig config_;
  std::unique_ptr<QemuMachine> machine_;
};

}  // namespace

std::unique_ptr<Adapter> make_qemu_adapter(QemuConfig config) {
  return std::make_unique<QemuAdapter>(std::move(config));
}

}  // namespace amdvi::dut
