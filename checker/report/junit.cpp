#include <map>
#include <vector>

#include <fmt/format.h>

#include "checker/wording/answers.hpp"
#include "checker/report/report.hpp"
#include "checker/report/tally.hpp"
#include "checker/wording/text.hpp"

namespace amdvi::report {
namespace {

using judge::Verdict;
using Results = std::vector<const judge::VectorResult*>;

std::string words(const std::vector<std::uint64_t>& observed) {
  std::string text;
  for (const std::uint64_t word : observed) text += fmt::format(" 0x{:016x}", word);
  return text.empty() ? " nothing" : text;
}

std::string words(const vector::Outcome& outcome) {
  std::string text;
  for (const auto& action : outcome.actions) text += " " + wording::action_text(action);
  for (const auto& word : outcome.words)
    text += fmt::format(" 0x{:016x}/0x{:016x}", word.value, word.mask);
  return text.empty() ? " nothing" : text;
}

std::string check_text(const judge::CheckResult& check, const vector::Check* asked) {
  std::string text = fmt::format("{}: {}\n", check.check, check.says);
  if (asked == nullptr) return text;
  text += fmt::format("  clauses {}\n", wording::join(asked->clauses, ", "));
  for (const auto& outcome : asked->one_of) {
    text += fmt::format("  expected (value/mask){}  {}\n", words(outcome), outcome.says);
  }
  return text + fmt::format("  observed{}\n", words(check.observed));
}

std::string details(const judge::Run& run, const judge::VectorResult& result) {
  const vector::Vector* vector = find_vector(run, result.id);
  std::string text = vector != nullptr ? vector->name + "\n" : "";
  if (!result.reason.empty()) text += result.reason + "\n";
  for (const auto& check : result.checks) {
    if (check.ok) continue;
    text += check_text(check, vector != nullptr ? find_check(*vector, check.check) : nullptr);
  }
  text += "rerun: " + rerun(run.command, result.id) + "\n";
  return result.log.empty() ? text : text + "log of the device:\n" + result.log + "\n";
}

std::string message(const judge::VectorResult& result) {
  if (!result.reason.empty()) return result.reason;
  for (const auto& check : result.checks) {
    if (!check.ok) return check.says;
  }
  return std::string(name(result.verdict));
}

std::string outcome(const judge::Run& run, const judge::VectorResult& result) {
  const auto element = [&](std::string_view tag, std::string_view type) {
    return fmt::format("<{0} message=\"{1}\" type=\"{2}\">{3}</{0}>", tag,
                       wording::escape(message(result)), type,
                       wording::escape(details(run, result)));
  };
  switch (result.verdict) {
    case Verdict::kPass:
      return "";
    case Verdict::kFail:
      return element("failure", "nonconformance");
    case Verdict::kHang:
      return element("error", "hang");
    case Verdict::kCrash:
      return element("error", "crash");
    case Verdict::kSkip:
      return fmt::format("<skipped message=\"{}\"/>", wording::escape(result.reason));
    case Verdict::kSuspect:
    case Verdict::kUnstable:
      return fmt::format("<system-out>{}: {}</system-out>", name(result.verdict),
                         wording::escape(details(run, result)));
  }
  return "";
}

std::string properties(const vector::Vector* vector) {
  if (vector == nullptr) return "";
  std::string text =
      fmt::format("<property name=\"name\" value=\"{}\"/>", wording::escape(vector->name));
  for (const std::string& clause : vector->clauses) {
    text += fmt::format("<property name=\"clause\" value=\"{}\"/>", wording::escape(clause));
  }
  return "<properties>" + text + "</properties>";
}

std::string test_case(const judge::Run& run, const judge::VectorResult& result,
                      const std::string& group) {
  return fmt::format("<testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\">{}{}</testcase>\n",
                     wording::escape(group), wording::escape(result.id), result.seconds,
                     properties(find_vector(run, result.id)), outcome(run, result));
}

struct Sums {
  std::size_t tests = 0, failures = 0, errors = 0, skipped = 0;
};

std::string attributes(const Sums& sums) {
  return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"", sums.tests,
                     sums.failures, sums.errors, sums.skipped);
}

Sums sum(const Results& results) {
  Sums sums;
  for (const auto* result : results) {
    const Verdict verdict = result->verdict;
    ++sums.tests;
    sums.failures += verdict == Verdict::kFail ? 1 : 0;
    sums.errors += verdict == Verdict::kHang || verdict == Verdict::kCrash ? 1 : 0;
    sums.skipped += verdict == Verdict::kSkip ? 1 : 0;
  }
  return sums;
}

std::string suite(const judge::Run& run, const std::string& group, const Results& results) {
  std::string text =
      fmt::format("<testsuite name=\"{}\" {}>\n", wording::escape(group), attributes(sum(results)));
  for (const auto* result : results) text += test_case(run, *result, group);
  return text + "</testsuite>\n";
}

std::string canary_suite(const std::string& why) {
  return fmt::format(
      "<testsuite name=\"canary\" {}>\n<testcase classname=\"canary\" name=\"canary\">"
      "<error message=\"{}\" type=\"not judged\"/></testcase>\n</testsuite>\n",
      attributes({1, 0, 1, 0}), wording::escape(why));
}

}  // namespace

std::string junit(const judge::Run& run) {
  std::map<std::string, Results> groups;
  Results all;
  for (const auto& result : run.results) {
    const vector::Vector* vector = find_vector(run, result.id);
    groups[vector != nullptr ? vector->group : "unknown"].push_back(&result);
    all.push_back(&result);
  }
  Sums sums = sum(all);
  std::string suites;
  if (!run.canary.empty()) {
    suites = canary_suite(run.canary);
    ++sums.tests;
    ++sums.errors;
  }
  for (const auto& [group, results] : groups) suites += suite(run, group, results);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"{}\" {} time=\"{:.3f}\">\n{}</testsuites>\n",
      wording::escape(run.device), attributes(sums), run.seconds, suites);
}

}  // namespace amdvi::report
