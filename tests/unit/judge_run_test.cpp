// Tested here: checker/judge: runner, session, verdict, triage, waivers.
#include <doctest/doctest.h>

#include "checker/dut/faulty_adapter.hpp"
#include "checker/judge/canary.hpp"
#include "checker/judge/read_results.hpp"
#include "checker/judge/requirements.hpp"
#include "checker/judge/selection.hpp"
#include "checker/judge/triage.hpp"
#include "checker/judge/verdict.hpp"
#include "checker/judge/waivers.hpp"
#include "checker/report/report.hpp"

#include "judge_sample.hpp"

using namespace amdvi;
using namespace amdvi::judge;
using vector::Trust;

namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0};

// Behaves like the model until told otherwise.
class Scripted final : public dut::Adapter {
 public:
  enum class Trouble { kNone, kCrashOnRead, kHangOnRead, kAdapterOnRead, kUnsupported, kOnceOnly };

  Scripted(const Config& config, Trouble trouble)
      : model_(dut::make_model_adapter(config)), trouble_(trouble) {}

  dut::Reply<dut::Hello> hello() override { return model_->hello(); }
  dut::Reply<void> reset(dut::ResetKind kind) override {
    if (kind == dut::ResetKind::kFresh && trouble_ == Trouble::kOnceOnly) trouble_ = Trouble::kNone;
    return model_->reset(kind);
  }
  dut::Reply<void> prepare(std::span<const dut::DmaRequest> coming) override {
    return model_->prepare(coming);
  }
  dut::Reply<void> mem_write(std::uint64_t at, std::span<const std::uint8_t> bytes) override {
    return model_->mem_write(at, bytes);
  }
  dut::Reply<void> mem_zero(std::uint64_t at, std::uint64_t length) override {
    return model_->mem_zero(at, length);
  }
  dut::Reply<std::vector<std::uint8_t>> mem_read(std::uint64_t at, std::size_t n) override {
    return model_->mem_read(at, n);
  }
  dut::Reply<void> mmio_write(std::uint64_t at, unsigned size, std::uint64_t value) override {
    return model_->mmio_write(at, size, value);
  }
  dut::Reply<std::uint64_t> mmio_read(std::uint64_t at, unsigned size) override {
    using dut::FailureKind;
    switch (trouble_) {
      case Trouble::kNone:
        return model_->mmio_read(at, size);
      case Trouble::kOnceOnly:
        return model_->mmio_read(at, size).map([](auto v) { return v ^ 1; });
      case Trouble::kCrashOnRead:
        return tl::unexpected(dut::Failure{FailureKind::kCrash, "gone"});
      case Trouble::kHangOnRead:
        return tl::unexpected(dut::Failure{FailureKind::kHang, "quiet"});
      case Trouble::kAdapterOnRead:
        return tl::unexpected(dut::Failure{FailureKind::kAdapter, "broken"});
      case Trouble::kUnsupported:
        return tl::unexpected(dut::Failure{FailureKind::kUnsupported, "no"});
    }
    return 0;
  }
  dut::Reply<dut::DmaReply> dma(const dut::DmaRequest& request) override {
    return model_->dma(request);
  }
  dut::Reply<void> copy(const dut::CopyRequest& request) override { return model_->copy(request); }
  dut::Reply<std::vector<std::vector<std::uint8_t>>> collect() override {
    return model_->collect();
  }
  dut::Reply<void> settle() override { return model_->settle(); }
  std::string log() const override { return "the log"; }

 private:
  std::unique_ptr<dut::Adapter> model_;
  Trouble trouble_;
};

dut::Reply<Run> run_with(Scripted::Trouble trouble, std::vector<vector::Vector> vectors,
                         unsigned jobs = 1) {
  const profile::Profile profile = sample::profile();
  RunOptions options;
  options.jobs = jobs;
  options.canary = false;  // the trouble is meant for the vectors
  return run(
      profile, std::move(vectors),
      [&] { return std::make_unique<Scripted>(profile.config, trouble); }, options);
}

