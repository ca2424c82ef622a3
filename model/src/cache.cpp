#include <algorithm>
#include <optional>

#include <amdvi/cache.hpp>
#include <amdvi/spec/CapabilityHeader.gen.hpp>
#include <amdvi/spec/Control.gen.hpp>
#include <amdvi/spec/IRTE128Guest.gen.hpp>

namespace amdvi {

namespace {

bool same(const Outcome& a, const Outcome& b) {
  // Whether it is an interrupt, its address says alone.
  return a.translation.ok == b.translation.ok && a.translation.spa == b.translation.spa &&
         a.translation.offset_mask == b.translation.offset_mask && a.events == b.events;
}

bool same(const InterruptOutcome& a, const InterruptOutcome& b) {
  return a.result.kind == b.result.kind && a.result.address == b.result.address &&
         a.result.data == b.result.data && a.result.destination == b.result.destination &&
         a.events == b.events;
}

template <class T>
void keep(std::vector<T>& all, T outcome) {
  const auto known = [&](const T& o) { return same(o, outcome); };
  if (std::none_of(all.begin(), all.end(), known)) all.push_back(std::move(outcome));
}

}  // namespace

// One walk with entries chosen by a script. Nothing it writes stays.
class CachingDevice::Trial final : public Memory, public Observer {
 public:
  Trial(History& history, const Invalidations& invalidations, std::vector<Choice>& script,
        spec::Cache mode, bool np_cache, const Device& device)
      : history_(&history),
        invalidations_(&invalidations),
        script_(&script),
        mode_(mode),
        np_cache_(np_cache),
        device_(&device) {}

  bool read(std::uint64_t spa, std::span<std::uint8_t> bytes) override {
    if (!history_->read(spa, bytes)) return false;
    if (!use_) return true;
    if (use_->kind == TableKind::kInterruptTable) {
      read_interrupt_entry(spa, bytes);
      use_.reset();
      return true;
    }
    // dte.atomicity: a device table entry may be cached by halves.
    for (std::size_t at = 0; at < bytes.size(); at += 16) {
      choose(spa + at, bytes.subspan(at, std::min<std::size_t>(16, bytes.size() - at)));
    }
    use_.reset();
    return true;
  }
  bool write(std::uint64_t, std::span<const std::uint8_t>) override { return true; }
  void table_use(const TableUse& use) override { use_ = use; }
  void event(std::span<const std::uint64_t> words) override {
    events.push_back({words[0], words[1]});
  }
  void guest_event(std::uint16_t, std::span<const std::uint64_t> words) override { event(words); }

  std::vector<std::array<std::uint64_t, 2>> events;

 private:
  // Entries of 4 bytes are halves of the words that the history keeps.
  void read_interrupt_entry(std::uint64_t spa, std::span<std::uint8_t> bytes) {
    namespace C = spec::field::Control;
    if (C::IRTCacheDis.get(device_->mmio_read(spec::kOffset_Control, 8)) != 0) return;
    if (bytes.size() == 16) {
      const std::vector<std::uint8_t> now(bytes.begin(), bytes.end());
      choose(spa, bytes);
      refresh(bytes, now);
      return;
    }
    std::array<std::uint8_t, 8> word{};
    history_->read(spa & ~std::uint64_t{7}, word);
    choose(spa & ~std::uint64_t{7}, word);
    std::copy_n(word.begin() + static_cast<std::ptrdiff_t>(spa & 4), bytes.size(), bytes.begin());
  }

  // cache.interrupt-entry.guest-fields: those of a guest entry that are never old.
  void refresh(std::span<std::uint8_t> bytes, std::span<const std::uint8_t> now) const {
    namespace F = spec::field::IRTE128Guest;
    const auto words = [](std::span<const std::uint8_t> from) {
      std::array<std::uint64_t, 2> w{};
      for (std::size_t i = 0; i < 16; ++i) w[i / 8] |= std::uint64_t{from[i]} << (i % 8 * 8);
      return w;
    };
    std::array<std::uint64_t, 2> entry = words(bytes);
    const std::array<std::uint64_t, 2> current = words(now);
    const bool cached = device_->config().opt.irte_guest_fields.v ==
                        static_cast<std::uint64_t>(spec::IrteGuestFields::cached);
    if (cached || F::GuestMode.get(entry) == 0 || F::GuestMode.get(current) == 0) return;
    const auto take = [&](const auto& field) { field.set(entry, field.get(current)); };
    take(F::IsRun);
    take(F::GATag);
    take(F::Destination_7_0);
    take(F::Destination_23_8);
    take(F::Destination_31_24);
    for (std::size_t i = 0; i < 16; ++i) {
      bytes[i] = static_cast<std::uint8_t>(entry[i / 8] >> (i % 8 * 8));
    }
  }

