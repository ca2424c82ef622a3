#include <doctest/doctest.h>

#include "checker/report/tally.hpp"
#include "tests/unit/report_sample.hpp"

namespace amdvi::report {
namespace {

using judge::Verdict;

judge::Run only(Verdict verdict) {
  judge::Run run;
  run.device = "The device";
  sample::add(run, "a", verdict);
  return run;
}

TEST_CASE("a pass, a suspect and an unstable vector conform, a failure, hang or crash does not") {
  CHECK(overall(only(Verdict::kPass)) == Overall::kConforms);
  CHECK(overall(only(Verdict::kSuspect)) == Overall::kConforms);
  CHECK(overall(only(Verdict::kUnstable)) == Overall::kConforms);
  CHECK(overall(only(Verdict::kFail)) == Overall::kBroken);
  CHECK(overall(only(Verdict::kHang)) == Overall::kBroken);
  CHECK(overall(only(Verdict::kCrash)) == Overall::kBroken);
}

TEST_CASE("a run that judged nothing is no pass") {
  CHECK(overall({}) == Overall::kNotJudged);
  CHECK(overall(only(Verdict::kSkip)) == Overall::kNotJudged);
  judge::Run run = only(Verdict::kPass);
  run.canary = "dead";
  CHECK(overall(run) == Overall::kNotJudged);
  CHECK(verdict_sentence(run) == "The device was not judged: dead");
}

TEST_CASE("accusations come before suspicions") {
  const auto clauses = broken_clauses(sample::run());
  REQUIRE(clauses.size() == 2);
  CHECK(clauses[0].trust == vector::Trust::kMust);
  CHECK(clauses[0].vectors == 2);
  CHECK(clauses[1].info == nullptr);
}

TEST_CASE("what is sure and what is suspected of one clause are counted apart") {
  judge::Run run = sample::run();
  run.findings[0].clause = run.findings[1].clause;
  const auto clauses = broken_clauses(run);
  REQUIRE(clauses.size() == 2);
  CHECK(clauses[0].trust == vector::Trust::kMust);
  CHECK(clauses[0].vectors + clauses[1].vectors == 3);
  CHECK(clauses[1].trust == vector::Trust::kSuspect);
}

TEST_CASE("what no finding speaks of is listed apart") {
  const auto rest = unexplained(sample::run());
  CHECK(rest.size() == 3);
}

TEST_CASE("a vector covers the clauses on its path and fails only those its broken checks name") {
  judge::Run run = sample::run();
  const auto rows = coverage(run);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].vectors == 9);
  CHECK(rows[0].passed == 1);
  CHECK(rows[0].failed == 2);
  CHECK(rows[0].suspect == 1);
  CHECK(rows[0].skipped == 2);
}

TEST_CASE("the check that shows a finding is the one of its clause and kind") {
  judge::Run run = sample::run();
  run.results[1].checks = {sample::broken("status", vector::Trust::kMust),
                           sample::broken("event", vector::Trust::kMust)};
  CHECK(broken_check(run, run.findings[1]) == &run.results[1].checks[1]);
  run.findings[1].representative = "gone";
  CHECK(broken_check(run, run.findings[1]) == nullptr);
}

TEST_CASE("a rerun keeps the device and drops what selected or reported") {
  CHECK(rerun("amdvi run --dut qemu vectors", "x-1") == "amdvi run --dut qemu vectors --only x-1");
  CHECK(rerun("amdvi run --html a.html --shard=1/2 --json - --only x-0 v", "x-1") ==
        "amdvi run v --only x-1");
  CHECK(rerun("amdvi run --dut './my dut --html x' v", "x-1") ==
        "amdvi run --dut './my dut --html x' v --only x-1");
  CHECK(rerun("amdvi run a\\ b \"c d", "x-1") == "amdvi run a\\ b \"c d --only x-1");
  CHECK(rerun("amdvi run v --html", "x-1") == "amdvi run v --only x-1");
}

TEST_CASE("the closest outcome is the one compared, the first if none is") {
  vector::Check two;
  CHECK(closest(two, {}) == nullptr);
  two.one_of.resize(2);
  judge::CheckResult result;
  CHECK(closest(two, result) == &two.one_of[0]);
  result.closest = 1;
  CHECK(closest(two, result) == &two.one_of[1]);
  result.closest = 7;
  CHECK(closest(two, result) == &two.one_of[0]);
}

}  // namespace
}  // namespace amdvi::report
