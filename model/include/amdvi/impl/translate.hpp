// BasicDevice: memory requests, what their address and their device table entry make of them.
#pragma once

#include <algorithm>

#include <amdvi/device.hpp>
#include <amdvi/spec/DeviceTableBase.gen.hpp>
#include <amdvi/spec/DteOutcome.gen.hpp>
#include <amdvi/spec/ExclusionBase.gen.hpp>
#include <amdvi/spec/ExclusionLimit.gen.hpp>
#include <amdvi/spec/address_class.gen.hpp>
#include <amdvi/spec/device_table_slot.gen.hpp>
#include <amdvi/spec/dte_memory_check.gen.hpp>
#include <amdvi/spec/exclusion.gen.hpp>
#include <amdvi/spec/ht_window.gen.hpp>

namespace amdvi {

template <class Domain>
spec::MemoryRequest<Domain> BasicDevice<Domain>::request_of(const Request& request) {
  spec::MemoryRequest<Domain> req{};
  req.DeviceID = d_.template k<16>(request.device_id);
  req.address = word(request.address);
  req.read = flag(request.read);
  req.write = flag(request.write);
  req.posted = flag(request.write && request.posted);
  req.has_pasid = flag(request.has_pasid);
  req.PASID = d_.template k<20>(request.pasid);
  req.exec = flag(request.exec);
  req.privileged = flag(request.privileged);
  return req;
}

template <class Domain>
Translation BasicDevice<Domain>::translate(const Request& request) {
  Context context = context_of(request);
  Translation done;
  if (classify(request, context, done)) return done;
  if (marc_enabled()) {
    if (const auto moved = marc(request, context)) return *moved;
  }
  if (!fetch_dte(request, context)) return {};
  return by_entry(request, context);
}

template <class Domain>
Translation BasicDevice<Domain>::by_entry(const Request& request, Context& context) {
  const Checked checked = check_dte(request, context);
  Translation t = follow(checked, request, context);
  if (counters_.on) count_request(checked, t, context);
  return t;
}

template <class Domain>
typename BasicDevice<Domain>::Context BasicDevice<Domain>::context_of(
    const Request& request) const {
  Context context{&request};
  context.address = request.address;
  context.GN = request.has_pasid;
  context.pasid = request.pasid;
  context.user = !(request.has_pasid && request.privileged);
  return context;
}

template <class Domain>
bool BasicDevice<Domain>::classify(const Request& request, Context& context, Translation& done) {
  const spec::MemoryRequest<Domain> req = request_of(request);
  const Bv<1> dword = flag(request.dword);
  const auto decided = decide_here<spec::address_class>({req, dword, control(), cap_});
  auto outcome = static_cast<spec::AddressClass>(decided.out.outcome.v);
  context.type = static_cast<unsigned>(decided.out.event_type.v);
  if (outcome == spec::AddressClass::ht_reserved) {
    tell(spec::Behaviour::HtWindow);
    const auto part = decide_here<spec::ht_window>({req, dword, opt_}).out;
    outcome = static_cast<spec::AddressClass>(part.outcome.v);
    context.type = static_cast<unsigned>(part.event_type.v);
  }
  switch (outcome) {
    case spec::AddressClass::untranslated:
      done = {true, request.address, ~std::uint64_t{0}, false};
      return true;
    case spec::AddressClass::interrupt:
      done = {false, 0, 0, true};
      return true;
    case spec::AddressClass::port_io:
      done = port_io(request);
      return true;
    case spec::AddressClass::ht_reserved:
    case spec::AddressClass::invalid_request:
      done = abort(spec::EventCause::invalid_device_request, context);
      return true;
    case spec::AddressClass::memory:
      break;
  }
  return false;
}

// false: the request was aborted and reported.
template <class Domain>
bool BasicDevice<Domain>::fetch_dte(const Request& request, Context& context) {
  namespace B = spec::field::DeviceTableBase;
  const unsigned bits = segment_bits();
  if (bits != 0) tell(spec::Behaviour::Segments);
  const unsigned segment = unsigned{request.device_id} >> (16 - bits);
  // The registers of segments 1 to 7 follow each other.
  const std::uint64_t base =
      segment == 0 ? reg(spec::RegisterId::DeviceTableBase)
                   : regs_[static_cast<std::size_t>(spec::RegisterId::DeviceTableSegment1Base) +
                           segment - 1];
  const auto slot = decide_here<spec::device_table_slot>({d_.template k<16>(request.device_id),
                                                          d_.template k<9>(B::Size.get(base)),
                                                          d_.template k<2>(bits), opt_});
  if (slot.out.in_table.v == 0) {
    if (context.TR) return ats_without_entry(context);
    abort(slot.out.illegal_dte.v != 0 ? spec::EventCause::illegal_dev_table_entry
                                      : spec::EventCause::io_page_fault,
          context);
    return false;
  }
  const std::uint64_t spa = (B::Base.get(base) << 12) + slot.out.offset.v;
  if (observer_ != nullptr) announce(TableKind::kDeviceTable, context, 0, 0);
  if (!memory_->read64(spa, std::span(context.dte))) {
    tell(spec::Behaviour::DeviceTableReadError);
    context.address = spa;
    context.type = hardware_error_type();
    abort(spec::EventCause::dev_tab_hardware_error, context);
    return false;
  }
  context.have_dte = true;
  if (watched_) saw_table_read(TableKind::kDeviceTable, context, spa, context.dte);
  return true;
}

template <class Domain>
typename BasicDevice<Domain>::Dte BasicDevice<Domain>::dte_of(const Context& context) {
  Dte dte;
  for (std::size_t i = 0; i < 4; ++i) dte.w[i] = word(context.dte[i]);
  return dte;
}

template <class Domain>
typename BasicDevice<Domain>::Checked BasicDevice<Domain>::check_dte(const Request& request,
                                                                     Context& context) {
  const Dte dte = dte_of(context);
  const spec::MemoryRequest<Domain> req = request_of(request);
  const auto exclusion =
      decide_here<spec::exclusion>({req,
                                    dte,
                                    {{word(reg(spec::RegisterId::ExclusionBase))}},
                                    {{word(reg(spec::RegisterId::ExclusionLimit))}},
                                    cap_});
  const auto decided = decide_here<spec::dte_memory_check>(
      {dte, req, exclusion.out.excluded, control(), dte_cap_, opt_});
  context.PR = decided.out.PR.v != 0;
  context.PE = decided.out.PE.v != 0;
  context.RZ = decided.out.RZ.v != 0;
  context.type = static_cast<unsigned>(decided.out.event_type.v);
  return {static_cast<spec::DteOutcome>(decided.out.outcome.v), exclusion.out.excluded.v != 0};
}

template <class Domain>
Translation BasicDevice<Domain>::follow(Checked checked, const Request& request, Context& context) {
  switch (checked.outcome) {
    case spec::DteOutcome::pass_through:
    case spec::DteOutcome::forward:
      return {true, request.address, ~std::uint64_t{0}, false};
    case spec::DteOutcome::walk:
      return walk(request, context);
    case spec::DteOutcome::guest:
      return guest(request, context);
    case spec::DteOutcome::page_fault:
      return abort(spec::EventCause::io_page_fault, context);
    case spec::DteOutcome::illegal_dte:
      return abort(spec::EventCause::illegal_dev_table_entry, context);
    case spec::DteOutcome::invalid_request:
      return abort(spec::EventCause::invalid_device_request, context);
  }
  return {};
}

template <class Domain>
Translation BasicDevice<Domain>::abort(spec::EventCause cause, Context& context) {
  const bool fault = cause == spec::EventCause::io_page_fault;
  if (context.TR) tell(fault ? spec::Behaviour::AtsFault : spec::Behaviour::AtsError);
  context.error = !fault;
  if (context.quiet || (context.TR && fault)) return {};
  if (!context.TR) {
    tell(spec::Behaviour::TargetAbort);
    if (!context.interrupt) count(spec::CounterSourceCode::target_abort, &context);
    signal_target_abort(cause, context);
  }
  report(cause, context);
  return {};
}

template <class Domain>
bool BasicDevice<Domain>::dma(std::uint16_t device_id, std::uint64_t address, std::size_t length,
                              bool is_write, std::uint8_t* to, const std::uint8_t* from) {
  for (std::size_t done = 0; done < length;) {
    const std::uint64_t at = address + done;
    const std::size_t room = 4096 - (at & 4095);
    const std::size_t part = std::min(room, length - done);
    Request request{device_id, at, !is_write, is_write, true};
    request.dword = is_dword(at, part);
    const Translation t = translate(request);
    if (t.interrupt) return dma_interrupt(device_id, at, std::span(from + done, part));
    if (!t.ok) return false;
    const bool moved = is_write ? memory_->write(t.spa, std::span(from + done, part))
                                : memory_->read(t.spa, std::span(to + done, part));
    if (!moved) return false;
    done += part;
  }
  return true;
}

// int.request: a write to the interrupt range moves no data, it is a message.
template <class Domain>
bool BasicDevice<Domain>::dma_interrupt(std::uint16_t device_id, std::uint64_t address,
                                        std::span<const std::uint8_t> bytes) {
  std::uint32_t data = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) data = data << 8 | bytes[i];
  const InterruptResult result = interrupt({device_id, address, data});
  if (observer_ != nullptr) observer_->upstream_interrupt(result);
  return result.kind != InterruptResult::Kind::kAborted;
}

template <class Domain>
bool BasicDevice<Domain>::dma_write(std::uint16_t device_id, std::uint64_t address,
                                    std::span<const std::uint8_t> bytes) {
  return dma(device_id, address, bytes.size(), true, nullptr, bytes.data());
}

template <class Domain>
bool BasicDevice<Domain>::dma_read(std::uint16_t device_id, std::uint64_t address,
                                   std::span<std::uint8_t> bytes) {
  return dma(device_id, address, bytes.size(), false, bytes.data(), nullptr);
}

}  // namespace amdvi
