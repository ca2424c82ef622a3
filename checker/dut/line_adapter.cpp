#include "checker/dut/line_adapter.hpp"

#include <fmt/core.h>

#include "checker/dut/codec.hpp"
#include "checker/dut/failure.hpp"
#include "checker/dut/line_peer.hpp"

namespace amdvi::dut {
namespace {

using Collected = std::vector<std::vector<std::uint8_t>>;

std::string pasid_words(const PasidPrefix& pasid) {
  if (!pasid.present) return "";
  return fmt::format(" pasid={:#x}{}{}", pasid.value, pasid.exec ? " exec" : "",
                     pasid.privileged ? " privileged" : "");
}

std::string dma_words(const DmaRequest& request) {
  const auto what = request.write ? to_hex(request.data) : fmt::format("{:#x}", request.length);
  return fmt::format("{:#06x} {} {:#x} {}{}{}", request.device_id,
                     request.atomic  ? "atomic"
                     : request.write ? "write"
                                     : "read",
                     request.address, what, pasid_words(request.pasid),
                     request.translated ? " translated" : "");
}

std::string_view wanted_of(const AccessRequest& request) {
  if (request.write) return request.read ? "read-write" : "write";
  return request.read ? "read" : "none";
}

std::string access_words(const AccessRequest& request) {
  return fmt::format("{:#06x} {} {:#x}", request.device_id, wanted_of(request), request.address);
}

// "vf_read 0x0005 0x8 8", "vfctrl_write 0x0005 0x20 8"
std::string vf_words(const VfAccess& access, std::string_view what) {
  return fmt::format("{}_{} {:#06x} {:#x} {}", access.control ? "vfctrl" : "vf", what, access.guest,
                     access.offset, access.size);
}

class LineAdapter final : public Adapter {
 public:
  explicit LineAdapter(LineConfig config) : config_(std::move(config)) {}

  Reply<Hello> hello() override {
    if (auto opened = open(); !opened) return tl::unexpected(opened.error());
    return hello_.hello;
  }

  Reply<void> reset(ResetKind kind) override {
    mark_log();
    if (kind == ResetKind::kSoft) return ask("reset soft").map(ignore);
    if (kind == ResetKind::kSystem) return ask("reset system").map(ignore);
    if (auto opened = open(); !opened) return opened;
    // A command was just started, and so is in its power-on state.
    return peer_->is_command() ? Reply<void>() : ask("reset fresh").map(ignore);
  }

  Reply<void> prepare(std::span<const DmaRequest> coming) override {
    mark_log();
    reads_.clear();
    if (!hello_.buffered) return {};
    Reply<void> sent = post(fmt::format("prepare {:#x}", coming.size()));
    for (const auto& request : coming) {
      if (sent) sent = post("coming " + dma_words(request));
    }
    return sent;
  }

  Reply<void> mem_write(std::uint64_t spa, std::span<const std::uint8_t> bytes) override {
    if (bytes.empty()) return {};
    return post(fmt::format("mem_write {:#x} {}", spa, to_hex(bytes)));
  }
  Reply<void> mem_zero(std::uint64_t spa, std::uint64_t length) override {
    return post(fmt::format("mem_zero {:#x} {:#x}", spa, length));
  }
  Reply<std::vector<std::uint8_t>> mem_read(std::uint64_t spa, std::size_t length) override {
    if (length == 0) return std::vector<std::uint8_t>();
    const auto reply = ask(fmt::format("mem_read {:#x} {:#x}", spa, length));
    if (!reply) return tl::unexpected(reply.error());
    auto bytes = from_hex(*reply);
    if (!bytes || bytes->size() != length) {
      return fail(FailureKind::kAdapter, fmt::format("{} bytes asked, got '{}'", length, *reply));
    }
    return *std::move(bytes);
  }

  Reply<void> mmio_write(std::uint64_t offset, unsigned size, std::uint64_t value) override {
    return post(fmt::format("mmio_write {:#x} {} {:#x}", offset, size, value));
  }
  Reply<std::uint64_t> mmio_read(std::uint64_t offset, unsigned size) override {
    return ask_number(fmt::format("mmio_read {:#x} {}", offset, size));
  }

  Reply<DmaReply> dma(const DmaRequest& request) override {
    const auto reply = ask("dma " + dma_words(request));
    if (!reply) return tl::unexpected(reply.error());
    auto parsed = parse_dma(*reply, request);
    // A read that was aborted has a place in the list all the same.
    if (parsed && !request.write) reads_.push_back(parsed->data);
    return parsed;
  }

  Reply<void> copy(const CopyRequest& request) override {
    return post(fmt::format("copy {:#06x} {:#x} {:#x} {:#x} {:#x} {:#x}", request.device_id,
                            request.from, request.to, request.length, request.script,
                            request.script_spa));
  }

