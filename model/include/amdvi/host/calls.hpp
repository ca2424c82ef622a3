// What a driver can be asked to do, by name: the operations of every machine, whole procedures made
// of them, and decisions that answer a request. <amdvi_driver.h> offers them to drivers.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <amdvi/host/machine.hpp>

namespace amdvi::host {

struct CallArgument {
  std::string name;
  unsigned id = 0;     // type of the id, as VariableInfo::id; 0 is none
  unsigned width = 0;  // bits, at most 64
};

struct CallInfo {
  std::string name;        // "trans_devid_pool.reserve", "guest_dte_validation"
  std::string capability;  // what is opened for it: a machine or a decision
  std::vector<CallArgument> args;
  std::string text;
};

// In order of machines, operations, procedures and decisions.
const std::vector<CallInfo>& calls();
const CallInfo* find_call(std::string_view name);
// Whether something can be opened for it.
bool is_capability(std::string_view name);
// Parameters that an instance for a machine gets.
std::vector<CallArgument> parameters_of(std::string_view capability);

// What a call does in the executable machine: that of one case, or of all that a procedure runs.
struct CallOutcome {
  unsigned error = 0;
  std::optional<std::uint64_t> result;
  std::vector<Shown> actions;
  std::vector<std::pair<unsigned, unsigned>> cases;  // operation and case, in order
};
// `name` must be a call of the machine's.
CallOutcome run_call(Machine& machine, std::string_view name, std::span<const std::uint64_t> args);

// What drivers do in one call where a machine has several steps: what stops it, and what then takes
// it back. One with the name of an operation stands for it, with the arguments that a driver gets.
struct Procedure {
  std::string_view name;  // "create"
  std::string_view machine;
  std::string_view text;
  std::string_view clause;              // of what it answers if none of its operations is reached
  std::vector<std::string_view> parts;  // the operations that it runs
  std::uint64_t steps = 0;              // values of its argument `fail_at`, if it has one
  std::vector<CallArgument> args;
  std::function<CallOutcome(Machine& machine, std::span<const std::uint64_t> args)> run;

  [[nodiscard]] bool runs(std::string_view operation) const;
  // It stands for the operation of its name.
  [[nodiscard]] bool replaces() const { return runs(name); }
};
std::span<const Procedure> procedures();
const Procedure* find_procedure(std::string_view call);  // "viommu_lifecycle.create"

}  // namespace amdvi::host
