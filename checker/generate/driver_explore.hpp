// Walks through a machine with few ids: all states that calls lead to, nearest first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "checker/generate/driver_script.hpp"

namespace amdvi::generate {

struct Domain {
  std::vector<std::uint64_t> parameters;
  std::vector<DriverCall> calls;  // every operation with every combination of a few values
};

// `ids`: of each type that nothing is picked of, so many. `last`: the value of parameters, and the
// highest id that is handed out.
Domain make_domain(const spec::MachineInfo& info, unsigned ids, std::uint64_t last);

struct State {
  host::Machine machine;
  std::vector<DriverCall> path;
};

// Calls `look` for every call in every state, until it says that it has seen enough; enters at most
// `limit` states.
enum class Go { kOn, kStop };
using Look = std::function<Go(const State&, const DriverCall&, const host::CallOutcome&)>;
void explore(const host::MachineCode& code, const Domain& domain, std::size_t limit,
             const Look& look);

// The fewest calls after `call` at `state` until the machine and the other, which does the same
// state's work in its own way, answer or show different things; the last one is where they differ.
struct Difference {
  std::vector<DriverCall> calls;  // from the first state on
  std::vector<unsigned> broken;   // invariants, in the other's state after `call`
};
std::optional<Difference> differ(const State& state, const host::MachineCode& other,
                                 const DriverCall& call, const Domain& domain);

}  // namespace amdvi::generate
