#include "checker/generate/variants.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace amdvi::generate {

namespace {

bool same(const Evaluation& a, const Evaluation& b) {
  for (std::size_t i = 0; i < a.observations.size(); ++i) {
    if (a.observations[i].words != b.observations[i].words) return false;
  }
  return true;
}

bool reads(const spec::DecisionInfo& decision, std::string_view option) {
  constexpr std::string_view kPrefix = "opt.";
  return std::any_of(decision.inputs.begin(), decision.inputs.end(), [&](const auto& input) {
    return input.name.starts_with(kPrefix) && input.name.substr(kPrefix.size()) == option;
  });
}

using Readers = std::vector<const spec::DecisionInfo*>;

// The decisions that read each option of the catalogue, in its order.
const std::vector<Readers>& readers() {
  static const std::vector<Readers> all = [] {
    std::vector<Readers> result;
    for (const spec::OptionInfo& option : spec::catalogue().options) {
      result.emplace_back();
      for (const spec::DecisionInfo* d : spec::catalogue().decisions) {
        if (reads(*d, option.name)) result.back().push_back(d);
      }
    }
    return result;
  }();
  return all;
}

// Whether no decision that the program asked reads the option. Those that none at all reads are
// read by the model's own code: they may always matter.
bool is_idle(const Readers& of_option, const Evaluation& evaluation) {
  return !of_option.empty() && std::none_of(of_option.begin(), of_option.end(), [&](const auto* d) {
    return evaluation.asked.contains(d);
  });
}

}  // namespace

std::vector<Variant> variants(const vector::Vector& v, const Config& config) {
  std::vector<Variant> all{{{}, evaluate(v, config)}};
  std::vector<Config> configs{config};
  const auto options = spec::catalogue().options;
  for (std::size_t o = 0; o < options.size(); ++o) {
    const spec::OptionInfo& option = options[o];
    const std::size_t before = all.size();
    if (is_idle(readers()[o], all[0].evaluation)) continue;
    for (const std::string_view value : option.values) {
      Config changed = config;
      set_option(changed, option.name, value);
      Evaluation alone = evaluate(v, changed);
      if (same(alone, all[0].evaluation)) continue;
      for (std::size_t i = 0; i < before; ++i) {
        Config both = configs[i];
        set_option(both, option.name, value);
        Variant variant{all[i].options, i == 0 ? std::move(alone) : evaluate(v, both)};
        variant.options.push_back(fmt::format("{}={}", option.name, value));
        all.push_back(std::move(variant));
        configs.push_back(both);
      }
    }
  }
  return all;
}

void add_stale(std::vector<Variant>& all, const vector::Vector& v, Config config) {
  set_option(config, "cache", "all_stale");
  Variant stale{{"cache=all_stale"}, evaluate(v, config, Caches::kStale)};
  stale.evaluation.grounds = all[0].evaluation.grounds;
  all.push_back(std::move(stale));
}

}  // namespace amdvi::generate
