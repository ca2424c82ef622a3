// VirtualIommu: command buffers of guests, and the host's commands about guests.
#pragma once

#include <amdvi/impl/viommu.hpp>
#include <amdvi/spec/COMPLETION_WAIT.gen.hpp>
#include <amdvi/spec/Command.gen.hpp>
#include <amdvi/spec/CommandOutcome.gen.hpp>
#include <amdvi/spec/INVALIDATE_DEVTAB_ENTRY.gen.hpp>
#include <amdvi/spec/INVALIDATE_IOMMU_ALL.gen.hpp>
#include <amdvi/spec/INVALIDATE_IOTLB_PAGES.gen.hpp>
#include <amdvi/spec/Status.gen.hpp>
#include <amdvi/spec/command_legality.gen.hpp>
#include <amdvi/spec/completion_wait.gen.hpp>
#include <amdvi/spec/guest_command.gen.hpp>
#include <amdvi/spec/guest_map_lookup.gen.hpp>

namespace amdvi {

template <class Domain>
bool VirtualIommu<Domain>::step() {
  GuestStates& guests = dev_.guests_;
  auto next = guests.by_id.upper_bound(guests.last_served);
  for (std::size_t n = guests.by_id.size(); n > 0; --n, ++next) {
    if (next == guests.by_id.end()) next = guests.by_id.begin();
    if (!pending(next->second)) continue;
    guests.last_served = next->first;
    dev_.tell(spec::Behaviour::GuestCommandOrder);
    take_command({next->first, next->second});
    return true;
  }
  return false;
}

template <class Domain>
bool VirtualIommu<Domain>::pending(const GuestState& guest) {
  const std::uint64_t mask = ring_mask(guest, spec::Ring::command);
  return running(guest, spec::Ring::command) &&
         ((guest.reg(Id::CommandBufferHead) ^ guest.reg(Id::CommandBufferTail)) & mask) != 0;
}

template <class Domain>
void VirtualIommu<Domain>::take_command(Guest guest) {
  std::uint64_t& head = guest.state.reg(Id::CommandBufferHead);
  const std::uint64_t mask = ring_mask(guest.state, spec::Ring::command);
  const std::uint64_t offset = head & mask;
  const std::uint64_t gpa = ring_base(guest.state, spec::Ring::command) + offset;
  const bool done = fetch(guest, offset, gpa);
  if (!done) dev_.tell(spec::Behaviour::HeadOnError);
  if (done ||
      dev_.config_.opt.head_on_error.v != static_cast<std::uint64_t>(spec::HeadOnError::at)) {
    head = (offset + 16) & mask;
  }
}

// false: it halted the guest's command processor.
template <class Domain>
bool VirtualIommu<Domain>::fetch(Guest guest, std::uint64_t offset, std::uint64_t gpa) {
  Reached reached = reach_buffer(guest, spec::Ring::command, offset, false, Doing::kCommand);
  Words2 words{};
  if (reached.ok && !dev_.memory_->read64(reached.spa, std::span(words))) {
    reached = {false, 0, reached.spa};
  }
  if (!reached.ok) {
    access_error(guest, gpa, reached);
    halt(guest);
    return false;
  }
  if (dev_.observer_ != nullptr) {
    dev_.observer_->table_read(TableKind::kGuestCommand, reached.spa, words);
  }
  return judge(guest, words, gpa);
}

template <class Domain>
bool VirtualIommu<Domain>::judge(Guest guest, const Words2& words, std::uint64_t gpa) {
  const spec::Command<Domain> cmd{{dev_.word(words[0]), dev_.word(words[1])}};
  const auto scope = dev_.template decide_here<spec::guest_command>({cmd, dev_.opt_}).out;
  const auto outcome = static_cast<spec::GuestCommandOutcome>(scope.outcome.v);
  if (outcome != spec::GuestCommandOutcome::execute) return not_for_guests(guest, outcome, gpa);
  const auto legal =
      dev_.template decide_here<spec::command_legality>({cmd, dev_.cap_, dev_.opt_}).out;
  if (static_cast<spec::CommandOutcome>(legal.outcome.v) == spec::CommandOutcome::illegal) {
    return refuse(guest, spec::EventCause::illegal_command_error, gpa);
  }
  Words2 mapped = words;
  bool halts = false;
  if (scope.device.v != 0 && !map_ids(guest, mapped, "DeviceID", gpa, halts)) return !halts;
  if (scope.domain.v != 0 && !map_ids(guest, mapped, "DomainID", gpa, halts)) return !halts;
  GuestCommand command{guest.id, words, mapped};
  if (spec::field::Command::opcode.get(words) == spec::kOpcode_INVALIDATE_IOMMU_ALL) {
    invalidate_all(guest, scope.everything.v != 0, command);
    return true;
  }
  if (dev_.observer_ != nullptr) dev_.observer_->guest_command(command);
  return execute(guest, words, mapped, gpa);
}

// guest-cmd.host-only.reaction
template <class Domain>
bool VirtualIommu<Domain>::not_for_guests(Guest guest, spec::GuestCommandOutcome outcome,
                                          std::uint64_t gpa) {
  dev_.tell(spec::Behaviour::GuestHostOnly);
  if (outcome == spec::GuestCommandOutcome::ignore) return true;
  if (outcome == spec::GuestCommandOutcome::illegal) {
    return refuse(guest, spec::EventCause::illegal_command_error, gpa);
  }
  detail::EventWriter entry(spec::kCode_ILLEGAL_COMMAND_ERROR);
  entry.set_address(gpa);
  dev_.append(entry.words());
  halt(guest);
  return false;
}

// Replaces the guest's ID in `field` by the host's. false: there is none; `halts` says what then.
template <class Domain>
bool VirtualIommu<Domain>::map_ids(Guest guest, Words2& words, std::string_view field,
                                   std::uint64_t gpa, bool& halts) {
  const bool device = field == "DeviceID";
  const spec::StructureInfo* info = spec::command_of(words[0]);
  const spec::FieldInfo* id = info != nullptr ? spec::find_field(*info, field) : nullptr;
  if (id == nullptr) return true;  // rules that scope a command wrongly are no reason to end
  const auto index = static_cast<std::uint16_t>(spec::field_value(*id, words));
  const Mapping found = lookup(guest.id, device, index);
  const auto out =
      dev_.template decide_here<spec::guest_map_lookup>(
              {dev_.flag(!device), dev_.flag(found.readable), dev_.flag(found.valid), dev_.opt_})
          .out;
  if (out.host_error.v != 0) {
    dev_.tell(spec::Behaviour::MissingMapping);
    hardware_error(guest.id, slot(guest.id, device, index), 0, Doing::kCommand);
  }
  halts = out.halts.v != 0;
  if (out.illegal.v != 0) {
    refuse(guest, spec::EventCause::illegal_command_error, gpa);
  } else if (halts) {
    halt(guest);
  }
  spec::set_field(*id, words, found.host);
  return out.mapped.v != 0;
}

// `words`: with the host's IDs.
template <class Domain>
bool VirtualIommu<Domain>::execute(Guest guest, const Words2& issued, const Words2& words,
                                   std::uint64_t gpa) {
  switch (spec::field::Command::opcode.get(words)) {
    case spec::kOpcode_COMPLETION_WAIT:
      return completion_wait(guest, words);
    case spec::kOpcode_INVALIDATE_DEVTAB_ENTRY:
      dev_.tell(spec::Behaviour::InvalidateDevtabEntry);
      dev_.fault_logged_.erase(
          static_cast<std::uint16_t>(spec::field::INVALIDATE_DEVTAB_ENTRY::DeviceID.get(words)));
      return true;
    case spec::kOpcode_INVALIDATE_IOTLB_PAGES:
      if (dev_.iotlb_answered(words)) return true;
      return refuse(guest, spec::EventCause::iotlb_inv_timeout, gpa,
                    spec::field::INVALIDATE_IOTLB_PAGES::DeviceID.get(issued));
    case spec::kOpcode_COMPLETE_PPR_REQUEST:
      dev_.complete_ppr(words);
      return true;
    default:
      return true;
  }
}

template <class Domain>
void VirtualIommu<Domain>::invalidate_all(Guest guest, bool limited, GuestCommand& command) {
  dev_.tell(spec::Behaviour::InvalidateIommuAll);
  std::vector<std::uint16_t> devices, domains;
  if (limited) {
    devices = mapped_ids(guest.id, true);
    domains = mapped_ids(guest.id, false);
    for (const std::uint16_t device : devices) dev_.fault_logged_.erase(device);
  } else {
    dev_.fault_logged_.clear();
  }
  command.limited = limited;
  command.devices = devices;
  command.domains = domains;
  if (dev_.observer_ != nullptr) dev_.observer_->guest_command(command);
}

template <class Domain>
bool VirtualIommu<Domain>::completion_wait(Guest guest, const Words2& words) {
  namespace F = spec::field::COMPLETION_WAIT;
  dev_.tell(spec::Behaviour::GuestCompletion);
  // The store window that SNP demands is of system addresses, this store's is a guest's.
  auto cap = dev_.cap_;
  cap.SnpEnabled = dev_.flag(false);
  const auto out =
      dev_.template decide_here<spec::completion_wait>(
              {{{dev_.word(words[0]), dev_.word(words[1])}}, control_of(guest.state), {}, {}, cap})
          .out;
  if (out.store.v != 0) {
    const std::uint64_t address = F::StoreAddress.get(words) << 3;
    Reached reached = reach_guest(guest.state, address, true, Doing::kCommand);
    if (reached.ok && !dev_.memory_->write64(reached.spa, F::StoreData.get(words))) {
      reached = {false, 0, reached.spa};
    }
    if (!reached.ok) {
      dev_.tell(spec::Behaviour::CompletionStoreError);
      access_error(guest, address, reached);
      if (dev_.config_.opt.completion_store_error.v ==
          static_cast<std::uint64_t>(spec::CompletionStoreError::halt)) {
        halt(guest);
        return false;
      }
    }
  }
  if (out.status.v != 0) {
    spec::field::Status::ComWaitInt.set(guest.state.reg(Id::Status), 1);
  }
  if (out.interrupt.v != 0) notify(guest, InterruptCause::kCompletionWait);
  return true;
}

// guest-cmd.access-error: `address` is as the guest has it.
template <class Domain>
void VirtualIommu<Domain>::access_error(Guest guest, std::uint64_t address,
                                        const Reached& reached) {
  switch (static_cast<spec::GuestAccessError>(dev_.config_.opt.guest_access_error.v)) {
    case spec::GuestAccessError::hardware_error:
      hardware_error(guest.id, address, reached.failed_at, Doing::kCommand);
      break;
    case spec::GuestAccessError::guest_log: {
      detail::EventWriter entry(spec::kCode_COMMAND_HARDWARE_ERROR);
      entry.set("Type", dev_.hardware_error_type());
      entry.set_address(address);
      append(guest, event_log(), entry.words());
      break;
    }
    case spec::GuestAccessError::io_page_fault:
      break;
  }
}

template <class Domain>
void VirtualIommu<Domain>::halt(Guest guest) {
  dev_.tell(spec::Behaviour::GuestHalt);
  spec::field::Status::CmdBufRun.set(guest.state.reg(Id::Status), 0);
}

// Halts on a command and tells the guest why; `device` is a guest's, of events that have one.
template <class Domain>
bool VirtualIommu<Domain>::refuse(Guest guest, spec::EventCause cause, std::uint64_t address,
                                  std::uint64_t device) {
  halt(guest);
  detail::EventWriter entry(detail::event_code(cause));
  entry.set("DeviceID", device);
  entry.set_address(address);
  append(guest, event_log(), entry.words());
  return false;
}

}  // namespace amdvi
