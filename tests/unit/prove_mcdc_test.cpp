#include <algorithm>

#include <doctest/doctest.h>

#include "checker/prove/inputs.hpp"
#include "checker/prove/mcdc.hpp"
#include "tests/unit/prove_tiny.hpp"

namespace amdvi {
namespace {

using prove::AtomPair;
using prove::PairKind;
using spec::Index;

// r0: a && b, outcome 1; r1: (n == 0 || n < 2) && a, outcome 1 too; default 2.
template <class Dom>
struct Conditions : tiny::Base<Dom, Conditions<Dom>> {
  static constexpr std::size_t kRules = 3;
  static constexpr std::array<std::uint64_t, kRules> kOutcomes{1, 1, 2};
  static constexpr auto kRuleInfos = tiny::rules<kRules>({"r0", "r1", "default"});
  static constexpr spec::AtomInfo kAtoms[] = {
      {0, "a"}, {0, "b"}, {1, "n == 0"}, {1, "n < 2"}, {1, "a"}};
  static constexpr spec::DecisionInfo kInfo{
      "conditions", "", "", kRuleInfos, false, kAtoms, tiny::kOutputs, tiny::kInputs};
  static const spec::DecisionInfo& info() { return kInfo; }
  using In = tiny::Inputs<Dom>;
  static auto condition(Index<0>, Dom& d, const In& in) {
    return d.land(d.atom(info(), 0, d.truth(in.a)), d.atom(info(), 1, d.truth(in.b)));
  }
  static auto condition(Index<1>, Dom& d, const In& in) {
    return d.land(d.lor(d.atom(info(), 2, d.eq(in.n, d.template k<3>(0))),
                        d.atom(info(), 3, d.ult(in.n, d.template k<3>(2)))),
                  d.atom(info(), 4, d.truth(in.a)));
  }
  static auto condition(Index<2>, Dom& d, const In&) { return d.lit(true); }
};

TEST_CASE("a pair differs in its condition alone and changes the outcome") {
  const std::vector<AtomPair> pairs = prove::mcdc(prove::source_of<Conditions>());
  REQUIRE(pairs.size() == 5);
  CHECK(pairs[0].kind == PairKind::kUniqueCause);
  CHECK(pairs[0].holds == prove::Values{1, 1, 0});
  CHECK(pairs[0].fails == prove::Values{0, 1, 0});
  // Without b the second rule must not say the same: n moves away from 0 and 1.
  CHECK(pairs[1].kind == PairKind::kUniqueCause);
  CHECK(pairs[1].holds == prove::Values{1, 1, 2});
  CHECK(pairs[1].fails == prove::Values{1, 0, 2});
}

TEST_CASE("a condition that another one implies has no pair, and that is proved") {
  const std::vector<AtomPair> pairs = prove::mcdc(prove::source_of<Conditions>());
  CHECK(pairs[2].kind == PairKind::kNone);  // n == 0 implies n < 2
  CHECK(pairs[2].holds.empty());
  CHECK(pairs[3].kind == PairKind::kUniqueCause);  // n is 1 or not below 2
  CHECK(pairs[3].holds == prove::Values{1, 0, 1});
  CHECK(pairs[3].fails == prove::Values{1, 0, 3});
}

// Two conditions that exclude each other.
template <class Dom>
struct Coupled : tiny::Base<Dom, Coupled<Dom>> {
  static constexpr std::size_t kRules = 2;
  static constexpr std::array<std::uint64_t, kRules> kOutcomes{1, 2};
  static constexpr auto kRuleInfos = tiny::rules<kRules>({"r0", "default"});
  static constexpr spec::AtomInfo kAtoms[] = {{0, "n == 0"}, {0, "a"}, {0, "n == 1"}, {0, "b"}};
  static constexpr spec::DecisionInfo kInfo{
      "coupled", "", "", kRuleInfos, false, kAtoms, tiny::kOutputs, tiny::kInputs};
  static const spec::DecisionInfo& info() { return kInfo; }
  using In = tiny::Inputs<Dom>;
  static auto condition(Index<0>, Dom& d, const In& in) {
    const auto zero = d.atom(info(), 0, d.eq(in.n, d.template k<3>(0)));
    const auto one = d.atom(info(), 2, d.eq(in.n, d.template k<3>(1)));
    return d.lor(d.land(zero, d.atom(info(), 1, d.truth(in.a))),
                 d.land(one, d.atom(info(), 3, d.truth(in.b))));
  }
  static auto condition(Index<1>, Dom& d, const In&) { return d.lit(true); }
};

TEST_CASE("the other conditions stay as they are where that is possible") {
  const std::vector<AtomPair> pairs = prove::mcdc(prove::source_of<Coupled>());
  // 0 against 1 would be nearer, but would turn n == 1 too.
  CHECK(pairs[0].kind == PairKind::kUniqueCause);
  CHECK(pairs[0].holds == prove::Values{1, 0, 0});
  CHECK(pairs[0].fails == prove::Values{1, 0, 2});
}

TEST_CASE("both inputs of a pair obey fixed and allowed values") {
  prove::PairQuery query;
  query.fixed = {std::nullopt, std::nullopt, 4};
  const std::vector<AtomPair> fixed = prove::mcdc(prove::source_of<Conditions>(), query);
  CHECK(fixed[1].holds == prove::Values{1, 1, 4});
  CHECK(fixed[3].kind == PairKind::kNone);  // n < 2 is always false
  query.fixed.clear();
  query.allowed = {{}, {}, {1, 6, 7}};
  query.preferred = {0, 0, 7};
  const std::vector<AtomPair> allowed = prove::mcdc(prove::source_of<Conditions>(), query);
  CHECK(allowed[1].holds == prove::Values{1, 1, 7});
  // The smallest difference comes first: 1 and 6 differ by 7, 1 and 7 by 6.
  CHECK(allowed[3].holds == prove::Values{1, 0, 1});
  CHECK(allowed[3].fails == prove::Values{1, 0, 7});
}

TEST_CASE("with a tiny work limit a pair is unknown, not proved absent") {
  const auto source = prove::find_source("page_size_encoding");
  const std::vector<AtomPair> pairs = prove::mcdc(*source, {}, {smt::Engine::kSmtCore, 0, 1});
  CHECK(std::any_of(pairs.begin(), pairs.end(), [](const AtomPair& pair) {
    return pair.kind == PairKind::kUnknown && !pair.reason.empty();
  }));
  CHECK(std::none_of(pairs.begin(), pairs.end(),
                     [](const AtomPair& pair) { return pair.kind == PairKind::kNone; }));
}

void confirm(const prove::DecisionSource& source, const AtomPair& pair) {
  CAPTURE(std::string(source.info->rules[pair.rule].id));
  CAPTURE(std::string(source.info->atoms[pair.atom].text));
  REQUIRE(pair.kind != PairKind::kUnknown);
  if (pair.kind == PairKind::kNone) return;
  const prove::Evaluation with = source.evaluate(prove::to_leaves(source, pair.holds));
  const prove::Evaluation without = source.evaluate(prove::to_leaves(source, pair.fails));
  CHECK(with.assumed);
  CHECK(without.assumed);
  CHECK((with.rule == pair.rule) != (without.rule == pair.rule));
  CHECK(std::min(with.rule, without.rule) == pair.rule);
  CHECK((with.outputs == without.outputs) == (pair.kind == PairKind::kUnobservable));
}

TEST_CASE("the model confirms the pairs of generated decisions") {
  for (const char* name : {"address_class", "exclusion", "log_append", "register_write"}) {
    const auto source = prove::find_source(name);
    REQUIRE(source);
    const std::vector<AtomPair> pairs = prove::mcdc(*source);
    CHECK(pairs.size() >= source->info->atoms.size());
    for (const AtomPair& pair : pairs) confirm(*source, pair);
  }
}

}  // namespace
}  // namespace amdvi
