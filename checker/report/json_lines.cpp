#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "checker/report/report.hpp"
#include "checker/report/tally.hpp"

namespace amdvi::report {
namespace {

using Json = nlohmann::ordered_json;

std::string_view trust_name(vector::Trust trust) {
  return trust == vector::Trust::kMust ? "must" : "suspect";
}

Json check_json(const judge::CheckResult& check) {
  Json observed = Json::array();
  for (const std::uint64_t word : check.observed)
    observed.push_back(fmt::format("0x{:016x}", word));
  return {{"check", check.check},
          {"ok", check.ok},
          {"trust", trust_name(check.trust)},
          {"observed", std::move(observed)},
          {"closest", check.closest},
          {"says", check.says}};
}

Json result_json(const judge::Run& run, const judge::VectorResult& result) {
  Json json = {{"id", result.id}, {"verdict", name(result.verdict)}};
  if (const vector::Vector* vector = find_vector(run, result.id)) {
    json["name"] = vector->name;
    json["group"] = vector->group;
    json["clauses"] = vector->clauses;
  }
  json["reason"] = result.reason;
  json["checks"] = Json::array();
  for (const auto& check : result.checks) json["checks"].push_back(check_json(check));
  if (!result.log.empty()) json["log"] = result.log;
  json["seconds"] = result.seconds;
  return json;
}

Json finding_json(const judge::Run& run, const judge::Finding& finding) {
  return {{"clause", finding.clause},
          {"trust", trust_name(finding.trust)},
          {"check_kind", finding.check_kind},
          {"representative", finding.representative},
          {"vectors", finding.vectors},
          {"explanation", finding.explanation},
          {"rerun", rerun(run.command, finding.representative)}};
}

std::string_view overall_name(Overall value) {
  switch (value) {
    case Overall::kConforms:
      return "conforms";
    case Overall::kBroken:
      return "does not conform";
    case Overall::kNotJudged:
      return "not judged";
  }
  return "";
}

Json summary_json(const judge::Run& run) {
  const Counts counts(run);
  Json by_verdict = Json::object();
  for (const judge::Verdict verdict : kVerdicts) by_verdict[name(verdict)] = counts.of(verdict);
  Json findings = Json::array();
  for (const auto& finding : run.findings) findings.push_back(finding_json(run, finding));
  Json summary = {{"verdict", overall_name(overall(run))},
                  {"sentence", verdict_sentence(run)},
                  {"device", run.device},
                  {"profile", run.profile},
                  {"revision", run.revision},
                  {"vectors_digest", run.vectors_digest},
                  {"command", run.command},
                  {"counts", by_verdict},
                  {"findings", findings},
                  {"canary", run.canary},
                  {"restarts", run.restarts},
                  {"seconds", run.seconds}};
  return {{"summary", summary}};
}

std::string line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace

std::string json_lines(const judge::Run& run) {
  std::string text;
  for (const auto& result : run.results) text += line(result_json(run, result));
  return text + line(summary_json(run));
}

}  // namespace amdvi::report
