// The reference model as a device under test, over any value domain. Everything is synchronous:
// a DMA is over when the call returns, commands are executed by settle().
#pragma once

#include <utility>

#include <amdvi/device.hpp>

#include "checker/dut/failure.hpp"

namespace amdvi::dut {

template <class Domain>
class BasicModelAdapter : public Adapter {
 public:
  // `observer` outlives the adapter.
  explicit BasicModelAdapter(const Config& config, Observer* observer = nullptr)
      : BasicModelAdapter(config, memory_, observer) {}

  Reply<Hello> hello() override {
    return Hello{"amdvi model", "", {"write4", "read", "write", "copy", "msi", "msi32"}};
  }

  Reply<void> reset(ResetKind kind) override {
    if (kind == ResetKind::kFresh) memory_.clear();
    device_.reset();
    reads_.clear();
    ears_.heard = {};
    return {};
  }

  Reply<void> prepare(std::span<const DmaRequest> /*coming*/) override {
    reads_.clear();
    return {};
  }

  Reply<void> mem_write(std::uint64_t spa, std::span<const std::uint8_t> bytes) override {
    if (!memory_.write(spa, bytes)) return no_memory();
    return {};
  }
  Reply<void> mem_zero(std::uint64_t spa, std::uint64_t length) override {
    if (!memory_.write(spa, std::vector<std::uint8_t>(length))) return no_memory();
    return {};
  }
  Reply<std::vector<std::uint8_t>> mem_read(std::uint64_t spa, std::size_t length) override {
    std::vector<std::uint8_t> bytes(length);
    if (!memory_.read(spa, bytes)) return no_memory();
    return bytes;
  }

  Reply<void> mmio_write(std::uint64_t offset, unsigned size, std::uint64_t value) override {
    device_.mmio_write(offset, size, value);
    return {};
  }
  Reply<std::uint64_t> mmio_read(std::uint64_t offset, unsigned size) override {
    return device_.mmio_read(offset, size);
  }

  Reply<DmaReply> dma(const DmaRequest& request) override {
    DmaReply reply;
    if (request.write) {
      reply.completed = move_out(request.device_id, request.address, request.data);
      return reply;
    }
    reply.data.resize(request.length);
    reply.completed = move_in(request.device_id, request.address, reply.data);
    if (!*reply.completed) reply.data.clear();
    // A read that was aborted has a place in the list all the same.
    reads_.push_back(reply.data);
    return reply;
  }

  // The engine stops at the first access that is aborted.
  Reply<void> copy(const CopyRequest& request) override {
    std::vector<std::uint8_t> script(kScriptLength);
    std::vector<std::uint8_t> bytes(request.length);
    if (move_in(request.device_id, request.script, script) &&
        move_in(request.device_id, request.from, bytes)) {
      move_out(request.device_id, request.to, bytes);
    }
    return {};
  }

  Reply<MsiReply> msi(const MsiRequest& request) override {
    return message_of(device_.interrupt({request.device_id, request.address, request.data}));
  }

  Reply<MsiReply> own_message() override { return std::exchange(ears_.heard, {}); }

  Reply<std::uint32_t> config_read(std::uint16_t offset) override {
    return device_.config_read(offset);
  }
  Reply<void> config_write(std::uint16_t offset, std::uint32_t value) override {
    device_.config_write(offset, value);
    return {};
  }

  Reply<std::vector<std::vector<std::uint8_t>>> collect() override {
    return std::exchange(reads_, {});
  }

  Reply<void> settle() override {
    device_.run();
    return {};
  }

  std::string log() const override { return {}; }

 protected:
  // For those who put something between the device and its memory: `seen` is what it reads.
  BasicModelAdapter(const Config& config, Memory& seen, Observer* observer)
      : device_(config, seen, observer != nullptr ? observer : &ears_) {}

  // What arrives at the processors: nothing of an interrupt that is posted.
  static MsiReply message_of(const InterruptResult& result) {
    const bool arrived = result.kind == InterruptResult::Kind::kForwarded ||
                         result.kind == InterruptResult::Kind::kRemapped;
    return arrived ? MsiReply{true, result.address, result.data} : MsiReply{};
  }

  // false: aborted.
  virtual bool move_in(std::uint16_t device_id, std::uint64_t address,
                       std::span<std::uint8_t> bytes) {
    return device_.dma_read(device_id, address, bytes);
  }
  virtual bool move_out(std::uint16_t device_id, std::uint64_t address,
                        std::span<const std::uint8_t> bytes) {
    return device_.dma_write(device_id, address, bytes);
  }

  // Hears the interrupts of the IOMMU itself, if nobody else listens.
  struct Ears final : Observer {
    void message(InterruptCause, std::uint64_t address, std::uint32_t data) override {
      if (is_interrupt_address(address)) heard = {true, address, data};
    }
    MsiReply heard;
  };

  SparseMemory memory_;
  Ears ears_;
  BasicDevice<Domain> device_;

 private:
  static constexpr std::size_t kScriptLength = 20;  // what the smallest real engine fetches, bytes

  static tl::unexpected<Failure> no_memory() {
    return fail(FailureKind::kUnsupported, "the model has no memory at that address");
  }

  std::vector<std::vector<std::uint8_t>> reads_;
};

}  // namespace amdvi::dut
