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
    Outside{"invalidation_range", "undefined", "no cache"},
    Outside{"invalidation_range", "everything", "no cache"},
};

// Decisions that no comparison comes to.
constexpr std::array<Outside, 12> kElsewhere{{
    {"ats_request", "", "translation requests"},
    {"translated_request", "", "translated requests"},
    {"dte_port_io", "", "port I/O"},
    {"dte_sysmgt", "", "system management messages"},
    {"page_request", "", "page requests"},
    {"own_interrupt", "", "the messages of the IOMMU's own interrupts, here only counted"},
    {"invalidation_drops", "", "nothing is cached"},
    {"guest_dte_validation", "", "virtual IOMMU"},
    {"nested_dte", "", "virtual IOMMU"},
    {"vfctrl_read", "", "virtual IOMMU"},
    {"vfctrl_write", "", "virtual IOMMU"},
    {"viommu_state", "", "virtual IOMMU"},
}};

bool is_outside(std::string_view decision, std::string_view rule) {
  return std::any_of(kOutside.begin(), kOutside.end(),
                     [&](const Outside& o) { return o.decision == decision && o.rule == rule; });
}

bool is_elsewhere(std::string_view decision) {
  return std::any_of(kElsewhere.begin(), kElsewhere.end(),
                     [&](const Outside& o) { return o.decision == decision; });
}

// The rules of every decision: all reached but those outside of the naive model.
struct Check {
  const amdvi::diff::Reached& reached;
  bool& all;

  template <template <class> class Decision>
  void operator()() {
    const amdvi::spec::DecisionInfo& decision = Decision<amdvi::Concrete>::info();
    for (unsigned rule = 0; rule < decision.rules.size(); ++rule) {
      const std::string_view id = decision.rules[rule].id;
      const bool there = reached.contains({&decision, rule});
      if (there != (is_elsewhere(decision.name) || is_outside(decision.name, id))) continue;
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
