#include "checker/report/tally.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "checker/wording/text.hpp"

namespace amdvi::report {

using judge::Verdict;

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return "pass";
    case Verdict::kFail:
      return "fail";
    case Verdict::kSuspect:
      return "suspect";
    case Verdict::kHang:
      return "hang";
    case Verdict::kCrash:
      return "crash";
    case Verdict::kSkip:
      return "skip";
    case Verdict::kUnstable:
      return "unstable";
  }
  return "";
}

Counts::Counts(const judge::Run& run) {
  for (const auto& result : run.results) ++counts_[static_cast<std::size_t>(result.verdict)];
}

std::size_t Counts::total() const {
  std::size_t sum = 0;
  for (const std::size_t n : counts_) sum += n;
  return sum;
}

std::size_t Counts::broken() const {
  return of(Verdict::kFail) + of(Verdict::kHang) + of(Verdict::kCrash);
}

Overall overall(const judge::Run& run) {
  const Counts counts(run);
  if (!run.canary.empty() || counts.judged() == 0) return Overall::kNotJudged;
  return counts.broken() == 0 ? Overall::kConforms : Overall::kBroken;
}

std::string verdict_sentence(const judge::Run& run) {
  const Counts counts(run);
  if (!run.canary.empty()) return fmt::format("{} was not judged: {}", run.device, run.canary);
  if (counts.judged() == 0) {
    return fmt::format("{} was not judged: {} skipped, nothing ran", run.device,
                       wording::count(counts.total(), "vector"));
  }
  if (counts.broken() == 0) {
    return fmt::format("{} conforms in all of {}", run.device,
                       wording::count(counts.judged(), "vector"));
  }
  const auto clauses = broken_clauses(run);
  const auto accused = static_cast<std::size_t>(
      std::count_if(clauses.begin(), clauses.end(),
                    [](const BrokenClause& c) { return c.trust == vector::Trust::kMust; }));
  return fmt::format("{} does not conform: {} of {} failed, {} broken", run.device,
                     wording::thousands(counts.broken()), wording::count(counts.judged(), "vector"),
                     wording::count(accused, "clause"));
}

std::vector<BrokenClause> broken_clauses(const judge::Run& run) {
  // What is sure and what is suspected of one clause are two entries: a count of failures holds
  // failures only.
  std::map<std::pair<vector::Trust, std::string>, BrokenClause> by_id;
  std::map<std::pair<vector::Trust, std::string>, std::set<std::string>> vectors;
  for (const judge::Finding& finding : run.findings) {
    const std::pair key(finding.trust, finding.clause);
    BrokenClause& clause = by_id[key];
    clause.id = finding.clause;
    clause.info = spec::find_clause(finding.clause);
    clause.trust = finding.trust;
    clause.findings.push_back(&finding);
    vectors[key].insert(finding.vectors.begin(), finding.vectors.end());
  }
  std::vector<BrokenClause> result;
  for (auto& [key, clause] : by_id) {
    clause.vectors = vectors[key].size();
    std::stable_sort(clause.findings.begin(), clause.findings.end(),
                     [](const judge::Finding* a, const judge::Finding* b) {
                       return a->vectors.size() > b->vectors.size();
                     });
    result.push_back(std::move(clause));
  }
  std::set<std::string> taken;
  for (BrokenClause& clause : result) {  // accusations first: they keep the plain name
    clause.anchor = taken.insert(clause.id).second ? clause.id : clause.id + "-suspect";
  }
  std::stable_sort(result.begin(), result.end(), [](const BrokenClause& a, const BrokenClause& b) {
    return std::pair(a.trust, b.vectors) < std::pair(b.trust, a.vectors);
  });
  return result;
}

std::vector<const judge::VectorResult*> unexplained(const judge::Run& run) {
  std::set<std::string_view> explained;
  for (const auto& finding : run.findings) {
    explained.insert(finding.representative);
    explained.insert(finding.vectors.begin(), finding.vectors.end());
  }
  std::vector<const judge::VectorResult*> result;
  for (const auto& one : run.results) {
    const bool well = one.verdict == Verdict::kPass || one.verdict == Verdict::kSkip;
    if (!well && explained.count(one.id) == 0) result.push_back(&one);
  }
  return result;
}

std::vector<std::pair<std::string, std::size_t>> skip_reasons(const judge::Run& run) {
  std::map<std::string, std::size_t> counts;
  for (const auto& result : run.results) {
    if (result.verdict == Verdict::kSkip) ++counts[result.reason];
  }
  std::vector<std::pair<std::string, std::size_t>> reasons(counts.begin(), counts.end());
  std::stable_sort(reasons.begin(), reasons.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  return reasons;
}

const vector::Outcome* closest(const vector::Check& check, const judge::CheckResult& result) {
  if (check.one_of.empty()) return nullptr;
  const auto at = static_cast<std::size_t>(std::max(result.closest, 0));
  return &check.one_of[at < check.one_of.size() ? at : 0];
}

}  // namespace amdvi::report