Verdict verdict_with(Scripted::Trouble trouble, std::uint64_t expected = 1) {
  const auto run = run_with(trouble, {sample::control("v", 1, expected)});
  REQUIRE(run);
  return run->results.at(0).verdict;
}

}  // namespace

TEST_CASE("verdicts of a run") {
  using Trouble = Scripted::Trouble;
  CHECK(verdict_with(Trouble::kNone) == Verdict::kPass);
  CHECK(verdict_with(Trouble::kNone, 5) == Verdict::kFail);
  CHECK(verdict_with(Trouble::kCrashOnRead) == Verdict::kCrash);
  CHECK(verdict_with(Trouble::kHangOnRead) == Verdict::kHang);
  CHECK(verdict_with(Trouble::kUnsupported) == Verdict::kSkip);
  CHECK(verdict_with(Trouble::kOnceOnly) == Verdict::kUnstable);
}

TEST_CASE("an adapter that breaks ends the run") {
  const auto run = run_with(Scripted::Trouble::kAdapterOnRead, {sample::control("v", 1, 1)});
  REQUIRE_FALSE(run);
  CHECK(run.error().kind == dut::FailureKind::kAdapter);
  CHECK(run.error().what == "vector v: broken");
}

TEST_CASE("a suspect check does not fail a run") {
  const auto run =
      run_with(Scripted::Trouble::kNone, {sample::control("v", 1, 5, Trust::kSuspect)});
  REQUIRE(run);
  CHECK(run->results.at(0).verdict == Verdict::kSuspect);
}

TEST_CASE("a requirement that is not met skips, with the reason") {
  auto vector = sample::control("v", 1, 1);
  vector.requires_ = {"EFR.IASup"};
  const auto run = run_with(Scripted::Trouble::kNone, {vector});
  REQUIRE(run);
  CHECK(run->results.at(0).verdict == Verdict::kSkip);
  CHECK(run->results.at(0).reason == "needs EFR.IASup");
  vector.requires_ = {"EFR.NoSuch"};
  CHECK(unknown_requirement(vector) == "EFR.NoSuch");
  vector.requires_ = {"EFR.HATS>=2", "engine.copy", "reset.fresh"};
  CHECK_FALSE(unknown_requirement(vector));
  CHECK_FALSE(unmet_requirement(vector, sample::profile().config, {"", "", {"copy"}}));
  CHECK(unmet_requirement(vector, sample::profile().config, {}) == "needs engine.copy");
}

TEST_CASE("results do not depend on the number of jobs") {
  std::vector<vector::Vector> vectors;
  for (char c = 'a'; c <= 'k'; ++c) {
    vectors.push_back(sample::control(std::string(1, c), 1, c % 3 == 0 ? 5 : 1));
  }
  const auto one = run_with(Scripted::Trouble::kNone, vectors, 1);
  const auto three = run_with(Scripted::Trouble::kNone, vectors, 3);
  REQUIRE((one && three));
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    CHECK(one->results[i].id == vectors[i].id);
    CHECK(one->results[i].verdict == three->results[i].verdict);
  }
}

TEST_CASE("a difference is told by the names of fields") {
  const auto check = sample::control("v", 1, 5).checks.front();
  const CheckResult result = judge_check(check, {1}, {}, "3.11");
  CHECK_FALSE(result.ok);
  CHECK(result.closest == 0);
  CHECK(result.says.find("EventLogEn 0x0, expected 0x1") != std::string::npos);
}