  Reply<void> vf_write(const VfAccess& access, std::uint64_t value) override {
    return post(fmt::format("{} {:#x}", vf_words(access, "write"), value));
  }
  Reply<std::uint64_t> vf_read(const VfAccess& access) override {
    return ask_number(vf_words(access, "read"));
  }

  Reply<MsiReply> msi(const MsiRequest& request) override {
    return ask(fmt::format("msi {:#06x} {:#x} {:#x}", request.device_id, request.address,
                           request.data))
        .and_then(parse_msi);
  }
  Reply<AtsReply> ats(const AccessRequest& request) override {
    return ask("ats " + access_words(request) + pasid_words(request.pasid)).and_then(parse_ats);
  }
  Reply<void> page_request(const AccessRequest& request, std::uint16_t tag) override {
    return post(
        fmt::format("ppr {} {:#x}{}", access_words(request), tag, pasid_words(request.pasid)));
  }
  Reply<std::vector<PriResponse>> responses() override {
    return ask("responses").and_then(parse_responses);
  }
  Reply<std::vector<AtsInvalidation>> invalidations() override {
    return ask("invalidations").and_then(parse_invalidations);
  }
  Reply<MsiReply> own_message() override { return ask("own_message").and_then(parse_msi); }

  Reply<std::uint32_t> config_read(std::uint16_t offset) override {
    return ask_number(fmt::format("config_read {:#x}", offset)).map([](std::uint64_t value) {
      return static_cast<std::uint32_t>(value);
    });
  }
  Reply<void> config_write(std::uint16_t offset, std::uint32_t value) override {
    return post(fmt::format("config_write {:#x} {:#x}", offset, value));
  }

  Reply<Collected> collect() override {
    Collected reads = std::exchange(reads_, {});
    if (!hello_.buffered || reads.empty()) return reads;
    const auto reply = ask("collect");
    if (!reply) return tl::unexpected(reply.error());
    auto collected = parse_collected(*reply);
    if (collected && collected->size() != reads.size()) {
      return fail(FailureKind::kAdapter, fmt::format("{} reads were made, collect returned {}",
                                                     reads.size(), collected->size()));
    }
    return collected;
  }

  Reply<void> settle() override { return ask("settle").map(ignore); }

  [[nodiscard]] std::string log() const override { return peer_ ? peer_->log() : std::string(); }

 private:
  static void ignore(const std::string& /*payload*/) {}

  Reply<void> open() {
    peer_.reset();  // ends a command before its successor starts
    reads_.clear();
    auto peer = LinePeer::open(config_);
    if (!peer) return tl::unexpected(no_device(peer.error()));
    peer_.emplace(*std::move(peer));
    const auto reply = ask("hello 1");
    if (!reply) return tl::unexpected(no_device(reply.error()));
    auto hello = parse_hello(*reply);
    if (!hello) return tl::unexpected(hello.error());
    hello_ = *std::move(hello);
    if (hello_.hello.name.empty()) hello_.hello.name = config_.target;
    return {};
  }

  [[nodiscard]] Failure no_device(const Failure& cause) const {
    return {FailureKind::kAdapter,
            fmt::format("no device at '{}': {} (check --dut)", config_.target, cause.what)};
  }

  Reply<void> post(const std::string& request) {
    if (!peer_) return fail(FailureKind::kAdapter, "not connected: hello() comes first");
    return peer_->pipeline().post(request).map_error(
        [this](Failure f) { return explain(std::move(f)); });
  }
  Reply<std::string> ask(const std::string& request) {
    if (!peer_) return fail(FailureKind::kAdapter, "not connected: hello() comes first");
    return peer_->pipeline().ask(request).map_error(
        [this](Failure f) { return explain(std::move(f)); });
  }

  Reply<std::uint64_t> ask_number(const std::string& request) {
    const auto reply = ask(request);
    if (!reply) return tl::unexpected(reply.error());
    const auto value = from_hex_number(*reply);
    if (!value) {
      return fail(FailureKind::kAdapter, fmt::format("a number asked, got '{}'", *reply));
    }
    return *value;
  }

  Failure explain(Failure failure) {
    if (failure.kind == FailureKind::kHang) failure.what = "the device hangs: " + failure.what;
    if (failure.kind != FailureKind::kCrash) return failure;
    const auto fate = peer_->fate();
    failure.what = "the device ended: " + (fate ? *fate : failure.what);
    const auto words = last_words(log());
    if (!words.empty()) failure.what += ": " + words;
    return failure;
  }

  void mark_log() {
    if (peer_) peer_->mark_log();
  }

  LineConfig config_;
  std::optional<LinePeer> peer_;
  LineHello hello_;
  Collected reads_;  // what dma() returned at once
};

}  // namespace

std::unique_ptr<Adapter> make_line_adapter(LineConfig config) {
  return std::make_unique<LineAdapter>(std::move(config));
}

}  // namespace amdvi::dut
