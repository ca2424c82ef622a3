// Every check is shown to fail on a decision in which the mistake it looks for was planted.
#include <algorithm>

#include <doctest/doctest.h>

#include "checker/prove/prove.hpp"
#include "tests/unit/prove_tiny.hpp"

namespace amdvi {
namespace {

using prove::DecisionProof;
using prove::Reach;
using prove::Status;
using spec::Index;

const prove::CheckResult& check_named(const DecisionProof& proof, std::string_view part) {
  const auto found = std::find_if(
      proof.checks.begin(), proof.checks.end(),
      [&](const prove::CheckResult& check) { return check.name.find(part) != std::string::npos; });
  REQUIRE(found != proof.checks.end());
  return *found;
}

bool has_pair(const DecisionProof& proof, unsigned winner, unsigned other) {
  return std::any_of(proof.priority_pairs.begin(), proof.priority_pairs.end(),
                     [&](const prove::PriorityPair& pair) {
                       return pair.winner == winner && pair.other == other;
                     });
}

// a; a && b (shadowed by the first); b; n < 4; n >= 4; default declared unreachable.
template <class Dom>
struct Shadowed : tiny::Base<Dom, Shadowed<Dom>> {
  static constexpr std::size_t kRules = 6;
  static constexpr std::array<std::uint64_t, kRules> kOutcomes{0, 1, 2, 3, 2, 0};
  static constexpr auto kRuleInfos =
      tiny::rules<kRules>({"first", "shadowed", "third", "low", "high", "default"});
  static constexpr spec::AtomInfo kAtoms[] = {{0, "a"}, {1, "a"}, {1, "b"}, {2, "b"}};
  static constexpr spec::DecisionInfo kInfo{
      "shadowed", "", "", kRuleInfos, true, kAtoms, tiny::kOutputs, tiny::kInputs};
  static const spec::DecisionInfo& info() { return kInfo; }
  using In = tiny::Inputs<Dom>;
  static auto condition(Index<0>, Dom& d, const In& in) { return d.atom(info(), 0, d.truth(in.a)); }
  static auto condition(Index<1>, Dom& d, const In& in) {
    return d.land(d.atom(info(), 1, d.truth(in.a)), d.atom(info(), 2, d.truth(in.b)));
  }
  static auto condition(Index<2>, Dom& d, const In& in) { return d.atom(info(), 3, d.truth(in.b)); }
  static auto condition(Index<3>, Dom& d, const In& in) { return d.ult(in.n, d.template k<3>(4)); }
  static auto condition(Index<4>, Dom& d, const In& in) { return d.ule(d.template k<3>(4), in.n); }
  static auto condition(Index<5>, Dom& d, const In&) { return d.lit(true); }
};

TEST_CASE("a planted shadowed rule is named with the one rule that hides it") {
  const DecisionProof proof = prove::prove_decision(prove::source_of<Shadowed>());
  CHECK(prove::failed(proof));
  CHECK(proof.rules[0].reach == Reach::kReachable);
  CHECK(proof.rules[1].reach == Reach::kShadowed);
  CHECK(proof.rules[1].shadowed_by == std::vector<unsigned>{0});
  CHECK(proof.rules[2].witness == prove::Values{0, 1, 0});
  CHECK(proof.rules[4].witness == prove::Values{0, 0, 4});
}

TEST_CASE("a complete list proves its default unreachable") {
  const DecisionProof proof = prove::prove_decision(prove::source_of<Shadowed>());
  CHECK(check_named(proof, "default").status == Status::kProved);
  CHECK(proof.rules[5].reach == Reach::kShadowed);
  CHECK(proof.rules[5].shadowed_by == std::vector<unsigned>{3, 4});
}

TEST_CASE("pairs of rules are sorted into order decides, same outcome and disjoint") {
  prove::Options options;
  options.examples = true;
  const DecisionProof proof = prove::prove_decision(prove::source_of<Shadowed>(), options);
  CHECK(has_pair(proof, 0, 2));        // a and b: outcomes 0 and 2
  CHECK(has_pair(proof, 2, 3));        // b and n < 4: outcomes 2 and 3
  CHECK_FALSE(has_pair(proof, 2, 4));  // b and n >= 4: both 2
  CHECK_FALSE(has_pair(proof, 3, 4));  // n < 4 and n >= 4
  CHECK(proof.same_outcome_pairs == 1);
  for (const prove::PriorityPair& pair : proof.priority_pairs) {
    if (pair.winner == 0 && pair.other == 2) CHECK(pair.example == prove::Values{1, 1, 0});
  }
}

// A list that calls itself complete but forgets n == 5, and whose third rule contradicts itself.
template <class Dom>
struct Hole : tiny::Base<Dom, Hole<Dom>> {
  static constexpr std::size_t kRules = 5;
  static constexpr std::array<std::uint64_t, kRules> kOutcomes{0, 1, 2, 3, 0};
  static constexpr auto kRuleInfos =
      tiny::rules<kRules>({"low", "high", "contradiction", "excluded", "default"});
  static constexpr spec::DecisionInfo kInfo{"hole",         "",           "", kRuleInfos, true, {},
                                            tiny::kOutputs, tiny::kInputs};
  static const spec::DecisionInfo& info() { return kInfo; }
  using In = tiny::Inputs<Dom>;
  static auto assume(Dom& d, const In& in) { return d.lnot(d.truth(in.b)); }
  static auto condition(Index<0>, Dom& d, const In& in) { return d.ult(in.n, d.template k<3>(5)); }
  static auto condition(Index<1>, Dom& d, const In& in) { return d.ult(d.template k<3>(5), in.n); }
  static auto condition(Index<2>, Dom& d, const In& in) {
    return d.land(d.truth(in.a), d.lnot(d.truth(in.a)));
  }
  static auto condition(Index<3>, Dom& d, const In& in) { return d.truth(in.b); }
  static auto condition(Index<4>, Dom& d, const In&) { return d.lit(true); }
};

TEST_CASE("a planted hole in a complete list is shown with the input that falls through") {
  const DecisionProof proof = prove::prove_decision(prove::source_of<Hole>());
  CHECK(prove::failed(proof));
  const prove::CheckResult& check = check_named(proof, "default");
  CHECK(check.status == Status::kRefuted);
  CHECK(check.model == prove::Values{0, 0, 5});
}

TEST_CASE("a rule that contradicts itself is told from one that `assume` excludes") {
  const DecisionProof proof = prove::prove_decision(prove::source_of<Hole>());
  CHECK(proof.rules[2].reach == Reach::kContradiction);
  CHECK(proof.rules[3].reach == Reach::kExcludedByAssume);
}

// The special case behind the general one; in the right order with `kSwapped` false.
template <class Dom, bool kSwapped>
struct Ordered : tiny::Base<Dom, Ordered<Dom, kSwapped>> {
  static constexpr std::size_t kRules = 3;
  static constexpr std::array<std::uint64_t, kRules> kOutcomes{kSwapped ? 1 : 2, kSwapped ? 2 : 1,
                                                               0};
  static constexpr auto kRuleInfos = tiny::rules<kRules>({"r0", "r1", "default"});
  static constexpr spec::AtomInfo kAtoms[] = {{0, "a"}, {kSwapped ? 1 : 0, "b"}, {1, "a"}};
  static constexpr spec::DecisionInfo kInfo{
      "ordered", "", "", kRuleInfos, false, kAtoms, tiny::kOutputs, tiny::kInputs};
  static const spec::DecisionInfo& info() { return kInfo; }
  using In = tiny::Inputs<Dom>;
  static auto special(Dom& d, const In& in) {
    return d.land(d.atom(info(), 0, d.truth(in.a)), d.atom(info(), 1, d.truth(in.b)));
  }
  static auto general(Dom& d, const In& in) { return d.atom(info(), 2, d.truth(in.a)); }
  static auto condition(Index<0>, Dom& d, const In& in) {
    return kSwapped ? general(d, in) : special(d, in);
  }
  static auto condition(Index<1>, Dom& d, const In& in) {
    return kSwapped ? special(d, in) : general(d, in);
  }
  static auto condition(Index<2>, Dom& d, const In&) { return d.lit(true); }
};
template <class Dom>
using InOrder = Ordered<Dom, false>;
template <class Dom>
using Swapped = Ordered<Dom, true>;

TEST_CASE("swapping a special case behind the general one is found") {
  const DecisionProof good = prove::prove_decision(prove::source_of<InOrder>());
  CHECK_FALSE(prove::failed(good));
  CHECK(has_pair(good, 0, 1));
  const DecisionProof bad = prove::prove_decision(prove::source_of<Swapped>());
  CHECK(prove::failed(bad));
  CHECK(bad.rules[1].reach == Reach::kShadowed);
}

TEST_CASE("a default that is not declared unreachable may be reached") {
  const DecisionProof proof = prove::prove_decision(prove::source_of<InOrder>());
  CHECK(check_named(proof, "default").status == Status::kProved);
  CHECK(check_named(proof, "default").detail == "reachable");
}

// The second rule repeats that the first did not fire.
template <class Dom>
struct Repeats : tiny::Base<Dom, Repeats<Dom>> {
  static constexpr std::size_t kRules = 3;
  static constexpr std::array<std::uint64_t, kRules> kOutcomes{0, 1, 2};
  static constexpr auto kRuleInfos = tiny::rules<kRules>({"a", "repeats", "default"});
  static constexpr spec::AtomInfo kAtoms[] = {{0, "a"}, {1, "a"}, {1, "b"}};
  static constexpr spec::DecisionInfo kInfo{
      "repeats", "", "", kRuleInfos, false, kAtoms, tiny::kOutputs, tiny::kInputs};
  static const spec::DecisionInfo& info() { return kInfo; }
  using In = tiny::Inputs<Dom>;
  static auto condition(Index<0>, Dom& d, const In& in) { return d.atom(info(), 0, d.truth(in.a)); }
  static auto condition(Index<1>, Dom& d, const In& in) {
    return d.land(d.lnot(d.atom(info(), 1, d.truth(in.a))), d.atom(info(), 2, d.truth(in.b)));
  }
  static auto condition(Index<2>, Dom& d, const In&) { return d.lit(true); }
};

TEST_CASE("a condition that earlier rules imply is advice, not a failure") {
  const DecisionProof proof = prove::prove_decision(prove::source_of<Repeats>());
  CHECK_FALSE(prove::failed(proof));
  REQUIRE(proof.redundant.size() == 1);
  CHECK(proof.redundant[0].atom == 1);
  CHECK(proof.redundant[0].rule == 1);
  CHECK(proof.redundant[0].value == false);
}

TEST_CASE("an answer that the work limit cut short fails the proof") {
  prove::Options options;
  options.rlimit = 1;
  const DecisionProof proof =
      prove::prove_decision(*prove::find_source("page_size_encoding"), options);
  CHECK(prove::failed(proof));
  CHECK(std::any_of(proof.rules.begin(), proof.rules.end(), [](const prove::RuleProof& rule) {
    return rule.reach == Reach::kUnknown && !rule.reason.empty();
  }));
}

TEST_CASE("an input that the catalogue forgets is found") {
  prove::DecisionSource source = prove::source_of<Repeats>();
  spec::DecisionInfo info = *source.info;
  info.inputs = info.inputs.subspan(0, 1);  // without b
  source.info = &info;
  const DecisionProof proof = prove::prove_decision(source);
  const prove::CheckResult& check = check_named(proof, "listed inputs");
  CHECK(check.status == Status::kRefuted);
  CHECK(check.detail.find("b (word 1)") != std::string::npos);
}

TEST_CASE("a model that differs from the terms on one input is found") {
  prove::DecisionSource source = prove::source_of<Repeats>();
  const auto right = source.evaluate;
  source.evaluate = [right](std::span<const std::uint64_t> leaves) {
    prove::Evaluation evaluation = right(leaves);
    if (leaves[0] == 1 && leaves[1] == 1 && leaves[2] == 6) evaluation.outputs[0] ^= 1;
    return evaluation;
  };
  const DecisionProof proof = prove::prove_decision(source);
  const prove::CheckResult& check = check_named(proof, "agree");
  CHECK(check.status == Status::kRefuted);
  CHECK(check.model == prove::Values{1, 1, 6});
}

}  // namespace
}  // namespace amdvi
