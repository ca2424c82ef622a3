#include "checker/driver/runner.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "checker/driver/child.hpp"
#include "checker/driver/library.hpp"
#include "checker/driver/play.hpp"
#include "checker/judge/verdict.hpp"

namespace amdvi::driver {
namespace {

using Clock = std::chrono::steady_clock;
using End = ChildReport::End;
using judge::Verdict;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

vector::Error error_of(const DriverOptions& options, std::string what, std::string hint = "") {
  std::replace(what.begin(), what.end(), '\n', ' ');
  return {options.file, 0, 0, std::move(what), std::move(hint)};
}

// Up to the first that is not as expected: what a driver does after it means nothing.
void judge_checks(const vector::Vector& vector, const Played& played, judge::VectorResult& result) {
  for (const vector::Check& check : vector.checks) {
    const auto seen = played.observed.find(check.label);
    if (seen == played.observed.end()) return;
    result.checks.push_back(judge::judge_check(check, seen->second, {}, ""));
    if (!result.checks.back().ok) return;
  }
}

std::string where(const Played& played) {
  return played.calling.empty() ? "outside of a call" : "in call " + played.calling;
}

judge::VectorResult judge_report(const vector::Vector& vector, const ChildReport& report) {
  const Played played = parse_play(report.text);
  judge::VectorResult result;
  result.id = vector.id;
  result.reason = played.skip;
  if (!played.skip.empty() && report.end == End::kDone) return result;
  judge_checks(vector, played, result);
  result.verdict = judge::verdict_of(result.checks);
  if (result.verdict == Verdict::kPass && !played.unopened.empty()) {
    result.verdict = Verdict::kFail;
    result.reason = fmt::format("the driver cannot be opened: {}", played.unopened);
  }
  if (result.verdict == Verdict::kPass && report.end == End::kHung) {
    result.verdict = Verdict::kHang;
    result.reason = fmt::format("no answer within the deadline, {}", where(played));
  }
  if (result.verdict == Verdict::kPass && report.end == End::kDied) {
    result.verdict = Verdict::kCrash;
    result.reason = fmt::format("{}: {}", where(played), report.how);
  }
  if (result.verdict != Verdict::kPass) result.log = played.notes + report.log;
  return result;
}

}  // namespace

vector::Result<std::string> probe(const DriverOptions& options) {
  const auto report = run_in_child(
      [&](int out) {
        const auto library = Library::open(options.file);
        write_all(out, library ? "ok " + library->name() : "no " + library.error());
        write_all(out, "\n");
      },
      options.deadline);
  if (!report) return tl::unexpected(error_of(options, report.error()));
  if (report->end == End::kHung) return tl::unexpected(error_of(options, "hangs when loaded"));
  const std::string line = report->text.substr(0, report->text.find('\n'));
  if (line.starts_with("ok ")) return line.substr(3);
  if (line.starts_with("no ")) {
    return tl::unexpected(error_of(options, line.substr(3), "see amdvi_driver.h"));
  }
  return tl::unexpected(error_of(options, "dies when loaded: " + report->how));
}

vector::Result<judge::Run> run(std::vector<vector::Vector> vectors, const DriverOptions& options) {
  const auto start = Clock::now();
  auto name = probe(options);
  if (!name) return tl::unexpected(name.error());
  std::sort(vectors.begin(), vectors.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  judge::Run run;
  run.device = *std::move(name);
  for (vector::Vector& vector : vectors) {
    const auto began = Clock::now();
    const auto report = run_in_child(
        [&](int out) {
          if (const auto library = Library::open(options.file)) {
            play(vector, *library, options.options, out);
          }
        },
        options.deadline);
    if (!report) return tl::unexpected(error_of(options, report.error()));
    run.results.push_back(judge_report(vector, *report));
    run.results.back().seconds = seconds_since(began);
    run.restarts += report->end == End::kDone ? 0 : 1;
    run.vectors.emplace(vector.id, std::move(vector));
    if (options.progress) options.progress(run.results.size(), vectors.size());
  }
  run.seconds = seconds_since(start);
  return run;
}

}  // namespace amdvi::driver
