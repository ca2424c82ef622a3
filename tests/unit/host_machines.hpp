// What tests of the executable machines share.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <amdvi/host/machine.hpp>
#include <amdvi/spec/HostError.gen.hpp>
#include <amdvi/spec/machines.gen.hpp>

namespace amdvi::host::test {

using Args = std::initializer_list<std::uint64_t>;

inline Machine make(std::string_view name, Args parameters = {}) {
  return Machine(machine_named(name), {parameters.begin(), parameters.size()});
}

// The error, and that nothing changed and nothing was shown.
inline spec::HostError refused(Machine& machine, std::string_view operation, Args args) {
  const auto before = machine.key();
  const Outcome outcome = machine.run(operation, args);
  CHECK(outcome.error != 0);
  CHECK(outcome.actions.empty());
  CHECK(machine.key() == before);
  return static_cast<spec::HostError>(outcome.error);
}

inline std::vector<spec::HostAction> shown(const Outcome& outcome) {
  std::vector<spec::HostAction> all;
  for (const auto& action : outcome.actions) {
    all.push_back(static_cast<spec::HostAction>(action.action));
  }
  return all;
}

}  // namespace amdvi::host::test
