#include <doctest/doctest.h>

#include <amdvi/spec_info.hpp>

#include "checker/prove/decision_engine.hpp"

namespace amdvi {
namespace {

unsigned input_index(const spec::DecisionInfo& info, std::string_view name) {
  for (unsigned i = 0; i < info.inputs.size(); ++i) {
    if (info.inputs[i].name == name) return i;
  }
  FAIL("no input " << std::string(name));
  return 0;
}

unsigned rule_index(const spec::DecisionInfo& info, std::string_view id) {
  for (unsigned i = 0; i < info.rules.size(); ++i) {
    if (info.rules[i].id == id) return i;
  }
  FAIL("no rule " << std::string(id));
  return 0;
}

TEST_CASE("the witness of every rule makes the model's own code take that rule") {
  for (const spec::DecisionInfo* info : spec::catalogue().decisions) {
    const auto engine = prove::make_engine(*info);
    REQUIRE(engine != nullptr);
    for (unsigned rule = 0; rule < info->rules.size(); ++rule) {
      if (info->default_unreachable && rule + 1 == info->rules.size()) continue;
      CAPTURE(std::string(info->name));
      CAPTURE(std::string(info->rules[rule].id));
      const smt::Assignment found = engine->witness({.rule = rule});
      REQUIRE(found.is_found());
      const prove::Evaluation evaluation = engine->evaluate(found.values);
      CHECK(evaluation.assumed);
      CHECK(evaluation.rule == rule);
    }
  }
}

TEST_CASE("a witness obeys fixed and allowed values and stays near the preferred ones") {
  const spec::DecisionInfo& info = *spec::find_decision("dte_memory_check");
  const auto engine = prove::make_engine(info);
  const unsigned mode = input_index(info, "dte.Mode");
  const unsigned address = input_index(info, "req.address");
  const unsigned root = input_index(info, "dte.HostPTRoot");
  const std::size_t inputs = info.inputs.size();

  prove::WitnessQuery query{.rule = rule_index(info, "beyond-mode")};
  query.allowed.resize(inputs);
  query.allowed[mode] = {3, 4};
  query.fixed.resize(inputs);
  query.fixed[root] = 0x1234;
  query.preferred.assign(inputs, 0);
  query.preferred[mode] = 4;

  const smt::Assignment found = engine->witness(query);
  REQUIRE(found.is_found());
  CHECK(found.values[root] == 0x1234);
  CHECK(found.values[mode] == 4);
  CHECK(found.values[address] == std::uint64_t{1} << 48);
  CHECK(engine->evaluate(found.values).rule == query.rule);

  query.fixed[mode] = 6;  // not allowed
  CHECK(engine->witness(query).is_infeasible());
}

TEST_CASE("a witness of a priority pair satisfies both conditions") {
  const spec::DecisionInfo& info = *spec::find_decision("dte_memory_check");
  const auto engine = prove::make_engine(info);
  const prove::WitnessQuery query{.rule = rule_index(info, "no-read-permission"),
                                  .also = {rule_index(info, "no-write-permission")}};
  const smt::Assignment found = engine->witness(query);
  REQUIRE(found.is_found());
  CHECK(found.values[input_index(info, "req.read")] == 1);
  CHECK(found.values[input_index(info, "req.write")] == 1);
}

TEST_CASE("an answer does not depend on the questions before it") {
  const spec::DecisionInfo& info = *spec::find_decision("v1_walk_step");
  const auto used = prove::make_engine(info);
  for (unsigned rule = 0; rule < info.rules.size(); ++rule) {
    (void)used->witness({.rule = rule});
  }
  for (unsigned rule = 0; rule < info.rules.size(); ++rule) {
    const auto fresh = prove::make_engine(info);
    CHECK(used->witness({.rule = rule}).values == fresh->witness({.rule = rule}).values);
  }
}

TEST_CASE("with a tiny work limit a witness is unknown, not infeasible") {
  const spec::DecisionInfo& info = *spec::find_decision("page_size_encoding");
  const auto engine =
      prove::make_engine(info, {.engine = smt::Engine::kBitBlast, .seed = 0, .rlimit = 1});
  const smt::Assignment found = engine->witness({.rule = 5});
  CHECK(found.kind == smt::Assignment::Kind::kUnknown);
  CHECK_FALSE(found.reason.empty());
}

}  // namespace
}  // namespace amdvi
