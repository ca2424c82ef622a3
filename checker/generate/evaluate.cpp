#include "checker/generate/evaluate.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <amdvi/cache.hpp>
#include <amdvi/device.hpp>
#include <amdvi/impl/pci.hpp>
#include <amdvi/spec/CommandBufferBase.gen.hpp>
#include <amdvi/spec/EventLogBase.gen.hpp>

#include "checker/dut/vf_windows.hpp"
#include "checker/vector/guest_place.hpp"
#include "checker/vector/message_words.hpp"

namespace amdvi::generate {

namespace {

using vector::Step;
using vector::StepKind;

// Decisions whose rules say how an outcome is reported, not what it is.
constexpr std::array<std::string_view, 6> kReporting{"event_encoding", "log_append",
                                                     "page_fault_log", "ga_log_append",
                                                     "own_interrupt",  "interrupt_fault_log"};

// Behaviours that registers show and nothing else does.
constexpr std::array kStatusOnly{
    spec::Behaviour::EventLogInt,     spec::Behaviour::EventInterrupt,
    spec::Behaviour::LogOverflowRun,  spec::Behaviour::HeadOnError,
    spec::Behaviour::CommandFetch,    spec::Behaviour::CommandsFetched,
    spec::Behaviour::ComWaitIntAgain, spec::Behaviour::CoalescedInterrupt};

void keep(std::vector<const spec::ClauseInfo*>& clauses, const spec::ClauseInfo* clause) {
  if (std::find(clauses.begin(), clauses.end(), clause) == clauses.end()) {
    clauses.push_back(clause);
  }
}

std::vector<std::uint64_t> no_message() { return {0, 0, 0}; }

class Watcher final : public Observer {
 public:
  void rule(const spec::DecisionInfo& decision, unsigned rule) override {
    const spec::RuleInfo& info = decision.rules[rule];
    asked.insert(&decision);
    const bool reports =
        std::find(kReporting.begin(), kReporting.end(), decision.name) != kReporting.end();
    // A register that simply takes what is written decides nothing.
    const bool plain = decision.name == "register_write" && rule + 1 == decision.rules.size();
    keep(reports ? grounds.report : plain ? grounds.behaviours : grounds.data, info.clause);
    grounds.rules.push_back(std::string(decision.name) + "/" + std::string(info.id));
  }
  void behaviour(spec::Behaviour behaviour) override {
    const spec::BehaviourInfo& info = spec::behaviour_info(behaviour);
    const bool status_only =
        std::find(kStatusOnly.begin(), kStatusOnly.end(), behaviour) != kStatusOnly.end();
    const bool of_log = behaviour == spec::Behaviour::IntPassBitLog ||
                        behaviour == spec::Behaviour::EventInterrupt ||
                        behaviour == spec::Behaviour::OwnAccesses;
    const bool of_config = behaviour == spec::Behaviour::SignaledTargetAbort ||
                           behaviour == spec::Behaviour::CapabilityLock;
    keep(of_config     ? grounds.config
         : status_only ? grounds.status
         : of_log      ? grounds.report
                       : grounds.behaviours,
         info.clause);
  }
  void message(InterruptCause, std::uint64_t address, std::uint32_t data) override {
    if (is_interrupt_address(address)) own_message = {1, address, data};
  }
  void page_response(const PageResponse& r) override {
    responses.push_back(vector::response_word(r));
  }
  bool invalidate_iotlb(const IotlbInvalidation& i) override {
    vector::put_invalidation(invalidations, i, i.queue_id);
    return true;
  }
  void doorbell(std::uint32_t processor) override { rung = processor; }

  Grounds grounds;
  std::vector<std::uint64_t> own_message = no_message();
  std::set<const spec::DecisionInfo*> asked;
  std::vector<std::uint64_t> responses, invalidations;  // since they were last asked for
  std::optional<std::uint32_t> rung;
};

std::uint64_t word_at(std::span<const std::uint8_t> bytes, std::size_t i) {
  std::uint64_t word = 0;
  for (std::size_t b = 8; b-- > 0;) word = word << 8 | bytes[i * 8 + b];
  return word;
}

class Machine {
 public:
  Machine(const Config& config, Caches caches) {
    if (caches == Caches::kStale) {
      cache_.emplace(config, memory_);
    } else {
      device_.emplace(config, memory_, &watcher_);
    }
  }

