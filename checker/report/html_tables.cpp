#include <set>

#include <fmt/format.h>

#include "checker/report/html.hpp"
#include "checker/wording/text.hpp"

namespace amdvi::report::html {
namespace {

std::string number(std::size_t n, std::string_view cls) {
  return fmt::format("<td class=\"num {}\">{}</td>", n == 0 ? "zero" : cls, wording::thousands(n));
}

// The share of each outcome as a bar.
std::string bar(const Coverage& row) {
  std::string parts;
  const auto part = [&](std::size_t n, std::string_view cls) {
    if (n > 0) parts += fmt::format("<i class=\"{}\" style=\"flex:{}\"></i>", cls, n);
  };
  part(row.failed, "fail");
  part(row.suspect, "suspect");
  part(row.passed, "pass");
  part(row.skipped, "skip");
  return "<td><span class=\"bar\">" + parts + "</span></td>";
}

std::string coverage_row(const Coverage& row, bool linked) {
  const std::string id = wording::escape(row.clause->id);
  return fmt::format("<tr><th>{}</th><td>{}</td>{}{}{}{}{}{}</tr>\n",
                     linked ? fmt::format("<a href=\"#{0}\">{0}</a>", id) : id,
                     wording::escape(row.clause->title), number(row.vectors, ""),
                     number(row.passed, "pass"), number(row.failed, "fail"),
                     number(row.suspect, "suspect"), number(row.skipped, "skip"), bar(row));
}

}  // namespace

std::string coverage_table(const judge::Run& run) {
  const auto rows = coverage(run);
  const std::size_t all = spec::catalogue().clauses.size();
  std::string text = fmt::format(
      "<section><h2>Clauses</h2><p>{} of {} have a vector in this run. A vector counts for every "
      "clause on its path, and as failed only for the clauses its broken checks name.</p>"
      "<table class=\"wide\"><thead><tr><th>clause</th><th></th><th>vectors</th><th>pass</th>"
      "<th>fail</th><th>suspect</th><th>skip</th><th></th></tr></thead>\n",
      rows.size(), wording::count(all, "clause"));
  std::set<std::string_view> found;
  for (const auto& finding : run.findings) found.insert(finding.clause);
  for (const Coverage& row : rows) text += coverage_row(row, found.count(row.clause->id) != 0);
  return text + "</table></section>\n";
}

std::string skipped_table(const judge::Run& run) {
  const auto reasons = skip_reasons(run);
  if (reasons.empty()) return "";
  std::string rows;
  for (const auto& [reason, n] : reasons) {
    rows += fmt::format("<tr><td class=\"num\">{}</td><td>{}</td></tr>\n", wording::thousands(n),
                        wording::escape(reason));
  }
  return "<section><h2>Skipped</h2><p>Counted, never passed.</p><table>" + rows +
         "</table></section>\n";
}

std::string vector_table(const judge::Run& run) {
  std::string rows;
  for (const auto& result : run.results) {
    const vector::Vector* vector = find_vector(run, result.id);
    rows += fmt::format("<tr><td>{}</td><td><code>{}</code></td><td>{}</td><td>{}</td></tr>\n",
                        badge(name(result.verdict)), wording::escape(result.id),
                        vector != nullptr ? wording::escape(vector->name) : "",
                        wording::escape(result.reason));
  }
  return fmt::format(
      "<section><h2>All vectors</h2><details><summary>{}</summary><table class=\"wide\">{}</table>"
      "</details></section>\n",
      wording::count(run.results.size(), "vector"), rows);
}

}  // namespace amdvi::report::html
