// BasicDevice: address translation services: translation requests and pretranslated requests.
#pragma once

#include <amdvi/device.hpp>
#include <amdvi/spec/AtsOutcome.gen.hpp>
#include <amdvi/spec/InvalidTranslationRequestType.gen.hpp>
#include <amdvi/spec/TranslatedOutcome.gen.hpp>
#include <amdvi/spec/address_class.gen.hpp>
#include <amdvi/spec/ats_request.gen.hpp>
#include <amdvi/spec/translated_request.gen.hpp>

namespace amdvi {

// Each access that is asked for is tried alone: a fault of one takes only its permission away.
template <class Domain>
AtsAnswer BasicDevice<Domain>::ats_translate(const Request& request) {
  AtsAnswer answer;
  answer.ok = true;
  Request probe = request;
  probe.posted = false;
  probe.write = probe.exec = false;
  probe.read = true;
  if (request.read && !ats_probe(probe, answer, answer.read)) return {};
  probe.exec = true;
  if (request.exec && !ats_probe(probe, answer, answer.exec)) return {};
  probe.exec = probe.read = false;
  probe.write = true;
  if (request.write && !ats_probe(probe, answer, answer.write)) return {};
  if (answer.untranslated_only) tell(spec::Behaviour::AtsUntranslatedOnly);
  return answer;
}

// false: the request is refused and was reported.
template <class Domain>
bool BasicDevice<Domain>::ats_probe(const Request& probe, AtsAnswer& answer, bool& permitted) {
  Context context = context_of(probe);
  context.TR = true;
  const auto address =
      decide_here<spec::address_class>({request_of(probe), flag(true), control(), cap_}).out;
  Checked checked{spec::DteOutcome::pass_through, false};
  if (static_cast<spec::AddressClass>(address.outcome.v) == spec::AddressClass::memory) {
    if (!fetch_dte(probe, context)) return false;
    checked = check_dte(probe, context);
  }
  const auto decided =
      decide_here<spec::ats_request>({address.outcome, dte_of(context),
                                      d_.template k<3>(static_cast<std::uint64_t>(checked.outcome)),
                                      flag(checked.excluded), opt_})
          .out;
  Translation t{true, probe.address, ~std::uint64_t{0}, false};
  switch (static_cast<spec::AtsOutcome>(decided.outcome.v)) {
    case spec::AtsOutcome::identity:
      break;
    case spec::AtsOutcome::translate:
      t = follow(checked, probe, context);
      if (context.error) return false;
      break;
    case spec::AtsOutcome::no_permission:
      t = abort(spec::EventCause::io_page_fault, context);
      break;
    case spec::AtsOutcome::refuse:
      context.type = static_cast<unsigned>(decided.event_type.v);
      return abort(spec::EventCause::invalid_device_request, context).ok;
    case spec::AtsOutcome::illegal_dte:
      return abort(spec::EventCause::illegal_dev_table_entry, context).ok;
  }
  permitted = t.ok;
  if (!t.ok) return true;
  answer.spa = t.spa;
  answer.offset_mask = t.offset_mask;
  answer.untranslated_only = t.untranslated_only;
  return true;
}

template <class Domain>
bool BasicDevice<Domain>::ats_without_entry(Context& context) {
  context.type = static_cast<unsigned>(spec::InvalidTranslationRequestType::invalid_device_id);
  return abort(spec::EventCause::invalid_device_request, context).ok;
}

template <class Domain>
Translation BasicDevice<Domain>::translated(const Request& request) {
  Context context = context_of(request);
  Translation done;
  if (classify(request, context, done)) return done;
  if (!fetch_dte(request, context)) return {};
  const Checked checked = check_dte(request, context);
  const auto decided = decide_here<spec::translated_request>(
                           {dte_of(context), request_of(request),
                            d_.template k<3>(static_cast<std::uint64_t>(checked.outcome)), opt_})
                           .out;
  switch (static_cast<spec::TranslatedOutcome>(decided.outcome.v)) {
    case spec::TranslatedOutcome::forward:
      count(spec::CounterSourceCode::pretranslated_pass, &context);
      return {true, request.address, ~std::uint64_t{0}, false};
    case spec::TranslatedOutcome::refuse:
      context.type = static_cast<unsigned>(decided.event_type.v);
      return abort(spec::EventCause::invalid_device_request, context);
    case spec::TranslatedOutcome::illegal_dte:
      return abort(spec::EventCause::illegal_dev_table_entry, context);
    case spec::TranslatedOutcome::page_fault:
      context.PR = context.PE = true;
      return abort(spec::EventCause::io_page_fault, context);
  }
  return {};
}

}  // namespace amdvi
