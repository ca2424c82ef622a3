// BasicDevice: interrupt requests through the device table and the interrupt remapping tables.
#pragma once

#include <amdvi/device.hpp>
#include <amdvi/spec/DeliveryMode.gen.hpp>
#include <amdvi/spec/DeviceTableEntry.gen.hpp>
#include <amdvi/spec/IRTE128.gen.hpp>
#include <amdvi/spec/IRTE128Guest.gen.hpp>
#include <amdvi/spec/IRTE32.gen.hpp>
#include <amdvi/spec/InterruptDteOutcome.gen.hpp>
#include <amdvi/spec/InterruptEntryOutcome.gen.hpp>
#include <amdvi/spec/SmiFilter.gen.hpp>
#include <amdvi/spec/dte_interrupt_check.gen.hpp>
#include <amdvi/spec/interrupt_fault_log.gen.hpp>
#include <amdvi/spec/interrupt_message.gen.hpp>
#include <amdvi/spec/irte128_check.gen.hpp>
#include <amdvi/spec/irte128_guest_check.gen.hpp>
#include <amdvi/spec/irte32_check.gen.hpp>
#include <amdvi/spec/smi_filter_match.gen.hpp>

namespace amdvi {

namespace detail {

inline InterruptResult forwarded(const InterruptRequest& request) {
  return {InterruptResult::Kind::kForwarded, request.address, request.data, 0};
}

// Delivery mode of a message: data bits 10:8 (int.delivery-mode).
inline spec::DeliveryMode delivery_mode(std::uint32_t data) {
  return static_cast<spec::DeliveryMode>(data >> 8 & 7);
}

inline std::uint64_t load(std::span<const std::uint8_t> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | bytes[i];
  return value;
}

}  // namespace detail

template <class Domain>
spec::InterruptRequest<Domain> BasicDevice<Domain>::request_of(const InterruptRequest& request) {
  spec::InterruptRequest<Domain> req{};
  req.DeviceID = d_.template k<16>(request.device_id);
  req.address = word(request.address);
  req.data = d_.template k<32>(request.data);
  req.has_pasid = flag(request.has_pasid);
  return req;
}

template <class Domain>
InterruptResult BasicDevice<Domain>::interrupt(const InterruptRequest& request) {
  const bool disabled = spec::field::Control::IommuEn.get(reg(spec::RegisterId::Control)) == 0;
  if (disabled) tell(spec::Behaviour::IntDisabled);
  tell(spec::Behaviour::IntRequest);
  if (disabled) return detail::forwarded(request);
  const Request write{request.device_id, request.address, false, true, true};
  Context context{&write};
  context.address = request.address;
  context.interrupt = true;
  if (!fetch_dte(write, context)) {
    tell(spec::Behaviour::IntDevtabError);
    return {};
  }
  const InterruptResult result = check_interrupt(request, context);
  if (counters_.on) count_interrupt(request, context, result);
  return result;
}

template <class Domain>
InterruptResult BasicDevice<Domain>::check_interrupt(const InterruptRequest& request,
                                                     Context& context) {
  const auto decided =
      decide_here<spec::dte_interrupt_check>({dte_of(context), request_of(request), control(),
                                              flag(smi_allowed(request)), dte_cap_, opt_});
  context.RZ = decided.out.RZ.v != 0;
  switch (static_cast<spec::InterruptDteOutcome>(decided.out.outcome.v)) {
    case spec::InterruptDteOutcome::forward:
      return detail::forwarded(request);
    case spec::InterruptDteOutcome::remap:
      return read_entry(request, context, static_cast<unsigned>(decided.out.index.v));
    case spec::InterruptDteOutcome::page_fault:
      return interrupt_fault(spec::EventCause::io_page_fault, context);
    case spec::InterruptDteOutcome::illegal_dte:
      return interrupt_fault(spec::EventCause::illegal_dev_table_entry, context);
    case spec::InterruptDteOutcome::target_abort:
      break;
  }
  const spec::DeliveryMode mode = detail::delivery_mode(request.data);
  if (mode == spec::DeliveryMode::nmi || mode == spec::DeliveryMode::init ||
      mode == spec::DeliveryMode::ext_int) {
    tell(spec::Behaviour::IntPassBitLog);
  }
  signal_target_abort(spec::EventCause::io_page_fault, context);
  return {};
}

// Whether a filter names the device; asked only where the answer can matter.
template <class Domain>
bool BasicDevice<Domain>::smi_allowed(const InterruptRequest& request) {
  const bool filtered = spec::field::Control::SmiFEn.get(reg(spec::RegisterId::Control)) != 0;
  if (!filtered || detail::delivery_mode(request.data) != spec::DeliveryMode::smi) return false;
  const spec::InterruptRequest<Domain> req = request_of(request);
  for (std::size_t i = 0; i < spec::kRegisters.size(); ++i) {
    if (spec::kRegisters[i].role != spec::RegisterRole::smi_filter || !masks(i).present) continue;
    if (decide_here<spec::smi_filter_match>({{{word(regs_[i])}}, req}).out.match.v != 0)
      return true;
  }
  return false;
}

template <class Domain>
InterruptResult BasicDevice<Domain>::read_entry(const InterruptRequest& request, Context& context,
                                                unsigned index) {
  const bool wide = spec::field::Control::GAEn.get(reg(spec::RegisterId::Control)) != 0 &&
                    spec::field::ExtendedFeature::GASup.get(config_.cap.EFR.w[0].v) != 0;
  const std::size_t size = wide ? 16 : 4;
  const std::uint64_t root = spec::field::DeviceTableEntry::IntTabRoot.get(context.dte) << 6;
  const std::uint64_t spa = root + index * size;
  tell(spec::Behaviour::IntEntryAddress);
  if ((root & 127) != 0) tell(spec::Behaviour::IntTableAlignment);
  std::array<std::uint8_t, 16> bytes{};
  if (observer_ != nullptr) announce(TableKind::kInterruptTable, context, request.address, 0);
  if (!memory_->read(spa, std::span(bytes).first(size))) {
    tell(spec::Behaviour::IntEntryReadDropped);
    tell(spec::Behaviour::IntEntryReadError);
    if (config_.opt.irte_read_error_event.v ==
        static_cast<std::uint64_t>(spec::IrteReadErrorEvent::none)) {
      return {};
    }
    context.address = spa;
    context.type = hardware_error_type();
    return interrupt_fault(spec::EventCause::page_tab_hardware_error, context);
  }
  const Words2 words{detail::load(std::span(bytes).first(8)),
                     detail::load(std::span(bytes).last(8))};
  if (observer_ != nullptr) {
    observer_->table_read(TableKind::kInterruptTable, spa, std::span(words).first(wide ? 2 : 1));
  }
  context.have_irte = true;
  context.SupIOPF = spec::field::IRTE128::SupIOPF.get(words) != 0;  // the same bit in all formats
  return apply_entry(request, context, words, wide);
}

template <class Domain>
InterruptResult BasicDevice<Domain>::apply_entry(const InterruptRequest& request, Context& context,
                                                 const Words2& words, bool wide) {
  if (!wide) {
    const auto decided =
        decide_here<spec::irte32_check>({{{Domain::template k<32>(words[0])}}, cap_});
    return deliver(request, context, decided.out);
  }
  if (spec::field::IRTE128::GuestMode.get(words) == 0) {
    const auto decided =
        decide_here<spec::irte128_check>({{{word(words[0]), word(words[1])}}, control(), cap_});
    return deliver(request, context, decided.out);
  }
  const auto decided =
      decide_here<spec::irte128_guest_check>({{{word(words[0]), word(words[1])}}, control(), cap_});
  if (static_cast<spec::InterruptEntryOutcome>(decided.out.outcome.v) ==
      spec::InterruptEntryOutcome::post) {
    return post(request, words, decided.out);
  }
  context.PR = decided.out.PR.v != 0;
  context.RZ = decided.out.RZ.v != 0;
  return interrupt_fault(spec::EventCause::io_page_fault, context);
}

template <class Domain>
template <class Out>
InterruptResult BasicDevice<Domain>::deliver(const InterruptRequest& request, Context& context,
                                             const Out& out) {
  if (static_cast<spec::InterruptEntryOutcome>(out.outcome.v) !=
      spec::InterruptEntryOutcome::deliver) {
    context.PR = out.PR.v != 0;
    context.RZ = out.RZ.v != 0;
    return interrupt_fault(spec::EventCause::io_page_fault, context);
  }
  const auto message = decide_here<spec::interrupt_message>(
      {out.Vector, out.IntType, out.DM, out.Destination, request_of(request), cap_});
  return {InterruptResult::Kind::kRemapped, message.out.address.v,
          static_cast<std::uint32_t>(message.out.data.v),
          static_cast<std::uint32_t>(out.Destination.v)};
}

template <class Domain>
InterruptResult BasicDevice<Domain>::interrupt_fault(spec::EventCause cause, Context& context) {
  abort(cause, context);
  return {};
}

template <class Domain>
bool BasicDevice<Domain>::logs_interrupt_fault(const Context& context) {
  const auto decided = decide_here<spec::interrupt_fault_log>(
      {dte_of(context), flag(context.have_dte), flag(context.have_irte), flag(context.SupIOPF)});
  return decided.out.log.v != 0;
}

}  // namespace amdvi
