#include "checker/judge/triage.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "checker/judge/explain.hpp"

namespace amdvi::judge {
namespace {

struct Score {
  std::size_t failed = 0;
  std::size_t passed = 0;
};

// Calls use(vector, check, result) for every check that was judged.
template <class Use>
void for_each_check(const Run& run, Use use) {
  for (const VectorResult& result : run.results) {
    const auto vector = run.vectors.find(result.id);
    if (vector == run.vectors.end()) continue;
    for (std::size_t i = 0; i < result.checks.size(); ++i) {
      use(vector->second, vector->second.checks[i], result.checks[i], result.verdict);
    }
  }
}

bool is_accused(Verdict verdict) {
  return verdict == Verdict::kFail || verdict == Verdict::kSuspect;
}

std::map<std::string, Score> scores_of(const Run& run) {
  std::map<std::string, Score> scores;
  for_each_check(run, [&](const auto&, const auto& check, const auto& result, Verdict) {
    for (const std::string& clause : check.clauses) {
      ++(result.ok ? scores[clause].passed : scores[clause].failed);
    }
  });
  return scores;
}

// a fails more often than b, in proportion; then in number; then by name.
bool is_likelier(const std::string& a, const std::string& b,
                 const std::map<std::string, Score>& scores) {
  const Score& x = scores.at(a);
  const Score& y = scores.at(b);
  const std::size_t left = x.failed * (y.failed + y.passed);
  const std::size_t right = y.failed * (x.failed + x.passed);
  return std::tuple(right, y.failed, a) < std::tuple(left, x.failed, b);
}

std::size_t length(const vector::Vector& vector) {
  return vector.setup.size() + vector.steps.size();
}

using Key = std::tuple<vector::Trust, std::string, std::string>;  // trust, clause, kind of check

std::map<Key, Finding> clusters_of(const Run& run) {
  const auto scores = scores_of(run);
  std::map<Key, Finding> clusters;
  for_each_check(run, [&](const vector::Vector& vector, const vector::Check& check,
                          const CheckResult& result, Verdict verdict) {
    if (result.ok || check.clauses.empty() || !is_accused(verdict)) return;
    const std::string& clause = *std::min_element(
        check.clauses.begin(), check.clauses.end(),
        [&](const auto& a, const auto& b) { return is_likelier(a, b, scores); });
    Finding& finding = clusters[{check.trust, clause, check.id}];
    finding.clause = clause;
    finding.trust = check.trust;
    finding.check_kind = check.id;
    finding.vectors.push_back(vector.id);
  });
  return clusters;
}

}  // namespace

void triage(Run& run, const profile::Profile& profile) {
  run.findings.clear();
  for (auto& [key, finding] : clusters_of(run)) {
    finding.representative = *std::min_element(
        finding.vectors.begin(), finding.vectors.end(), [&](const auto& a, const auto& b) {
          return std::tuple(length(run.vectors.at(a)), a) <
                 std::tuple(length(run.vectors.at(b)), b);
        });
    finding.explanation = explain(run.vectors.at(finding.representative), profile);
    run.findings.push_back(std::move(finding));
  }
  std::stable_sort(run.findings.begin(), run.findings.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.trust, b.vectors.size()) < std::tuple(b.trust, a.vectors.size());
  });
}

}  // namespace amdvi::judge
