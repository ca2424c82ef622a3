#include "checker/judge/actions.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "checker/wording/answers.hpp"

namespace amdvi::judge {
namespace {

using wording::ShownAction;

bool is(const ShownAction& shown, const vector::Action& expected) {
  if (shown.name != expected.name || shown.args.size() != expected.args.size()) return false;
  return std::equal(shown.args.begin(), shown.args.end(), expected.args.begin(),
                    [](const auto& a, const auto& b) { return a.value == b.value; });
}

class Match {
 public:
  Match(const vector::Outcome& outcome, std::span<const std::uint64_t> observed)
      : outcome_(outcome), shown_(wording::shown_actions(observed)), used_(shown_.size()) {}

  std::string difference() {
    for (const vector::Action& action : outcome_.actions) {
      if (auto why = find(action); !why.empty()) return why;
    }
    for (std::size_t i = 0; i < shown_.size(); ++i) {
      if (!used_[i] && ruled_out(shown_[i].name))
        return wording::action_text(shown_[i]) + " that should not be";
    }
    return {};
  }

 private:
  // Of these there are as many as are expected; of others one may serve for several.
  bool ruled_out(std::string_view name) const {
    return std::find(outcome_.closed.begin(), outcome_.closed.end(), name) != outcome_.closed.end();
  }

  // The earliest place leaves most room for those that must follow.
  std::string find(const vector::Action& action) {
    std::size_t first = 0;
    for (const std::uint32_t earlier : action.after) first = std::max(first, place_[earlier] + 1);
    std::optional<std::size_t> too_early;
    for (std::size_t i = 0; i < shown_.size(); ++i) {
      if ((used_[i] && ruled_out(action.name)) || !is(shown_[i], action)) continue;
      if (i < first) {
        too_early = i;
        continue;
      }
      used_[i] = true;
      place_.push_back(i);
      return {};
    }
    const std::string text = wording::action_text(action);
    if (!too_early) return text + " is missing";
    for (const std::uint32_t earlier : action.after) {
      if (place_[earlier] < *too_early) continue;
      return fmt::format("{} before {}", text, wording::action_text(outcome_.actions[earlier]));
    }
    return text + " is missing";
  }

  const vector::Outcome& outcome_;
  std::vector<ShownAction> shown_;
  std::vector<bool> used_;
  std::vector<std::size_t> place_;  // of each expected one
};

}  // namespace

std::string actions_differ(const vector::Outcome& outcome,
                           std::span<const std::uint64_t> observed) {
  return Match(outcome, observed).difference();
}

}  // namespace amdvi::judge
