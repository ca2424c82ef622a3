// libamdvi against the naive model:
// amdvi_diff [REQUESTS [GUEST [INTERRUPTS [SEQUENCES [SEED]]]]].
#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include <fmt/core.h>

#include "tests/diff/pair.hpp"

namespace {

// What the naive model does not have, so that no run may get there. A rule of these that is reached
// after all is an error, as is one that is not listed and not reached.
struct Outside {
  std::string_view decision;
  std::string_view rule;
  std::string_view why;
};
constexpr std::array kOutside{
    Outside{"event_encoding", "iotlb-inv-timeout", "no device lets an invalidation time out"},
    Outside{"event_encoding", "invalid-ppr-request", "no page requests"},
    Outside{"invalidation_range", "undefined", "no cache"},
    Outside{"invalidation_range", "everything", "no cache"},
};

bool is_outside(std::string_view decision, std::string_view rule) {
  return std::any_of(kOutside.begin(), kOutside.end(),
                     [&](const Outside& o) { return o.decision == decision && o.rule == rule; });
}

// Rules of the decisions that took part: all reached but those outside of the naive model.
bool all_reached(const amdvi::diff::Reached& reached) {
  bool all = true;
  std::set<const amdvi::spec::DecisionInfo*> decisions;
  for (const auto& [decision, rule] : reached) decisions.insert(decision);
  for (const amdvi::spec::DecisionInfo* decision : decisions) {
    for (unsigned rule = 0; rule < decision->rules.size(); ++rule) {
      const std::string_view id = decision->rules[rule].id;
      const bool there = reached.contains({decision, rule});
      if (there != is_outside(decision->name, id)) continue;
      fmt::print("{}: {} {}\n", there ? "reached, but listed as outside" : "never reached",
                 decision->name, id);
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
  const std::uint64_t memory = argument(1, 200'000), guest = argument(2, 100'000),
                      messages = argument(3, 200'000), sequences = argument(4, 2'000),
                      seed = argument(5, 20260101);
  fmt::print("seed {}: {} requests, {} through guest tables, {} interrupts, {} sequences\n", seed,
             memory, guest, messages, sequences);
  amdvi::diff::Reached reached;
  const bool same = amdvi::diff::requests(seed, memory, reached) &&
                    amdvi::diff::guests(seed, guest, reached) &&
                    amdvi::diff::messages(seed, messages, reached) &&
                    amdvi::diff::sequences(seed, sequences, reached);
  if (!same) return 1;
  fmt::print("no disagreement, {} rules\n", reached.size());
  return all_reached(reached) ? 0 : 1;
}
