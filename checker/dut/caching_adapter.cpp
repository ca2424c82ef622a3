#include "checker/dut/caching_adapter.hpp"

#include <optional>

#include <amdvi/cache.hpp>

#include "checker/dut/basic_model_adapter.hpp"
#include "checker/dut/tampered_memory.hpp"

namespace amdvi::dut {
namespace {

Config all_stale(Config config) {
  set_option(config, "cache", "all_stale");
  return config;
}

class CachingAdapter final : public BasicModelAdapter<Concrete> {
 public:
  CachingAdapter(const Config& config, const Fault& fault)
      : BasicModelAdapter(config),
        config_(all_stale(config)),
        tampered_(memory_, fault),
        cache_(std::in_place, config_, tampered_) {}

  // Its messages to devices are not heard.
  Reply<Hello> hello() override {
    return Hello{"amdvi model with caches", "", {"write4", "read", "write", "copy", "msi", "pasid"}};
  }
  Reply<void> reset(ResetKind kind) override {
    auto done = BasicModelAdapter::reset(kind);
    cache_.emplace(config_, tampered_);
    return done;
  }
  // Off, it can have cached nothing.
  Reply<void> mmio_write(std::uint64_t offset, unsigned size, std::uint64_t value) override {
    const bool was_on = is_on();
    auto done = BasicModelAdapter::mmio_write(offset, size, value);
    if (!was_on && is_on()) cache_->memory().forget();
    return done;
  }
  Reply<void> settle() override {
    tampered_.begin(Activity::kCommands, 0);
    auto done = BasicModelAdapter::settle();
    tampered_.begin(Activity::kIdle, 0);
    return done;
  }

  Reply<MsiReply> own_message() override {
    return fail(FailureKind::kUnsupported, "messages of the device with caches are not heard");
  }

 protected:
  Device& device() override { return cache_->device(); }
  Memory& memory() override { return cache_->memory(); }

  Translation translate(const Request& request, bool translated) override {
    if (translated) return device().translated(request);
    const Translation stale = cache_->translate(request).translation;
    // The trial walk wrote nothing: this one updates entries and logs.
    const Translation now = device().translate(request);
    return stale.ok == now.ok && stale.spa == now.spa ? now : stale;
  }

 private:
  bool is_on() {
    return spec::field::Control::IommuEn.get(device().mmio_read(spec::kOffset_Control, 8)) != 0;
  }

  Config config_;
  TamperedMemory tampered_;
  std::optional<CachingDevice> cache_;
};

}  // namespace

std::unique_ptr<Adapter> make_caching_adapter(const Config& config, const Fault* fault) {
  return std::make_unique<CachingAdapter>(config, fault != nullptr ? *fault : Fault{});
}

}  // namespace amdvi::dut
