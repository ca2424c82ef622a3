#include "checker/judge/requirements.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

namespace amdvi::judge {
namespace {

constexpr std::string_view kEngine = "engine.";
constexpr std::string_view kFresh = "reset.fresh";
constexpr std::array<std::string_view, 12> kEngines = {
    "write4", "read",   "write", "copy", "msi",      "msi32",
    "pasid",  "atomic", "ats",   "ppr",  "doorbell", "vf"};

struct Feature {
  std::string_view path;
  std::uint64_t least = 1;
};

std::optional<Feature> parse_feature(std::string_view text) {
  const std::size_t at = text.find(">=");
  if (at == std::string_view::npos) return Feature{text};
  Feature feature{text.substr(0, at)};
  const char* end = text.data() + text.size();
  const auto done = std::from_chars(text.data() + at + 2, end, feature.least);
  if (done.ec != std::errc{} || done.ptr != end) return std::nullopt;
  return feature;
}

template <class List>
bool contains(const List& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

bool is_known(std::string_view requirement) {
  if (requirement == kFresh) return true;
  if (requirement.starts_with(kEngine)) {
    return contains(kEngines, requirement.substr(kEngine.size()));
  }
  const auto feature = parse_feature(requirement);
  std::uint64_t value = 0;
  return feature && get_capability(default_config(), feature->path, value);
}

bool is_met(std::string_view requirement, const Config& config, const dut::Hello& hello) {
  if (requirement == kFresh) return true;
  if (requirement.starts_with(kEngine)) {
    return contains(hello.engines, requirement.substr(kEngine.size()));
  }
  const auto feature = parse_feature(requirement);
  std::uint64_t value = 0;
  return feature && get_capability(config, feature->path, value) && value >= feature->least;
}

}  // namespace

bool needs_interrupts(const vector::Vector& vector) {
  return contains(vector.requires_, std::string_view("engine.msi"));
}

bool needs_fresh_device(const vector::Vector& vector) { return contains(vector.requires_, kFresh); }

std::optional<std::string> unknown_requirement(const vector::Vector& vector) {
  for (const std::string& requirement : vector.requires_) {
    if (!is_known(requirement)) return requirement;
  }
  return std::nullopt;
}

std::optional<std::string> unmet_requirement(const vector::Vector& vector, const Config& config,
                                             const dut::Hello& hello) {
  for (const std::string& requirement : vector.requires_) {
    if (!is_met(requirement, config, hello)) return fmt::format("needs {}", requirement);
  }
  return std::nullopt;
}

}  // namespace amdvi::judge
