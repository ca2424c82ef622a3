#include <fmt/format.h>

#include <amdvi/host/calls.hpp>
#include <amdvi/spec_info.hpp>

#include "checker/judge/explain.hpp"
#include "checker/wording/answers.hpp"
#include "checker/wording/program.hpp"

namespace amdvi::judge {
namespace {

std::vector<std::uint64_t> values_of(const std::vector<vector::Argument>& args) {
  std::vector<std::uint64_t> values;
  for (const vector::Argument& arg : args) values.push_back(arg.value);
  return values;
}

void explain_case(const spec::MachineInfo& machine, std::pair<unsigned, unsigned> decided,
                  std::vector<std::string>& lines) {
  const spec::OperationInfo& operation = machine.operations[decided.first];
  const spec::CaseInfo& c = operation.cases[decided.second];
  const spec::ClauseInfo* clause = spec::find_clause(c.clause);
  lines.push_back(fmt::format("  {}.{}, case {}: {} [{}]", machine.name, operation.name, c.id,
                              clause != nullptr ? clause->text : c.text, c.clause));
}

void explain_call(host::Machine& machine, const vector::Step& step,
                  std::vector<std::string>& lines) {
  std::vector<std::uint64_t> args = values_of(step.args);
  host::CallOutcome outcome;
  for (std::uint32_t i = 0; i < step.times; ++i) {
    outcome = host::run_call(machine, step.call, args);
    for (std::size_t a = 0; a < args.size(); ++a) args[a] += step.args[a].name == step.counting;
  }
  for (const auto& decided : outcome.cases) explain_case(machine.info(), decided, lines);
  for (const host::Shown& shown : outcome.actions) {
    const spec::ActionInfo& info = spec::host_actions()[shown.action];
    vector::Action action{std::string(info.name), {}, {}};
    for (std::size_t i = 0; i < shown.args.size(); ++i) {
      action.args.push_back({std::string(info.args[i].name), shown.args[i]});
    }
    lines.push_back(fmt::format("  shows {}: {}", wording::action_text(action), info.text));
  }
  std::vector<std::uint64_t> words{outcome.error};
  if (outcome.result) words.push_back(*outcome.result);
  lines.push_back("  answers " + wording::answer_text(words));
}

}  // namespace

std::vector<std::string> explain_driver(const vector::Vector& vector) {
  std::vector<std::string> lines;
  const vector::Step& open = vector.setup.front();
  std::optional<host::Machine> machine;
  if (spec::find_decision(open.call) == nullptr) {
    machine.emplace(host::machine_named(open.call), values_of(open.args));
  }
  std::size_t next = 0;
  for (const vector::Step& step : vector.steps) {
    lines.push_back(
        fmt::format("step {}: {}", ++next, wording::plain(wording::describe(step, ""))));
    if (machine) {
      explain_call(*machine, step, lines);
    } else {
      for (const std::string& rule : vector.rules) lines.push_back("  decided by " + rule);
    }
  }
  return lines;
}

}  // namespace amdvi::judge