  void step(const Step& step) {
    watcher_.grounds = {};
    switch (step.kind) {
      case StepKind::kWrite:
        device().mmio_write(offset(step), step.size, step.value);
        break;
      case StepKind::kRead:
        observe(step, {device().mmio_read(offset(step), step.size)});
        break;
      case StepKind::kMem:
        memory().write(step.at, step.bytes);
        break;
      case StepKind::kZero:
        memory().write(step.at, std::vector<std::uint8_t>(step.length));
        break;
      case StepKind::kPeek:
        observe(step, peek(step.at, step.length));
        break;
      case StepKind::kDma:
        dma(step);
        break;
      case StepKind::kCopy:
        copy(step);
        break;
      case StepKind::kEvents:
        observe(step, events());
        break;
      case StepKind::kSettle:
        device().run();
        break;
      case StepKind::kMsi:
        msi(step);
        break;
      case StepKind::kVfWrite:
        dut::vf_access_write(device(), vf_access(step), step.value);
        break;
      case StepKind::kVfRead:
        // Reading changes nothing, so the model decides it without telling anybody.
        watcher_.asked.insert(
            {spec::find_decision("vfctrl_read"), spec::find_decision("viommu_state")});
        observe(step, {dut::vf_access_read(device(), vf_access(step))});
        break;
      case StepKind::kEntries:
        observe(step, entries(step.at, step.length));
        break;
      case StepKind::kConfigWrite:
        device().config_write(config_offset(step), static_cast<std::uint32_t>(step.value));
        break;
      case StepKind::kConfigRead:
        observe(step, {device().config_read(config_offset(step))});
        break;
      case StepKind::kReset:
        device().reset();
        break;
      case StepKind::kOwnMessage:
        observe(step, std::exchange(watcher_.own_message, no_message()));
        break;
      case StepKind::kAts:
        ats(step);
        break;
      case StepKind::kPpr:
        device().ppr({step.device, step.at, step.is_read, step.is_write, step.pasid.present,
                      step.pasid.value, step.pasid.exec, step.pasid.privileged, step.group,
                      step.last});
        break;
      case StepKind::kResponses:
        observe(step, std::exchange(watcher_.responses, {}));
        break;
      case StepKind::kInvalidations:
        observe(step, std::exchange(watcher_.invalidations, {}));
        break;
      case StepKind::kOpen:
      case StepKind::kCall:
        break;  // of drivers
    }
  }
  Grounds grounds() const { return watcher_.grounds; }
  std::set<const spec::DecisionInfo*> asked() const { return watcher_.asked; }
  std::vector<Observation> observations;

