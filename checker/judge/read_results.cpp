#include "checker/judge/read_results.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace amdvi::judge {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::pair<std::string_view, Verdict>, 7> kVerdicts{
    {{"pass", Verdict::kPass},
     {"fail", Verdict::kFail},
     {"suspect", Verdict::kSuspect},
     {"hang", Verdict::kHang},
     {"crash", Verdict::kCrash},
     {"skip", Verdict::kSkip},
     {"unstable", Verdict::kUnstable}}};

Verdict verdict_named(const std::string& name) {
  for (const auto& [known, verdict] : kVerdicts) {
    if (known == name) return verdict;
  }
  throw Json::other_error::create(0, fmt::format("unknown verdict '{}'", name), nullptr);
}

CheckResult read_check(const Json& json) {
  CheckResult check;
  check.check = json.at("check").get<std::string>();
  check.ok = json.at("ok").get<bool>();
  check.trust = json.at("trust").get<std::string>() == "must" ? vector::Trust::kMust
                                                              : vector::Trust::kSuspect;
  for (const Json& word : json.at("observed")) {
    check.observed.push_back(std::stoull(word.get<std::string>(), nullptr, 16));
  }
  check.closest = json.at("closest").get<int>();
  check.says = json.at("says").get<std::string>();
  return check;
}

VectorResult read_result(const Json& json) {
  VectorResult result;
  result.id = json.at("id").get<std::string>();
  result.verdict = verdict_named(json.at("verdict").get<std::string>());
  result.reason = json.at("reason").get<std::string>();
  for (const Json& check : json.at("checks")) result.checks.push_back(read_check(check));
  result.log = json.value("log", "");
  result.seconds = json.at("seconds").get<double>();
  return result;
}

void read_summary(const Json& json, Run& run) {
  run.device = json.at("device").get<std::string>();
  run.profile = json.at("profile").get<std::string>();
  run.revision = json.at("revision").get<std::string>();
  run.command = json.at("command").get<std::string>();
  run.vectors_digest = json.at("vectors_digest").get<std::string>();
  run.canary = json.at("canary").get<std::string>();
  run.restarts = json.at("restarts").get<int>();
  run.seconds = json.at("seconds").get<double>();
}

}  // namespace

vector::Result<Run> parse_results(const std::string& text, const std::string& file) {
  Run run;
  int line = 0;
  bool complete = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    ++line;
    try {
      const Json json = Json::parse(text.begin() + static_cast<std::ptrdiff_t>(at),
                                    text.begin() + static_cast<std::ptrdiff_t>(end));
      complete = json.contains("summary");
      if (complete) {
        read_summary(json.at("summary"), run);
      } else {
        run.results.push_back(read_result(json));
      }
    } catch (const std::exception& error) {  // of the library, or a number that is none
      return tl::unexpected(vector::Error{file, line, 1,
                                          fmt::format("not a result: {}", error.what()),
                                          "give what `amdvi run --json FILE` wrote"});
    }
    at = end + 1;
  }
  if (!complete) {
    return tl::unexpected(vector::Error{file, line, 0, "the results end without a summary",
                                        "the run was cut short: run it again"});
  }
  return run;
}

}  // namespace amdvi::judge