TEST_CASE("bits that the adapter cannot see are not compared, those that it sees are") {
  vector::Check check;
  check.one_of = {{{{1, kAll}, {0xFEE5A000, kAll}, {0x40A7, kAll}}, false, "", {}},
                  {{{0, kAll}, {0, kAll}, {0, kAll}}, false, "", {}}};
  const std::vector<std::uint64_t> seen{kAll, 0xFF004, 0x87FF};
  CHECK(judge_check(check, {1, 0x5A000, 0xA7}, seen, "3.05").ok);
  CHECK_FALSE(judge_check(check, {1, 0x5B000, 0xA7}, seen, "3.05").ok);
  CHECK_FALSE(judge_check(check, {1, 0x5A000, 0xA6}, seen, "3.05").ok);
  CHECK(judge_check(check, {0, 0, 0}, {}, "3.05").ok);
  CHECK_FALSE(judge_check(check, {1, 0x5A000, 0xA7}, {}, "3.05").ok);
  CHECK(judge_check(check, {1, 0x5A000, 0xA7}, seen, "3.05").observed[1] == 0xFEE5A000);
}

TEST_CASE("of a device that remaps no interrupt only the other vectors are judged") {
  const profile::Profile profile = sample::profile();
  auto sends = sample::control("i", 1, 1);
  sends.requires_ = {"engine.msi"};
  const auto judged = [&](std::string_view fault) {
    return judge::run(profile, {sends, sample::control("v", 1, 1)},
                      [&] { return dut::make_faulty_adapter(profile.config, fault); }, {});
  };
  const auto broken = judged("message-vector-kept");
  REQUIRE(broken);
  CHECK(broken->canary.empty());
  CHECK(broken->results[0].verdict == Verdict::kSkip);
  CHECK(broken->results[0].reason.starts_with("interrupts are not judged"));
  CHECK(broken->results[1].verdict == Verdict::kPass);
  const auto sound = judged("page-offset-lost");
  REQUIRE(sound);
  CHECK(sound->results[0].verdict == Verdict::kPass);
}

TEST_CASE("an outcome that may repeat takes pairs like its last one") {
  vector::Outcome outcome{{{1, kAll}, {2, kAll}}, true, "", {}};
  CHECK(matches(outcome, std::vector<std::uint64_t>{1, 2}));
  CHECK(matches(outcome, std::vector<std::uint64_t>{1, 2, 1, 2}));
  CHECK_FALSE(matches(outcome, std::vector<std::uint64_t>{1, 2, 1}));
  CHECK_FALSE(matches(outcome, std::vector<std::uint64_t>{1, 2, 1, 3}));
  CHECK_FALSE(matches(outcome, std::vector<std::uint64_t>{}));
  outcome.may_repeat = false;
  CHECK_FALSE(matches(outcome, std::vector<std::uint64_t>{1, 2, 1, 2}));
}

TEST_CASE("a device that does not translate is not judged") {
  const profile::Profile profile = sample::profile();
  const auto run =
      judge::run(profile, {sample::control("v", 1, 1)},
                 [&] { return dut::make_faulty_adapter(profile.config, "page-offset-lost"); }, {});
  REQUIRE(run);
  CHECK(run->canary.empty());
  const std::string no_entry_is_present = sample::atom_fault("v1_walk_step", "pte.PR", "false");
  const auto never =
      judge::run(profile, {sample::control("v", 1, 1)},
                 [&] { return dut::make_faulty_adapter(profile.config, no_entry_is_present); }, {});
  REQUIRE(never);
  CHECK(never->canary.starts_with("this DUT does not translate DMA as configured"));
  CHECK(never->results.empty());
}

TEST_CASE("findings name the clause, the shortest vector and why") {
  const profile::Profile profile = sample::profile();
  auto longer = sample::control("a", 1, 5);
  longer.steps.push_back(sample::write("Control", 0));
  auto run = run_with(Scripted::Trouble::kNone, {longer, sample::control("b", 1, 5)});
  REQUIRE(run);
  triage(*run, profile);
  REQUIRE(run->findings.size() == 1);
  CHECK(run->findings[0].clause == sample::clause(spec::Confidence::kStated));
  CHECK(run->findings[0].check_kind == "value");
  CHECK(run->findings[0].representative == "b");
  CHECK(run->findings[0].vectors == std::vector<std::string>{"a", "b"});
  CHECK(run->findings[0].explanation.at(0).starts_with("step 1: write Control"));
}

