// The reference model as a device under test, over any value domain. Everything is synchronous:
// a DMA is over when the call returns, commands are executed by settle().
#pragma once

#include <algorithm>
#include <utility>

#include <amdvi/device.hpp>

#include "checker/dut/failure.hpp"
#include "checker/dut/outbox.hpp"
#include "checker/dut/vf_windows.hpp"

namespace amdvi::dut {

template <class Domain>
class BasicModelAdapter : public Adapter {
 public:
  // `observer` outlives the adapter.
  explicit BasicModelAdapter(const Config& config, Observer* observer = nullptr)
      : BasicModelAdapter(config, nullptr, observer) {}

  Reply<Hello> hello() override {
    return Hello{"amdvi model",
                 "",
                 {"write4", "read", "write", "copy", "msi", "msi32", "pasid", "atomic", "ats",
                  "ppr", "doorbell", "vf"}};
  }

  Reply<void> reset(ResetKind kind) override {
    if (kind == ResetKind::kFresh) memory_.clear();
    device_.reset();
    reads_.clear();
    outbox_.clear();
    return {};
  }

  Reply<void> prepare(std::span<const DmaRequest> /*coming*/) override {
    reads_.clear();
    return {};
  }

  Reply<void> mem_write(std::uint64_t spa, std::span<const std::uint8_t> bytes) override {
    if (!memory().write(spa, bytes)) return no_memory();
    return {};
  }
  Reply<void> mem_zero(std::uint64_t spa, std::uint64_t length) override {
    if (!memory().write(spa, std::vector<std::uint8_t>(length))) return no_memory();
    return {};
  }
  Reply<std::vector<std::uint8_t>> mem_read(std::uint64_t spa, std::size_t length) override {
    std::vector<std::uint8_t> bytes(length);
    if (!memory().read(spa, bytes)) return no_memory();
    return bytes;
  }

  Reply<void> mmio_write(std::uint64_t offset, unsigned size, std::uint64_t value) override {
    device().mmio_write(offset, size, value);
    return {};
  }
  Reply<std::uint64_t> mmio_read(std::uint64_t offset, unsigned size) override {
    return device().mmio_read(offset, size);
  }

  Reply<DmaReply> dma(const DmaRequest& dma) override {
    DmaReply reply;
    const bool reads = dma.atomic || !dma.write;
    std::vector<std::uint8_t> old(reads ? (dma.write ? dma.data.size() : dma.length) : 0);
    Request request = request_of({dma.device_id, dma.address, reads, dma.write, dma.pasid});
    request.posted = dma.write && !dma.atomic;
    request.dword = is_dword(dma.address, dma.data.size());
    reply.completed = move(request, dma.translated, old, dma.data);
    if (reads && *reply.completed) reply.data = std::move(old);
    // A read that was aborted has a place in the list all the same.
    if (!dma.write) reads_.push_back(reply.data);
    return reply;
  }

  // The engine stops at the first access that is aborted.
  Reply<void> copy(const CopyRequest& request) override {
    std::vector<std::uint8_t> script(kScriptLength);
    std::vector<std::uint8_t> bytes(request.length);
    const Request read{request.device_id, 0, true, false};
    const Request write{request.device_id, request.to, false, true};
    const auto fetch = [&](std::uint64_t at, std::span<std::uint8_t> to) {
      Request part = read;
      part.address = at;
      return move(part, false, to, {});
    };
    if (fetch(request.script, script) && fetch(request.from, bytes)) move(write, false, {}, bytes);
    return {};
  }

  Reply<MsiReply> msi(const MsiRequest& request) override {
    return message_of(device().interrupt({request.device_id, request.address, request.data}));
  }

  Reply<void> vf_write(const VfAccess& access, std::uint64_t value) override {
    vf_access_write(device(), access, value);
    return {};
  }
  Reply<std::uint64_t> vf_read(const VfAccess& access) override {
    return vf_access_read(device(), access);
  }

  Reply<MsiReply> own_message() override { return outbox_.take_message(); }