 private:
  static std::uint64_t offset(const Step& step) {
    return spec::find_structure(step.reg)->offset + (step.high_half ? 4u : 0u);
  }
  static dut::VfAccess vf_access(const Step& step) {
    const auto place = vector::guest_place(step.reg);
    return {step.guest, place->control, place->offset + (step.high_half ? 4u : 0u), step.size};
  }
  static std::uint16_t config_offset(const Step& step) {
    const spec::StructureInfo* info = spec::find_structure(step.reg);
    return static_cast<std::uint16_t>(
        static_cast<std::uint32_t>(detail::PciLayout::base_of(info->space)) + info->offset);
  }
  void observe(const Step& step, std::vector<std::uint64_t> words) {
    observations.push_back({step.label, std::move(words)});
  }
  std::vector<std::uint64_t> peek(std::uint64_t at, std::uint32_t length) {
    std::vector<std::uint8_t> bytes(length);
    memory().read(at, bytes);
    return words(bytes);
  }
  static std::vector<std::uint64_t> words(std::span<const std::uint8_t> bytes) {
    std::vector<std::uint64_t> result(bytes.size() / 8);
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = word_at(bytes, i);
    return result;
  }
  static Request request_of(const Step& step, bool read) {
    const vector::Pasid& p = step.pasid;
    const bool posted = step.is_write && !read;
    const bool dword = is_dword(step.at, step.bytes.size());
    return {step.device, step.at, read,   step.is_write, posted,
            p.present,   p.value, p.exec, p.privileged,  dword};
  }
  void dma(const Step& step) {
    const bool reads = step.is_read || !step.is_write;
    std::vector<std::uint8_t> old(reads ? step.length : 0);
    if (!move(step, request_of(step, reads), old)) std::fill(old.begin(), old.end(), 0);
    if (reads) observe(step, words(old));
  }
  Translation translate(const Request& request) {
    return cache_ ? cache_->translate(request).translation : device().translate(request);
  }
  // Page by page; false: a part was aborted.
  bool move(const Step& step, Request request, std::span<std::uint8_t> old) {
    const std::size_t length = step.is_write ? step.bytes.size() : step.length;
    for (std::size_t done = 0; done < length;) {
      const std::size_t part = std::min<std::size_t>(length - done, 4096 - request.address % 4096);
      const Translation t = step.translated ? device().translated(request) : translate(request);
      if (!t.ok || (!old.empty() && !memory().read(t.spa, old.subspan(done, part)))) return false;
      const auto bytes = std::span(step.bytes);
      if (step.is_write && !memory().write(t.spa, bytes.subspan(done, part))) return false;
      done += part;
      request.address += part;
    }
    return true;
  }
  void ats(const Step& step) {
    const AtsAnswer answer = device().ats_translate(request_of(step, step.is_read));
    observe(step, vector::ats_words(answer, answer.spa));
  }
  void copy(const Step& step) {
    std::vector<std::uint8_t> script(20), bytes(step.length);
    if (device().dma_read(step.device, step.script, script) &&
        device().dma_read(step.device, step.at, bytes)) {
      device().dma_write(step.device, step.to, bytes);
    }
  }
  void msi(const Step& step) {
    const InterruptResult result =
        device().interrupt({step.device, step.at, static_cast<std::uint32_t>(step.value)});
    const bool arrived = result.kind == InterruptResult::Kind::kForwarded ||
                         result.kind == InterruptResult::Kind::kRemapped;
    const auto rung = std::exchange(watcher_.rung, std::nullopt);
    observe(step, arrived ? vector::message_words(result.address, result.data)
                  : rung  ? vector::doorbell_words(*rung)
                          : std::vector<std::uint64_t>{0, 0, 0});
  }
  // Every entry that is in the ring, in order of address.
  std::vector<std::uint64_t> events() {
    namespace B = spec::field::EventLogBase;
    const std::uint64_t base = device().mmio_read(spec::kOffset_EventLogBase, 8);
    const std::uint64_t bytes = std::uint64_t{16} << B::Len.get(base);
    return entries(B::Base.get(base) << 12, bytes);
  }
  std::vector<std::uint64_t> entries(std::uint64_t start, std::uint64_t bytes) {
    std::vector<std::uint64_t> found;
    const std::vector<std::uint64_t> all = peek(start, static_cast<std::uint32_t>(bytes));
    for (std::size_t i = 0; i + 1 < all.size(); i += 2) {
      if (all[i] == 0 && all[i + 1] == 0) continue;
      found.insert(found.end(), {all[i], all[i + 1]});
    }
    return found;
  }

  Memory& memory() { return cache_ ? static_cast<Memory&>(cache_->memory()) : memory_; }
  Device& device() { return cache_ ? cache_->device() : *device_; }

  SparseMemory memory_;
  Watcher watcher_;  // hears nothing of a caching device
  std::optional<Device> device_;
  std::optional<CachingDevice> cache_;
};

}  // namespace

Evaluation evaluate(const vector::Vector& vector, const Config& config, Caches caches) {
  Machine machine(config, caches);
  for (const Step& step : vector.setup) machine.step(step);
  Evaluation result;
  for (const Step& step : vector.steps) {
    machine.step(step);
    result.grounds.push_back(machine.grounds());
  }
  result.observations = std::move(machine.observations);
  result.asked = machine.asked();
  return result;
}

}  // namespace amdvi::generate
