#include <fmt/format.h>

#include "checker/report/html.hpp"
#include "checker/report/report.hpp"
#include "checker/wording/text.hpp"

namespace amdvi::report {
namespace html {

std::string element(std::string_view tag, std::string_view cls, std::string_view text) {
  return fmt::format("<{0} class=\"{1}\">{2}</{0}>", tag, cls, wording::escape(text));
}

std::string badge(std::string_view word) {
  return fmt::format("<span class=\"badge {0}\">{0}</span>", word);
}

namespace {

std::string_view overall_class(Overall value) {
  switch (value) {
    case Overall::kConforms:
      return "pass";
    case Overall::kBroken:
      return "fail";
    case Overall::kNotJudged:
      return "skip";
  }
  return "";
}

std::string_view headline(Overall value) {
  switch (value) {
    case Overall::kConforms:
      return "Conforms";
    case Overall::kBroken:
      return "Does not conform";
    case Overall::kNotJudged:
      return "Not judged";
  }
  return "";
}

// One bar of all verdicts, and the same in words.
std::string counts_strip(const judge::Run& run) {
  const Counts counts(run);
  std::string parts;
  std::string legend;
  for (const judge::Verdict verdict : kVerdicts) {
    const std::size_t n = counts.of(verdict);
    if (n == 0) continue;
    parts += fmt::format("<i class=\"{}\" style=\"flex:{}\"></i>", name(verdict), n);
    legend += fmt::format("<span class=\"{0}\"><b>{1}</b> {0}</span>", name(verdict),
                          wording::thousands(n));
  }
  return "<div class=\"bar big\">" + parts + "</div><div class=\"legend\">" + legend + "</div>";
}

std::string banner(const judge::Run& run) {
  const Overall result = overall(run);
  return fmt::format("<header class=\"banner {}\"><h1>{}</h1><p>{}.</p>{}</header>\n",
                     overall_class(result), headline(result),
                     wording::escape(verdict_sentence(run)), counts_strip(run));
}

std::string tested(const judge::Run& run) {
  const auto item = [](std::string_view term, std::string_view value) {
    return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", term, wording::escape(value));
  };
  return "<dl class=\"tested\">" + item("device", run.device) + item("profile", run.profile) +
         item("specification", "48882 revision " + run.revision) +
         item("vectors", run.vectors_digest.substr(0, 16)) +
         item("time", fmt::format("{:.1f} s", run.seconds)) +
         item("device restarts", fmt::format("{}", run.restarts)) + item("command", run.command) +
         "</dl>\n";
}

std::string overview_row(const judge::Run& run, const BrokenClause& clause) {
  const judge::CheckResult* check = broken_check(run, *clause.findings.front());
  return fmt::format(
      "<tr><td>{}</td><td><a href=\"#{}\">{}</a><br><span class=\"dim\">{}</span></td>"
      "<td class=\"num\">{}</td></tr>\n",
      badge(clause.trust == vector::Trust::kMust ? "fail" : "suspect"),
      wording::escape(clause.anchor),
      wording::escape(clause.info != nullptr ? clause.info->title : clause.id),
      wording::escape(check != nullptr ? check->says : clause.findings.front()->check_kind),
      wording::count(clause.vectors, "vector"));
}

std::string overview(const judge::Run& run) {
  std::string rows;
  for (const BrokenClause& clause : broken_clauses(run)) rows += overview_row(run, clause);
  for (const judge::VectorResult* result : report::unexplained(run)) {
    rows += fmt::format(
        "<tr><td>{}</td><td><a href=\"#{}\">{}</a></td><td class=\"num\">1 vector</td></tr>\n",
        badge(name(result->verdict)), wording::escape(result->id),
        wording::escape(result->reason.empty() ? result->id : result->reason));
  }
  if (rows.empty()) return "";
  return "<section><h2>What is broken</h2><table class=\"wide over\">" + rows +
         "</table></section>\n";
}

std::string findings(const judge::Run& run) {
  std::string text;
  for (const BrokenClause& clause : broken_clauses(run)) text += broken_clause(run, clause);
  for (const judge::VectorResult* result : report::unexplained(run)) {
    text += unexplained(run, *result);
  }
  return text;
}

}  // namespace
}  // namespace html

std::string html_page(const judge::Run& run) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<title>{} · {}</title>\n<style>\n{}</style></head>\n<body><main>\n{}{}{}{}{}{}{}"
      "</main></body></html>\n",
      html::headline(overall(run)), wording::escape(run.device), html::style(), html::banner(run),
      html::tested(run), html::overview(run), html::findings(run), html::coverage_table(run),
      html::skipped_table(run), html::vector_table(run));
}

}  // namespace amdvi::report
