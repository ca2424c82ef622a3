#include "checker/prove/words.hpp"

#include <fmt/core.h>

namespace amdvi::prove {

std::string_view word(Status status) {
  switch (status) {
    case Status::kProved:
      return "proved";
    case Status::kRefuted:
      return "refuted";
    case Status::kUnknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view word(Reach reach) {
  switch (reach) {
    case Reach::kReachable:
      return "reachable";
    case Reach::kShadowed:
      return "shadowed";
    case Reach::kContradiction:
      return "contradiction";
    case Reach::kExcludedByAssume:
      return "excluded_by_assume";
    case Reach::kUnknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view word(ProofVerdict verdict) {
  switch (verdict) {
    case ProofVerdict::kProved:
      return "proved";
    case ProofVerdict::kRefuted:
      return "refuted";
    case ProofVerdict::kUnknown:
      return "unknown";
  }
  return "unknown";
}

std::string value_text(const spec::InputInfo& input, std::uint64_t value) {
  for (const spec::ValueName& named : input.values) {
    if (named.value == value) return fmt::format("{:#x} ({})", value, named.name);
  }
  return value < 10 ? fmt::format("{}", value) : fmt::format("{:#x}", value);
}

std::string values_text(const spec::DecisionInfo& info, const Values& values) {
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] == 0) continue;
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", info.inputs[i].name,
                        value_text(info.inputs[i], values[i]));
  }
  return text.empty() ? "all inputs 0" : text;
}

}  // namespace amdvi::prove
