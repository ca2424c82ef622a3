// Every invariant is proved, every case can happen, and every known mistake is refuted by its
// shortest sequence, which breaks the executable machine too.
#include <algorithm>
#include <span>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "checker/prove/machine_proof.hpp"
#include "tests/unit/host_walk.hpp"

namespace {

using namespace amdvi;
using namespace amdvi::prove;

std::size_t changing_cases(const spec::MachineInfo& info) {
  std::size_t count = 0;
  for (const spec::OperationInfo& operation : info.operations) {
    for (const spec::CaseInfo& taken : operation.cases) count += taken.changes ? 1 : 0;
  }
  return count;
}

TEST_CASE("every invariant of every machine is proved for all ids") {
  const auto terms = all_machine_terms();
  const auto codes = host::all_machines();
  REQUIRE(terms.size() == codes.size());
  REQUIRE_FALSE(terms.empty());
  MachineProofOptions options;
  options.search.max_steps = 3;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const MachineProof proof = prove_machine(terms[i], codes[i], options);
    CAPTURE(proof.info->name);
    CHECK_FALSE(proof.invariants.empty());
    std::size_t asked = 0;
    for (const InvariantProof& invariant : proof.invariants) {
      const spec::InvariantInfo& info = proof.info->invariants[invariant.invariant];
      CAPTURE(info.name);
      CAPTURE(invariant.reason);
      CHECK(as_said(info, invariant));
      asked += info.refuted == 0 ? 1 : 0;
    }
    CHECK(proof.cost.obligations == asked * (1 + changing_cases(*proof.info)));
  }
}

void check_refuted(const MachineTerms& terms, const host::MistakenMachine& mistaken) {
  const spec::MistakeInfo& mistake = *mistaken.mistake;
  CAPTURE(mistake.name);
  CHECK_FALSE(prove_induction(terms, {}, mistake.breaks).broken_by[mistake.breaks].empty());
  const SearchResult found = search_broken(terms, mistaken.code, mistake.breaks);
  REQUIRE_MESSAGE(found.sequence.has_value(), found.gave_up);
  CHECK(found.sequence->steps.size() == mistake.steps);
  const Replay real = replay(mistaken.code, *found.sequence);
  for (const host::Outcome& outcome : real.outcomes) CHECK(outcome.error == 0);
  CHECK_FALSE(real.machine.holds(mistake.breaks, found.sequence->at));
}

// Refutes the mistakes in these machines.
std::size_t check_mistakes(std::span<const std::string_view> machines) {
  const auto terms = all_mistake_terms();
  const auto mistakes = host::all_mistakes();
  REQUIRE(terms.size() == mistakes.size());
  std::size_t checked = 0;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const auto& in = mistakes[i].mistake->machine;
    if (std::find(machines.begin(), machines.end(), in) == machines.end()) continue;
    check_refuted(terms[i], mistakes[i]);
    ++checked;
  }
  return checked;
}

constexpr std::string_view kPools[] = {"domain_roles",    "guest_id_pool", "trans_devid_pool",
                                       "host_domain_ids", "gdom_map",      "devid_map"};
constexpr std::string_view kIommus[] = {"private_space", "iommu_init"};
constexpr std::string_view kParents[] = {"parent_domain"};
constexpr std::string_view kDevices[] = {"nested_device", "device_attach", "trans_id_sharing"};
constexpr std::string_view kGuests[] = {"viommu_lifecycle", "vf_words"};

TEST_CASE("mistakes in pools and maps are refuted by a shortest sequence that replays") {
  CHECK(check_mistakes(kPools) >= 14);
}

TEST_CASE("mistakes in IOMMUs and their private spaces are refuted the same way") {
  CHECK(check_mistakes(kIommus) >= 8);
}

TEST_CASE("mistakes in parents are refuted the same way") {
  CHECK(check_mistakes(kParents) >= 6);
}

TEST_CASE("mistakes in devices are refuted the same way") {
  CHECK(check_mistakes(kDevices) >= 9);
}

TEST_CASE("mistakes in the life of a vIOMMU and its words are refuted the same way") {
  CHECK(check_mistakes(kGuests) >= 10);
}

TEST_CASE("no mistake is left out by the cases above") {
  std::vector<std::string_view> named;
  for (const std::span<const std::string_view> group :
       {std::span<const std::string_view>(kPools), std::span<const std::string_view>(kIommus),
        std::span<const std::string_view>(kParents), std::span<const std::string_view>(kDevices),
        std::span<const std::string_view>(kGuests)}) {
    named.insert(named.end(), group.begin(), group.end());
  }
  for (const host::MistakenMachine& mistaken : host::all_mistakes()) {
    CAPTURE(mistaken.mistake->name);
    CHECK(std::find(named.begin(), named.end(), mistaken.mistake->machine) != named.end());
  }
}

// Of those with many steps in a row, tests by hand take every step.
bool is_long(std::string_view machine) {
  return machine == "viommu_lifecycle" || machine == "iommu_init" || machine == "private_space";
}

TEST_CASE("cases of the machines can happen: nothing was proved of what cannot be") {
  const auto terms = all_machine_terms();
  const auto codes = host::all_machines();
  SearchOptions options;
  options.max_steps = 5;
  for (std::size_t m = 0; m < terms.size(); ++m) {
    const spec::MachineInfo& info = *terms[m].info;
    if (is_long(info.name)) continue;
    host_walk::Walk walk(codes[m]);
    for (unsigned step = 0; step < 1500; ++step) walk.step();
    for (unsigned op = 0; op < info.operations.size(); ++op) {
      for (unsigned number = 0; number < info.operations[op].cases.size(); ++number) {
        const spec::CaseInfo& taken = info.operations[op].cases[number];
        if (!taken.changes || walk.taken().count({op, number}) != 0) continue;
        CAPTURE(info.name);
        CAPTURE(info.operations[op].name);
        CAPTURE(taken.id);
        const SearchResult found = search_case(terms[m], codes[m], op, number, options);
        REQUIRE(found.sequence.has_value());
        CHECK(replay(codes[m], *found.sequence).outcomes.back().number == number);
      }
    }
  }
}

TEST_CASE("the search for a sequence finds the same one again") {
  const auto terms = all_mistake_terms();
  const auto mistakes = host::all_mistakes();
  const SearchResult first = search_broken(terms[0], mistakes[0].code, mistakes[0].mistake->breaks);
  const SearchResult again = search_broken(terms[0], mistakes[0].code, mistakes[0].mistake->breaks);
  REQUIRE(first.sequence.has_value());
  REQUIRE(again.sequence.has_value());
  CHECK(describe(*terms[0].info, *first.sequence) == describe(*terms[0].info, *again.sequence));
}

}  // namespace
