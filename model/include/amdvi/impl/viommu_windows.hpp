// VirtualIommu: the VF and VF control windows, and which rings of a guest run.
#pragma once

#include <amdvi/impl/pci.hpp>
#include <amdvi/impl/viommu.hpp>
#include <amdvi/impl/viommu_private.hpp>
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
  // The page is that of the host's at 2000h, all of whose registers a guest has.
  static_assert(spec::kRegisters[GuestState::kFirst].offset == 0x2000 &&
                spec::kRegisters[GuestState::kFirst - 1].offset < 0x2000 &&
                spec::kRegisters[GuestState::kLast].offset < 0x3000 &&
                spec::kRegisters[GuestState::kLast + 1].offset >= 0x3000);
  Concrete d;
  const std::uint64_t mmio = spec::vf_register<Concrete>(d, Concrete::k<28>(offset)).v;
  const int index = detail::register_at(mmio);
  if (index < 0) return -1;
  const auto i = static_cast<std::size_t>(index);
  if (!device.masks(i).present) return -1;
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
  const auto id =
      static_cast<std::uint16_t>(spec::vf_guest<Concrete>(d, Concrete::k<28>(offset)).v);
  GuestState& guest = guest_state(id);
  std::uint64_t& reg = guest.reg(static_cast<Id>(index));
  const unsigned shift = offset % 8 * 8;
  const std::uint64_t lane = spec::low_bits(size * 8) << shift;
  const std::uint64_t written = (value << shift) & lane;
  const std::uint64_t merged = (reg & ~lane) | written;
  const bool is_pointer =
      desc.role == spec::RegisterRole::hw_pointer || desc.role == spec::RegisterRole::sw_pointer;
  const auto decided = dev_.template decide_here<spec::register_write>(
      {Domain::template k<5>(static_cast<std::uint64_t>(desc.role)), dev_.flag(true),
       dev_.flag(true), dev_.flag(running(guest, desc.ring)), Domain::template k<4>(0),
       Domain::template k<19>(is_pointer ? detail::pointer_offset(desc.ring, merged) : 0),
       Domain::template k<19>(ring_mask(guest, desc.ring)), dev_.opt_});
  if (static_cast<spec::RegisterWrite>(decided.out.outcome.v) == spec::RegisterWrite::ignore) {
    return;
  }
  reg = detail::masked(reg, dev_.masks(i), merged, written);
  if (static_cast<Id>(index) == Id::CommandBufferTail) set_dirty(id);
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
  if (out.device_entry.v != 0 || out.domain_entry.v != 0) store_entry(id, word, merged);
  show_word(id, word);
}

// private.mmio-backing
template <class Domain>
void VirtualIommu<Domain>::show_word(std::uint16_t id, Word word) {
  if (dev_.config_.opt.guest_mmio_backing.v ==
      static_cast<std::uint64_t>(spec::GuestMmioBacking::not_visible)) {
    return;
  }
  const std::uint64_t value = guest_state(id).word(word);
  private_write(id,
                detail::slice_of(spec::PrivateRegion::mmio, id) + 8 * static_cast<unsigned>(word),
                std::span(&value, 1));
}

template <class Domain>
std::uint64_t VirtualIommu<Domain>::kept_bits(const Device& device, Word word) {
  return device.config_.opt.reserved_readback.v ==
                 static_cast<std::uint64_t>(spec::ReservedReadback::as_written)
             ? ~std::uint64_t{0}
             : detail::kKnownWordBits[static_cast<std::size_t>(word)];
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