  Reply<std::uint32_t> config_read(std::uint16_t offset) override {
    return device().config_read(offset);
  }
  Reply<void> config_write(std::uint16_t offset, std::uint32_t value) override {
    device().config_write(offset, value);
    return {};
  }

  Reply<AtsReply> ats(const AccessRequest& request) override {
    const AtsAnswer a = ask_ats(request_of(request));
    return AtsReply{a.ok, a.read, a.write, a.exec, a.untranslated_only, a.spa, a.offset_mask};
  }
  Reply<void> page_request(const AccessRequest& r, std::uint16_t tag) override {
    ask_page({r.device_id, r.address, r.read, r.write, r.pasid.present, r.pasid.value, r.pasid.exec,
              r.pasid.privileged, static_cast<std::uint16_t>(tag & kGroupMask),
              (tag & kLast) != 0});
    return {};
  }
  Reply<std::vector<PriResponse>> responses() override { return outbox_.take_responses(); }
  Reply<std::vector<AtsInvalidation>> invalidations() override {
    return outbox_.take_invalidations();
  }

  Reply<std::vector<std::vector<std::uint8_t>>> collect() override {
    return std::exchange(reads_, {});
  }

  Reply<void> settle() override {
    device().run();
    return {};
  }

  std::string log() const override { return {}; }

 protected:
  // For those who put something between the device and its memory: `seen` is what it reads.
  // nullptr: its memory itself.
  BasicModelAdapter(const Config& config, Memory* seen, Observer* observer)
      : outbox_(observer), device_(config, seen != nullptr ? *seen : memory_, &outbox_) {}

  // What arrives at the processors: nothing of an interrupt that is posted, but maybe a doorbell.
  MsiReply message_of(const InterruptResult& result) {
    const bool arrived = result.kind == InterruptResult::Kind::kForwarded ||
                         result.kind == InterruptResult::Kind::kRemapped;
    const auto doorbell = outbox_.take_doorbell();
    return arrived ? MsiReply{true, result.address, result.data, {}}
                   : MsiReply{false, 0, 0, doorbell};
  }

  // One page of a request; `translated`: its address is a translation.
  virtual Translation translate(const Request& request, bool translated) {
    return translated ? device().translated(request) : device().translate(request);
  }
  virtual AtsAnswer ask_ats(const Request& request) { return device_.ats_translate(request); }
  virtual void ask_page(const PageRequest& request) { device_.ppr(request); }

  // What software and requesters see; for those who put a cache in between.
  virtual BasicDevice<Domain>& device() { return device_; }
  virtual Memory& memory() { return memory_; }

  SparseMemory memory_;
  Outbox outbox_;
  BasicDevice<Domain> device_;

 private:
  static constexpr unsigned kGroupMask = 0x1FF, kLast = 0x200;  // of a page request's tag
  static constexpr std::size_t kScriptLength = 20;  // what the smallest real engine fetches, bytes

  static Request request_of(const AccessRequest& r) {
    return {r.device_id,     r.address,     r.read,       r.write,           false,
            r.pasid.present, r.pasid.value, r.pasid.exec, r.pasid.privileged};
  }

  // Page by page: first what is there goes to `old`, then `bytes` take its place. false: aborted.
  bool move(Request request, bool translated, std::span<std::uint8_t> old,
            std::span<const std::uint8_t> bytes) {
    const std::size_t length = std::max(old.size(), bytes.size());
    for (std::size_t done = 0; done < length;) {
      const std::size_t part = std::min<std::size_t>(length - done, 4096 - request.address % 4096);
      const Translation t = translate(request, translated);
      if (!t.ok || (!old.empty() && !memory().read(t.spa, old.subspan(done, part)))) return false;
      if (!bytes.empty() && !memory().write(t.spa, bytes.subspan(done, part))) return false;
      done += part;
      request.address += part;
    }
    return true;
  }

  static tl::unexpected<Failure> no_memory() {
    return fail(FailureKind::kUnsupported, "the model has no memory at that address");
  }

  std::vector<std::vector<std::uint8_t>> reads_;
};

}  // namespace amdvi::dut
