// BasicDevice: what registers other than the command ring and event log A do: locks, device table
// segments, second logs.
#pragma once

#include <algorithm>

#include <amdvi/device.hpp>
#include <amdvi/spec/ExtendedFeature.gen.hpp>
#include <amdvi/spec/SmiFilter.gen.hpp>
#include <amdvi/spec/Status.gen.hpp>
#include <amdvi/spec/register_lock.gen.hpp>

namespace amdvi {

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
  const bool filter = desc.role == spec::RegisterRole::smi_filter;
  if (!snp_locked_ && !filter) return false;
  const auto decided =
      decide_here<spec::register_lock>({d_.template k<5>(static_cast<std::uint64_t>(desc.role)),
                                        d_.template k<3>(static_cast<std::uint64_t>(desc.ring)),
                                        flag(snp_locked_),
                                        {{word(filter ? regs_[index] : 0)}}});
  return decided.out.locked.v != 0;
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
  const auto active = [&](std::uint64_t code, std::uint64_t supported, const auto& bit) {
    if (code < 2 || supported == 0) bit.set(status, supported != 0 ? code : 0);
  };
  active(C::DualEventLogEn.get(now), E::DualEventLogSup.get(efr), S::EventLogActive);
  active(C::DualPprLogEn.get(now), E::DualPprLogSup.get(efr), S::PprLogActive);
}

template <class Domain>
typename BasicDevice<Domain>::LogRing BasicDevice<Domain>::event_ring() const {
  using Id = spec::RegisterId;
  if (spec::field::Status::EventLogActive.get(reg(Id::Status)) != 0) {
    return {spec::Ring::event_b, Id::EventLogBBase, Id::EventLogBHead, Id::EventLogBTail, true};
  }
  return {spec::Ring::event, Id::EventLogBase, Id::EventLogHead, Id::EventLogTail, false};
}

// log.dual.autoswap: after an overflow of the active log. true: the other log takes over.
template <class Domain>
bool BasicDevice<Domain>::swap_event_log() {
  namespace S = spec::field::Status;
  constexpr std::uint64_t kAutoswap = 2;
  const std::uint64_t control = reg(spec::RegisterId::Control);
  std::uint64_t& status = reg(spec::RegisterId::Status);
  if (spec::field::Control::DualEventLogEn.get(control) != kAutoswap ||
      spec::field::ExtendedFeature::DualEventLogSup.get(config_.cap.EFR.w[0].v) == 0) {
    return false;
  }
  const bool to_b = S::EventLogActive.get(status) == 0;
  if ((to_b ? S::EventOvrflwB : S::EventOverflow).get(status) != 0) return false;
  tell(spec::Behaviour::DualLogSwap);
  S::EventLogActive.set(status, to_b ? 1 : 0);
  S::EventLogRun.set(status, 1);
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
