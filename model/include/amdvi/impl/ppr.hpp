// BasicDevice: page requests, their log, and the messages that commands send to devices.
#pragma once

#include <amdvi/device.hpp>
#include <amdvi/spec/COMPLETE_PPR_REQUEST.gen.hpp>
#include <amdvi/spec/ExtendedFeature.gen.hpp>
#include <amdvi/spec/INVALIDATE_IOTLB_PAGES.gen.hpp>
#include <amdvi/spec/LogOutcome.gen.hpp>
#include <amdvi/spec/PPRAutoResponse.gen.hpp>
#include <amdvi/spec/PPREntry.gen.hpp>
#include <amdvi/spec/PPRLogBase.gen.hpp>
#include <amdvi/spec/PPROverflowEarly.gen.hpp>
#include <amdvi/spec/Status.gen.hpp>
#include <amdvi/spec/invalidation_range.gen.hpp>
#include <amdvi/spec/log_append.gen.hpp>
#include <amdvi/spec/page_request.gen.hpp>

namespace amdvi {

namespace detail {

inline std::array<std::uint64_t, 2> ppr_entry(const PageRequest& request) {
  namespace F = spec::field::PPREntry;
  std::array<std::uint64_t, 2> words{};
  F::DeviceID.set(words, request.device_id);
  F::PPRtag.set(words, (request.group & 0x1FFu) | (request.last ? 0x200u : 0u));
  F::PASID.set(words, request.has_pasid ? request.pasid : 0);
  F::EXEC.set(words, request.exec);
  F::READ.set(words, request.read);
  F::WRITE.set(words, request.write);
  F::US.set(words, !request.privileged);
  F::GN.set(words, request.has_pasid);
  F::Code.set(words, 1);
  F::Address.set(words, request.address & ~std::uint64_t{4095});
  return words;
}

}  // namespace detail

template <class Domain>
spec::PprOutcome BasicDevice<Domain>::ppr(const PageRequest& request) {
  if (spec::field::Control::IommuEn.get(reg(spec::RegisterId::Control)) == 0) {
    return spec::PprOutcome::discard;
  }
  Request origin{request.device_id, request.address, request.read, request.write};
  origin.has_pasid = request.has_pasid;
  origin.pasid = request.pasid;
  origin.privileged = request.privileged;
  Context context = context_of(origin);
  context.tag = (request.group & 0x1FFu) | (request.last ? 0x200u : 0u);
  if (!fetch_dte(origin, context)) return spec::PprOutcome::invalid_request;
  if (is_virtual(context)) {
    const auto done = VirtualIommu<Domain>(*this).page_request(request, context);
    if (done) return *done;
  }
  spec::PprOutcome outcome = page_request(request, context);
  if (outcome == spec::PprOutcome::log && !append_ppr(request)) {
    outcome = page_request(request, context);  // the log was full: now it has overflowed
  }
  return finish_ppr(
      outcome, request, context,
      spec::field::PPRAutoResponse::ResponseCode.get(reg(spec::RegisterId::PPRAutoResponse)));
}

// What an outcome that is not the log's comes to.
template <class Domain>
spec::PprOutcome BasicDevice<Domain>::finish_ppr(spec::PprOutcome outcome,
                                                 const PageRequest& request, Context& context,
                                                 std::uint64_t auto_code) {
  switch (outcome) {
    case spec::PprOutcome::auto_response:
      auto_response(request, context, auto_code);
      break;
    case spec::PprOutcome::invalid_request:
      abort(spec::EventCause::invalid_ppr_request, context);
      break;
    case spec::PprOutcome::illegal_dte:
      context.RZ = true;
      abort(spec::EventCause::illegal_dev_table_entry, context);
      break;
    case spec::PprOutcome::log:
    case spec::PprOutcome::discard:
      break;
  }
  return outcome;
}

template <class Domain>
spec::PprOutcome BasicDevice<Domain>::page_request(const PageRequest& request, Context& context) {
  namespace S = spec::field::Status;
  spec::PageRequest<Domain> req{};
  req.DeviceID = d_.template k<16>(request.device_id);
  req.address = word(request.address);
  req.has_pasid = flag(request.has_pasid);
  req.read = flag(request.read);
  req.write = flag(request.write);
  const std::uint64_t status = reg(spec::RegisterId::Status);
  const auto& overflowed = ppr_ring().is_b ? S::PprOvrflwB : S::PprOverflow;
  const auto out = decide_here<spec::page_request>(
                       {req, dte_of(context), flag(S::PprLogRun.get(status) != 0),
                        flag(overflowed.get(status) != 0), control(), cap_, dte_cap_})
                       .out;
  return static_cast<spec::PprOutcome>(out.outcome.v);
}

// false: the log is full, which is an overflow, and no other takes over.
template <class Domain>
bool BasicDevice<Domain>::append_ppr(const PageRequest& request) {
  namespace S = spec::field::Status;
  const LogRing log = ppr_ring();
  if (log.is_b) tell(spec::Behaviour::DualLog);
  std::uint64_t& status = reg(spec::RegisterId::Status);
  std::uint64_t& tail = reg(log.tail);
  const std::uint64_t mask = ring_mask(log.ring);
  const auto out =
      decide_here<spec::log_append>({flag(true), flag(false), d_.template k<19>(reg(log.head)),
                                     d_.template k<19>(tail), d_.template k<19>(mask), opt_})
          .out;
  const bool full = static_cast<spec::LogOutcome>(out.outcome.v) == spec::LogOutcome::overflow;
  const bool was_set = S::PprInt.get(status) != 0;
  if (!full) {
    if (!store_ppr(request, log)) return true;
    tail = (tail + 16) & mask;
    S::PprInt.set(status, 1);
    warn_early(log);
  }
  if (full || out.fills.v != 0) {
    (log.is_b ? S::PprOvrflwB : S::PprOverflow).set(status, 1);
    if (config_.opt.run_clears_on_overflow.v != 0) S::PprLogRun.set(status, 0);
    if (swap_log(log) && full) return append_ppr(request);
  }
  raise(InterruptCause::kPprLog, was_set && !full);
  return !full;
}

// false: the memory of the log does not take it.
template <class Domain>
bool BasicDevice<Domain>::store_ppr(const PageRequest& request, const LogRing& log) {
  const std::uint64_t spa = (spec::field::PPRLogBase::Base.get(reg(log.base)) << 12) +
                            (reg(log.tail) & ring_mask(log.ring));
  const auto entry = detail::ppr_entry(request);
  const bool stored = memory_->write64(spa, entry[0]) && memory_->write64(spa + 8, entry[1]);
  tell(stored ? spec::Behaviour::PprLogged : spec::Behaviour::LogWriteError);
  return stored;
}

// ppr.overflow-early; both registers have one layout.
template <class Domain>
void BasicDevice<Domain>::warn_early(const LogRing& log) {
  namespace E = spec::field::PPROverflowEarly;
  namespace S = spec::field::Status;
  const std::uint64_t early =
      reg(log.is_b ? spec::RegisterId::PPROverflowEarlyB : spec::RegisterId::PPROverflowEarly);
  if (E::Enable.get(early) == 0) return;
  const std::uint64_t used = ((reg(log.tail) - reg(log.head)) & ring_mask(log.ring)) / 16;
  if (used < E::Threshold.get(early)) return;
  tell(spec::Behaviour::PprOverflowEarly);
  (log.is_b ? S::PprOvrflwEarlyB : S::PprOvrflwEarly).set(reg(spec::RegisterId::Status), 1);
  if (E::IntEn.get(early) != 0) send(InterruptCause::kPprLog);
}

template <class Domain>
void BasicDevice<Domain>::auto_response(const PageRequest& request, const Context& context,
                                        std::uint64_t code) {
  namespace A = spec::field::PPRAutoResponse;
  tell(spec::Behaviour::PprAutoResponse);
  if (observer_ == nullptr || !request.last) return;  // one answer for a group
  if (request.has_pasid) tell(spec::Behaviour::AutoResponsePasid);
  const bool carries = spec::field::ExtendedFeature::EPHSup.get(config_.cap.EFR.w[0].v) == 0 ||
                       spec::field::DeviceTableEntry::GPRP.get(context.dte) != 0;
  const bool pasid = request.has_pasid && carries &&
                     A::PprAutoRspMaskGn.get(reg(spec::RegisterId::PPRAutoResponse)) == 0;
  observer_->page_response({request.device_id, pasid, pasid ? request.pasid : 0,
                            static_cast<std::uint16_t>(request.group & 0x1FFu),
                            static_cast<unsigned>(code), true});
}

// reg.status.other-run: like the event log, on the rising edge of its two enables together.
template <class Domain>
void BasicDevice<Domain>::update_ppr_run(std::uint64_t control_before) {
  namespace C = spec::field::Control;
  const auto both = [](std::uint64_t control) {
    return C::IommuEn.get(control) != 0 && C::PPRLogEn.get(control) != 0;
  };
  const bool on = both(reg(spec::RegisterId::Control)) &&
                  spec::field::ExtendedFeature::PPRSup.get(config_.cap.EFR.w[0].v) != 0;
  std::uint64_t& status = reg(spec::RegisterId::Status);
  if (!on || !both(control_before)) spec::field::Status::PprLogRun.set(status, on ? 1 : 0);
}

template <class Domain>
void BasicDevice<Domain>::complete_ppr(std::span<const std::uint64_t> words) {
  namespace F = spec::field::COMPLETE_PPR_REQUEST;
  tell(spec::Behaviour::CompletePpr);
  if (observer_ == nullptr) return;
  const std::uint64_t tag = F::CompletionTag.get(words);
  observer_->page_response({static_cast<std::uint16_t>(F::DeviceID.get(words)),
                            F::GN.get(words) != 0, static_cast<std::uint32_t>(F::PASID.get(words)),
                            static_cast<std::uint16_t>(tag & 0x1FFu),
                            static_cast<unsigned>(tag >> 12), false});
}

// false: the device did not answer. With InvTimeOut=0 the IOMMU waits for ever; the model goes on.
template <class Domain>
bool BasicDevice<Domain>::iotlb_answered(std::span<const std::uint64_t> words) {
  namespace F = spec::field::INVALIDATE_IOTLB_PAGES;
  tell(spec::Behaviour::InvalidateIotlb);
  const auto range = decide_here<spec::invalidation_range>(
                         {word(F::Address.get(words) << 12), flag(F::S.get(words) != 0)})
                         .out;
  const auto device = static_cast<std::uint16_t>(F::DeviceID.get(words));
  const IotlbInvalidation message{device,
                                  static_cast<std::uint16_t>(F::QueueID.get(words)),
                                  F::GN.get(words) != 0,
                                  static_cast<std::uint32_t>(F::PASID.get(words)),
                                  range.first.v,
                                  range.offset_mask.v};
  if (observer_ == nullptr || observer_->invalidate_iotlb(message)) return true;
  if (spec::field::Control::InvTimeOut.get(reg(spec::RegisterId::Control)) == 0) return true;
  tell(spec::Behaviour::IotlbTimeout);
  return false;
}

// false: the device did not answer, which halts the command processor.
template <class Domain>
bool BasicDevice<Domain>::invalidate_iotlb(std::span<const std::uint64_t> words) {
  if (iotlb_answered(words)) return true;
  tell(spec::Behaviour::CommandHalt);
  spec::field::Status::CmdBufRun.set(reg(spec::RegisterId::Status), 0);
  const Request who{
      static_cast<std::uint16_t>(spec::field::INVALIDATE_IOTLB_PAGES::DeviceID.get(words))};
  Context context{&who};
  const std::uint64_t base = reg(spec::RegisterId::CommandBufferBase);
  const std::uint64_t past = reg(spec::RegisterId::CommandBufferHead) - 16 * fetched_;
  context.address = (spec::field::CommandBufferBase::Base.get(base) << 12) +
                    ((past - 16) & ring_mask(spec::Ring::command));
  report(spec::EventCause::iotlb_inv_timeout, context);
  return false;
}

}  // namespace amdvi
