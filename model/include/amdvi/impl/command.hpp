// BasicDevice: the command processor.
#pragma once

#include <amdvi/device.hpp>
#include <amdvi/spec/COMPLETE_PPR_REQUEST.gen.hpp>
#include <amdvi/spec/COMPLETION_WAIT.gen.hpp>
#include <amdvi/spec/Command.gen.hpp>
#include <amdvi/spec/CommandBufferBase.gen.hpp>
#include <amdvi/spec/CommandOutcome.gen.hpp>
#include <amdvi/spec/ExclusionBase.gen.hpp>
#include <amdvi/spec/ExclusionLimit.gen.hpp>
#include <amdvi/spec/INSERT_GUEST_EVENT.gen.hpp>
#include <amdvi/spec/INVALIDATE_DEVTAB_ENTRY.gen.hpp>
#include <amdvi/spec/INVALIDATE_IOMMU_ALL.gen.hpp>
#include <amdvi/spec/INVALIDATE_IOTLB_PAGES.gen.hpp>
#include <amdvi/spec/RESET_VMMIO.gen.hpp>
#include <amdvi/spec/Status.gen.hpp>
#include <amdvi/spec/command_legality.gen.hpp>
#include <amdvi/spec/completion_wait.gen.hpp>

namespace amdvi {

template <class Domain>
bool BasicDevice<Domain>::step() {
  return step_host() || (!guests_.by_id.empty() && VirtualIommu<Domain>(*this).step());
}

template <class Domain>
bool BasicDevice<Domain>::step_host() {
  if (!ring_running(spec::Ring::command)) return false;
  const auto offset = next_command();
  if (!offset) return false;
  const std::uint64_t base = reg(spec::RegisterId::CommandBufferBase);
  const bool done = take_command(spec::field::CommandBufferBase::Base.get(base) << 12, *offset);
  if (done) return true;
  tell(spec::Behaviour::HeadOnError);
  if (config_.opt.head_on_error.v == static_cast<std::uint64_t>(spec::HeadOnError::at)) {
    reg(spec::RegisterId::CommandBufferHead) = *offset;
  }
  fetched_ = 0;
  return false;
}

// The offset of the command to do next, with the head past all that were fetched; none: idle.
template <class Domain>
std::optional<std::uint64_t> BasicDevice<Domain>::next_command() {
  std::uint64_t& head = reg(spec::RegisterId::CommandBufferHead);
  const std::uint64_t mask = ring_mask(spec::Ring::command);
  if (fetched_ == 0) {
    const std::uint64_t tail = reg(spec::RegisterId::CommandBufferTail);
    const std::uint64_t waiting = ((tail - head) & mask) / 16;
    if (waiting == 0) return std::nullopt;
    const bool batch =
        config_.opt.command_fetch.v == static_cast<std::uint64_t>(spec::CommandFetch::batch);
    fetched_ = batch ? waiting : 1;
    if (waiting > 1) tell(spec::Behaviour::CommandFetch);
    head = (head + 16 * fetched_) & mask;
  }
  if (fetched_ > 1) tell(spec::Behaviour::CommandsFetched);
  return (head - 16 * fetched_--) & mask;
}

// Fetches, judges and carries out the command at `ring` + `offset`; false: it halted the processor.
template <class Domain>
bool BasicDevice<Domain>::take_command(std::uint64_t ring, std::uint64_t offset) {
  const std::uint64_t spa = ring + offset;
  std::array<std::uint64_t, 2> words{};
  if (!memory_->read64(spa, std::span(words))) {
    tell(spec::Behaviour::CommandFetchError);
    const bool at_base = config_.opt.command_fetch_error_address.v ==
                         static_cast<std::uint64_t>(spec::CommandFetchErrorAddress::ring_base);
    halt(spec::EventCause::command_hardware_error, at_base ? ring : spa);
    return false;
  }
  if (observer_ != nullptr) observer_->table_read(TableKind::kCommand, spa, words);
  const spec::Command<Domain> cmd{{word(words[0]), word(words[1])}};
  const auto decided = decide_here<spec::command_legality>({cmd, cap_, opt_});
  if (static_cast<spec::CommandOutcome>(decided.out.outcome.v) == spec::CommandOutcome::illegal) {
    halt(spec::EventCause::illegal_command_error, spa);
    return false;
  }
  if (observer_ != nullptr) observer_->command(words);
  if (counters_.on) count_command(spec::field::Command::opcode.get(words));
  return execute(spec::field::Command::opcode.get(words), words);
}

template <class Domain>
void BasicDevice<Domain>::run() {
  while (step()) {
  }
}

// Without a cache the invalidations have nothing to drop but the note that a device has already
// reported a fault (DTE.SE), which goes with its cached entry. false: it halted the processor.
template <class Domain>
bool BasicDevice<Domain>::execute(std::uint64_t opcode, std::span<const std::uint64_t> words) {
  switch (opcode) {
    case spec::kOpcode_COMPLETION_WAIT:
      return completion_wait(words);
    case spec::kOpcode_INVALIDATE_DEVTAB_ENTRY:
      tell(spec::Behaviour::InvalidateDevtabEntry);
      fault_logged_.erase(
          static_cast<std::uint16_t>(spec::field::INVALIDATE_DEVTAB_ENTRY::DeviceID.get(words)));
      break;
    case spec::kOpcode_INVALIDATE_IOMMU_ALL:
      tell(spec::Behaviour::InvalidateIommuAll);
      fault_logged_.clear();
      break;
    case spec::kOpcode_INVALIDATE_IOTLB_PAGES:
      return invalidate_iotlb(words);
    case spec::kOpcode_COMPLETE_PPR_REQUEST:
      complete_ppr(words);
      break;
    case spec::kOpcode_RESET_VMMIO:
      VirtualIommu<Domain>(*this).reset_vmmio(words);
      break;
    case spec::kOpcode_INSERT_GUEST_EVENT:
      VirtualIommu<Domain>(*this).insert_event(words);
      break;
    default:
      break;
  }
  return true;
}

template <class Domain>
bool BasicDevice<Domain>::completion_wait(std::span<const std::uint64_t> words) {
  namespace F = spec::field::COMPLETION_WAIT;
  const auto decided =
      decide_here<spec::completion_wait>({{{word(words[0]), word(words[1])}},
                                          control(),
                                          {{word(reg(spec::RegisterId::ExclusionBase))}},
                                          {{word(reg(spec::RegisterId::ExclusionLimit))}},
                                          cap_});
  const std::uint64_t address = F::StoreAddress.get(words) << 3;
  const bool store = decided.out.store.v != 0;
  if (decided.out.error.v != 0 || (store && !memory_->write64(address, F::StoreData.get(words)))) {
    tell(spec::Behaviour::CompletionStoreError);
    if (config_.opt.completion_store_error.v ==
        static_cast<std::uint64_t>(spec::CompletionStoreError::halt)) {
      halt(spec::EventCause::command_hardware_error, address);
      return false;
    }
  }
  std::uint64_t& status = reg(spec::RegisterId::Status);
  const bool was_set = spec::field::Status::ComWaitInt.get(status) != 0;
  if (decided.out.status.v != 0) spec::field::Status::ComWaitInt.set(status, 1);
  if (decided.out.interrupt.v != 0) raise(InterruptCause::kCompletionWait, was_set);
  return true;
}

template <class Domain>
void BasicDevice<Domain>::halt(spec::EventCause cause, std::uint64_t address) {
  tell(spec::Behaviour::CommandHalt);
  std::uint64_t& status = reg(spec::RegisterId::Status);
  spec::field::Status::CmdBufRun.set(status, 0);
  if (spec::field::Status::EventLogRun.get(status) == 0) tell(spec::Behaviour::HaltWithoutLog);
  const Request none{};
  Context context{&none};
  context.address = address;
  context.type = hardware_error_type();
  report(cause, context);
}

}  // namespace amdvi
