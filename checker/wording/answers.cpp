#include "checker/wording/answers.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <amdvi/host/machine_info.hpp>
#include <amdvi/spec_info.hpp>
#include <amdvi/value/bit_field.hpp>

namespace amdvi::wording {
namespace {

constexpr unsigned kCountBits = 8;

}  // namespace

std::vector<ShownAction> shown_actions(std::span<const std::uint64_t> observed) {
  std::vector<ShownAction> result;
  for (std::size_t at = 0; at < observed.size();) {
    const std::uint64_t number = observed[at] >> kCountBits;
    const std::size_t count = observed[at] & spec::low_bits(kCountBits);
    ++at;
    const auto actions = spec::host_actions();
    const spec::ActionInfo* info = number < actions.size() ? &actions[number] : nullptr;
    ShownAction& action = result.emplace_back();
    action.name = info != nullptr ? std::string(info->name) : "?";
    for (std::size_t i = 0; i < count && at < observed.size(); ++i, ++at) {
      const bool known = info != nullptr && i < info->args.size();
      action.args.push_back({known ? std::string(info->args[i].name) : "?", observed[at]});
    }
  }
  return result;
}

std::string action_text(const vector::Action& action) {
  if (action.args.empty()) return action.name;
  std::string args;
  for (const vector::Argument& arg : action.args) {
    args += fmt::format("{}{} {:#x}", args.empty() ? "" : ", ", arg.name, arg.value);
  }
  return fmt::format("{}({})", action.name, args);
}

std::string error_name(std::uint64_t error) {
  for (const spec::DecisionInfo* decision : spec::catalogue().decisions) {
    for (const spec::OutputInfo& output : decision->outputs) {
      if (output.name != "error") continue;
      for (const spec::ValueName& value : output.values) {
        if (value.value == error) return std::string(value.name);
      }
    }
  }
  return fmt::format("error {}", error);
}

std::string answer_text(std::span<const std::uint64_t> observed) {
  if (observed.empty()) return "nothing";
  const std::string text = error_name(observed[0]);
  const bool result = observed[0] == 0 && observed.size() > 1;
  return result ? fmt::format("{}, result {:#x}", text, observed[1]) : text;
}

}  // namespace amdvi::wording
