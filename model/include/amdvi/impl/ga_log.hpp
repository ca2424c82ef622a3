// BasicDevice: guest-mode interrupts and the GA log.
#pragma once

#include <amdvi/device.hpp>
#include <amdvi/spec/GAEntry.gen.hpp>
#include <amdvi/spec/GALogBase.gen.hpp>
#include <amdvi/spec/GALogTail.gen.hpp>
#include <amdvi/spec/GALogTailAddress.gen.hpp>
#include <amdvi/spec/IRTE128Guest.gen.hpp>
#include <amdvi/spec/LogOutcome.gen.hpp>
#include <amdvi/spec/Status.gen.hpp>
#include <amdvi/spec/ga_log_append.gen.hpp>

namespace amdvi {

// irte128-guest.effect: the interrupt request register of the guest APIC page takes the vector.
template <class Domain>
template <class Out>
InterruptResult BasicDevice<Domain>::post(const InterruptRequest& request, const Words2& words,
                                          const Out& out) {
  // The APIC's own layout: eight 32-bit registers, 16 bytes apart.
  constexpr std::uint64_t kRequestRegisters = 0x200, kStride = 16;
  namespace F = spec::field::IRTE128Guest;
  const auto vector = static_cast<std::uint32_t>(out.Vector.v);
  const std::uint64_t spa =
      (F::vAPICRoot.get(words) << 12) + kRequestRegisters + vector / 32 * kStride;
  std::array<std::uint8_t, 4> bytes{};
  if (!memory_->read(spa, bytes)) return {};
  bytes[vector % 32 / 8] |= static_cast<std::uint8_t>(1u << vector % 8);
  if (!memory_->write(spa, bytes)) return {};
  tell(spec::Behaviour::GuestPost);
  const auto destination = static_cast<std::uint32_t>(out.Destination.v);
  if (out.doorbell.v != 0 && observer_ != nullptr) observer_->doorbell(destination);
  if (out.log.v != 0) {
    log_guest_interrupt(request, static_cast<std::uint32_t>(F::GATag.get(words)));
  }
  return {InterruptResult::Kind::kPosted, 0, vector, destination};
}

template <class Domain>
void BasicDevice<Domain>::log_guest_interrupt(const InterruptRequest& request, std::uint32_t tag) {
  constexpr std::uint64_t kGuestNotRunning = 1;
  std::uint64_t entry = 0;
  spec::field::GAEntry::GATag.set(entry, tag);
  spec::field::GAEntry::DeviceID.set(entry, request.device_id);
  spec::field::GAEntry::Code.set(entry, kGuestNotRunning);
  append_ga_entry(entry);
}

template <class Domain>
void BasicDevice<Domain>::append_ga_entry(std::uint64_t entry) {
  namespace S = spec::field::Status;
  std::uint64_t& status = reg(spec::RegisterId::Status);
  std::uint64_t& tail = reg(spec::RegisterId::GALogTail);
  const std::uint64_t mask = ring_mask(spec::Ring::ga);
  const auto decided = decide_here<spec::ga_log_append>(
      {flag(S::GALogRun.get(status) != 0), flag(S::GALOverflow.get(status) != 0),
       d_.template k<19>(reg(spec::RegisterId::GALogHead)), d_.template k<19>(tail),
       d_.template k<19>(mask)});
  switch (static_cast<spec::LogOutcome>(decided.out.outcome.v)) {
    case spec::LogOutcome::drop:
      return;
    case spec::LogOutcome::overflow:
      S::GALOverflow.set(status, 1);
      if (config_.opt.run_clears_on_overflow.v != 0) S::GALogRun.set(status, 0);
      raise(InterruptCause::kGaLog, false);
      return;
    case spec::LogOutcome::append:
      break;
  }
  const std::uint64_t base = reg(spec::RegisterId::GALogBase);
  if (!memory_->write64((spec::field::GALogBase::Base.get(base) << 12) + (tail & mask), entry)) {
    return;
  }
  tail = (tail + 8) & mask & spec::field::GALogTail::Tail.mask();
  const std::uint64_t mirror =
      spec::field::GALogTailAddress::Address.get(reg(spec::RegisterId::GALogTailAddress)) << 3;
  if (mirror != 0) {  // 0: software has not given an address
    tell(spec::Behaviour::GaTailMirror);
    memory_->write64(mirror, tail);
  }
  if (observer_ != nullptr) observer_->ga_entry(entry);
  const bool was_set = S::GAInt.get(status) != 0;
  S::GAInt.set(status, 1);
  raise(InterruptCause::kGaLog, was_set);
}

}  // namespace amdvi
