// A run with one of every verdict, whose texts try to break every format.
#pragma once

#include "checker/judge/result.hpp"
#include "tests/unit/vector_sample.hpp"

namespace amdvi::report::sample {

inline constexpr const char* kNasty = "<b>&\"'</b> ]]> \x01\xff";

inline judge::CheckResult broken(std::string check, vector::Trust trust) {
  return {std::move(check), false, trust, {0}, 0, kNasty};
}

inline void add(judge::Run& run, const std::string& id, judge::Verdict verdict,
                std::vector<judge::CheckResult> checks = {}) {
  vector::Vector vector = vector::sample::every_step();
  vector.id = id;
  vector.name = "Vector " + id + kNasty;
  vector.group = verdict == judge::Verdict::kSkip ? "other" : "sample";
  run.vectors[id] = vector;
  const bool quiet = verdict == judge::Verdict::kPass || verdict == judge::Verdict::kFail;
  run.results.push_back({id, verdict, quiet ? "" : std::string("reason ") + kNasty,
                         std::move(checks), verdict == judge::Verdict::kFail ? kNasty : "", 0.25});
}

inline judge::Run run() {
  judge::Run run;
  run.device = std::string("Device ") + kNasty;
  run.profile = "some-profile";
  run.revision = "3.10";
  run.command = "amdvi run --dut model --html report.html vectors";
  run.vectors_digest = "00112233445566778899aabbccddeeff";
  run.restarts = 1;
  run.seconds = 1.5;
  add(run, "a-pass", judge::Verdict::kPass, {{"event", true, vector::Trust::kMust, {}, 0, ""}});
  add(run, "b-fail", judge::Verdict::kFail, {broken("event", vector::Trust::kMust)});
  add(run, "c-fail", judge::Verdict::kFail, {broken("event", vector::Trust::kMust)});
  add(run, "d-suspect", judge::Verdict::kSuspect, {broken("status", vector::Trust::kSuspect)});
  add(run, "e-hang", judge::Verdict::kHang);
  add(run, "f-crash", judge::Verdict::kCrash);
  add(run, "g-skip", judge::Verdict::kSkip);
  add(run, "h-skip", judge::Verdict::kSkip);
  add(run, "i-unstable", judge::Verdict::kUnstable);
  run.findings = {
      {"no.such-clause", vector::Trust::kSuspect, "status", "d-suspect", {"d-suspect"}, {}},
      {vector::sample::a_clause(),
       vector::Trust::kMust,
       "event",
       "b-fail",
       {"b-fail", "c-fail"},
       {kNasty}}};
  return run;
}

}  // namespace amdvi::report::sample
