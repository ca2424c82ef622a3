// BasicDevice: guest (v2) translation, alone or nested in the host tables.
#pragma once

#include <amdvi/device.hpp>
#include <amdvi/spec/Control.gen.hpp>
#include <amdvi/spec/ExtendedFeature2.gen.hpp>
#include <amdvi/spec/Gcr3Entry.gen.hpp>
#include <amdvi/spec/V2Entry.gen.hpp>
#include <amdvi/spec/WalkOutcome.gen.hpp>
#include <amdvi/spec/gcr3_index.gen.hpp>
#include <amdvi/spec/gcr3_step.gen.hpp>
#include <amdvi/spec/guest_start.gen.hpp>
#include <amdvi/spec/nested_start.gen.hpp>
#include <amdvi/spec/table_index.gen.hpp>
#include <amdvi/spec/v2_walk_step.gen.hpp>

namespace amdvi {

template <class Domain>
Translation BasicDevice<Domain>::guest(const Request& request, Context& context) {
  const auto start =
      decide_here<spec::guest_start>({dte_of(context), request_of(request), cap_}).out;
  tell(spec::Behaviour::GuestOperands);
  tell(spec::Behaviour::UserRequest);
  context.GN = true;
  context.pasid = static_cast<std::uint32_t>(start.PASID.v);
  context.user = start.user.v != 0;
  context.PR = context.PE = context.RZ = false;
  if (start.fault.v != 0) return abort(spec::EventCause::io_page_fault, context);
  const auto table = guest_root(context, static_cast<unsigned>(start.gcr3_levels.v));
  if (!table) return {};
  return guest_walk(request, context, *table, static_cast<unsigned>(start.levels.v));
}

// The top guest table of context.pasid; none: aborted.
template <class Domain>
std::optional<std::uint64_t> BasicDevice<Domain>::guest_root(Context& context, unsigned levels) {
  const bool through_host =
      spec::field::Control::GCR3TRPMode.get(reg(spec::RegisterId::Control)) != 0 &&
      spec::field::ExtendedFeature2::GCR3TRPModeSup.get(config_.cap.EFR2.w[0].v) != 0;
  tell(spec::Behaviour::Gcr3RootMode);
  const Bv<20> pasid = d_.template k<20>(context.pasid);
  std::uint64_t table = spec::field::DeviceTableEntry::GCR3TRP.get(context.dte) << 12;
  for (unsigned level = levels;; --level) {
    const Bv<2> lvl = d_.template k<2>(level);
    const std::uint64_t at = table + 8 * spec::gcr3_index<Domain>(d_, pasid, lvl).v;
    const auto entry = guest_entry(context, at, through_host, TableKind::kGcr3Table, level);
    if (!entry) return std::nullopt;
    const auto step = decide_here<spec::gcr3_step>({{{word(entry->value)}}, lvl}).out;
    table = spec::field::Gcr3Entry::Address.get(entry->value) << 12;
    switch (static_cast<spec::WalkOutcome>(step.outcome.v)) {
      case spec::WalkOutcome::page_fault:
        abort(spec::EventCause::io_page_fault, context);
        return std::nullopt;
      case spec::WalkOutcome::leaf:
        return table;
      case spec::WalkOutcome::next_table:
        break;
    }
  }
}

template <class Domain>
Translation BasicDevice<Domain>::guest_walk(const Request& request, Context& context,
                                            std::uint64_t table, unsigned levels) {
  namespace F = spec::field::V2Entry;
  const spec::MemoryRequest<Domain> req = request_of(request);
  for (unsigned level = levels;; --level) {
    const Bv<3> lvl = d_.template k<3>(level);
    const std::uint64_t at = table + 8 * spec::table_index<Domain>(d_, req.address, lvl).v;
    const auto entry = guest_entry(context, at, true, TableKind::kV2Table, level);
    if (!entry) return {};
    const auto step = decide_here<spec::v2_walk_step>(
                          {{{word(entry->value)}}, lvl, flag(context.user), req, cap_, opt_})
                          .out;
    context.PR = step.PR.v != 0;
    context.PE = step.PE.v != 0;
    context.RZ = step.RZ.v != 0;
    const auto outcome = static_cast<spec::WalkOutcome>(step.outcome.v);
    if (outcome == spec::WalkOutcome::page_fault) {
      const bool supervisor_page = context.user && F::US.get(entry->value) == 0;
      if (!context.PE || !supervisor_page || context.TR) {
        return abort(spec::EventCause::io_page_fault, context);
      }
      tell(spec::Behaviour::UserSupervisorFault);  // logged, and no target abort
      report(spec::EventCause::io_page_fault, context);
      return {};
    }
    const bool leaf = outcome == spec::WalkOutcome::leaf;
    if (!guest_update(context, *entry, leaf, request.write)) return {};
    table = F::Address.get(entry->value) << 12;
    if (leaf) return guest_leaf(request, context, table, step.offset_mask.v);
  }
}

// v2walk.nested: both stages must permit the access, and the page is that of the smaller one.
template <class Domain>
Translation BasicDevice<Domain>::guest_leaf(const Request& request, Context& context,
                                            std::uint64_t page, std::uint64_t offset_mask) {
  const std::uint64_t gpa = (page & ~offset_mask) | (request.address & offset_mask);
  Translation t = host_stage(context, gpa, request.read, request.write);
  t.offset_mask &= offset_mask;
  return t;
}

// Reads the entry at `gpa`, which is a system physical address unless `through_host`. None:
// aborted.
template <class Domain>
std::optional<typename BasicDevice<Domain>::GuestEntry> BasicDevice<Domain>::guest_entry(
    Context& context, std::uint64_t gpa, bool through_host, TableKind kind, unsigned level) {
  GuestEntry entry{gpa, gpa, 0};
  if (through_host) {
    const Translation t = host_stage(context, gpa, true, false);
    if (!t.ok) return std::nullopt;
    entry.spa = t.spa;
  }
  if (observer_ != nullptr) announce(kind, context, context.request->address, level);
  if (!memory_->read64(entry.spa, entry.value)) {
    tell(spec::Behaviour::GuestReadError);
    context.address = entry.spa;
    context.type = hardware_error_type();
    abort(spec::EventCause::page_tab_hardware_error, context);
    return std::nullopt;
  }
  if (watched_) saw_table_read(kind, context, entry.spa, std::span(&entry.value, 1));
  return entry;
}

// What the host tables make of a guest physical address. Not ok: aborted, context.error says how.
template <class Domain>
Translation BasicDevice<Domain>::host_stage(Context& context, std::uint64_t gpa, bool read,
                                            bool write) {
  const auto start = decide_here<spec::nested_start>({dte_of(context), word(gpa), opt_}).out;
  const auto outcome = static_cast<spec::DteOutcome>(start.outcome.v);
  if (outcome == spec::DteOutcome::forward) return {true, gpa, ~std::uint64_t{0}, false};
  tell(spec::Behaviour::NestedAccess);
  Request access = *context.request;
  access.address = gpa;
  access.read = read;
  access.write = write;
  return nested_access(access, context, outcome == spec::DteOutcome::walk, start.PR.v != 0);
}

// `walks`: else it is a page fault, which says `present`.
template <class Domain>
Translation BasicDevice<Domain>::nested_access(const Request& access, Context& context, bool walks,
                                               bool present) {
  Context inner = context;
  inner.request = &access;
  inner.origin = context.request;
  if (config_.opt.host_fault_reported_as.v ==
      static_cast<std::uint64_t>(spec::HostFaultReportedAs::guest_physical)) {
    inner.GN = false;
    inner.address = access.address;
  }
  inner.PR = present;
  inner.PE = inner.RZ = false;
  Translation t = walks ? walk(access, inner) : abort(spec::EventCause::io_page_fault, inner);
  context.error = inner.error;
  if (!t.ok) tell(spec::Behaviour::NestedFault);
  return t;
}

}  // namespace amdvi
