// Making and taking down in one go, as drivers do it: vIOMMUs (viommu.md 9.5) and the vIOMMU of an
// IOMMU (viommu.md 1.5 and 9.6).
#include <amdvi/spec/HostError.gen.hpp>

#include "host_procedures.hpp"

namespace amdvi::host::detail {
namespace {

using spec::HostError;
using Args = std::span<const std::uint64_t>;

constexpr auto kOk = static_cast<unsigned>(HostError::OK);
constexpr auto kNoMemory = static_cast<unsigned>(HostError::E_NOMEM);
constexpr std::uint64_t kNothing = 0;  // the first stage of both

struct Chain {
  std::string_view machine;
  // Each leads to the stage after the one before it.
  std::vector<std::string_view> steps;
  // Of a step, out of those of the procedure, of which the first is whose stage it is.
  Outcome (*run)(Machine& machine, std::string_view operation, Args args, CallOutcome& whole);
};

// A machine with a mistake may have no way back.
void undo_all(Machine& machine, std::uint64_t id, CallOutcome& whole) {
  for (std::uint64_t left = machine.read("stage", id); left != kNothing; --left) {
    if (step(machine, "undo", {id}, whole).error != kOk) return;
  }
}

void take_back(Machine& machine, std::uint64_t id, CallOutcome& whole) {
  if (step(machine, "go_down", {id}, whole).error == kOk) undo_all(machine, id, whole);
}

// The last argument is the stage that is not reached because the step to it fails; 0: none.
CallOutcome make(const Chain& chain, Machine& machine, Args args) {
  CallOutcome whole;
  const std::uint64_t id = args.front();
  const bool fresh = machine.read("stage", id) == kNothing;
  for (std::size_t i = 0; i < chain.steps.size() && whole.error == kOk; ++i) {
    if (i + 1 == args.back()) {
      whole.error = kNoMemory;
      break;
    }
    const Outcome outcome = chain.run(machine, chain.steps[i], args, whole);
    whole.error = outcome.error;
    if (!whole.result) whole.result = outcome.result;
    if (machine.read("stage", id) == kNothing) break;  // there is nothing to do
  }
  if (whole.error == kOk) return whole;
  whole.result.reset();
  if (fresh && machine.read("stage", id) != kNothing) take_back(machine, id, whole);
  return whole;
}

CallOutcome unmake(Machine& machine, Args args) {
  CallOutcome whole;
  if (go(machine, "go_down", {args[0]}, whole)) undo_all(machine, args[0], whole);
  return whole;
}

const Chain& viommus() {
  static const Chain kChain{
      "viommu_lifecycle",
      {"take_gid", "map_mmio", "take_trans_id", "reset_vmmio", "set_trans_dte", "set_trans_reg",
       "map_devid_table", "map_domid_table", "fill_maps"},
      [](Machine& machine, std::string_view operation, Args args, CallOutcome& whole) {
        return step(machine, operation, {args[0]}, whole);
      }};
  return kChain;
}

const Chain& iommus() {
  static const Chain kChain{
      "iommu_init",
      {"start", "map_windows", "make_guest_ids", "make_private", "set_own_dte", "set_trp_mode",
       "set_vcmd", "set_viommu"},
      [](Machine& machine, std::string_view operation, Args args, CallOutcome& whole) {
        if (operation == "start") return step(machine, operation, {args[0], 1, 1, 0}, whole);
        if (operation == "map_windows") return step(machine, operation, {args[0], 1, 1, 1}, whole);
        if (operation == "make_private") return step(machine, operation, {args[0], args[1]}, whole);
        if (operation == "set_trp_mode") return step(machine, operation, {args[0], 1}, whole);
        return step(machine, operation, {args[0]}, whole);
      }};
  return kChain;
}

Procedure making(const Chain& chain, std::string_view name, std::vector<CallArgument> args) {
  Procedure procedure{name, chain.machine, {}, {}, chain.steps, chain.steps.size(), std::move(args),
                      {}};
  procedure.parts.insert(procedure.parts.end(), {"go_down", "undo"});
  procedure.args.push_back({"fail_at", 0, 4});
  procedure.run = [&chain](Machine& machine, Args given) { return make(chain, machine, given); };
  return procedure;
}

}  // namespace

std::vector<Procedure> lifecycle_procedures() {
  const CallArgument viommu = argument("viommu_lifecycle", "take_gid", 0, "v");
  const CallArgument iommu = argument("iommu_init", "make_private", 0, "i");
  const CallArgument root = argument("iommu_init", "make_private", 1, "r");
  Procedure create = making(viommus(), "create", {viommu});
  create.text = "A vIOMMU is made; the step to stage `fail_at`, if not 0, fails with ENOMEM";
  create.clause = "host.viommu.unwind";
  Procedure init = making(iommus(), "init", {iommu, root});
  init.text =
      "The vIOMMU of an IOMMU is initialised, with an empty private page table at `r`; the step to "
      "stage `fail_at`, if not 0, fails with ENOMEM";
  init.clause = "host.init.unwind";
  return {create,
          {"destroy",
           "viommu_lifecycle",
           "A vIOMMU is taken down",
           "host.viommu.destroy",
           {"go_down", "undo"},
           0,
           {viommu},
           unmake},
          init,
          {"uninit",
           "iommu_init",
           "It is taken down",
           "host.init.unwind",
           {"go_down", "undo"},
           0,
           {iommu},
           unmake}};
}

}  // namespace amdvi::host::detail
