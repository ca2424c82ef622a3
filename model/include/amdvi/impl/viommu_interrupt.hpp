// VirtualIommu: interrupts of guests' IOMMUs.
#pragma once

#include <amdvi/impl/interrupt.hpp>
#include <amdvi/impl/viommu.hpp>
#include <amdvi/spec/ExtInterruptEntry.gen.hpp>
#include <amdvi/spec/ExtInterruptType.gen.hpp>
#include <amdvi/spec/IntCtl.gen.hpp>
#include <amdvi/spec/ext_interrupt_number.gen.hpp>

namespace amdvi {

template <class Domain>
bool VirtualIommu<Domain>::interrupt_enabled(const GuestState& guest, InterruptCause cause) const {
  namespace f = spec::field;
  switch (cause) {
    case InterruptCause::kEventLog:
      return f::VfctrlEventControl::EventIntEn.get(guest.word(Word::event)) != 0;
    case InterruptCause::kPprLog:
      return f::VfctrlPprControl::PPRIntEn.get(guest.word(Word::ppr)) != 0;
    case InterruptCause::kCompletionWait:
      return f::VfctrlCommandControl::ComWaitIntEn.get(guest.word(Word::command)) != 0;
    case InterruptCause::kGaLog:
      break;
  }
  return false;
}

template <class Domain>
void VirtualIommu<Domain>::notify(Guest guest, InterruptCause cause) {
  if (!interrupt_enabled(guest.state, cause)) return;
  if (dev_.config_.opt.guest_interrupt.v ==
      static_cast<std::uint64_t>(spec::GuestInterrupt::none)) {
    return;
  }
  if (dev_.observer_ != nullptr) dev_.observer_->guest_interrupt(guest.id, cause);
  if (cause == InterruptCause::kCompletionWait) dev_.tell(spec::Behaviour::ExtInterruptCompletion);
  const auto type = cause == InterruptCause::kPprLog ? spec::ExtInterruptType::ppr
                                                     : spec::ExtInterruptType::event;
  dev_.tell(send_extended(guest.id, static_cast<std::uint64_t>(type))
                ? spec::Behaviour::ExtInterrupt
                : spec::Behaviour::ExtInterruptLost);
}

// Through the interrupt tables of the IOMMU's own entry. false: there is no entry.
template <class Domain>
bool VirtualIommu<Domain>::send_extended(std::uint16_t id, std::uint64_t type) {
  namespace D = spec::field::DeviceTableEntry;
  namespace E = spec::field::ExtInterruptEntry;
  const Request message{dev_.config_.own_device_id, 0, false, true, true};
  Context context = dev_.context_of(message);
  context.quiet = context.interrupt = true;
  if (!dev_.fetch_dte(message, context)) return false;
  const bool remaps = D::IV.get(context.dte) != 0 &&
                      D::IntCtl.get(context.dte) == static_cast<std::uint64_t>(spec::IntCtl::remap);
  const std::uint64_t number = spec::ext_interrupt_number<Domain>(
                                   dev_.d_, Domain::template k<2>(type), Domain::template k<16>(id))
                                   .v;
  const std::uint64_t first = number >> 8, second = number & 0xFF;
  if (!remaps || first >> D::IntTabLen.get(context.dte) != 0) return false;
  std::uint64_t entry = 0;
  if (!dev_.memory_->read64((D::IntTabRoot.get(context.dte) << 6) + 8 * first, entry)) return false;
  if (E::Valid.get(entry) == 0 || second >> E::Length.get(entry) != 0) return false;
  Words2 words{};
  if (!dev_.memory_->read64((E::Base.get(entry) << 6) + 16 * second, std::span(words)))
    return false;
  context.have_irte = true;
  const InterruptRequest request{dev_.config_.own_device_id, 0, 0, false};
  return dev_.apply_entry(request, context, words, true).kind == InterruptResult::Kind::kPosted;
}

}  // namespace amdvi
