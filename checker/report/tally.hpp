// What a run comes down to: counts, the verdict, findings by clause, coverage.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <amdvi/spec_info.hpp>

#include "checker/judge/result.hpp"

namespace amdvi::report {

inline constexpr std::array kVerdicts = {judge::Verdict::kFail,     judge::Verdict::kSuspect,
                                         judge::Verdict::kHang,     judge::Verdict::kCrash,
                                         judge::Verdict::kUnstable, judge::Verdict::kSkip,
                                         judge::Verdict::kPass};

std::string_view name(judge::Verdict verdict);

class Counts {
 public:
  explicit Counts(const judge::Run& run);
  [[nodiscard]] std::size_t of(judge::Verdict verdict) const {
    return counts_[static_cast<std::size_t>(verdict)];
  }
  [[nodiscard]] std::size_t total() const;
  [[nodiscard]] std::size_t judged() const { return total() - of(judge::Verdict::kSkip); }
  // Nonconformances: failures, hangs, crashes.
  [[nodiscard]] std::size_t broken() const;

 private:
  std::array<std::size_t, kVerdicts.size()> counts_{};
};

enum class Overall { kConforms, kBroken, kNotJudged };
Overall overall(const judge::Run& run);
std::string verdict_sentence(const judge::Run& run);

// All that is wrong with one clause: accusations first, then by number of vectors.
struct BrokenClause {
  std::string id;
  std::string anchor;  // the id, made unique where a clause is both broken and suspected
  const spec::ClauseInfo* info = nullptr;  // nullptr if this build does not know it
  vector::Trust trust = vector::Trust::kSuspect;
  std::size_t vectors = 0;
  std::vector<const judge::Finding*> findings;
};
std::vector<BrokenClause> broken_clauses(const judge::Run& run);

// Results that are not well and that no finding speaks of.
std::vector<const judge::VectorResult*> unexplained(const judge::Run& run);

// Reasons with how many vectors each skipped, most first.
std::vector<std::pair<std::string, std::size_t>> skip_reasons(const judge::Run& run);

struct Coverage {
  const spec::ClauseInfo* clause = nullptr;
  std::size_t vectors = 0;  // that have the clause on their path
  std::size_t passed = 0;
  std::size_t failed = 0;  // where a check of this clause broke
  std::size_t suspect = 0;
  std::size_t skipped = 0;
};
// Every clause of the specification that a vector touches, as the catalogue orders them.
std::vector<Coverage> coverage(const judge::Run& run);

const judge::VectorResult* find_result(const judge::Run& run, std::string_view id);
const vector::Vector* find_vector(const judge::Run& run, const std::string& id);
const vector::Check* find_check(const vector::Vector& vector, std::string_view id);

// The broken check of the finding's representative that shows the finding best.
const judge::CheckResult* broken_check(const judge::Run& run, const judge::Finding& finding);

// `command` for one vector only: without what selected others or wrote files.
std::string rerun(std::string_view command, std::string_view id);

// The outcome to compare with: the closest one, or the first.
const vector::Outcome* closest(const vector::Check& check, const judge::CheckResult& result);

}  // namespace amdvi::report
