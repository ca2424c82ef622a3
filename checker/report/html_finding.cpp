#include <fmt/format.h>

#include "checker/report/html.hpp"
#include "checker/wording/clause.hpp"
#include "checker/wording/text.hpp"

namespace amdvi::report::html {
namespace {

std::string clause_facts(const spec::ClauseInfo& clause) {
  std::string facts(wording::confidence_name(clause.confidence));
  if (clause.confidence == spec::Confidence::kStated) facts += " by the specification";
  for (const wording::ClauseFact& fact : wording::clause_facts(clause)) {
    facts += fmt::format(" · {} {}", fact.what, fact.text);
  }
  return element("p", "facts", facts);
}

std::string explanation(const std::vector<std::string>& lines) {
  if (lines.empty()) return "";
  std::string items;
  for (const std::string& line : lines) items += "<li>" + wording::escape(line) + "</li>";
  return "<h4>Why, rule by rule</h4><ol class=\"why\">" + items + "</ol>";
}

std::string device_log(const std::string& log) {
  if (log.empty()) return "";
  return "<details><summary>log of the device</summary>" + element("pre", "log", log) +
         "</details>";
}

std::string rerun_line(const judge::Run& run, std::string_view id) {
  return "<h4>Run it again</h4>" + element("pre", "cmd", rerun(run.command, id));
}

std::string all_vectors(const judge::Finding& finding) {
  if (finding.vectors.size() < 2) return "";
  std::string ids;
  for (const std::string& id : finding.vectors) ids += wording::escape(id) + " ";
  return fmt::format("<details><summary>all {}</summary><p class=\"ids\">{}</p></details>",
                     wording::count(finding.vectors.size(), "vector"), ids);
}

// What one vector shows: expected against observed, and how it was asked.
std::string evidence(const judge::Run& run, const std::string& id,
                     const judge::CheckResult* first) {
  const vector::Vector* vector = find_vector(run, id);
  const judge::VectorResult* result = find_result(run, id);
  std::string text = fmt::format("<p class=\"vec\"><code>{}</code> {}</p>", wording::escape(id),
                                 vector != nullptr ? wording::escape(vector->name) : "");
  if (vector == nullptr) return text;
  if (result != nullptr) text += checks(*vector, *result, first, run.revision);
  return text + "<h4>The program</h4>" + program(*vector, run.revision);
}

std::string finding_block(const judge::Run& run, const judge::Finding& finding) {
  const judge::VectorResult* result = find_result(run, finding.representative);
  const bool many = finding.vectors.size() > 1;
  std::string text =
      fmt::format("<article><h4 class=\"kind\">{} <span class=\"dim\">{}{}</span></h4>",
                  wording::escape(finding.check_kind),
                  wording::count(finding.vectors.size(), "vector"), many ? ", the smallest:" : "");
  if (result != nullptr && !result->reason.empty()) text += element("p", "reason", result->reason);
  text += evidence(run, finding.representative, broken_check(run, finding));
  text += explanation(finding.explanation) + rerun_line(run, finding.representative);
  if (result != nullptr) text += device_log(result->log);
  return text + all_vectors(finding) + "</article>";
}

}  // namespace

std::string broken_clause(const judge::Run& run, const BrokenClause& clause) {
  const bool must = clause.trust == vector::Trust::kMust;
  const std::string title = clause.info != nullptr ? std::string(clause.info->title)
                                                   : "A clause this build does not know";
  std::string text = fmt::format(
      "<section class=\"finding {}\" id=\"{}\"><header>{}<h3>{}</h3><code>{}</code>"
      "<span class=\"count\">{}</span></header>",
      must ? "fail" : "suspect", wording::escape(clause.anchor), badge(must ? "fail" : "suspect"),
      wording::escape(title), wording::escape(clause.id), wording::count(clause.vectors, "vector"));
  if (clause.info != nullptr) {
    text += element("blockquote", "", clause.info->text) + clause_facts(*clause.info);
  }
  for (const judge::Finding* finding : clause.findings) text += finding_block(run, *finding);
  return text + "</section>\n";
}

std::string unexplained(const judge::Run& run, const judge::VectorResult& result) {
  const bool broken =
      result.verdict != judge::Verdict::kSuspect && result.verdict != judge::Verdict::kUnstable;
  return fmt::format(
      "<section class=\"finding {}\" id=\"{}\"><header>{}<h3>{}</h3></header><article>{}{}{}"
      "</article></section>\n",
      broken ? "fail" : "suspect", wording::escape(result.id), badge(name(result.verdict)),
      wording::escape(result.reason.empty() ? result.id : result.reason),
      evidence(run, result.id, nullptr), rerun_line(run, result.id), device_log(result.log));
}

}  // namespace amdvi::report::html
