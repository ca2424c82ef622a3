#include "checker/judge/verdict.hpp"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "checker/judge/actions.hpp"
#include "checker/wording/answers.hpp"
#include "checker/wording/compare.hpp"
#include "checker/wording/decode.hpp"

namespace amdvi::judge {
namespace {

using vector::Masked;

constexpr std::size_t kEntryWords = 2;  // what may repeat is a pair of words
// A word too many or too few is further away than any difference in the words that are there.
constexpr std::size_t kWordBits = 64;

bool is_word(const Masked& expected, std::uint64_t observed) {
  return ((expected.value ^ observed) & expected.mask) == 0;
}

bool repeats(const vector::Outcome& outcome, std::span<const std::uint64_t> observed) {
  const std::size_t n = outcome.words.size();
  if (n < kEntryWords || observed.size() < n || (observed.size() - n) % kEntryWords != 0) {
    return false;
  }
  for (std::size_t i = n; i < observed.size(); ++i) {
    if (!is_word(outcome.words[n - kEntryWords + (i - n) % kEntryWords], observed[i])) return false;
  }
  return true;
}

std::size_t distance(const vector::Outcome& outcome, std::span<const std::uint64_t> observed) {
  const std::size_t common = std::min(outcome.words.size(), observed.size());
  std::size_t bits = (std::max(outcome.words.size(), observed.size()) - common) * kWordBits;
  for (std::size_t i = 0; i < common; ++i) {
    const Masked& word = outcome.words[i];
    bits += static_cast<std::size_t>(std::popcount((word.value ^ observed[i]) & word.mask));
  }
  return bits;
}

// What was not seen is taken to be as expected.
std::vector<std::uint64_t> complete(std::vector<std::uint64_t> observed,
                                    std::span<const std::uint64_t> seen,
                                    const vector::Outcome& outcome) {
  const std::size_t n = std::min({observed.size(), seen.size(), outcome.words.size()});
  for (std::size_t i = 0; i < n; ++i) {
    observed[i] = (observed[i] & seen[i]) | (outcome.words[i].value & ~seen[i]);
  }
  return observed;
}

std::string fields_text(const wording::Comparison& piece, std::string_view revision) {
  std::string text;
  for (const auto& name :
       wording::differences(*piece.info, piece.expected, piece.observed, revision)) {
    const auto& fields = piece.info->fields;
    const auto field = std::find_if(fields.begin(), fields.end(), [&](const auto& f) {
      return f.name == name && wording::is_in(f, revision);
    });
    if (field == fields.end()) continue;
    std::vector<std::uint64_t> expected;
    for (const Masked& word : piece.expected) expected.push_back(word.value);
    text +=
        fmt::format("{}{} {:#x}, expected {:#x}", text.empty() ? "" : "; ", name,
                    spec::field_value(*field, piece.observed), spec::field_value(*field, expected));
  }
  return text;
}

std::string words_text(const wording::Comparison& piece) {
  for (std::size_t i = 0; i < std::min(piece.expected.size(), piece.observed.size()); ++i) {
    if (is_word(piece.expected[i], piece.observed[i])) continue;
    return fmt::format("{:#018x}, expected {:#018x}", piece.observed[i], piece.expected[i].value);
  }
  return "differs";
}

std::string piece_text(const wording::Comparison& piece, std::string_view revision) {
  if (piece.observed.empty()) return "nothing";
  if (piece.expected.empty()) {
    return piece.info != nullptr ? wording::in_words(*piece.info, piece.observed, revision)
                                 : fmt::format("{:#x}", piece.observed.front());
  }
  const std::string fields = piece.info != nullptr ? fields_text(piece, revision) : "";
  return fields.empty() ? words_text(piece) : fields;
}

std::string difference(const vector::Check& check, const vector::Outcome& outcome,
                       std::span<const std::uint64_t> observed, std::string_view revision) {
  if (check.view.kind == "answer") return wording::answer_text(observed);
  std::string text;
  for (const wording::Comparison& piece : wording::compare(check, outcome, observed)) {
    if (!piece.differs) continue;
    text +=
        fmt::format("{}{}: {}", text.empty() ? "" : "; ", piece.title, piece_text(piece, revision));
  }
  return text;
}

std::string expectation(const vector::Check& check) {
  std::string text;
  for (const vector::Outcome& outcome : check.one_of) {
    text += fmt::format("{}{}", text.empty() ? "" : ", or ", outcome.says);
  }
  return text;
}

void judge_actions(const vector::Check& check, CheckResult& result) {
  for (std::size_t i = 0; i < check.one_of.size() && !result.ok; ++i) {
    const std::string differ = actions_differ(check.one_of[i], result.observed);
    result.ok = differ.empty();
    if (!result.ok && result.closest >= 0) continue;
    result.closest = static_cast<int>(i);
    result.says =
        fmt::format("expected {}{}{}", expectation(check), result.ok ? "" : "; observed ", differ);
  }
}

}  // namespace

bool matches(const vector::Outcome& outcome, std::span<const std::uint64_t> observed) {
  const std::size_t n = outcome.words.size();
  if (observed.size() != n && !(outcome.may_repeat && repeats(outcome, observed))) return false;
  for (std::size_t i = 0; i < n; ++i) {
    if (!is_word(outcome.words[i], observed[i])) return false;
  }
  return true;
}

CheckResult judge_check(const vector::Check& check, std::vector<std::uint64_t> observed,
                        std::span<const std::uint64_t> seen, std::string_view revision) {
  CheckResult result;
  result.check = check.id;
  result.trust = check.trust;
  result.observed = observed;
  if (check.view.kind == "actions") {
    judge_actions(check, result);
    return result;
  }
  std::size_t least = 0;
  for (std::size_t i = 0; i < check.one_of.size(); ++i) {
    const auto completed = complete(observed, seen, check.one_of[i]);
    result.ok = result.ok || matches(check.one_of[i], completed);
    const std::size_t bits = distance(check.one_of[i], completed);
    if (result.closest >= 0 && bits >= least) continue;
    result.closest = static_cast<int>(i);
    result.observed = completed;
    least = bits;
  }
  result.says = "expected " + expectation(check);
  if (!result.ok && result.closest >= 0) {
    const auto& outcome = check.one_of[static_cast<std::size_t>(result.closest)];
    result.says += "; observed " + difference(check, outcome, result.observed, revision);
  }
  return result;
}

Verdict verdict_of(const std::vector<CheckResult>& checks) {
  Verdict verdict = Verdict::kPass;
  for (const CheckResult& check : checks) {
    if (check.ok) continue;
    if (check.trust == vector::Trust::kMust) return Verdict::kFail;
    verdict = Verdict::kSuspect;
  }
  return verdict;
}

}  // namespace amdvi::judge
