// BasicDevice: MARC apertures, which relocate addresses. Away from the plain path of translate():
// nothing here runs unless MarcEn is 1.
#pragma once

#include <amdvi/device.hpp>
#include <amdvi/spec/MarcBase.gen.hpp>
#include <amdvi/spec/MarcLength.gen.hpp>
#include <amdvi/spec/MarcOutcome.gen.hpp>
#include <amdvi/spec/MarcReloc.gen.hpp>
#include <amdvi/spec/marc_aperture.gen.hpp>

namespace amdvi {

// None: no aperture takes the request, which goes on as if there were none.
template <class Domain>
std::optional<Translation> BasicDevice<Domain>::marc(const Request& request, Context& context) {
  constexpr std::size_t kApertures = 4, kRegistersOfOne = 3;
  for (std::size_t i = 0; i < kApertures; ++i) {
    // Base, relocation and length of an aperture follow each other.
    const std::size_t first =
        static_cast<std::size_t>(spec::RegisterId::MarcBase_0) + kRegistersOfOne * i;
    const auto out = decide_here<spec::marc_aperture>({request_of(request),
                                                       {{word(regs_[first])}},
                                                       {{word(regs_[first + 1])}},
                                                       {{word(regs_[first + 2])}},
                                                       control(),
                                                       cap_,
                                                       opt_})
                         .out;
    switch (static_cast<spec::MarcOutcome>(out.outcome.v)) {
      case spec::MarcOutcome::miss:
        break;
      case spec::MarcOutcome::refuse:
        context.PR = context.PE = true;
        return abort(spec::EventCause::io_page_fault, context);
      case spec::MarcOutcome::relocate:
        return relocated(request, context, out.address.v);
    }
  }
  return std::nullopt;
}

// reg.marc.order and reg.marc.result: what else of the way of a request one through an aperture
// goes is not known.
template <class Domain>
Translation BasicDevice<Domain>::relocated(const Request& request, Context& context,
                                           std::uint64_t address) {
  const bool translated =
      config_.opt.marc_result.v == static_cast<std::uint64_t>(spec::MarcResult::translated);
  const bool first =
      config_.opt.marc_order.v == static_cast<std::uint64_t>(spec::MarcOrder::before_device_table);
  const Translation direct{true, address, 4095, false};
  if (first && !translated) return direct;
  if (!fetch_dte(request, context)) return {};
  if (!first) {
    const Checked checked = check_dte(request, context);
    if (checked.excluded || checked.outcome == spec::DteOutcome::illegal_dte) {
      return follow(checked, request, context);
    }
    if (!translated) return direct;
  }
  Request moved = request;
  moved.address = address;
  context.request = &moved;
  context.address = address;
  return follow(check_dte(moved, context), moved, context);
}

}  // namespace amdvi
