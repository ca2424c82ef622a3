// BasicDevice: events and the event log.
#pragma once

#include <amdvi/device.hpp>
#include <amdvi/spec/COMMAND_HARDWARE_ERROR.gen.hpp>
#include <amdvi/spec/DEV_TAB_HARDWARE_ERROR.gen.hpp>
#include <amdvi/spec/EVENT_COUNTER_ZERO.gen.hpp>
#include <amdvi/spec/EventLogBase.gen.hpp>
#include <amdvi/spec/ExtendedFeature.gen.hpp>
#include <amdvi/spec/HwEventStatus.gen.hpp>
#include <amdvi/spec/ILLEGAL_COMMAND_ERROR.gen.hpp>
#include <amdvi/spec/ILLEGAL_DEV_TABLE_ENTRY.gen.hpp>
#include <amdvi/spec/INVALID_DEVICE_REQUEST.gen.hpp>
#include <amdvi/spec/INVALID_PPR_REQUEST.gen.hpp>
#include <amdvi/spec/IOTLB_INV_TIMEOUT.gen.hpp>
#include <amdvi/spec/IO_PAGE_FAULT.gen.hpp>
#include <amdvi/spec/LogOutcome.gen.hpp>
#include <amdvi/spec/PAGE_TAB_HARDWARE_ERROR.gen.hpp>
#include <amdvi/spec/Status.gen.hpp>
#include <amdvi/spec/event_encoding.gen.hpp>
#include <amdvi/spec/log_append.gen.hpp>
#include <amdvi/spec/page_fault_log.gen.hpp>

namespace amdvi {

namespace detail {

inline std::uint32_t event_code(spec::EventCause cause) {
  switch (cause) {
    case spec::EventCause::illegal_dev_table_entry:
      return spec::kCode_ILLEGAL_DEV_TABLE_ENTRY;
    case spec::EventCause::io_page_fault:
      return spec::kCode_IO_PAGE_FAULT;
    case spec::EventCause::dev_tab_hardware_error:
      return spec::kCode_DEV_TAB_HARDWARE_ERROR;
    case spec::EventCause::page_tab_hardware_error:
      return spec::kCode_PAGE_TAB_HARDWARE_ERROR;
    case spec::EventCause::illegal_command_error:
      return spec::kCode_ILLEGAL_COMMAND_ERROR;
    case spec::EventCause::command_hardware_error:
      return spec::kCode_COMMAND_HARDWARE_ERROR;
    case spec::EventCause::iotlb_inv_timeout:
      return spec::kCode_IOTLB_INV_TIMEOUT;
    case spec::EventCause::invalid_device_request:
      return spec::kCode_INVALID_DEVICE_REQUEST;
    case spec::EventCause::invalid_ppr_request:
      return spec::kCode_INVALID_PPR_REQUEST;
    case spec::EventCause::event_counter_zero:
      return spec::kCode_EVENT_COUNTER_ZERO;
  }
  return 0;
}

// Builds an entry by the names of its fields; a name the event does not have is left out.
class EventWriter {
 public:
  explicit EventWriter(std::uint32_t code) : info_(spec::find_event(code)) {
    set("EventCode", code);
  }
  void set(std::string_view field, std::uint64_t value) {
    for (const spec::FieldInfo& f : info_->fields) {
      if (f.name == field) spec::set_field(f, words_, value);
    }
  }
  // The address operand: every field whose name says which address bits it holds.
  void set_address(std::uint64_t address) {
    for (const spec::FieldInfo& f : info_->fields) {
      if (!f.name.starts_with("Address")) continue;
      const spec::BitRange bits = f.pieces[0];
      const unsigned low = bits.lo - 64u;
      spec::set_field(f, words_, (address >> low) & spec::low_bits(bits.hi - bits.lo + 1u));
    }
  }
  std::span<const std::uint64_t> words() const { return words_; }

