// libamdvi against the naive model: amdvi_diff [REQUESTS [SEQUENCES [SEED]]].
#include <cstdlib>

#include <fmt/core.h>

#include "tests/diff/pair.hpp"

namespace {

// Rules that no run reached; false if there are some.
bool all_reached(const amdvi::diff::Reached& reached) {
  bool all = true;
  std::set<const amdvi::spec::DecisionInfo*> decisions;
  for (const auto& [decision, rule] : reached) decisions.insert(decision);
  for (const amdvi::spec::DecisionInfo* decision : decisions) {
    for (unsigned rule = 0; rule < decision->rules.size(); ++rule) {
      if (reached.contains({decision, rule})) continue;
      // The model has no device that lets an invalidation time out.
      if (decision->rules[rule].id == "iotlb-inv-timeout") continue;
      fmt::print("never reached: {} {}\n", decision->name, decision->rules[rule].id);
      all = false;
    }
  }
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int n, std::uint64_t otherwise) {
    return argc > n ? std::strtoull(argv[n], nullptr, 0) : otherwise;
  };
  const std::uint64_t requests = argument(1, 200'000), sequences = argument(2, 2'000),
                      seed = argument(3, 20260101);
  fmt::print("seed {}: {} requests, {} sequences\n", seed, requests, sequences);
  amdvi::diff::Reached reached;
  const bool same = amdvi::diff::requests(seed, requests, reached) &&
                    amdvi::diff::sequences(seed, sequences, reached);
  if (!same) return 1;
  fmt::print("no disagreement, {} rules\n", reached.size());
  return all_reached(reached) ? 0 : 1;
}
