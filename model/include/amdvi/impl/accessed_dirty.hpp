// BasicDevice: accessed and dirty updates of host and guest tables.
#pragma once

#include <amdvi/device.hpp>
#include <amdvi/spec/V1Pte.gen.hpp>
#include <amdvi/spec/V2Entry.gen.hpp>
#include <amdvi/spec/guest_update.gen.hpp>
#include <amdvi/spec/host_update.gen.hpp>

namespace amdvi {

// Sets accessed and dirty where the walk of a host table asks for it. false: aborted.
template <class Domain>
bool BasicDevice<Domain>::host_update(Context& context, std::uint64_t spa, std::uint64_t pte,
                                      bool leaf, bool write) {
  namespace F = spec::field::DeviceTableEntry;
  const auto out = decide_here<spec::host_update>({{{word(pte)}},
                                                   flag(leaf),
                                                   flag(write),
                                                   d_.template k<2>(F::HAD.get(context.dte)),
                                                   control(),
                                                   cap_})
                       .out;
  const std::uint64_t bits = (out.accessed.v != 0 ? spec::field::V1Pte::A.mask() : 0) |
                             (out.dirty.v != 0 ? spec::field::V1Pte::D.mask() : 0);
  return bits == 0 || set_bits(context, TableKind::kV1Table, spa, bits);
}

// An atomic read-modify-write: other agents may have changed the entry since it was read.
template <class Domain>
bool BasicDevice<Domain>::set_bits(Context& context, TableKind kind, std::uint64_t spa,
                                   std::uint64_t bits) {
  std::uint64_t entry = 0;
  if (!memory_->read64(spa, entry) || !memory_->write64(spa, entry | bits)) {
    context.address = spa;
    context.type = hardware_error_type();
    abort(spec::EventCause::page_tab_hardware_error, context);
    return false;
  }
  if (observer_ != nullptr) observer_->table_write(kind, spa, entry | bits);
  return true;
}

// Sets accessed and dirty in a guest entry, which is a write for the host stage. false: aborted.
template <class Domain>
bool BasicDevice<Domain>::guest_update(Context& context, const GuestEntry& entry, bool leaf,
                                       bool write) {
  const auto out = decide_here<spec::guest_update>(
                       {{{word(entry.value)}}, flag(leaf), flag(write), control(), cap_})
                       .out;
  const std::uint64_t bits = (out.accessed.v != 0 ? spec::field::V2Entry::A.mask() : 0) |
                             (out.dirty.v != 0 ? spec::field::V2Entry::D.mask() : 0);
  if (bits == 0) return true;
  if (!host_stage(context, entry.gpa, true, true).ok) return false;
  return set_bits(context, TableKind::kV2Table, entry.spa, bits);
}

}  // namespace amdvi
