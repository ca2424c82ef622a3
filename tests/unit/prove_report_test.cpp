#include <algorithm>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "checker/prove/prove.hpp"

namespace amdvi {
namespace {

prove::Options only(std::string decision) {
  prove::Options options;
  options.decision = std::move(decision);
  return options;
}

TEST_CASE("two runs of the proofs give the same bytes") {
  const prove::Options options = only("command_legality");
  const prove::ProofReport first = prove::prove_all(options);
  const prove::ProofReport second = prove::prove_all(options);
  CHECK(prove::to_json(first) == prove::to_json(second));
  CHECK(prove::to_text(first) == prove::to_text(second));
}

TEST_CASE("another seed of the solver, and another solver, give the same bytes") {
  prove::Options options = only("page_size_encoding");
  options.examples = true;
  const std::string first = prove::to_json(prove::prove_all(options));
  options.seed = 7;
  CHECK(prove::to_json(prove::prove_all(options)) == first);
  options.engine = smt::Engine::kBitBlast;
  CHECK(prove::to_json(prove::prove_all(options)) == first);
}

TEST_CASE("times are a section of their own") {
  prove::Options options = only("page_fault_log");
  const auto without = nlohmann::ordered_json::parse(prove::to_json(prove::prove_all(options)));
  options.with_times = true;
  auto with = nlohmann::ordered_json::parse(prove::to_json(prove::prove_all(options)));
  CHECK(without.count("timing") == 0);
  CHECK(with.at("timing").at("decisions").at(0).at("questions").size() > 10);
  with.erase("timing");
  CHECK(with == without);
  CHECK(without.at("format") == "amdvi-proof");
  CHECK(without.at("version") == 1);
}

TEST_CASE("a shard proves only its share") {
  const std::size_t items = spec::catalogue().decisions.size() + 1;  // layouts after decisions
  const std::size_t all = items + host::all_machines().size();
  prove::Options options;
  options.shard_count = static_cast<unsigned>(all) + 1;
  options.shard_index = 0;
  const prove::ProofReport first = prove::prove_all(options);
  CHECK(first.decisions.size() == 1);
  CHECK(first.decisions.front().info == spec::catalogue().decisions.front());
  CHECK_FALSE(first.layouts.examined);
  options.shard_index = static_cast<unsigned>(items) - 1;
  const prove::ProofReport last = prove::prove_all(options);
  CHECK(last.decisions.empty());
  CHECK(last.layouts.examined);
  CHECK(last.machines.empty());
  options.shard_index = static_cast<unsigned>(items);
  const prove::ProofReport machine = prove::prove_all(options);
  CHECK(machine.machines.size() == 1);
  CHECK_FALSE(machine.layouts.examined);
  options.shard_index = static_cast<unsigned>(all);
  const prove::ProofReport none = prove::prove_all(options);
  CHECK(none.decisions.empty());
  CHECK(none.machines.empty());
  CHECK_FALSE(none.layouts.examined);
  CHECK_FALSE(prove::failed(none));
}

TEST_CASE("a decision that does not exist, and a shard that does not, are failures") {
  CHECK(prove::failed(prove::prove_all(only("no_such_decision"))));
  prove::Options options;
  options.shard_index = 2;
  options.shard_count = 2;
  CHECK(prove::failed(prove::prove_all(options)));
}

TEST_CASE("a question without an answer is a failure whatever else was proved") {
  prove::DecisionProof proof;
  proof.info = spec::catalogue().decisions.front();
  CHECK_FALSE(prove::failed(proof));
  proof.unknowns = {"overlap a and b: limit"};
  CHECK(prove::failed(proof));
}

TEST_CASE("every field of the specification is read as it was written") {
  const prove::LayoutProof proof = prove::prove_layouts(spec::catalogue().structures);
  CHECK(proof.failures.empty());
  CHECK(proof.fields > 500);
}

TEST_CASE("a layout in which two fields share a bit, or one bit has none, is refuted") {
  static constexpr spec::BitRange kLow[] = {{4, 0}};
  static constexpr spec::BitRange kHigh[] = {{30, 4}};
  static constexpr spec::FieldInfo kFields[] = {
      {"Low", kLow, "", nullptr, spec::FieldKind::kPlain, spec::Access::kNone, 0, "", "", {}, ""},
      {"High",
       kHigh,
       "",
       nullptr,
       spec::FieldKind::kPlain,
       spec::Access::kNone,
       0,
       "",
       "",
       {},
       ""}};
  const spec::StructureInfo structure{
      "Broken", "", spec::StructureKind::kStructure, 32, nullptr, kFields, 0, 0, "", nullptr};
  const prove::LayoutProof proof = prove::prove_layouts(std::span(&structure, 1));
  REQUIRE(proof.failures.size() == 2);
  CHECK(proof.failures[0].name == "Broken.bit 4");
  CHECK(proof.failures[1].name == "Broken.bit 31");
}

TEST_CASE("a field whose pieces repeat a bit is not read as it was written") {
  static constexpr spec::BitRange kTwice[] = {{3, 0}, {3, 0}};
  static constexpr spec::FieldInfo kFields[] = {{"Twice",
                                                 kTwice,
                                                 "",
                                                 nullptr,
                                                 spec::FieldKind::kPlain,
                                                 spec::Access::kNone,
                                                 0,
                                                 "",
                                                 "",
                                                 {},
                                                 ""}};
  const spec::StructureInfo structure{
      "Broken", "", spec::StructureKind::kStructure, 4, nullptr, kFields, 0, 0, "", nullptr};
  const prove::LayoutProof proof = prove::prove_layouts(std::span(&structure, 1));
  const auto says = [&](std::string_view detail) {
    return std::any_of(proof.failures.begin(), proof.failures.end(),
                       [&](const prove::CheckResult& failure) {
                         return failure.detail.find(detail) != std::string::npos;
                       });
  };
  CHECK(says("what is written is not what is read"));  // by the terms
  CHECK(says("the model misplaces bit"));              // by the model's code
}

}  // namespace
}  // namespace amdvi
