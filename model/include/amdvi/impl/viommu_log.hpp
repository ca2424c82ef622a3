// VirtualIommu: event and PPR logs of guests, and what the host's log hears of guests.
#pragma once

#include <amdvi/impl/ppr.hpp>
#include <amdvi/impl/viommu.hpp>
#include <amdvi/spec/GUEST_EVENT_FAULT.gen.hpp>
#include <amdvi/spec/VIOMMU_HARDWARE_ERROR.gen.hpp>
#include <amdvi/spec/event_route.gen.hpp>
#include <amdvi/spec/guest_control_read.gen.hpp>
#include <amdvi/spec/log_append.gen.hpp>

namespace amdvi {

template <class Domain>
typename VirtualIommu<Domain>::Log VirtualIommu<Domain>::event_log() {
  namespace S = spec::field::Status;
  return {spec::Ring::event, spec::Ring::event_b, Id::EventLogHead, Id::EventLogTail,
          Id::EventLogBHead, Id::EventLogBTail,   S::EventLogRun,   S::EventOverflow,
          S::EventOvrflwB,   S::EventLogActive,   S::EventLogInt,   InterruptCause::kEventLog};
}

template <class Domain>
typename VirtualIommu<Domain>::Log VirtualIommu<Domain>::ppr_log() {
  namespace S = spec::field::Status;
  return {spec::Ring::ppr, spec::Ring::ppr_b, Id::PPRLogHead, Id::PPRLogTail,
          Id::PPRLogBHead, Id::PPRLogBTail,   S::PprLogRun,   S::PprOverflow,
          S::PprOvrflwB,   S::PprLogActive,   S::PprInt,      InterruptCause::kPprLog};
}

// As the guest has it: with GstBufferTRPMode=1 a guest physical address.
template <class Domain>
std::uint64_t VirtualIommu<Domain>::ring_base(const GuestState& guest, spec::Ring ring) {
  namespace f = spec::field;
  switch (ring) {
    case spec::Ring::event:
      return f::VfctrlEventControl::EventBase.get(guest.word(Word::event)) << 12;
    case spec::Ring::event_b:
      return f::VfctrlEventLogBBase::EventBaseB.get(guest.word(Word::event_b_base)) << 12;
    case spec::Ring::ppr:
      return f::VfctrlPprControl::PprBase.get(guest.word(Word::ppr)) << 12;
    case spec::Ring::ppr_b:
      return f::VfctrlPprLogBBase::PprBaseB.get(guest.word(Word::ppr_b_base)) << 12;
    default:
      return f::VfctrlCommandControl::ComBase.get(guest.word(Word::command)) << 12;
  }
}

template <class Domain>
spec::LogOutcome VirtualIommu<Domain>::append(Guest guest, const Log& log,
                                              std::span<const std::uint64_t> entry) {
  dev_.tell(spec::Behaviour::GuestLog);
  const std::uint64_t status = guest.state.reg(Id::Status);
  const bool is_b = log.active.get(status) != 0;
  const spec::Ring ring = is_b ? log.b : log.a;
  std::uint64_t& tail = guest.state.reg(is_b ? log.tail_b : log.tail_a);
  const std::uint64_t head = guest.state.reg(is_b ? log.head_b : log.head_a);
  const std::uint64_t mask = ring_mask(guest.state, ring);
  const auto decided = dev_.template decide_here<spec::log_append>(
      {dev_.flag(log.run.get(status) != 0),
       dev_.flag((is_b ? log.overflow_b : log.overflow).get(status) != 0),
       Domain::template k<19>(head), Domain::template k<19>(tail), Domain::template k<19>(mask),
       dev_.opt_});
  const auto outcome = static_cast<spec::LogOutcome>(decided.out.outcome.v);
  if (outcome == spec::LogOutcome::drop) return outcome;
  if (outcome == spec::LogOutcome::overflow) {
    overflow(guest, log);
    if (swap(guest, log)) return append(guest, log, entry);
    notify(guest, log.cause);
    return outcome;
  }
  if (!store(guest, ring, tail & mask, entry)) return outcome;
  tail = (tail + 16) & mask;
  stored(guest, log, entry);
  if (log.cause == InterruptCause::kPprLog) warn_early(guest, is_b);
  if (decided.out.fills.v != 0) overflow(guest, log);
  notify(guest, log.cause);
  return outcome;
}

// false: the entry is lost, and that was reported.
template <class Domain>
bool VirtualIommu<Domain>::store(Guest guest, spec::Ring ring, std::uint64_t offset,
                                 std::span<const std::uint64_t> entry) {
  Reached reached = reach_buffer(guest, ring, offset, true, Doing::kEvent);
  if (reached.ok && (!dev_.memory_->write64(reached.spa, entry[0]) ||
                     !dev_.memory_->write64(reached.spa + 8, entry[1]))) {
    reached = {false, 0, reached.spa};
  }
  if (!reached.ok) log_fault(guest.id, ring_base(guest.state, ring) + offset, reached);
  return reached.ok;
}

template <class Domain>
void VirtualIommu<Domain>::stored(Guest guest, const Log& log,
                                  std::span<const std::uint64_t> entry) {
  const bool event = log.cause == InterruptCause::kEventLog;
  if (dev_.observer_ != nullptr && event) dev_.observer_->guest_event(guest.id, entry);
  if (dev_.observer_ != nullptr && !event) dev_.observer_->guest_ppr(guest.id, entry);
  dev_.tell(event ? spec::Behaviour::EventLogInt : spec::Behaviour::PprLogged);
  if (!event || interrupt_enabled(guest.state, log.cause) ||
      dev_.config_.opt.evtlogint_needs_enable.v == 0) {
    log.interrupt.set(guest.state.reg(Id::Status), 1);
  }
}

template <class Domain>
void VirtualIommu<Domain>::overflow(Guest guest, const Log& log) {
  std::uint64_t& status = guest.state.reg(Id::Status);
  (log.active.get(status) != 0 ? log.overflow_b : log.overflow).set(status, 1);
  dev_.tell(spec::Behaviour::LogOverflowRun);
  if (dev_.config_.opt.run_clears_on_overflow.v != 0) log.run.set(status, 0);
}

// log.dual.autoswap, of a guest. true: the other log takes over.
template <class Domain>
bool VirtualIommu<Domain>::swap(Guest guest, const Log& log) {
  constexpr std::uint64_t kAutoswap = 2;
  const std::uint64_t mode =
      log.cause == InterruptCause::kEventLog
          ? spec::field::VfctrlEventControl::DualEventLogEn.get(guest.state.word(Word::event))
          : spec::field::VfctrlPprControl::DualPprLogEn.get(guest.state.word(Word::ppr));
  std::uint64_t& status = guest.state.reg(Id::Status);
  const bool to_b = log.active.get(status) == 0;
  if (mode != kAutoswap || (to_b ? log.overflow_b : log.overflow).get(status) != 0) return false;
  dev_.tell(spec::Behaviour::DualLogSwap);
  log.active.set(status, to_b ? 1 : 0);
  log.run.set(status, 1);
  return true;
}

template <class Domain>
void VirtualIommu<Domain>::warn_early(Guest guest, bool is_b) {
  namespace E = spec::field::PPROverflowEarly;  // the second has the same fields
  namespace S = spec::field::Status;
  const std::uint64_t early = guest.state.reg(is_b ? Id::PPROverflowEarlyB : Id::PPROverflowEarly);
  if (E::Enable.get(early) == 0) return;
  const std::uint64_t head = guest.state.reg(is_b ? Id::PPRLogBHead : Id::PPRLogHead);
  const std::uint64_t tail = guest.state.reg(is_b ? Id::PPRLogBTail : Id::PPRLogTail);
  const spec::Ring ring = is_b ? spec::Ring::ppr_b : spec::Ring::ppr;
  if (((tail - head) & ring_mask(guest.state, ring)) / 16 < E::Threshold.get(early)) return;
  dev_.tell(spec::Behaviour::PprOverflowEarly);
  (is_b ? S::PprOvrflwEarlyB : S::PprOvrflwEarly).set(guest.state.reg(Id::Status), 1);
}

template <class Domain>
void VirtualIommu<Domain>::hardware_error(std::uint16_t id, std::uint64_t address,
                                          std::uint64_t spa, Doing doing) {
  detail::EventWriter entry(spec::kCode_VIOMMU_HARDWARE_ERROR);
  entry.set("GuestID", id);
  if (const char* flag = flag_of(doing)) entry.set(flag, 1);
  const bool system = dev_.config_.opt.viommu_error_address.v ==
                      static_cast<std::uint64_t>(spec::ViommuErrorAddress::system);
  entry.set_address(system ? spa : address);
  dev_.append(entry.words());
}

template <class Domain>
void VirtualIommu<Domain>::log_fault(std::uint16_t id, std::uint64_t address,
                                     const Reached& reached) {
  switch (static_cast<spec::GuestLogFault>(dev_.config_.opt.guest_log_fault.v)) {
    case spec::GuestLogFault::hardware_error:
      hardware_error(id, address, reached.failed_at, Doing::kEvent);
      break;
    case spec::GuestLogFault::guest_event_fault: {
      detail::EventWriter entry(spec::kCode_GUEST_EVENT_FAULT);
      entry.set("GuestID", id);
      if (const char* flag = flag_of(Doing::kEvent)) entry.set(flag, 1);
      dev_.append(entry.words());
      break;
    }
    case spec::GuestLogFault::io_page_fault:
    case spec::GuestLogFault::silent:
      break;
  }
}

template <class Domain>
bool VirtualIommu<Domain>::route(spec::EventCause cause, const Context& context,
                                 const detail::EventWriter& entry) {
  namespace D = spec::field::DeviceTableEntry;
  if (!state().active) return true;
  const bool guest_stage = context.origin == nullptr && context.GN;
  const auto out = dev_.template decide_here<spec::event_route>(
                           {Domain::template k<4>(static_cast<std::uint64_t>(cause)),
                            dev_.flag(guest_stage), dev_.opt_})
                       .out;
  if (out.to_guest.v != 0) {
    detail::EventWriter copy = entry;
    dev_.tell(spec::Behaviour::GuestEventDevice);
    copy.set("DeviceID", D::GDeviceID.get(context.dte));
    const bool no_domain = dev_.config_.opt.guest_event_domain.v ==
                           static_cast<std::uint64_t>(spec::GuestEventDomain::zero);
    if (!context.GN && no_domain) copy.set("DomainID", 0);
    const auto id = static_cast<std::uint16_t>(D::GuestID.get(context.dte));
    append({id, guest_state(id)}, event_log(), copy.words());
  }
  return out.to_host.v != 0;
}

template <class Domain>
spec::Control<Domain> VirtualIommu<Domain>::control_of(const GuestState& guest) {
  const auto control = spec::guest_control_read<Domain>(
      dev_.d_, {{dev_.word(guest.word(Word::command))}}, {{dev_.word(guest.word(Word::event))}},
      {{dev_.word(guest.word(Word::ppr))}});
  return {{control}};
}

template <class Domain>
std::optional<spec::PprOutcome> VirtualIommu<Domain>::page_request(const PageRequest& request,
                                                                   Context& context) {
  namespace D = spec::field::DeviceTableEntry;
  if (!state().active) return std::nullopt;
  const auto id = static_cast<std::uint16_t>(D::GuestID.get(context.dte));
  const Guest guest{id, guest_state(id)};
  const Log log = ppr_log();
  const auto judge = [&] {
    spec::PageRequest<Domain> req{};
    req.DeviceID = Domain::template k<16>(request.device_id);
    req.address = dev_.word(request.address);
    req.has_pasid = dev_.flag(request.has_pasid);
    const std::uint64_t status = guest.state.reg(Id::Status);
    const bool is_b = log.active.get(status) != 0;
    const auto out = dev_.template decide_here<spec::page_request>(
                             {req, dev_.dte_of(context), dev_.flag(log.run.get(status) != 0),
                              dev_.flag((is_b ? log.overflow_b : log.overflow).get(status) != 0),
                              control_of(guest.state), dev_.cap_, dev_.dte_cap_})
                         .out;
    return static_cast<spec::PprOutcome>(out.outcome.v);
  };
  spec::PprOutcome outcome = judge();
  if (outcome == spec::PprOutcome::log) {
    PageRequest seen = request;
    dev_.tell(spec::Behaviour::GuestEventDevice);
    seen.device_id = static_cast<std::uint16_t>(D::GDeviceID.get(context.dte));
    if (append(guest, log, detail::ppr_entry(seen)) == spec::LogOutcome::overflow) {
      outcome = judge();  // the log was full: now it has overflowed
    }
  }
  return dev_.finish_ppr(
      outcome, request, context,
      spec::field::PPRAutoResponse::ResponseCode.get(guest.state.reg(Id::PPRAutoResponse)));
}

}  // namespace amdvi
