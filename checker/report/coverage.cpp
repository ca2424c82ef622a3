#include <algorithm>
#include <map>
#include <set>

#include "checker/report/tally.hpp"

namespace amdvi::report {
namespace {

using judge::Verdict;

struct Touched {
  std::set<std::string_view> clauses;  // on the vector's path
  std::set<std::string_view> failed;   // broken in this run
  std::set<std::string_view> suspect;
};

Touched touched(const vector::Vector& vector, const judge::VectorResult& result) {
  Touched all;
  all.clauses.insert(vector.clauses.begin(), vector.clauses.end());
  for (const auto& check : vector.checks) {
    all.clauses.insert(check.clauses.begin(), check.clauses.end());
  }
  if (result.verdict == Verdict::kSkip) return all;
  for (const auto& check : result.checks) {
    const vector::Check* asked = find_check(vector, check.check);
    if (check.ok || asked == nullptr) continue;
    auto& broken = check.trust == vector::Trust::kMust ? all.failed : all.suspect;
    broken.insert(asked->clauses.begin(), asked->clauses.end());
  }
  return all;
}

// How much a broken check has to do with the finding; at least 1.
int relevance(const vector::Vector& vector, const judge::CheckResult& check,
              const judge::Finding& finding) {
  const vector::Check* asked = find_check(vector, check.check);
  if (asked == nullptr) return 1;
  const auto& clauses = asked->clauses;
  const bool same = std::find(clauses.begin(), clauses.end(), finding.clause) != clauses.end();
  return 1 + (same ? 2 : 0) + (check.check == finding.check_kind ? 1 : 0);
}

}  // namespace

std::vector<Coverage> coverage(const judge::Run& run) {
  std::map<std::string_view, Coverage> rows;
  for (const auto& result : run.results) {
    const vector::Vector* vector = find_vector(run, result.id);
    if (vector == nullptr) continue;
    const Touched all = touched(*vector, result);
    for (const std::string_view clause : all.clauses) {
      Coverage& row = rows[clause];
      ++row.vectors;
      row.passed += result.verdict == Verdict::kPass ? 1 : 0;
      row.skipped += result.verdict == Verdict::kSkip ? 1 : 0;
      row.failed += all.failed.count(clause);
      row.suspect += all.suspect.count(clause);
    }
  }
  std::vector<Coverage> ordered;
  for (const auto& clause : spec::catalogue().clauses) {
    const auto row = rows.find(clause.id);
    if (row == rows.end()) continue;
    ordered.push_back(row->second);
    ordered.back().clause = &clause;
  }
  return ordered;
}

const judge::VectorResult* find_result(const judge::Run& run, std::string_view id) {
  const auto found = std::find_if(run.results.begin(), run.results.end(),
                                  [&](const auto& result) { return result.id == id; });
  return found == run.results.end() ? nullptr : &*found;
}

const vector::Vector* find_vector(const judge::Run& run, const std::string& id) {
  const auto found = run.vectors.find(id);
  return found == run.vectors.end() ? nullptr : &found->second;
}

const vector::Check* find_check(const vector::Vector& vector, std::string_view id) {
  const auto found = std::find_if(vector.checks.begin(), vector.checks.end(),
                                  [&](const auto& check) { return check.id == id; });
  return found == vector.checks.end() ? nullptr : &*found;
}

const judge::CheckResult* broken_check(const judge::Run& run, const judge::Finding& finding) {
  const judge::VectorResult* result = find_result(run, finding.representative);
  const vector::Vector* vector = find_vector(run, finding.representative);
  if (result == nullptr || vector == nullptr) return nullptr;
  const judge::CheckResult* best = nullptr;
  int best_rank = 0;
  for (const auto& check : result->checks) {
    const int rank = check.ok ? 0 : relevance(*vector, check, finding);
    if (rank <= best_rank) continue;
    best = &check;
    best_rank = rank;
  }
  return best;
}

}  // namespace amdvi::report
