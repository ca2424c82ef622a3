// BasicDevice: the walk of the host (v1) page tables.
#pragma once

#include <amdvi/device.hpp>
#include <amdvi/spec/V1Pte.gen.hpp>
#include <amdvi/spec/WalkOutcome.gen.hpp>
#include <amdvi/spec/page_size_encoding.gen.hpp>
#include <amdvi/spec/table_index.gen.hpp>
#include <amdvi/spec/v1_walk_step.gen.hpp>

namespace amdvi {

template <class Domain>
void BasicDevice<Domain>::announce(TableKind kind, const Context& context, std::uint64_t address,
                                   unsigned level) {
  const Request& origin = *(context.origin != nullptr ? context.origin : context.request);
  observer_->table_use(
      {kind, origin.device_id,
       static_cast<std::uint16_t>(spec::field::DeviceTableEntry::DomainID.get(context.dte)),
       context.origin != nullptr, context.pasid, address, origin.address, level});
}

template <class Domain>
Translation BasicDevice<Domain>::walk(const Request& request, Context& context) {
  namespace F = spec::field::DeviceTableEntry;
  const spec::MemoryRequest<Domain> req = request_of(request);
  std::uint64_t table = F::HostPTRoot.get(context.dte) << 12;
  auto level = static_cast<unsigned>(F::Mode.get(context.dte));
  tell(spec::Behaviour::WalkStart);
  for (;;) {
    const Bv<3> lvl = d_.template k<3>(level);
    const std::uint64_t spa = table + 8 * spec::table_index<Domain>(d_, req.address, lvl).v;
    std::uint64_t pte = 0;
    if (observer_ != nullptr) announce(TableKind::kV1Table, context, request.address, level);
    if (!memory_->read64(spa, pte)) {
      tell(spec::Behaviour::PageTableReadError);
      context.address = spa;
      context.type = hardware_error_type();
      return abort(spec::EventCause::page_tab_hardware_error, context);
    }
    if (watched_) saw_table_read(TableKind::kV1Table, context, spa, std::span(&pte, 1));
    const auto decided = decide_here<spec::v1_walk_step>({{{word(pte)}}, lvl, req, cap_, opt_});
    context.PR = decided.out.PR.v != 0;
    context.PE = decided.out.PE.v != 0;
    context.RZ = decided.out.RZ.v != 0;
    switch (static_cast<spec::WalkOutcome>(decided.out.outcome.v)) {
      case spec::WalkOutcome::page_fault:
        return abort(spec::EventCause::io_page_fault, context);
      case spec::WalkOutcome::leaf:
        return leaf(request, context, spa, pte, level);
      case spec::WalkOutcome::next_table:
        if (updates(context) && !host_update(context, spa, pte, false, request.write)) return {};
        break;
    }
    table = spec::field::V1Pte::PageAddress.get(pte) << 12;
    level = static_cast<unsigned>(decided.out.next_level.v);
  }
}

template <class Domain>
Translation BasicDevice<Domain>::leaf(const Request& request, Context& context, std::uint64_t spa,
                                      std::uint64_t pte, unsigned level) {
  const auto decided =
      decide_here<spec::page_size_encoding>({{{word(pte)}}, d_.template k<3>(level), opt_});
  if (decided.out.legal.v == 0) {
    context.PR = true;
    return abort(spec::EventCause::io_page_fault, context);
  }
  tell(spec::Behaviour::WalkOutput);
  if (updates(context) && !host_update(context, spa, pte, true, request.write)) return {};
  const std::uint64_t offset_mask = decided.out.offset_mask.v;
  const std::uint64_t page = spec::field::V1Pte::PageAddress.get(pte) << 12;
  return {true, (page & ~offset_mask) | (request.address & offset_mask), offset_mask, false,
          spec::field::V1Pte::U.get(pte) != 0};
}

}  // namespace amdvi
