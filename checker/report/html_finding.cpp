#include <fmt/format.h>

#include "checker/report/html.hpp"
#include "checker/report/text.hpp"

namespace amdvi::report::html {
namespace {

std::string_view confidence_word(spec::Confidence confidence) {
  switch (confidence) {
    case spec::Confidence::kStated:
      return "stated";
    case spec::Confidence::kInferred:
      return "inferred";
    case spec::Confidence::kUnknown:
      return "unknown";
  }
  return "";
}

std::string clause_facts(const spec::ClauseInfo& clause) {
  std::string facts = fmt::format("{} by the specification", confidence_word(clause.confidence));
  if (clause.confidence != spec::Confidence::kStated) facts = confidence_word(clause.confidence);
  if (!clause.place.empty()) facts += fmt::format(" · 48882 {}", clause.place);
  if (!clause.sources.empty()) facts += fmt::format(" · sources {}", clause.sources);
  if (!clause.file.empty()) facts += fmt::format(" · {}:{}", clause.file, clause.line);
  return element("p", "facts", facts);
}

std::string explanation(const std::vector<std::string>& lines) {
  if (lines.empty()) return "";
  std::string items;
  for (const std::string& line : lines) items += "<li>" + escape(line) + "</li>";
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
  for (const std::string& id : finding.vectors) ids += escape(id) + " ";
  return fmt::format("<details><summary>all {}</summary><p class=\"ids\">{}</p></details>",
                     count(finding.vectors.size(), "vector"), ids);
}

// What one vector shows: expected against observed, and how it was asked.
std::string evidence(const judge::Run& run, const std::string& id,
                     const judge::CheckResult* first) {
  const vector::Vector* vector = find_vector(run, id);
  const judge::VectorResult* result = find_result(run, id);
  std::string text = fmt::format("<p class=\"vec\"><code>{}</code> {}</p>", escape(id),
                                 vector != nullptr ? escape(vector->name) : "");
  if (vector == nullptr) return text;
  if (result != nullptr) text += checks(*vector, *result, first, run.revision);
  return text + "<h4>The program</h4>" + program(*vector, run.revision);
}

std::string finding_block(const judge::Run& run, const judge::Finding& finding) {
  const judge::VectorResult* result = find_result(run, finding.representative);
  const bool many = finding.vectors.size() > 1;
  std::string text =
      fmt::format("<article><h4 class=\"kind\">{} <span class=\"dim\">{}{}</span></h4>",
                  escape(finding.check_kind), count(finding.vectors.size(), "vector"),
                  many ? ", the smallest:" : "");
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
      must ? "fail" : "suspect", escape(clause.anchor), badge(must ? "fail" : "suspect"), escape(title),
      escape(clause.id), count(clause.vectors, "vector"));
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
      broken ? "fail" : "suspect", escape(result.id), badge(name(result.verdict)),
      escape(result.reason.empty() ? result.id : result.reason), evidence(run, result.id, nullptr),
      rerun_line(run, result.id), device_log(result.log));
}

}  // namespace amdvi::report::html
