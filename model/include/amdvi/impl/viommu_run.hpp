// VirtualIommu: whether guests are served, and which of their rings run.
#pragma once

#include <amdvi/impl/viommu.hpp>
#include <amdvi/spec/ExtendedFeature.gen.hpp>
#include <amdvi/spec/Status.gen.hpp>

namespace amdvi {

template <class Domain>
typename VirtualIommu<Domain>::State VirtualIommu<Domain>::state_of(const Device& device,
                                                                    std::uint64_t control) {
  Concrete d;
  const auto out = decide<spec::viommu_state>(
                       d, {{{Concrete::k<64>(control)}}, device.config_.cap, device.config_.opt})
                       .out;
  return {out.active.v != 0, out.commands.v != 0, out.windows.v != 0};
}

template <class Domain>
typename VirtualIommu<Domain>::State VirtualIommu<Domain>::state() {
  const auto out =
      dev_.template decide_here<spec::viommu_state>({dev_.control(), dev_.cap_, dev_.opt_}).out;
  return {out.active.v != 0, out.commands.v != 0, out.windows.v != 0};
}

template <class Domain>
void VirtualIommu<Domain>::take_word(GuestState& guest, Word word, std::uint64_t value, bool resets,
                                     bool resets_b) {
  const State now = state();
  const Enables before = enables(guest, now);
  guest.words[static_cast<std::size_t>(word)] = value;
  const auto zero = [&](Id head, Id tail) { guest.reg(head) = guest.reg(tail) = 0; };
  if (resets && word == Word::command) zero(Id::CommandBufferHead, Id::CommandBufferTail);
  if (resets && word == Word::event) zero(Id::EventLogHead, Id::EventLogTail);
  if (resets && word == Word::ppr) zero(Id::PPRLogHead, Id::PPRLogTail);
  if (resets_b && (word == Word::event || word == Word::event_b_base)) {
    zero(Id::EventLogBHead, Id::EventLogBTail);
  }
  if (resets_b && (word == Word::ppr || word == Word::ppr_b_base)) {
    zero(Id::PPRLogBHead, Id::PPRLogBTail);
  }
  update_runs(guest, before, enables(guest, now));
}

template <class Domain>
typename VirtualIommu<Domain>::Enables VirtualIommu<Domain>::enables(const GuestState& guest,
                                                                     const State& state) const {
  namespace C = spec::field::VfctrlCommandControl;
  namespace E = spec::field::VfctrlEventControl;
  namespace P = spec::field::VfctrlPprControl;
  constexpr std::uint64_t kShortest = 8, kOnlyB = 1;
  const bool any_length = dev_.config_.opt.vfctrl_reserved_length.v ==
                          static_cast<std::uint64_t>(spec::VfctrlReservedLength::as_coded);
  const auto on = [&](bool works, std::uint64_t enable, std::uint64_t length) {
    return works && enable != 0 && (any_length || length >= kShortest);
  };
  const std::uint64_t command = guest.word(Word::command), event = guest.word(Word::event),
                      ppr = guest.word(Word::ppr);
  const bool ppr_there = spec::field::ExtendedFeature::PPRSup.get(dev_.config_.cap.EFR.w[0].v) != 0;
  const auto& event_length = E::DualEventLogEn.get(event) == kOnlyB ? E::EventLenB : E::EventLen;
  const auto& ppr_length = P::DualPprLogEn.get(ppr) == kOnlyB ? P::PprLenB : P::PprLen;
  return {on(state.commands, C::CmdBufEn.get(command), C::ComLen.get(command)),
          on(state.active, E::EventLogEn.get(event), event_length.get(event)),
          on(state.active && ppr_there, P::PPRLogEn.get(ppr), ppr_length.get(ppr))};
}

// vf.status.run: starts on the rising edge of everything a ring needs, stops when one of it falls.
template <class Domain>
void VirtualIommu<Domain>::update_runs(GuestState& guest, const Enables& before,
                                       const Enables& now) {
  namespace S = spec::field::Status;
  constexpr std::uint64_t kAutoswap = 2;
  std::uint64_t& status = guest.reg(Id::Status);
  const auto follow = [&](bool was, bool is, const auto& run, const auto& overflow) {
    if (was == is) return;
    dev_.tell(spec::Behaviour::GuestRun);
    run.set(status, is ? 1 : 0);
    if (is && overflow != nullptr && dev_.config_.opt.log_enable_clears_overflow.v != 0) {
      overflow->set(status, 0);
    }
  };
  const decltype(&S::EventOverflow) none = nullptr;
  follow(before.command, now.command, S::CmdBufRun, none);
  follow(before.event, now.event, S::EventLogRun, &S::EventOverflow);
  follow(before.ppr, now.ppr, S::PprLogRun, &S::PprOverflow);
  const std::uint64_t event_mode =
      spec::field::VfctrlEventControl::DualEventLogEn.get(guest.word(Word::event));
  if (event_mode < kAutoswap) S::EventLogActive.set(status, event_mode);
  const std::uint64_t ppr_mode =
      spec::field::VfctrlPprControl::DualPprLogEn.get(guest.word(Word::ppr));
  if (ppr_mode < kAutoswap) S::PprLogActive.set(status, ppr_mode);
}

template <class Domain>
void VirtualIommu<Domain>::control_changed(std::uint64_t before) {
  const State was = state_of(dev_, before), now = state();
  for (auto& [id, guest] : dev_.guests_.by_id) {
    update_runs(guest, enables(guest, was), enables(guest, now));
  }
}

template <class Domain>
bool VirtualIommu<Domain>::running(const GuestState& guest, spec::Ring ring) {
  namespace S = spec::field::Status;
  const std::uint64_t status = guest.reg(Id::Status);
  switch (ring) {
    case spec::Ring::command:
      return S::CmdBufRun.get(status) != 0;
    case spec::Ring::event:
    case spec::Ring::event_b:
      return S::EventLogRun.get(status) != 0;
    case spec::Ring::ppr:
    case spec::Ring::ppr_b:
      return S::PprLogRun.get(status) != 0;
    default:
      return false;
  }
}

// The bits that a byte offset in a guest's ring can have.
template <class Domain>
std::uint64_t VirtualIommu<Domain>::ring_mask(const GuestState& guest, spec::Ring ring) {
  namespace E = spec::field::VfctrlEventControl;
  namespace P = spec::field::VfctrlPprControl;
  const auto mask = [](std::uint64_t length) { return (std::uint64_t{16} << length) - 16; };
  switch (ring) {
    case spec::Ring::command:
      return mask(spec::field::VfctrlCommandControl::ComLen.get(guest.word(Word::command)));
    case spec::Ring::event:
      return mask(E::EventLen.get(guest.word(Word::event)));
    case spec::Ring::event_b:
      return mask(E::EventLenB.get(guest.word(Word::event)));
    case spec::Ring::ppr:
      return mask(P::PprLen.get(guest.word(Word::ppr)));
    case spec::Ring::ppr_b:
      return mask(P::PprLenB.get(guest.word(Word::ppr)));
    default:
      return spec::low_bits(19);  // how long a guest's GA log is, is not known
  }
}

}  // namespace amdvi