 private:
  const spec::StructureInfo* info_;
  std::array<std::uint64_t, 2> words_{};
};

inline void set_flags(EventWriter& entry, const Context& context, bool write) {
  entry.set("PR", context.PR);
  entry.set("I", context.interrupt);
  entry.set("RW", write && !context.interrupt);
  entry.set("PE", context.PE);
  entry.set("RZ", context.RZ);
  entry.set("TR", context.TR);
}

inline void set_guest_operands(EventWriter& entry, std::uint32_t pasid, bool exec, bool user) {
  entry.set("GN", 1);
  entry.set("PASID_15_0", pasid & 0xFFFF);
  entry.set("PASID_19_16", pasid >> 16 & 0xF);
  entry.set("NX", exec);
  entry.set("US", user);
}

}  // namespace detail

template <class Domain>
void BasicDevice<Domain>::report(spec::EventCause cause, const Context& context) {
  const Request& request = *(context.origin != nullptr ? context.origin : context.request);
  if (cause == spec::EventCause::io_page_fault && context.interrupt) {
    if (!logs_interrupt_fault(context)) return;
  } else if (cause == spec::EventCause::io_page_fault) {
    const bool already = fault_logged_.contains(request.device_id);
    const auto log =
        decide_here<spec::page_fault_log>({dte_of(context), flag(context.have_dte), flag(already)});
    if (log.out.log.v == 0) return;
    if (context.have_dte) fault_logged_.insert(request.device_id);
  }
  const auto shape =
      decide_here<spec::event_encoding>({d_.template k<4>(static_cast<std::uint64_t>(cause)),
                                         request_of(request), flag(context.have_dte), opt_});
  detail::EventWriter entry(detail::event_code(cause));
  if (shape.out.has_device.v != 0) entry.set("DeviceID", request.device_id);
  if (shape.out.has_domain.v != 0) {
    entry.set("DomainID", context.GN ? context.pasid & 0xFFFF
                                     : spec::field::DeviceTableEntry::DomainID.get(context.dte));
  }
  if (shape.out.has_flags.v != 0) {
    const bool rw_given = cause != spec::EventCause::io_page_fault || context.PR ||
                          config_.opt.rw_valid_if_not_present.v != 0;
    detail::set_flags(entry, context, request.write && rw_given);
  }
  if (context.GN) detail::set_guest_operands(entry, context.pasid, request.exec, context.user);
  if (cause == spec::EventCause::invalid_ppr_request) entry.set("PPRtag", context.tag);
  if (cause == spec::EventCause::event_counter_zero) {
    entry.set("CounterNote_51_32", context.address >> 32);
    entry.set("CounterNote_31_0", context.address & 0xFFFFFFFF);
  }
  entry.set("Type", context.type);
  if (context.virtual_flag != nullptr) entry.set(context.virtual_flag, 1);
  const std::uint64_t keep = shape.out.no_address.v != 0     ? 0
                             : shape.out.page_aligned.v != 0 ? ~std::uint64_t{4095}
                                                             : ~std::uint64_t{0};
  entry.set_address(context.address & keep);
  if (is_virtual(context) && !VirtualIommu<Domain>(*this).route(cause, context, entry)) return;
  latch_hardware_error(cause, entry.words());
  append(entry.words());
}

// Its entry names a guest; whether there is a vIOMMU at work is another matter.
template <class Domain>
bool BasicDevice<Domain>::is_virtual(const Context& context) {
  return context.have_dte && spec::field::DeviceTableEntry::vImuEn.get(context.dte) != 0;
}

template <class Domain>
void BasicDevice<Domain>::append(std::span<const std::uint64_t> entry) {
  namespace S = spec::field::Status;
  const LogRing log = event_ring();
  if (log.is_b) tell(spec::Behaviour::DualLog);
  std::uint64_t& status = reg(spec::RegisterId::Status);
  std::uint64_t& tail = reg(log.tail);
  const std::uint64_t mask = ring_mask(log.ring);
  const auto& overflow_bit = log.is_b ? S::EventOvrflwB : S::EventOverflow;
  const auto decided = decide_here<spec::log_append>(
      {flag(S::EventLogRun.get(status) != 0), flag(overflow_bit.get(status) != 0),
       d_.template k<19>(reg(log.head)), d_.template k<19>(tail), d_.template k<19>(mask), opt_});
  switch (static_cast<spec::LogOutcome>(decided.out.outcome.v)) {
    case spec::LogOutcome::drop:
      return;
    case spec::LogOutcome::overflow:
      overflow(log);
      if (swap_log(log)) append(entry);
      raise(InterruptCause::kEventLog, false);  // if the event is lost EventLogInt stays as it is
      return;
    case spec::LogOutcome::append:
      break;
  }
  const std::uint64_t spa =
      (spec::field::EventLogBase::Base.get(reg(log.base)) << 12) + (tail & mask);
  if (!memory_->write64(spa, entry[0]) || !memory_->write64(spa + 8, entry[1])) {
    tell(spec::Behaviour::LogWriteError);
    return;
  }
  tail = (tail + 16) & mask;
  if (observer_ != nullptr) observer_->event(entry);
  const bool enabled = spec::field::Control::EventIntEn.get(reg(spec::RegisterId::Control)) != 0;
  tell(enabled ? spec::Behaviour::EventInterrupt : spec::Behaviour::EventLogInt);
  const bool was_set = S::EventLogInt.get(status) != 0;
  if (enabled || config_.opt.evtlogint_needs_enable.v == 0) S::EventLogInt.set(status, 1);
  if (decided.out.fills.v != 0) {
    overflow(log);
    swap_log(log);
  }
  raise(InterruptCause::kEventLog, was_set);
}

template <class Domain>
void BasicDevice<Domain>::overflow(const LogRing& ring) {
  namespace S = spec::field::Status;
  std::uint64_t& status = reg(spec::RegisterId::Status);
  (ring.is_b ? S::EventOvrflwB : S::EventOverflow).set(status, 1);
  tell(spec::Behaviour::LogOverflowRun);
  if (config_.opt.run_clears_on_overflow.v != 0) S::EventLogRun.set(status, 0);
}

// log.hw-event-registers: events 3, 4 and 6, whether or not they are logged too.
template <class Domain>
void BasicDevice<Domain>::latch_hardware_error(spec::EventCause cause,
                                               std::span<const std::uint64_t> entry) {
  namespace H = spec::field::HwEventStatus;
  const bool hardware = cause == spec::EventCause::dev_tab_hardware_error ||
                        cause == spec::EventCause::page_tab_hardware_error ||
                        cause == spec::EventCause::command_hardware_error;
  if (!hardware || spec::field::ExtendedFeature::HESup.get(config_.cap.EFR.w[0].v) == 0) return;
  tell(spec::Behaviour::HwEventLatch);
  if (!ring_running(spec::Ring::event)) tell(spec::Behaviour::HwEventWithoutLog);
  std::uint64_t& status = reg(spec::RegisterId::HwEventStatus);
  if (H::HEV.get(status) != 0) {
    tell(spec::Behaviour::HwEventReplacement);
    H::HEO.set(status, 1);
    if (config_.opt.hw_event_replacement.v ==
        static_cast<std::uint64_t>(spec::HwEventReplacement::first)) {
      return;
    }
  }
  reg(spec::RegisterId::HwEventUpper) = entry[0];
  reg(spec::RegisterId::HwEventLower) = entry[1];
  H::HEV.set(status, 1);
}

// Sends the interrupt of a cause; that of COMPLETION_WAIT was gated by its decision. `was_set`:
// software has not yet seen to the last one.
template <class Domain>
void BasicDevice<Domain>::raise(InterruptCause cause, bool was_set) {
  const std::uint64_t control = reg(spec::RegisterId::Control);
  if (cause == InterruptCause::kEventLog) {
    if (spec::field::Control::EventIntEn.get(control) == 0) return;
    tell(spec::Behaviour::EventInterrupt);
  }
  if (cause == InterruptCause::kPprLog && spec::field::Control::PprIntEn.get(control) == 0) return;
  if (cause == InterruptCause::kGaLog && spec::field::Control::GAIntEn.get(control) == 0) return;
  if (was_set) {
    const bool wait = cause == InterruptCause::kCompletionWait;
    tell(wait ? spec::Behaviour::ComWaitIntAgain : spec::Behaviour::CoalescedInterrupt);
    if (wait ? config_.opt.com_wait_interrupt_again.v == 0 : config_.opt.msi_coalesce.v != 0)
      return;
  }
  send(cause);
}

// event.type-value: depends on the fabric; never compared.
template <class Domain>
unsigned BasicDevice<Domain>::hardware_error_type() const {
  switch (static_cast<spec::ReportedHwErrorType>(config_.opt.reported_hw_error_type.v)) {
    case spec::ReportedHwErrorType::target_abort:
      return 2;
    case spec::ReportedHwErrorType::master_abort:
      return 1;
    case spec::ReportedHwErrorType::data_error:
      return 3;
  }
  return 2;
}

}  // namespace amdvi
