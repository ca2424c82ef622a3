// BasicDevice: rings and logs as a whole (pointers, run bits, second logs), locks of registers and
// device table segments.
#pragma once

#include <algorithm>
#include <array>

#include <amdvi/device.hpp>
#include <amdvi/spec/CommandBufferBase.gen.hpp>
#include <amdvi/spec/DeviceTableBase.gen.hpp>
#include <amdvi/spec/ExtendedFeature.gen.hpp>
#include <amdvi/spec/SmiFilter.gen.hpp>
#include <amdvi/spec/Status.gen.hpp>
#include <amdvi/spec/register_lock.gen.hpp>

namespace amdvi {

namespace detail {

// The base register of each ring, by the ring's number.
constexpr std::array<spec::RegisterId, 8> ring_bases() {
  std::array<spec::RegisterId, 8> bases{};
  for (std::size_t i = 0; i < spec::kRegisters.size(); ++i) {
    if (spec::kRegisters[i].role != spec::RegisterRole::ring_base) continue;
    bases[static_cast<std::size_t>(spec::kRegisters[i].ring)] = static_cast<spec::RegisterId>(i);
  }
  return bases;
}
inline constexpr auto kRingBases = ring_bases();

}  // namespace detail

// true: the write of a register is ignored as a whole, whatever the register does otherwise.
template <class Domain>
bool BasicDevice<Domain>::write_refused(std::size_t index, std::uint64_t merged) {
  namespace C = spec::field::Control;
  const spec::RegisterDesc& desc = spec::kRegisters[index];
  const bool enabled = C::IommuEn.get(reg(spec::RegisterId::Control)) != 0;
  if (desc.role == spec::RegisterRole::device_table_base && enabled) {
    tell(spec::Behaviour::DeviceTableBaseRunning);
  }
  if (desc.role == spec::RegisterRole::control) {
    const std::uint64_t most =
        spec::field::ExtendedFeature::DevTblSegSup.get(config_.cap.EFR.w[0].v);
    // A field that is not there is not looked at: it has no effect.
    if (most != 0 && C::DevTblSegEn.get(merged) > most) {
      tell(spec::Behaviour::SegmentLimit);
      return config_.opt.dev_tbl_seg_too_large.v ==
             static_cast<std::uint64_t>(spec::DevTblSegTooLarge::ignore);
    }
  }
  if (desc.role == spec::RegisterRole::device_table_segment && segment_too_large(index, merged)) {
    tell(spec::Behaviour::SegmentTooLarge);
    if (config_.opt.device_table_size_too_large.v ==
        static_cast<std::uint64_t>(spec::DeviceTableSizeTooLarge::ignore)) {
      return true;
    }
  }
  const bool filter = desc.role == spec::RegisterRole::smi_filter;
  if (!snp_locked_ && !filter) return false;
  const auto decided =
      decide_here<spec::register_lock>({d_.template k<5>(static_cast<std::uint64_t>(desc.role)),
                                        d_.template k<3>(static_cast<std::uint64_t>(desc.ring)),
                                        flag(snp_locked_),
                                        {{word(filter ? regs_[index] : 0)}}});
  return decided.out.locked.v != 0;
}

// devtab.segments.size: 1FFh for one segment, half of it each time there are twice as many; the
// registers of segments 1 to 7 follow each other.
template <class Domain>
bool BasicDevice<Domain>::segment_too_large(std::size_t index, std::uint64_t merged) const {
  const std::size_t segment =
      index - static_cast<std::size_t>(spec::RegisterId::DeviceTableSegment1Base) + 1;
  const std::uint64_t limit = segment == 1 ? 0xFF : segment < 4 ? 0x7F : 0x3F;
  return spec::field::DeviceTableBase::Size.get(merged) > limit;
}

// reg.smi-filter.count: registers beyond 2^SmiFRC are not there.
template <class Domain>
void BasicDevice<Domain>::limit_smi_filters(Masks& masks) const {
  const std::uint64_t code = spec::field::ExtendedFeature::SmiFRC.get(config_.cap.EFR.w[0].v);
  std::uint64_t left = std::uint64_t{1} << code;
  for (std::size_t i = 0; i < masks.size(); ++i) {
    if (spec::kRegisters[i].role != spec::RegisterRole::smi_filter) continue;
    if (left == 0) masks[i].present = false;
    left -= left != 0;
  }
}

template <class Domain>
void BasicDevice<Domain>::reset_pointers(spec::Ring ring) {
  if (ring != spec::Ring::command && ring != spec::Ring::event) {
    tell(spec::Behaviour::OtherRingBase);
  }
  if (ring == spec::Ring::command) fetched_ = 0;
  for (std::size_t i = 0; i < spec::kRegisters.size(); ++i) {
    const spec::RegisterDesc& desc = spec::kRegisters[i];
    if (desc.ring == ring && desc.role != spec::RegisterRole::ring_base) regs_[i] = 0;
  }
}

// reg.status.cmd-buf-run, reg.status.event-log-run: a ring starts on the rising edge of its two
// enables together and stops when one of them falls.
template <class Domain>
void BasicDevice<Domain>::update_run_bits(std::uint64_t control_before) {
  namespace C = spec::field::Control;
  namespace S = spec::field::Status;
  const std::uint64_t now = reg(spec::RegisterId::Control);
  std::uint64_t& status = reg(spec::RegisterId::Status);
  const auto both = [](std::uint64_t control, const auto& enable) {
    return C::IommuEn.get(control) != 0 && enable.get(control) != 0;
  };
  if (!both(now, C::CmdBufEn)) {
    while (fetched_ != 0 && step_host()) {
    }
    S::CmdBufRun.set(status, 0);
    tell(spec::Behaviour::CommandStop);
  } else if (!both(control_before, C::CmdBufEn)) {
    S::CmdBufRun.set(status, 1);
    tell(spec::Behaviour::CommandRun);
  }
  if (!both(now, C::EventLogEn)) {
    S::EventLogRun.set(status, 0);
  } else if (!both(control_before, C::EventLogEn)) {
    if (config_.opt.log_enable_clears_overflow.v != 0) S::EventOverflow.set(status, 0);
    S::EventLogRun.set(status, 1);
    tell(spec::Behaviour::LogRun);
  }
}

template <class Domain>
bool BasicDevice<Domain>::ring_running(spec::Ring ring) const {
  const std::uint64_t status = reg(spec::RegisterId::Status);
  switch (ring) {
    case spec::Ring::command:
      return spec::field::Status::CmdBufRun.get(status) != 0;
    case spec::Ring::event:
    case spec::Ring::event_b:
      return spec::field::Status::EventLogRun.get(status) != 0;
    case spec::Ring::ppr:
    case spec::Ring::ppr_b:
      return spec::field::Status::PprLogRun.get(status) != 0;
    case spec::Ring::ga:
      return spec::field::Status::GALogRun.get(status) != 0;
    case spec::Ring::none:
      return false;
  }
  return false;
}

// The bits that a byte offset in a ring of 16 * 2^length bytes can have. The entries of the GA log
// are half as large as those of the others.
template <class Domain>
std::uint64_t BasicDevice<Domain>::ring_mask(spec::Ring ring) const {
  if (ring == spec::Ring::none) return 0;
  const std::uint64_t base = reg(detail::kRingBases[static_cast<std::size_t>(ring)]);
  return (std::uint64_t{16} << spec::field::CommandBufferBase::Len.get(base)) -
         (ring == spec::Ring::ga ? 8 : 16);
}

// reg.status.other-run: the GA log runs on its enables, as the event log does; the active bits
// follow the dual log enables.
template <class Domain>
void BasicDevice<Domain>::update_other_logs(std::uint64_t control_before) {
  namespace C = spec::field::Control;
  namespace S = spec::field::Status;
  namespace E = spec::field::ExtendedFeature;
  const std::uint64_t efr = config_.cap.EFR.w[0].v;
  const std::uint64_t now = reg(spec::RegisterId::Control);
  std::uint64_t& status = reg(spec::RegisterId::Status);
  const auto ga = [&](std::uint64_t c) {
    return E::GASup.get(efr) != 0 && E::GAMSup.get(efr) != 0 && C::IommuEn.get(c) != 0 &&
           C::GAEn.get(c) != 0 && C::GALogEn.get(c) != 0;
  };
  if (ga(now) != ga(control_before)) {
    tell(spec::Behaviour::GaLogRun);
    S::GALogRun.set(status, ga(now) ? 1 : 0);
  }
  // In the automatic mode the logs take turns from where they are.
  const auto active = [&](std::uint64_t code, std::uint64_t supported, const auto& bit) {
    const detail::DualLog log = supported == 0 ? detail::DualLog::kA : dual_log(code);
    if (log == detail::DualLog::kA) bit.set(status, 0);
    if (log == detail::DualLog::kB) bit.set(status, 1);
  };
  active(C::DualEventLogEn.get(now), E::DualEventLogSup.get(efr), S::EventLogActive);
  active(C::DualPprLogEn.get(now), E::DualPprLogSup.get(efr), S::PprLogActive);
}

template <class Domain>
detail::DualLog BasicDevice<Domain>::dual_log(std::uint64_t code) {
  using detail::DualLog;
  if (code != 0) tell(spec::Behaviour::DualLogCode);
  constexpr std::array kCore{DualLog::kA, DualLog::kB, DualLog::kAutomatic, DualLog::kReserved};
  constexpr std::array kOther{DualLog::kA, DualLog::kA, DualLog::kB, DualLog::kAutomatic};
  const bool other =
      config_.opt.dual_log_codes.v == static_cast<std::uint64_t>(spec::DualLogCodes::a_b_automatic);
  return (other ? kOther : kCore)[code];
}

template <class Domain>
typename BasicDevice<Domain>::LogRing BasicDevice<Domain>::event_ring() const {
  using Id = spec::RegisterId;
  if (spec::field::Status::EventLogActive.get(reg(Id::Status)) != 0) {
    return {spec::Ring::event_b, Id::EventLogBBase, Id::EventLogBHead, Id::EventLogBTail, true};
  }
  return {spec::Ring::event, Id::EventLogBase, Id::EventLogHead, Id::EventLogTail, false};
}

template <class Domain>
typename BasicDevice<Domain>::LogRing BasicDevice<Domain>::ppr_ring() const {
  using Id = spec::RegisterId;
  if (spec::field::Status::PprLogActive.get(reg(Id::Status)) != 0) {
    return {spec::Ring::ppr_b, Id::PPRLogBBase, Id::PPRLogBHead, Id::PPRLogBTail, true};
  }
  return {spec::Ring::ppr, Id::PPRLogBase, Id::PPRLogHead, Id::PPRLogTail, false};
}

// log.dual.autoswap: after an overflow of the active log. true: the other log takes over.
template <class Domain>
bool BasicDevice<Domain>::swap_log(const LogRing& full) {
  namespace S = spec::field::Status;
  namespace C = spec::field::Control;
  namespace E = spec::field::ExtendedFeature;
  const std::uint64_t control = reg(spec::RegisterId::Control);
  const std::uint64_t efr = config_.cap.EFR.w[0].v;
  std::uint64_t& status = reg(spec::RegisterId::Status);
  const bool ppr = full.ring == spec::Ring::ppr || full.ring == spec::Ring::ppr_b;
  const std::uint64_t mode = (ppr ? C::DualPprLogEn : C::DualEventLogEn).get(control);
  const std::uint64_t supported = (ppr ? E::DualPprLogSup : E::DualEventLogSup).get(efr);
  if (supported == 0 || dual_log(mode) != detail::DualLog::kAutomatic) return false;
  const auto& overflow_of_other = ppr ? (full.is_b ? S::PprOverflow : S::PprOvrflwB)
                                      : (full.is_b ? S::EventOverflow : S::EventOvrflwB);
  if (overflow_of_other.get(status) != 0) return false;
  tell(spec::Behaviour::DualLogSwap);
  (ppr ? S::PprLogActive : S::EventLogActive).set(status, full.is_b ? 0 : 1);
  (ppr ? S::PprLogRun : S::EventLogRun).set(status, 1);
  return true;
}

// Bits of DeviceID that select the device table segment.
template <class Domain>
unsigned BasicDevice<Domain>::segment_bits() const {
  const std::uint64_t wanted =
      spec::field::Control::DevTblSegEn.get(reg(spec::RegisterId::Control));
  const std::uint64_t most = spec::field::ExtendedFeature::DevTblSegSup.get(config_.cap.EFR.w[0].v);
  return static_cast<unsigned>(std::min(wanted, most));
}

}  // namespace amdvi