  void choose(std::uint64_t spa, std::span<std::uint8_t> bytes) {
    std::vector<History::Version> allowed;
    const std::vector<History::Version> all = history_->versions(spa, bytes.size() / 8);
    for (const History::Version& v : all) {
      const Invalidations::Copy copy{*use_, spa, v, all.front(), device_->config().opt};
      if (!invalidations_->may_be_used(copy, np_cache_)) continue;
      const auto known = [&](const History::Version& a) { return a.words == v.words; };
      if (std::none_of(allowed.begin(), allowed.end(), known)) allowed.push_back(v);
    }
    if (next_ == script_->size()) {
      const bool oldest = mode_ == spec::Cache::all_stale ||
                          (mode_ == spec::Cache::per_object && script_->size() % 2 == 0);
      script_->push_back({oldest ? allowed.size() - 1 : 0, allowed.size()});
    }
    const History::Version& chosen = allowed[(*script_)[next_++].index];
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      bytes[i] = static_cast<std::uint8_t>(chosen.words[i / 8] >> (i % 8 * 8));
    }
  }

  History* history_;
  const Invalidations* invalidations_;
  std::vector<Choice>* script_;
  spec::Cache mode_;
  bool np_cache_;
  const Device* device_;
  std::size_t next_ = 0;
  std::optional<TableUse> use_;
};

CachingDevice::CachingDevice(const Config& config, Memory& memory)
    : history_(memory), invalidations_(history_), device_(config, history_, &invalidations_) {}

bool CachingDevice::may_cache_not_present() const {
  return spec::field::CapabilityHeader::NpCache.get(device_.config().cap.header.w[0].v) != 0;
}

std::vector<std::array<std::uint64_t, 2>> CachingDevice::attempt(const Act& act,
                                                                 std::vector<Choice>& script,
                                                                 spec::Cache mode, bool np_cache) {
  invalidations_.look_at(device_.mmio_read(0, 8));
  Trial trial(history_, invalidations_, script, mode, np_cache, device_);
  Device device = device_.copy_onto(trial, &trial);
  act(device);
  return trial.events;
}

void CachingDevice::attempt_all(
    const Act& act, const std::function<void(std::vector<std::array<std::uint64_t, 2>>)>& done) {
  std::vector<Choice> script;
  do {
    done(attempt(act, script, spec::Cache::none, may_cache_not_present()));
    // The next script: the last choice that has another value takes it, what follows is free.
    while (!script.empty() && script.back().index + 1 == script.back().count) script.pop_back();
    if (!script.empty()) ++script.back().index;
  } while (!script.empty());
}

std::vector<Outcome> CachingDevice::outcomes(const Request& request) {
  std::vector<Outcome> all;
  Translation t;
  attempt_all([&](Device& device) { t = device.translate(request); },
              [&](auto events) {
                keep(all, Outcome{t, std::move(events)});
              });
  return all;
}

std::vector<InterruptOutcome> CachingDevice::interrupt_outcomes(const InterruptRequest& request) {
  std::vector<InterruptOutcome> all;
  InterruptResult r;
  attempt_all([&](Device& device) { r = device.interrupt(request); },
              [&](auto events) {
                keep(all, InterruptOutcome{r, std::move(events)});
              });
  return all;
}

Outcome CachingDevice::translate(const Request& request) {
  std::vector<Choice> script;
  const spec::Options<Concrete>& opt = device_.config().opt;
  Outcome outcome;
  outcome.events =
      attempt([&](Device& device) { outcome.translation = device.translate(request); }, script,
              static_cast<spec::Cache>(opt.cache.v), opt.npcache.v != 0 && may_cache_not_present());
  return outcome;
}

}  // namespace amdvi
