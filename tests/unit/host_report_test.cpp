// What `amdvi prove` says of machines and of machines with a mistake.
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "checker/prove/machine_proof.hpp"
#include "checker/prove/prove.hpp"

namespace amdvi {
namespace {

using nlohmann::ordered_json;

prove::Options pool() {
  prove::Options options;
  options.machine = "guest_id_pool";
  return options;
}

TEST_CASE("a filter by machine proves it and nothing else") {
  const prove::ProofReport report = prove::prove_all(pool());
  CHECK_FALSE(prove::failed(report));
  CHECK(report.decisions.empty());
  CHECK_FALSE(report.layouts.examined);
  REQUIRE(report.machines.size() == 1);
  const auto json = ordered_json::parse(prove::to_json(report));
  const auto& machine = json.at("machines").at(0);
  CHECK(machine.at("name") == "guest_id_pool");
  CHECK(machine.at("invariants").size() == report.machines[0].invariants.size());
  for (const auto& invariant : machine.at("invariants")) CHECK(invariant.at("verdict") == "proved");
  CHECK(json.count("timing") == 0);
  CHECK(prove::to_text(report).find("proved: 1 machines, ") != std::string::npos);
}

TEST_CASE("times of a machine are in the timing section, one a query") {
  prove::Options options = pool();
  const auto without = ordered_json::parse(prove::to_json(prove::prove_all(options)));
  options.with_times = true;
  auto with = ordered_json::parse(prove::to_json(prove::prove_all(options)));
  CHECK(with.at("timing").at("machines").at(0).at("queries").size() ==
        with.at("machines").at(0).at("obligations").get<std::size_t>());
  with.erase("timing");
  CHECK(with == without);
}

TEST_CASE("a filter that names no machine is a failure") {
  prove::Options options;
  options.machine = "no_such_machine";
  CHECK(prove::failed(prove::prove_all(options)));
  options.mistakes = true;
  CHECK(prove::failed(prove::prove_all(options)));
}

TEST_CASE("mistakes of a machine are refuted, with the steps that show them") {
  prove::Options options = pool();
  options.mistakes = true;
  const prove::ProofReport report = prove::prove_all(options);
  CHECK_FALSE(prove::failed(report));
  CHECK(report.machines.empty());
  REQUIRE_FALSE(report.mistakes.empty());
  const auto json = ordered_json::parse(prove::to_json(report));
  for (std::size_t i = 0; i < report.mistakes.size(); ++i) {
    const auto& mistake = json.at("mistakes").at(i);
    CHECK(mistake.at("machine") == "guest_id_pool");
    CHECK(mistake.at("sequence").at("steps").size() == report.mistakes[i].mistake->steps);
  }
}

TEST_CASE("a mistake that survives, or shows later than said, is a failure") {
  prove::Options options = pool();
  options.mistakes = true;
  prove::ProofReport report = prove::prove_all(options);
  REQUIRE_FALSE(report.mistakes.empty());
  prove::MistakeProof& mistake = report.mistakes.front();
  mistake.reason = "2 steps break it, the specification says 1";
  CHECK(prove::failed(report));
  CHECK(prove::to_text(report).find("NOT AS SAID") != std::string::npos);
  mistake.sequence.reset();
  mistake.reason.clear();
  CHECK(prove::failed(report));
}

TEST_CASE("a machine with a broken or an open invariant is a failure that says why") {
  prove::MachineProofOptions options;
  options.search.max_steps = 4;
  const auto terms = prove::all_mistake_terms();
  const auto mistakes = host::all_mistakes();
  std::size_t number = 0;
  while (mistakes[number].mistake->name != "guest_id_zero") ++number;
  prove::ProofReport report;
  report.machines.push_back(prove::prove_machine(terms[number], mistakes[number].code, options));
  CHECK(prove::failed(report));
  CHECK(prove::to_text(report).find("REFUTED") != std::string::npos);
  CHECK(prove::to_json(report).find("\"refuted\"") != std::string::npos);
  for (prove::InvariantProof& invariant : report.machines[0].invariants) {
    invariant = {invariant.invariant, prove::ProofVerdict::kUnknown, "a limit", std::nullopt, {}};
  }
  CHECK(prove::failed(report));
  CHECK(prove::to_text(report).find("UNKNOWN: a limit") != std::string::npos);
}

}  // namespace
}  // namespace amdvi
