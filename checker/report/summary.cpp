#include <fmt/format.h>

#include "checker/report/report.hpp"
#include "checker/report/tally.hpp"
#include "checker/wording/text.hpp"

namespace amdvi::report {
namespace {

using judge::Verdict;

constexpr std::size_t kColumns = 100;

enum class Colour { kRed = 31, kGreen = 32, kYellow = 33, kDim = 2, kBold = 1 };

class Writer {
 public:
  Writer(const judge::Run& run, const SummaryOptions& options) : run_(run), options_(options) {}

  std::string write() {
    for (const BrokenClause& clause : broken_clauses(run_)) write_clause(clause);
    write_unexplained();
    if (!options_.quiet) write_counts();
    write_verdict();
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::string paint(Colour colour, std::string_view text) const {
    if (!options_.colour) return std::string(text);
    return fmt::format("\x1b[{}m{}\x1b[0m", static_cast<int>(colour), text);
  }

  void write_clause(const BrokenClause& clause) {
    const bool must = clause.trust == vector::Trust::kMust;
    const auto label = must ? paint(Colour::kRed, "FAIL   ") : paint(Colour::kYellow, "SUSPECT");
    const std::string_view title = clause.info != nullptr ? clause.info->title : "";
    out_ += fmt::format("{}  {}  {}  ({}, {})\n", label, paint(Colour::kBold, clause.id), title,
                        wording::count(clause.vectors, "vector"), must ? "must" : "suspect");
    if (clause.info != nullptr)
      out_ += wording::clean(wording::wrapped(clause.info->text, kColumns, "         "));
    for (const judge::Finding* finding : clause.findings) write_finding(*finding);
    out_ += '\n';
  }

  void write_finding(const judge::Finding& finding) {
    const judge::CheckResult* check = broken_check(run_, finding);
    const vector::Vector* vector = find_vector(run_, finding.representative);
    out_ += fmt::format("    {} ({}): {}\n", finding.check_kind,
                        wording::count(finding.vectors.size(), "vector"),
                        wording::clean(check != nullptr ? check->says : reason_of(finding)));
    out_ += fmt::format("      smallest  {}  {}\n", finding.representative,
                        vector != nullptr ? wording::clean(vector->name) : "");
    out_ += fmt::format("      rerun     {}\n",
                        wording::clean(rerun(run_.command, finding.representative)));
  }

  [[nodiscard]] std::string reason_of(const judge::Finding& finding) const {
    const judge::VectorResult* result = find_result(run_, finding.representative);
    return result != nullptr ? result->reason : "";
  }

  void write_unexplained() {
    for (const judge::VectorResult* result : unexplained(run_)) {
      const bool broken =
          result->verdict != Verdict::kSuspect && result->verdict != Verdict::kUnstable;
      std::string label = fmt::format("{:<8}", name(result->verdict));
      for (char& c : label) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      out_ += fmt::format("{} {}  {}\n", paint(broken ? Colour::kRed : Colour::kYellow, label),
                          result->id, wording::clean(result->reason));
      out_ +=
          fmt::format("      rerun     {}\n\n", wording::clean(rerun(run_.command, result->id)));
    }
  }

  void write_counts() {
    const Counts counts(run_);
    for (const Verdict verdict : kVerdicts) {
      const std::size_t n = counts.of(verdict);
      const std::string text = fmt::format("{} {}", name(verdict), wording::thousands(n));
      out_ +=
          (n == 0 ? paint(Colour::kDim, text) : text) + (verdict == kVerdicts.back() ? "\n" : "  ");
    }
    for (const auto& [reason, n] : skip_reasons(run_)) {
      out_ += fmt::format("  skipped {:>7}  {}\n", wording::thousands(n), wording::clean(reason));
    }
    out_ += wording::clean(fmt::format(
        "profile {}, specification {} revision {}, vectors {}, {:.1f} s, {}\n", run_.profile,
        "48882", run_.revision, run_.vectors_digest.substr(0, 16), run_.seconds,
        wording::count(static_cast<std::size_t>(run_.restarts), "restart")));
  }

  void write_verdict() {
    const Overall result = overall(run_);
    const std::string sentence = wording::clean(verdict_sentence(run_)) + ".";
    out_ += paint(result == Overall::kConforms ? Colour::kGreen : Colour::kRed, sentence) + '\n';
  }

  const judge::Run& run_;
  SummaryOptions options_;
  std::string out_;
};

}  // namespace

std::string summary(const judge::Run& run, const SummaryOptions& options) {
  return Writer(run, options).write();
}

}  // namespace amdvi::report
