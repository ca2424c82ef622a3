#include "checker/vector/validate_driver.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <amdvi/host/calls.hpp>
#include <amdvi/spec_info.hpp>

namespace amdvi::vector {
namespace {

constexpr std::uint32_t kMostTimes = 1U << 20;

bool fits(std::uint64_t value, unsigned width) { return width >= 64 || value >> width == 0; }

template <class Infos>
void validate_arguments(FirstInvalid& out, const std::vector<Argument>& args, const Infos& infos,
                        const std::string& at) {
  out.require(args.size() == infos.size(), at,
              fmt::format("{} arguments where there are {}", args.size(), infos.size()));
  for (std::size_t i = 0; i < std::min(args.size(), infos.size()); ++i) {
    out.require(args[i].name == infos[i].name, at + "/" + args[i].name,
                fmt::format("expected argument '{}' here", infos[i].name), "keep their order");
    out.require(fits(args[i].value, infos[i].width), at + "/" + args[i].name,
                fmt::format("wider than its {} bits", infos[i].width));
  }
}

const spec::ActionInfo* find_action(std::string_view name) {
  const auto actions = spec::host_actions();
  const auto found = std::find_if(actions.begin(), actions.end(),
                                  [&](const auto& action) { return action.name == name; });
  return found == actions.end() ? nullptr : &*found;
}

void validate_action(FirstInvalid& out, const Action& action, std::size_t index,
                     const std::string& at) {
  const spec::ActionInfo* info = find_action(action.name);
  out.require(info != nullptr, at + "/action",
              fmt::format("no action '{}' in the specification", action.name));
  if (info != nullptr) validate_arguments(out, action.args, info->args, at + "/args");
  for (const std::uint32_t earlier : action.after) {
    out.require(earlier < index, at + "/after", "not an earlier action");
  }
}

}  // namespace

bool is_of_driver(const Step& step) {
  return step.kind == StepKind::kOpen || step.kind == StepKind::kCall;
}

bool is_driver_call(std::string_view name) { return host::find_call(name) != nullptr; }

void validate_driver_step(FirstInvalid& out, const Step& step, const std::string& at) {
  const std::string hint = "list them with `amdvi spec list operations`";
  if (step.kind == StepKind::kOpen) {
    out.require(host::is_capability(step.call), at + "/call",
                fmt::format("no machine or decision '{}' in the specification", step.call), hint);
    validate_arguments(out, step.args, host::parameters_of(step.call), at + "/args");
    return;
  }
  const host::CallInfo* info = host::find_call(step.call);
  out.require(info != nullptr, at + "/call",
              fmt::format("no operation '{}' in the specification", step.call), hint);
  out.require(step.times >= 1 && step.times <= kMostTimes, at + "/times",
              fmt::format("not between 1 and {}", kMostTimes));
  if (info != nullptr) validate_arguments(out, step.args, info->args, at + "/args");
  const bool counts = std::any_of(step.args.begin(), step.args.end(),
                                  [&](const Argument& arg) { return arg.name == step.counting; });
  out.require(step.counting.empty() || counts, at + "/counting",
              fmt::format("no argument '{}'", step.counting));
}

void validate_shown(FirstInvalid& out, const Outcome& outcome, const std::string& at) {
  for (std::size_t i = 0; i < outcome.actions.size(); ++i) {
    validate_action(out, outcome.actions[i], i, fmt::format("{}/actions/{}", at, i));
  }
  for (std::size_t i = 0; i < outcome.closed.size(); ++i) {
    out.require(find_action(outcome.closed[i]) != nullptr, fmt::format("{}/closed/{}", at, i),
                fmt::format("no action '{}' in the specification", outcome.closed[i]));
  }
  out.require(!outcome.actions.empty() || !outcome.closed.empty(), at,
              "nothing is asked for or ruled out: the check could not fail");
}

void validate_subject(FirstInvalid& out, const Vector& vector, Subject subject,
                      const std::string& at) {
  const bool driver = subject == Subject::kDriver;
  for (const auto* steps : {&vector.setup, &vector.steps}) {
    const bool setup = steps == &vector.setup;
    for (std::size_t i = 0; i < steps->size(); ++i) {
      const Step& step = (*steps)[i];
      const std::string here = fmt::format("{}/{}/{}", at, setup ? "setup" : "steps", i);
      out.require(is_of_driver(step) == driver, here + "/op",
                  driver ? "a driver is opened and called, nothing else"
                         : "a device cannot be opened or called");
      out.require(!driver || (step.kind == StepKind::kOpen) == setup, here + "/op",
                  "`setup` opens, `steps` call");
      out.require(!driver || setup || vector.setup.empty() ||
                      step.call.substr(0, step.call.find('.')) == vector.setup[0].call,
                  here + "/call", "not of what was opened");
    }
  }
  out.require(!driver || vector.setup.size() == 1, at + "/setup", "a driver is opened once");
}

}  // namespace amdvi::vector
