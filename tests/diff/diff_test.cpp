// libamdvi against the naive model:
//   amdvi_diff [REQUESTS [GUEST [INTERRUPTS [SEQUENCES [SEED]]]]]
//   amdvi_diff wrong   (naive models that are wrong on purpose: each must be found out)
// A million of each, some seconds: amdvi_diff 1000000 1000000 1000000 10000 SEED
#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include <fmt/core.h>

#include <amdvi/spec/decisions.gen.hpp>

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
    Outside{"event_encoding", "event-counter-zero", "no counters"},
    Outside{"address_class", "interrupt-range-size", "requests have no size"},
    Outside{"command_legality", "invalidate-iommu-pages-feature", "an option left at its default"},
    Outside{"command_legality", "invalidate-iotlb-pages-feature", "an option left at its default"},
    Outside{"command_legality", "prefetch-iommu-pages-feature", "an option left at its default"},
    Outside{"command_legality", "complete-ppr-request-feature", "an option left at its default"},
    Outside{"register_write", "configuration-running", "an option left at its default"},
    Outside{"register_write", "exclusion-running", "an option left at its default"},
    Outside{"dte_memory_check", "privileged", "PrivAbrtEn stays 0"},
    Outside{"ht_window", "interrupt", "the window is refused as a whole"},
    Outside{"ht_window", "port-io", "the window is refused as a whole"},
    Outside{"ht_window", "default", "the window is refused as a whole"},
    Outside{"viommu_state", "without-ga", "no virtual IOMMU"},
    Outside{"invalidation_range", "undefined", "no cache"},
    Outside{"invalidation_range", "everything", "no cache"},
};

bool is_outside(std::string_view decision, std::string_view rule) {
  return std::any_of(kOutside.begin(), kOutside.end(),
                     [&](const Outside& o) { return o.decision == decision && o.rule == rule; });
}

// The rules of every decision that took part: all reached but those outside of the naive model.
// The others are named: translation requests, port I/O, page requests, counters, guests and more.
struct Check {
  const amdvi::diff::Reached& reached;
  bool& all;

  template <template <class> class Decision>
  void operator()() {
    const amdvi::spec::DecisionInfo& decision = Decision<amdvi::Concrete>::info();
    if (reached.lower_bound({&decision, 0}) == reached.upper_bound({&decision, ~0u})) {
      fmt::print("not compared: {}\n", decision.name);
      return;
    }
    for (unsigned rule = 0; rule < decision.rules.size(); ++rule) {
      const std::string_view id = decision.rules[rule].id;
      const bool there = reached.contains({&decision, rule});
      if (there != is_outside(decision.name, id)) continue;
      fmt::print("{}: {} {}\n", there ? "reached, but listed as outside" : "never reached",
                 decision.name, id);
      all = false;
    }
  }
};

bool all_reached(const amdvi::diff::Reached& reached) {
  bool all = true;
  amdvi::spec::for_each_decision(Check{reached, all});
  return all;
}

// The four comparisons must each see what concerns them: a naive model that makes one choice the
// other way has to disagree somewhere.
bool sees(bool naive::Choices::*wrong) {
  amdvi::diff::Reached reached;
  const auto agrees = [&](bool (*compare)(const amdvi::diff::Run&), std::uint64_t number) {
    return compare({1, number, reached, wrong});
  };
  return !agrees(amdvi::diff::requests, 20'000) || !agrees(amdvi::diff::guests, 20'000) ||
         !agrees(amdvi::diff::messages, 20'000) || !agrees(amdvi::diff::sequences, 200);
}

int find_wrong_choices() {
  unsigned missed = 0;
  for (bool naive::Choices::*const wrong : amdvi::diff::kChoices) {
    if (!sees(wrong)) ++missed;
  }
  fmt::print("{} wrong choices, {} not seen\n", std::size(amdvi::diff::kChoices), missed);
  return missed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "wrong") return find_wrong_choices();
  const auto argument = [&](int n, std::uint64_t otherwise) {
    return argc > n ? std::strtoull(argv[n], nullptr, 0) : otherwise;
  };
  const std::uint64_t memory = argument(1, 200'000), guest = argument(2, 100'000),
                      messages = argument(3, 200'000), sequences = argument(4, 2'000),
                      seed = argument(5, 20260101);
  fmt::print("seed {}: {} requests, {} through guest tables, {} interrupts, {} sequences\n", seed,
             memory, guest, messages, sequences);
  amdvi::diff::Reached reached;
  const bool same = amdvi::diff::requests({seed, memory, reached}) &&
                    amdvi::diff::guests({seed, guest, reached}) &&
                    amdvi::diff::messages({seed, messages, reached}) &&
                    amdvi::diff::sequences({seed, sequences, reached});
  if (!same) return 1;
  fmt::print("no disagreement, {} rules\n", reached.size());
  return all_reached(reached) ? 0 : 1;
}
