#include "host_procedures.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace amdvi::host {
namespace detail {
namespace {

unsigned operation_number(const spec::MachineInfo& info, std::string_view name) {
  for (unsigned i = 0; i < info.operations.size(); ++i) {
    if (info.operations[i].name == name) return i;
  }
  throw std::out_of_range("no operation " + std::string(name));
}

constexpr std::size_t kKeyWords = 3;  // cell, index and value of an entry in Machine::key

}  // namespace

Outcome step(Machine& machine, std::string_view operation,
             std::initializer_list<std::uint64_t> args, CallOutcome& whole) {
  const unsigned number = operation_number(machine.info(), operation);
  Outcome outcome = machine.run(number, std::span(args.begin(), args.size()));
  whole.cases.emplace_back(number, outcome.number);
  whole.actions.insert(whole.actions.end(), outcome.actions.begin(), outcome.actions.end());
  return outcome;
}

bool go(Machine& machine, std::string_view operation, std::initializer_list<std::uint64_t> args,
        CallOutcome& whole) {
  whole.error = step(machine, operation, args, whole).error;
  return whole.error == 0;
}

std::vector<std::uint64_t> changed(const Machine& machine, std::string_view cell) {
  std::vector<std::uint64_t> indices;
  const std::vector<std::uint64_t> key = machine.key();
  for (std::size_t i = 0; i + kKeyWords <= key.size(); i += kKeyWords) {
    if (machine.info().cells[key[i]].name == cell) indices.push_back(key[i + 1]);
  }
  return indices;
}

CallArgument argument(std::string_view machine, std::string_view operation, std::size_t number,
                      std::string_view name) {
  const spec::MachineInfo& info = *machine_named(machine).info;
  const spec::VariableInfo& arg = info.operations[operation_number(info, operation)].args[number];
  return {std::string(name), arg.id, arg.width};
}

}  // namespace detail

bool Procedure::runs(std::string_view operation) const {
  return std::find(parts.begin(), parts.end(), operation) != parts.end();
}

std::span<const Procedure> procedures() {
  static const std::vector<Procedure> kProcedures = [] {
    std::vector<Procedure> all = detail::lifecycle_procedures();
    std::vector<Procedure> more = detail::object_procedures();
    std::move(more.begin(), more.end(), std::back_inserter(all));
    return all;
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
