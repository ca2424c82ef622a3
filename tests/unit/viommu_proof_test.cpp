// Proofs for all values of what viommu_control_test.cpp and viommu_private_test.cpp show by
// example: viommu.md 3.8, 4.
#include <array>

#include <doctest/doctest.h>

#include <amdvi/spec/PrivateRegion.gen.hpp>
#include <amdvi/spec/guest_control_command.gen.hpp>
#include <amdvi/spec/guest_control_event.gen.hpp>
#include <amdvi/spec/guest_control_ppr.gen.hpp>
#include <amdvi/spec/guest_control_read.gen.hpp>
#include <amdvi/spec/private_slice.gen.hpp>
#include <amdvi/spec/private_slice_size.gen.hpp>

#include "checker/smt/solver.hpp"
#include "checker/smt/symbolic.hpp"

namespace amdvi {
namespace {

using smt::Symbolic;

bool always(const Symbolic& d, const smt::Bool& claim) {
  smt::Solver solver(d.context);
  const std::array refutation = {solver.define(d.lnot(claim))};
  return solver.check(refutation).is_unsat();
}

TEST_CASE("for all values a guest's Control reads as it was written to the control words") {
  // Control 2, 3, 4, 12 to 15, 30 to 33, 39, 41, 42.
  constexpr std::uint64_t kShown =
      0x1C | 0xF000 | std::uint64_t{0xF} << 30 | std::uint64_t{1} << 39 | std::uint64_t{3} << 41;
  Symbolic d;
  const auto control = d.var<64>("control");
  const auto command = spec::guest_control_command<Symbolic>(d, {{control}}, {{d.var<64>("c")}});
  const auto event = spec::guest_control_event<Symbolic>(d, {{control}}, {{d.var<64>("e")}});
  const auto ppr = spec::guest_control_ppr<Symbolic>(d, {{control}}, {{d.var<64>("p")}});
  const auto read = spec::guest_control_read<Symbolic>(d, {{command}}, {{event}}, {{ppr}});
  CHECK(always(d, d.eq(read, d.band(control, d.k<64>(kShown)))));
}

TEST_CASE("for all control words writing what a guest's Control reads as changes nothing") {
  Symbolic d;
  const auto c = d.var<64>("c"), e = d.var<64>("e"), p = d.var<64>("p");
  const auto read = spec::guest_control_read<Symbolic>(d, {{c}}, {{e}}, {{p}});
  CHECK(always(d, d.eq(spec::guest_control_command<Symbolic>(d, {{read}}, {{c}}), c)));
  CHECK(always(d, d.eq(spec::guest_control_event<Symbolic>(d, {{read}}, {{e}}), e)));
  CHECK(always(d, d.eq(spec::guest_control_ppr<Symbolic>(d, {{read}}, {{p}}), p)));
}

TEST_CASE("no two slices of the private address space overlap, whatever windows and guests") {
  Symbolic d;
  const auto region = d.var<3>("r"), other_region = d.var<3>("s");
  const auto guest = d.var<16>("g"), other_guest = d.var<16>("h");
  const auto first = spec::private_slice<Symbolic>(d, region, guest);
  const auto end = d.add(first, spec::private_slice_size<Symbolic>(d, region));
  const auto other = spec::private_slice<Symbolic>(d, other_region, other_guest);
  const auto inside = d.land(d.ule(first, other), d.ult(other, end));
  const auto same = d.land(d.eq(region, other_region), d.eq(guest, other_guest));
  CHECK(always(d, d.lor(same, d.lnot(inside))));
  // 320 GiB: three levels of a host table reach everything.
  CHECK(always(d, d.ule(end, d.k<64>(std::uint64_t{320} << 30))));
}

}  // namespace
}  // namespace amdvi
