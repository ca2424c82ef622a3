// Walks through a machine with few ids: all states that calls lead to, nearest first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "checker/generate/driver_samples.hpp"

namespace amdvi::generate {

struct Domain {
  std::vector<std::uint64_t> parameters;
  std::vector<DriverCall> calls;  // every one that there is with a few values
  bool whole = false;
};

// `ids`: of each type that nothing is picked of, so many. `last`: the value of parameters, and the
// highest id that is handed out. `whole`: not the steps of procedures but these.
Domain make_domain(const spec::MachineInfo& info, unsigned ids, std::uint64_t last, bool whole);

struct State {
  host::Machine machine;
  std::vector<DriverCall> path;
};

// The states that calls lead to, at most `limit` of them from each story and from the first state.
std::vector<State> explore(const host::MachineCode& code, const Domain& domain, std::size_t limit);

// The fewest calls after `call` at `state` until the machine and the other, which does the same
// state's work in its own way, answer or show different things; the last one is where they differ.
struct Difference {
  std::vector<DriverCall> calls;  // from the first state on
  std::vector<unsigned> broken;   // invariants, in the other's state after `call`
};
// `tries` counts the states where they went apart and it did not show at once.
std::optional<Difference> differ(const State& state, const host::MachineCode& other,
                                 const DriverCall& call, const Domain& domain, unsigned& tries);

}  // namespace amdvi::generate
