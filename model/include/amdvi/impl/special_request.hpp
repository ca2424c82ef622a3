// BasicDevice: port I/O and system management messages.
#pragma once

#include <amdvi/device.hpp>
#include <amdvi/spec/InvalidDeviceRequestType.gen.hpp>
#include <amdvi/spec/dte_port_io.gen.hpp>
#include <amdvi/spec/dte_sysmgt.gen.hpp>

namespace amdvi {

template <class Domain>
Translation BasicDevice<Domain>::port_io(const Request& request) {
  if (spec::field::Control::IommuEn.get(reg(spec::RegisterId::Control)) == 0) {
    return {true, request.address, ~std::uint64_t{0}, false};
  }
  Context context{&request};
  context.address = request.address;
  if (!fetch_dte(request, context)) return {};
  const auto decided = decide_here<spec::dte_port_io>({dte_of(context), dte_cap_, opt_});
  context.RZ = decided.out.RZ.v != 0;
  context.type = static_cast<unsigned>(spec::InvalidDeviceRequestType::port_io);
  return special_request(request, context,
                         static_cast<spec::SpecialRequestOutcome>(decided.out.outcome.v));
}

template <class Domain>
Translation BasicDevice<Domain>::system_management(const Request& request, bool intx) {
  if (spec::field::Control::IommuEn.get(reg(spec::RegisterId::Control)) == 0) {
    return {true, request.address, ~std::uint64_t{0}, false};
  }
  Context context{&request};
  context.address = request.address;
  if (!fetch_dte(request, context)) return {};
  const auto decided = decide_here<spec::dte_sysmgt>({dte_of(context), flag(intx), dte_cap_});
  context.RZ = decided.out.RZ.v != 0;
  context.type = static_cast<unsigned>(spec::InvalidDeviceRequestType::system_management);
  return special_request(request, context,
                         static_cast<spec::SpecialRequestOutcome>(decided.out.outcome.v));
}

template <class Domain>
Translation BasicDevice<Domain>::special_request(const Request& request, Context& context,
                                                 spec::SpecialRequestOutcome outcome) {
  switch (outcome) {
    case spec::SpecialRequestOutcome::forward:
      return {true, request.address, ~std::uint64_t{0}, false};
    case spec::SpecialRequestOutcome::translate:
      context.type = 0;
      return follow(check_dte(request, context), request, context);
    case spec::SpecialRequestOutcome::refuse:
      return abort(spec::EventCause::invalid_device_request, context);
    case spec::SpecialRequestOutcome::illegal_dte:
      context.type = 0;
      return abort(spec::EventCause::illegal_dev_table_entry, context);
  }
  return {};
}

}  // namespace amdvi
