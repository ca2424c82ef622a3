#include <algorithm>
#include <stdexcept>

#include <amdvi/host/calls.hpp>

namespace amdvi::host {
namespace {

constexpr unsigned kWord = 64;
constexpr std::string_view kGuestEntry = "gdte";
constexpr unsigned kEntryWords = 4;

// A decision that answers a request says with which error.
bool answers_a_request(const spec::DecisionInfo& decision) {
  return decision.outputs.size() == 2 && decision.outputs[0].name == "error";
}

// The guest's device table entry is passed whole, as words.
CallInfo call_of(const spec::DecisionInfo& decision) {
  CallInfo call{
      std::string(decision.name), std::string(decision.name), {}, std::string(decision.title)};
  for (unsigned i = 0; i < kEntryWords; ++i) {
    call.args.push_back({std::string(kGuestEntry) + "." + std::to_string(i), 0, kWord});
  }
  for (const spec::InputInfo& input : decision.inputs) {
    if (input.name.substr(0, input.name.find('.')) == kGuestEntry) continue;
    call.args.push_back({std::string(input.name), 0, input.width});
  }
  return call;
}

CallInfo call_of(const spec::MachineInfo& machine, const spec::OperationInfo& operation) {
  CallInfo call{std::string(machine.name) + "." + std::string(operation.name),
                std::string(machine.name),
                {},
                std::string(operation.text)};
  for (const spec::VariableInfo& arg : operation.args) {
    call.args.push_back({std::string(arg.name), arg.id, arg.width});
  }
  return call;
}

std::vector<CallInfo> all_calls() {
  std::vector<CallInfo> result;
  for (const MachineCode& code : all_machines()) {
    for (const spec::OperationInfo& operation : code.info->operations) {
      CallInfo call = call_of(*code.info, operation);
      if (find_procedure(call.name) == nullptr) result.push_back(std::move(call));
    }
  }
  for (const Procedure& procedure : procedures()) {
    result.push_back({std::string(procedure.machine) + "." + std::string(procedure.name),
                      std::string(procedure.machine), procedure.args, std::string(procedure.text)});
  }
  for (const spec::DecisionInfo* decision : spec::catalogue().decisions) {
    if (answers_a_request(*decision)) result.push_back(call_of(*decision));
  }
  return result;
}

}  // namespace

const std::vector<CallInfo>& calls() {
  static const std::vector<CallInfo> kCalls = all_calls();
  return kCalls;
}

const CallInfo* find_call(std::string_view name) {
  const auto found = std::find_if(calls().begin(), calls().end(),
                                  [&](const CallInfo& call) { return call.name == name; });
  return found == calls().end() ? nullptr : &*found;
}

bool is_capability(std::string_view name) {
  return std::any_of(calls().begin(), calls().end(),
                     [&](const CallInfo& call) { return call.capability == name; });
}

std::vector<CallArgument> parameters_of(std::string_view capability) {
  std::vector<CallArgument> result;
  for (const MachineCode& code : all_machines()) {
    if (code.info->name != capability) continue;
    for (const spec::CellInfo& cell : code.info->cells) {
      if (cell.parameter) {
        result.push_back({std::string(cell.name), cell.value_id, cell.value_width});
      }
    }
  }
  return result;
}

CallOutcome run_call(Machine& machine, std::string_view name, std::span<const std::uint64_t> args) {
  const std::string_view operation = name.substr(name.find('.') + 1);
  if (const Procedure* procedure = find_procedure(name)) return procedure->run(machine, args);
  const auto& operations = machine.info().operations;
  for (unsigned i = 0; i < operations.size(); ++i) {
    if (operations[i].name != operation) continue;
    Outcome outcome = machine.run(i, args);
    return {outcome.error, outcome.result, std::move(outcome.actions), {{i, outcome.number}}};
  }
  throw std::out_of_range("a machine has no `" + std::string(name) + "`");
}

}  // namespace amdvi::host
