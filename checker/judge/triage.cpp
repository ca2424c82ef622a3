#include "checker/judge/triage.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "checker/judge/explain.hpp"

namespace amdvi::judge {
namespace {

// Of the checks of one kind ("events", "stores") that stand on a clause.
struct Score {
  std::size_t failed = 0;
  std::size_t passed = 0;
  std::set<std::string> decisive;  // the decisive clauses of the failed ones
};

using Scores = std::map<std::pair<std::string, std::string>, Score>;  // by check id and clause

// So many different rules fail before what they share is blamed instead of each.
constexpr std::size_t kManyRules = 2;

// Calls use(vector, check, its result, the vector's result) for every check that was judged.
template <class Use>
void for_each_check(const Run& run, Use use) {
  for (const VectorResult& result : run.results) {
    const auto vector = run.vectors.find(result.id);
    if (vector == run.vectors.end()) continue;
    for (std::size_t i = 0; i < result.checks.size(); ++i) {
      use(vector->second, vector->second.checks[i], result.checks[i], result);
    }
  }
}

bool is_accused(Verdict verdict) {
  return verdict == Verdict::kFail || verdict == Verdict::kSuspect;
}

// "answer" of "answer.3": a driver is asked more than once.
std::string kind_of(const vector::Check& check) { return check.id.substr(0, check.id.find('.')); }

Scores scores_of(const Run& run) {
  Scores scores;
  for_each_check(run, [&](const auto&, const auto& check, const auto& result, const auto&) {
    if (check.trust != vector::Trust::kMust) return;
    for (const std::string& clause : check.clauses) {
      Score& score = scores[{kind_of(check), clause}];
      // That nothing was seen is no sign that what would show it works.
      if (result.ok && result.observed.empty()) continue;
      ++(result.ok ? score.passed : score.failed);
      if (!result.ok) score.decisive.insert(check.clauses.front());
    }
  });
  return scores;
}

// A pass now and then may come from something else on the way.
bool works(const Score& score) { return score.passed * 20 > score.failed; }

bool is_dead(const Score& score) {
  return !works(score) && score.decisive.size() >= kManyRules;
}

// By kind of check, what explains most: the dead clause with the most failures.
using Roots = std::map<std::string, std::string>;

Roots roots_of(const Scores& scores) {
  Roots roots;
  std::map<std::string, std::size_t> most;
  for (const auto& [key, score] : scores) {
    if (!is_dead(score) || score.failed <= most[key.first]) continue;
    roots[key.first] = key.second;
    most[key.first] = score.failed;
  }
  return roots;
}

// The clause of the rule that decided, unless something that many rules share never works at all:
// a log that is never written is one finding, not one for every event there is, and a status bit
// that a lost event would have set is the log's fault too.
std::string blamed(const vector::Check& check, const Roots& roots) {
  const auto stands_on = [&](const std::string& clause) {
    return std::find(check.clauses.begin(), check.clauses.end(), clause) != check.clauses.end();
  };
  const auto own = roots.find(kind_of(check));
  if (own != roots.end() && stands_on(own->second)) return own->second;
  for (const auto& [kind, clause] : roots) {
    if (stands_on(clause)) return clause;
  }
  return check.clauses.front();
}

std::size_t length(const vector::Vector& vector) {
  return vector.setup.size() + vector.steps.size();
}

using Key = std::tuple<vector::Trust, std::string, std::string>;  // trust, clause, kind of check

// Whether a `must` check of the same observation is broken: the suspect one adds nothing then.
bool broken_surely(const VectorResult& result, const vector::Vector& vector,
                   const std::string& label) {
  for (std::size_t i = 0; i < result.checks.size(); ++i) {
    const vector::Check& other = vector.checks[i];
    if (other.label == label && other.trust == vector::Trust::kMust && !result.checks[i].ok) {
      return true;
    }
  }
  return false;
}

std::map<Key, Finding> clusters_of(const Run& run) {
  const Roots roots = roots_of(scores_of(run));
  std::map<Key, Finding> clusters;
  for_each_check(run, [&](const vector::Vector& vector, const vector::Check& check,
                          const CheckResult& result, const VectorResult& whole) {
    if (result.ok || check.clauses.empty() || !is_accused(whole.verdict)) return;
    if (check.trust == vector::Trust::kSuspect && broken_surely(whole, vector, check.label)) return;
    const std::string clause = blamed(check, roots);
    Finding& finding = clusters[{check.trust, clause, kind_of(check)}];
    finding.clause = clause;
    finding.trust = check.trust;
    finding.check_kind = kind_of(check);
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
