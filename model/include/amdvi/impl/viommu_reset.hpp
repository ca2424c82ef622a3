// VirtualIommu: the host's commands about guests.
#pragma once

#include <amdvi/impl/viommu.hpp>
#include <amdvi/spec/INSERT_GUEST_EVENT.gen.hpp>
#include <amdvi/spec/RESET_VMMIO.gen.hpp>
#include <amdvi/spec/Status.gen.hpp>
#include <amdvi/spec/reset_vmmio.gen.hpp>

namespace amdvi {

namespace detail {

// The state of a guest's command buffer.
inline void copy_commands(const GuestState& from, GuestState& to) {
  using Id = spec::RegisterId;
  constexpr auto kRun = spec::field::Status::CmdBufRun;
  to.words[static_cast<std::size_t>(spec::VfctrlWord::command)] =
      from.word(spec::VfctrlWord::command);
  to.reg(Id::CommandBufferHead) = from.reg(Id::CommandBufferHead);
  to.reg(Id::CommandBufferTail) = from.reg(Id::CommandBufferTail);
  kRun.set(to.reg(Id::Status), kRun.get(from.reg(Id::Status)));
}

}  // namespace detail

template <class Domain>
void VirtualIommu<Domain>::reset_vmmio(std::span<const std::uint64_t> words) {
  const auto out = dev_.template decide_here<spec::reset_vmmio>(
                           {{{dev_.word(words[0]), dev_.word(words[1])}}, dev_.opt_})
                       .out;
  dev_.tell(spec::Behaviour::ResetVmmio);
  const bool registers = out.registers.v != 0, commands = out.commands.v != 0;
  const auto only = static_cast<std::uint16_t>(spec::field::RESET_VMMIO::GuestID.get(words));
  for (auto& [id, guest] : dev_.guests_.by_id) {
    if (id != only && out.every_guest.v == 0) continue;
    const GuestState before = guest;
    if (registers) guest = {};
    detail::copy_commands(commands ? GuestState{} : before, guest);
  }
  if (registers && commands && out.every_guest.v == 0) dev_.guests_.by_id.erase(only);
}

// cmd.insert-guest-event.payload: what the entry holds is not known.
template <class Domain>
void VirtualIommu<Domain>::insert_event(std::span<const std::uint64_t> words) {
  namespace F = spec::field::INSERT_GUEST_EVENT;
  if (dev_.config_.opt.insert_guest_event.v ==
      static_cast<std::uint64_t>(spec::InsertGuestEvent::nothing)) {
    return;
  }
  const auto id = static_cast<std::uint16_t>(F::GuestID.get(words));
  const Words2 entry{F::Reserved_31_0.get(words), words[1]};
  append({id, guest_state(id)}, event_log(), entry);
}

}  // namespace amdvi
