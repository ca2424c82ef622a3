#include "checker/judge/session.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <amdvi/spec/EventLogBase.gen.hpp>
#include <amdvi/spec/IO_PAGE_FAULT.gen.hpp>

#include "checker/judge/config_space.hpp"
#include "checker/judge/messages.hpp"
#include "checker/judge/verdict.hpp"
#include "checker/vector/guest_place.hpp"

namespace amdvi::judge {
namespace {

using dut::Reply;
using vector::Step;
using vector::StepKind;

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kEntryBytes = 16;
constexpr unsigned kHalf = 4;  // bytes of half a register
constexpr std::uint32_t kNoCapability = ~std::uint32_t{0};

std::uint64_t register_offset(const Step& step) {
  return spec::find_structure(step.reg)->offset + (step.high_half ? kHalf : 0U);
}

Verdict verdict_of(dut::FailureKind kind) {
  switch (kind) {
    case dut::FailureKind::kHang:
      return Verdict::kHang;
    case dut::FailureKind::kCrash:
      return Verdict::kCrash;
    case dut::FailureKind::kUnsupported:
      return Verdict::kSkip;
    case dut::FailureKind::kAdapter:
      break;
  }
  return Verdict::kSkip;
}

}  // namespace

Session::Session(std::unique_ptr<dut::Adapter> adapter, const profile::Profile& profile)
    : adapter_(std::move(adapter)),
      profile_(profile),
      program_(soft_reset_program(profile.config)),
      dirty_(profile.window_start, profile.window_length) {}

Reply<Observations> Session::execute(const vector::Vector& vector, dut::ResetKind kind) {
  observed_.clear();
  seen_.clear();
  reads_.clear();
  log_base_ = 0;
  Reply<void> done = reset(vector, kind);
  if (done) done = announce(vector);
  if (done) done = run_steps(vector);
  if (done) done = collect();
  if (!done) return tl::unexpected(done.error());
  return observed_;
}

Reply<VectorResult> Session::judge(const vector::Vector& vector, dut::ResetKind kind) {
  const auto start = std::chrono::steady_clock::now();
  VectorResult result;
  result.id = vector.id;
  if (auto observed = execute(vector, kind)) {
    for (const vector::Check& check : vector.checks) {
      result.checks.push_back(judge_check(check, (*observed)[check.label], seen_[check.label],
                                          profile_.revision));
    }
    result.verdict = judge::verdict_of(result.checks);
  } else {
    const dut::Failure& failure = observed.error();
    if (failure.kind == dut::FailureKind::kAdapter) return tl::unexpected(failure);
    result.verdict = verdict_of(failure.kind);
    result.reason = failure.what;
  }
  if (result.verdict != Verdict::kPass && result.verdict != Verdict::kSkip) {
    result.log = adapter_->log();
  }
  if (result.verdict == Verdict::kHang || result.verdict == Verdict::kCrash) {
    ++restarts_;
    if (auto up = adapter_->reset(dut::ResetKind::kFresh); !up) return tl::unexpected(up.error());
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

Reply<void> Session::reset(const vector::Vector& vector, dut::ResetKind kind) {
  if (auto done = adapter_->reset(kind); !done) return done;
  if (kind == dut::ResetKind::kFresh) config_touched_ = false;
  if (kind == dut::ResetKind::kSoft) {
    if (auto done = restore_config(); !done) return done;
    for (const RegisterWrite& write : program_) {
      if (auto done = adapter_->mmio_write(write.offset, write.size, write.value); !done) {
        return done;
      }
    }
  }
  dirty_.add_touched(vector);
  if (auto done = dirty_.zero(*adapter_); !done) return done;
  dirty_.clear();
  dirty_.add_dirty(vector);
  return {};
}

Reply<void> Session::announce(const vector::Vector& vector) {
  std::vector<dut::DmaRequest> coming;
  for (const auto* steps : {&vector.setup, &vector.steps}) {
    for (const Step& step : *steps) {
      if (step.kind == StepKind::kDma) coming.push_back(request_of(step));
    }
  }
  return adapter_->prepare(coming);
}

Reply<void> Session::run_steps(const vector::Vector& vector) {
  for (const Step& step : vector.setup) {
    if (auto done = run_step(step); !done) return done;
  }
  tell_(nullptr);
  for (const Step& step : vector.steps) {
    tell_(&step);
    if (auto done = run_step(step); !done) return done;
  }
  return {};
}

Reply<void> Session::run_step(const Step& step) {
  switch (step.kind) {
    case StepKind::kWrite:
      return write(step);
    case StepKind::kRead:
      return read(step);
    case StepKind::kMem:
      return adapter_->mem_write(step.at, step.bytes);
    case StepKind::kZero:
      return adapter_->mem_zero(step.at, step.length);
    case StepKind::kPeek:
      return peek(step);
    case StepKind::kEvents:
      return events(step);
    case StepKind::kSettle:
      return adapter_->settle();
    case StepKind::kDma:
      if (!step.is_write) reads_.push_back(&step);
      return observe(step, send_dma(*adapter_, step));
    case StepKind::kAts:
      return observe(step, ask_ats(*adapter_, step));
    case StepKind::kPpr:
      return send_page_request(*adapter_, step);
    case StepKind::kResponses:
      return observe(step, received_responses(*adapter_));
    case StepKind::kInvalidations:
      return observe(step, received_invalidations(*adapter_));
    case StepKind::kMsi:
    case StepKind::kVfWrite:
    case StepKind::kVfRead:
      return vf(step);
    case StepKind::kEntries:
      return entries(step.label, step.at, step.length);
      return keep(step, send_msi(*adapter_, step));
    case StepKind::kOwnMessage:
      return keep(step, adapter_->own_message());
    case StepKind::kConfigWrite:
      return config_write(step);
    case StepKind::kConfigRead:
      return config_read(step);
    case StepKind::kReset:
      return adapter_->reset(dut::ResetKind::kSystem);
    case StepKind::kCopy:
      return adapter_->copy(
          {step.device, step.at, step.to, step.length, step.script, step.script_spa});
    case StepKind::kOpen:
    case StepKind::kCall:
      break;  // of drivers
  }
  return {};
}

Reply<void> Session::observe(const Step& step, Reply<Words> words) {
  if (!words) return tl::unexpected(words.error());
  if (!step.label.empty()) observed_[step.label] = *std::move(words);
  return {};
}

Reply<void> Session::write(const Step& step) {
  if (step.reg == "EventLogBase") {
    const std::uint64_t low = spec::low_bits(kHalf * 8);
    const std::uint64_t lane = step.size == 8 ? ~std::uint64_t{0} : step.high_half ? ~low : low;
    const std::uint64_t value = step.high_half ? step.value << (kHalf * 8) : step.value;
    log_base_ = (log_base_ & ~lane) | (value & lane);
    dirty_.add(spec::field::EventLogBase::Base.get(log_base_) * kPage,
               kEntryBytes << spec::field::EventLogBase::Len.get(log_base_));
  }
  const spec::StructureInfo* info = spec::find_structure(step.reg);
  config_touched_ = config_touched_ || is_msi_mirror(*info);
  return adapter_->mmio_write(register_offset(step), step.size, step.value);
}

Reply<void> Session::read(const Step& step) {
  const auto value = adapter_->mmio_read(register_offset(step), step.size);
  if (!value) return tl::unexpected(value.error());
  observed_[step.label] = {*value};
  return {};
}

Reply<void> Session::peek(const Step& step) {
  const auto bytes = adapter_->mem_read(step.at, step.length);
  if (!bytes) return tl::unexpected(bytes.error());
  observed_[step.label] = words_of(*bytes);
  return {};
}

// From the start of the ring up to the first slot without a code: 0 is none.
Reply<void> Session::events(const Step& step) {
  namespace Base = spec::field::EventLogBase;
  observed_[step.label] = {};
  if (log_base_ == 0) return {};  // no log was ever set up
  return entries(step.label, Base::Base.get(log_base_) * kPage,
                 kEntryBytes << Base::Len.get(log_base_));
}

Reply<void> Session::entries(const std::string& label, std::uint64_t start, std::uint64_t length) {
  std::vector<std::uint64_t>& found = observed_[label];
  const std::uint64_t end = start + length;
  for (std::uint64_t at = start; at < end; at += kPage) {
    const auto bytes = adapter_->mem_read(at, std::min(kPage, end - at));
    if (!bytes) return tl::unexpected(bytes.error());
    const auto words = words_of(*bytes);
    for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
      const std::span entry(&words[i], 2);
      if (entry[0] == 0 && entry[1] == 0) continue;
      found.insert(found.end(), entry.begin(), entry.end());
    }
  }
  return {};
}

Reply<void> Session::vf(const Step& step) {
  const auto place = vector::guest_place(step.reg);
  const dut::VfAccess access{step.guest, place->control,
                             place->offset + (step.high_half ? kHalf : 0U), step.size};
  if (step.kind == StepKind::kVfWrite) return adapter_->vf_write(access, step.value);
  const auto value = adapter_->vf_read(access);
  if (!value) return tl::unexpected(value.error());
  observed_[step.label] = {*value};
  return {};
}

Reply<void> Session::keep(const Step& step, const Reply<dut::MsiReply>& message) {
  if (!message) return tl::unexpected(message.error());
  observed_[step.label] = words_of(*message);
  seen_[step.label] = seen_of(*message);
  return {};
}

Reply<void> Session::config_write(const Step& step) {
  config_touched_ = true;
  const auto at = config_offset(*adapter_, *spec::find_structure(step.reg));
  if (!at) return tl::unexpected(at.error());
  // A capability that is not there takes no writes.
  return *at ? adapter_->config_write(**at, static_cast<std::uint32_t>(step.value))
             : Reply<void>();
}

Reply<void> Session::config_read(const Step& step) {
  const auto at = config_offset(*adapter_, *spec::find_structure(step.reg));
  if (!at) return tl::unexpected(at.error());
  const auto value = *at ? adapter_->config_read(**at) : Reply<std::uint32_t>(kNoCapability);
  if (!value) return tl::unexpected(value.error());
  observed_[step.label] = {*value};
  return {};
}

// No adapter has to undo on a soft reset what a vector did to the function: its interrupts off.
Reply<void> Session::restore_config() {
  if (!std::exchange(config_touched_, false)) return {};
  for (const std::string_view name : {"MsiHeader", "MsiLow", "MsiHigh", "MsiMessageData"}) {
    const auto at = config_offset(*adapter_, *spec::find_structure(name));
    const auto done = !at ? Reply<void>(tl::unexpected(at.error()))
                     : *at ? adapter_->config_write(**at, 0)
                           : Reply<void>();
    if (!done && done.error().kind != dut::FailureKind::kUnsupported) return done;
  }
  for (const RegisterWrite& write : msi_mirror_program(profile_.config)) {
    if (auto done = adapter_->mmio_write(write.offset, write.size, write.value); !done) return done;
  }
  return {};
}

// What an aborted read returns is not memory: zeros stand for it.
Reply<void> Session::collect() {
  const auto data = adapter_->collect();
  if (!data) return tl::unexpected(data.error());
  for (std::size_t i = 0; i < reads_.size(); ++i) {
    std::vector<std::uint8_t> bytes = i < data->size() ? (*data)[i] : std::vector<std::uint8_t>();
    bytes.resize(reads_[i]->length);
    observed_[reads_[i]->label] = words_of(bytes);
  }
  return {};
}

}  // namespace amdvi::judge