TEST_CASE("only stated clauses accuse") {
  const profile::Profile profile = sample::profile();
  auto vector = sample::control("v", 1, 1);
  CHECK(refusal(vector, profile).empty());
  vector.checks[0].clauses.push_back(sample::clause(spec::Confidence::kInferred));
  CHECK(refusal(vector, profile).find("which is not stated") != std::string::npos);
  vector.checks[0].trust = Trust::kSuspect;
  CHECK(refusal(vector, profile).empty());
  vector::Step peek;
  peek.kind = vector::StepKind::kPeek;
  peek.at = 0x1000;
  peek.length = 8;
  vector.steps.push_back(peek);
  CHECK(refusal(vector, profile).find("outside of the window") != std::string::npos);
}

TEST_CASE("every vector is in exactly one shard") {
  for (const std::string id : {"a", "b", "c", "dma-0123"}) {
    unsigned shards = 0;
    for (std::uint64_t k = 0; k < 4; ++k) {
      Selection selection;
      selection.shard = k;
      selection.shards = 4;
      shards += selection.takes(sample::control(id, 1, 1)) ? 1 : 0;
    }
    CHECK(shards == 1);
  }
}

TEST_CASE("a waiver takes a failure out of the verdict, and is stale without one") {
  auto run =
      run_with(Scripted::Trouble::kNone, {sample::control("a", 1, 5), sample::control("b", 1, 1)});
  REQUIRE(run);
  const auto stale = apply_waivers(*run, {{"a", "known", false}, {"b", "was known", false}}, true);
  CHECK(run->results[0].verdict == Verdict::kSkip);
  CHECK(run->results[0].reason == "waived: known");
  REQUIRE(stale.size() == 1);
  CHECK(stale[0].subject == "b");
}

TEST_CASE("a clause's waiver covers what breaks it alone") {
  const std::string clause = sample::clause(spec::Confidence::kStated);
  auto run = run_with(Scripted::Trouble::kNone, {sample::control("a", 1, 5)});
  REQUIRE(run);
  CHECK(apply_waivers(*run, {{clause, "known", true}}, true).empty());
  CHECK(run->results[0].verdict == Verdict::kSkip);
}

TEST_CASE("waivers are read strictly") {
  const std::string head = "kind: waivers\nwaivers:\n";
  CHECK(parse_waivers(head + "  - {vector: v, reason: because}\n", "w.yaml"));
  CHECK_FALSE(parse_waivers(head + "  - {vector: v}\n", "w.yaml"));
  CHECK_FALSE(parse_waivers(head + "  - {vector: v, clause: c, reason: r}\n", "w.yaml"));
  CHECK_FALSE(parse_waivers(head + "  - {clause: no.such.clause, reason: r}\n", "w.yaml"));
  CHECK_FALSE(parse_waivers("kind: profile\nwaivers: []\n", "w.yaml"));
}

TEST_CASE("results are read back as they were written") {
  auto run =
      run_with(Scripted::Trouble::kNone, {sample::control("a", 1, 5), sample::control("b", 1, 1)});
  REQUIRE(run);
  const auto back = parse_results(report::json_lines(*run), "r.jsonl");
  REQUIRE(back);
  CHECK(back->results.size() == 2);
  CHECK(back->results[0].verdict == Verdict::kFail);
  CHECK(back->results[0].checks.at(0).observed == run->results[0].checks.at(0).observed);
  CHECK(back->profile == "sample");
  CHECK_FALSE(parse_results("{}\n", "r.jsonl"));
  CHECK_FALSE(parse_results("not json\n", "r.jsonl"));
  CHECK_FALSE(parse_results("", "r.jsonl"));
}

TEST_CASE("a device whose EFR is not the profile's is not judged") {
  const profile::Profile profile = sample::profile();
  Config other = profile.config;
  set_capability(other, "EFR.IASup", 1);
  const auto run = judge::run(
      profile, {}, [&] { return dut::make_model_adapter(other); }, {});
  REQUIRE(run);
  CHECK(run->canary.starts_with("the profile does not describe this DUT"));
}
