// VirtualIommu: the VF and VF control windows, and which rings of a guest run.
#pragma once

#include <amdvi/impl/pci.hpp>
#include <amdvi/impl/viommu.hpp>
#include <amdvi/spec/ExtendedFeature.gen.hpp>
#include <amdvi/spec/Status.gen.hpp>
#include <amdvi/spec/VfBarLow.gen.hpp>
#include <amdvi/spec/VfControlBarLow.gen.hpp>
#include <amdvi/spec/register_write.gen.hpp>
#include <amdvi/spec/vf_guest.gen.hpp>
#include <amdvi/spec/vf_register.gen.hpp>
#include <amdvi/spec/vfctrl_guest.gen.hpp>
#include <amdvi/spec/vfctrl_read.gen.hpp>
#include <amdvi/spec/vfctrl_word.gen.hpp>
#include <amdvi/spec/vfctrl_write.gen.hpp>

namespace amdvi {

namespace detail {

// The bits of a control word that mean something, by its number.
constexpr std::array<std::uint64_t, GuestState::kWords> known_word_bits() {
  namespace f = spec::field;
  namespace D = f::VfctrlDevIdMapControl;
  namespace G = f::VfctrlDomIdMapControl;
  namespace M = f::VfctrlMiscControl;
  namespace C = f::VfctrlCommandControl;
  return {~(D::Reserved_62_62.mask() | D::Reserved_45_30.mask() | D::Reserved_13_1.mask()),
          ~(G::Reserved_62_62.mask() | G::Reserved_45_30.mask() | G::Reserved_13_1.mask()),
          M::TransDevID.mask(),
          f::VfctrlEventLogBBase::EventBaseB.mask(),
          ~(C::Reserved_63_52.mask() | C::Reserved_11_10.mask() | C::Reserved_7_4.mask()),
          ~f::VfctrlEventControl::Reserved_63_52.mask(),
          ~f::VfctrlPprControl::Reserved_63_56.mask(),
          f::VfctrlPprLogBBase::PprBaseB.mask()};
}
inline constexpr auto kKnownWordBits = known_word_bits();

// The ring that a control word sets up.
constexpr spec::Ring ring_of(spec::VfctrlWord word) {
  switch (word) {
    case spec::VfctrlWord::command:
      return spec::Ring::command;
    case spec::VfctrlWord::event:
      return spec::Ring::event;
    case spec::VfctrlWord::event_b_base:
      return spec::Ring::event_b;
    case spec::VfctrlWord::ppr:
      return spec::Ring::ppr;
    case spec::VfctrlWord::ppr_b_base:
      return spec::Ring::ppr_b;
    default:
      return spec::Ring::none;
  }
}

}  // namespace detail

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

// vf.windows.bar: `bar` is the offset of the low half in the capability.
template <class Domain>
bool VirtualIommu<Domain>::open(const Device& device, std::uint32_t bar, bool answering) {
  const std::uint64_t low = device.pci_[(detail::PciLayout::kVendor + bar) / 4];
  return answering && spec::field::VfBarLow::Enable.get(low) != 0;
}

template <class Domain>
bool VirtualIommu<Domain>::narrow_ignored(const Device& device, unsigned size) {
  return size < 8 && device.config_.opt.vfctrl_narrow.v ==
                         static_cast<std::uint64_t>(spec::VfctrlNarrow::ignored);
}

// Index of the register that a byte of a guest's page belongs to, or -1.
template <class Domain>
int VirtualIommu<Domain>::page_register(const Device& device, std::uint32_t offset) {
  Concrete d;
  const std::uint64_t mmio = spec::vf_register<Concrete>(d, Concrete::k<28>(offset)).v;
  const int index = detail::register_at(mmio);
  if (index < 0) return -1;
  const auto i = static_cast<std::size_t>(index);
  if (i < GuestState::kFirst || i > GuestState::kLast || !device.masks(i).present) return -1;
  const bool ga = spec::kRegisters[i].ring == spec::Ring::ga;
  return ga && device.config_.opt.vf_ga_log.v == 0 ? -1 : index;
}

template <class Domain>
std::uint64_t VirtualIommu<Domain>::vf_read(const Device& device, std::uint32_t offset,
                                            unsigned size) {
  Concrete d;
  const State now = state_of(device, device.reg(Id::Control));
  if (!open(device, spec::kOffset_VfBarLow, now.windows)) return 0;
  const int index = page_register(device, offset);
  if (index < 0 || device.ignored_size(size)) return 0;
  const auto guest =
      static_cast<std::uint16_t>(spec::vf_guest<Concrete>(d, Concrete::k<28>(offset)).v);
  const auto found = device.guests_.by_id.find(guest);
  if (found == device.guests_.by_id.end()) return 0;
  const std::uint64_t value = found->second.reg(static_cast<Id>(index));
  return (value >> (offset % 8 * 8)) & spec::low_bits(size * 8);
}

template <class Domain>
void VirtualIommu<Domain>::vf_write(std::uint32_t offset, unsigned size, std::uint64_t value) {
  Concrete d;
  if (!open(dev_, spec::kOffset_VfBarLow, state().windows)) return;
  dev_.tell(spec::Behaviour::VfWindows);
  dev_.tell(spec::Behaviour::VfPage);
  const int index = page_register(dev_, offset);
  if (index < 0 || dev_.ignored_size(size)) return;
  const auto i = static_cast<std::size_t>(index);
  const spec::RegisterDesc& desc = spec::kRegisters[i];
  if (desc.ring == spec::Ring::command) dev_.tell(spec::Behaviour::VfCommandPointers);
  GuestState& guest = dev_.guests_.by_id[static_cast<std::uint16_t>(
      spec::vf_guest<Concrete>(d, Concrete::k<28>(offset)).v)];
  std::uint64_t& reg = guest.reg(static_cast<Id>(index));
  const unsigned shift = offset % 8 * 8;
  const std::uint64_t lane = spec::low_bits(size * 8) << shift;
  const std::uint64_t written = (value << shift) & lane;
  const std::uint64_t merged = (reg & ~lane) | written;
  const bool is_pointer =
      desc.role == spec::RegisterRole::hw_pointer || desc.role == spec::RegisterRole::sw_pointer;
  const auto decided = dev_.template decide_here<spec::register_write>(
      {Domain::template k<5>(static_cast<std::uint64_t>(desc.role)), dev_.flag(true),
       dev_.flag(running(guest, desc.ring)), Domain::template k<4>(0),
       Domain::template k<19>(is_pointer ? merged & ~std::uint64_t{15} : 0),
       Domain::template k<19>(ring_mask(guest, desc.ring)), dev_.opt_});
  if (static_cast<spec::RegisterWrite>(decided.out.outcome.v) == spec::RegisterWrite::ignore) {
    return;
  }
  reg = detail::masked(reg, dev_.masks(i), merged, written);
}

template <class Domain>
std::uint64_t VirtualIommu<Domain>::vfctrl_read(const Device& device, std::uint32_t offset,
                                                unsigned size) {
  Concrete d;
  const State now = state_of(device, device.reg(Id::Control));
  if (!open(device, spec::kOffset_VfControlBarLow, now.windows)) return 0;
  if (narrow_ignored(device, size)) return 0;
  const auto at = Concrete::k<22>(offset);
  const auto found =
      device.guests_.by_id.find(static_cast<std::uint16_t>(spec::vfctrl_guest<Concrete>(d, at).v));
  if (found == device.guests_.by_id.end()) return 0;
  const auto word = spec::vfctrl_word<Concrete>(d, at);
  const std::uint64_t value =
      decide<spec::vfctrl_read>(
          d, {word, Concrete::k<64>(found->second.words[word.v]), device.config_.opt})
          .out.value.v;
  return (value >> (offset % 8 * 8)) & spec::low_bits(size * 8);
}

template <class Domain>
void VirtualIommu<Domain>::vfctrl_write(std::uint32_t offset, unsigned size, std::uint64_t value) {
  Concrete d;
  if (!open(dev_, spec::kOffset_VfControlBarLow, state().windows)) return;
  if (narrow_ignored(dev_, size)) return;
  dev_.tell(spec::Behaviour::VfWindows);
  const auto at = Concrete::k<22>(offset);
  const auto id = static_cast<std::uint16_t>(spec::vfctrl_guest<Concrete>(d, at).v);
  const auto word = static_cast<Word>(spec::vfctrl_word<Concrete>(d, at).v);
  GuestState& guest = dev_.guests_.by_id[id];
  const std::uint64_t before = guest.word(word);
  const unsigned shift = offset % 8 * 8;
  const std::uint64_t lane = spec::low_bits(size * 8) << shift;
  // A map word written in two halves commits only with the half that has Write.
  const bool map = word == Word::devid_map || word == Word::domid_map;
  const std::uint64_t rest =
      map ? before & ~spec::field::VfctrlDevIdMapControl::Write.mask() : before;
  const std::uint64_t merged = ((rest & ~lane) | ((value << shift) & lane)) & kept_bits(dev_, word);
  const auto out =
      dev_.template decide_here<spec::vfctrl_write>(
              {Domain::template k<3>(static_cast<std::uint64_t>(word)), dev_.word(before),
               dev_.word(merged), dev_.flag(running(guest, detail::ring_of(word))), dev_.opt_})
          .out;
  if (out.takes.v != 0) take_word(guest, word, merged, out.resets.v != 0, out.resets_b.v != 0);
}

template <class Domain>
std::uint64_t VirtualIommu<Domain>::kept_bits(const Device& device, Word word) {
  return device.config_.opt.reserved_readback.v ==
                 static_cast<std::uint64_t>(spec::ReservedReadback::as_written)
             ? ~std::uint64_t{0}
             : detail::kKnownWordBits[static_cast<std::size_t>(word)];
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

template <class Domain>
std::uint64_t BasicDevice<Domain>::vf_read(std::uint32_t offset, unsigned size) const {
  return VirtualIommu<Domain>::vf_read(*this, offset, size);
}

template <class Domain>
void BasicDevice<Domain>::vf_write(std::uint32_t offset, unsigned size, std::uint64_t value) {
  VirtualIommu<Domain>(*this).vf_write(offset, size, value);
}

template <class Domain>
std::uint64_t BasicDevice<Domain>::vfctrl_read(std::uint32_t offset, unsigned size) const {
  return VirtualIommu<Domain>::vfctrl_read(*this, offset, size);
}

template <class Domain>
void BasicDevice<Domain>::vfctrl_write(std::uint32_t offset, unsigned size, std::uint64_t value) {
  VirtualIommu<Domain>(*this).vfctrl_write(offset, size, value);
}

}  // namespace amdvi
