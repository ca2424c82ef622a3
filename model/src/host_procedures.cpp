// Making a vIOMMU and taking it down in one go, as drivers do it (viommu.md 9.5).
#include <array>
#include <stdexcept>

#include <amdvi/host/calls.hpp>
#include <amdvi/spec/HostError.gen.hpp>
#include <amdvi/spec/ViommuStage.gen.hpp>

namespace amdvi::host {
namespace {

using spec::HostError;
using spec::ViommuStage;

constexpr auto kOk = static_cast<unsigned>(HostError::OK);
constexpr auto kNoMemory = static_cast<unsigned>(HostError::E_NOMEM);
constexpr auto kNone = static_cast<std::uint64_t>(ViommuStage::NONE);

// Each leads to the stage after the one before it, the first to GID.
constexpr std::array<std::string_view, 9> kSteps{
    "take_gid",        "map_mmio",        "take_trans_id",   "reset_vmmio", "set_trans_dte",
    "set_trans_reg",   "map_devid_table", "map_domid_table", "fill_maps"};

unsigned operation_number(const Machine& machine, std::string_view name) {
  const auto& operations = machine.info().operations;
  for (unsigned i = 0; i < operations.size(); ++i) {
    if (operations[i].name == name) return i;
  }
  throw std::out_of_range("no operation " + std::string(name));
}

// Adds what an operation does; its error is not yet the procedure's.
Outcome step(Machine& machine, std::string_view name, std::uint64_t viommu, CallOutcome& whole) {
  const unsigned number = operation_number(machine, name);
  Outcome outcome = machine.run(number, std::span(&viommu, 1));
  whole.cases.emplace_back(number, outcome.number);
  whole.actions.insert(whole.actions.end(), outcome.actions.begin(), outcome.actions.end());
  return outcome;
}

void take_back(Machine& machine, std::uint64_t viommu, CallOutcome& whole) {
  step(machine, "go_down", viommu, whole);
  while (machine.read("stage", viommu) != kNone) step(machine, "undo", viommu, whole);
}

// `args`: the vIOMMU, and the stage that is not reached because the step to it fails; 0: none.
CallOutcome create(Machine& machine, std::span<const std::uint64_t> args) {
  CallOutcome whole;
  const std::uint64_t viommu = args[0];
  const bool fresh = machine.read("stage", viommu) == kNone;
  for (std::size_t i = 0; i < kSteps.size() && whole.error == kOk; ++i) {
    if (i + 1 == args[1]) {
      whole.error = kNoMemory;
    } else {
      const Outcome outcome = step(machine, kSteps[i], viommu, whole);
      whole.error = outcome.error;
      if (i == 0) whole.result = outcome.result;  // the GuestID
    }
  }
  if (whole.error == kOk) return whole;
  whole.result.reset();
  if (fresh && machine.read("stage", viommu) != kNone) take_back(machine, viommu, whole);
  return whole;
}

CallOutcome destroy(Machine& machine, std::span<const std::uint64_t> args) {
  CallOutcome whole;
  const std::uint64_t viommu = args[0];
  if (machine.read("stage", viommu) != kNone) {
    take_back(machine, viommu, whole);
  } else {
    whole.error = step(machine, "go_down", viommu, whole).error;
  }
  return whole;
}

}  // namespace

std::span<const Procedure> procedures() {
  static const std::vector<Procedure> kProcedures = [] {
    const spec::OperationInfo& take = machine_named("viommu_lifecycle").info->operations[1];
    const CallArgument viommu{"v", take.args[0].id, take.args[0].width};
    return std::vector<Procedure>{
        {"create", "viommu_lifecycle",
         "A vIOMMU is made; the step to stage `fail_at`, if not 0, fails with ENOMEM",
         "host.viommu.unwind", kSteps.size(), {viommu, {"fail_at", 0, 4}}, create},
        {"destroy", "viommu_lifecycle", "A vIOMMU is taken down", "host.viommu.destroy", 0,
         {viommu}, destroy}};
  }();
  return kProcedures;
}

const Procedure* find_procedure(std::string_view call) {
  for (const Procedure& procedure : procedures()) {
    const std::size_t dot = procedure.machine.size();
    if (call.size() > dot && call[dot] == '.' && call.starts_with(procedure.machine) &&
        call.substr(dot + 1) == procedure.name) {
      return &procedure;
    }
  }
  return nullptr;
}

}  // namespace amdvi::host
