#include <algorithm>

#include <fmt/format.h>

#include "checker/report/html.hpp"
#include "checker/report/tally.hpp"
#include "checker/wording/compare.hpp"
#include "checker/wording/decode.hpp"
#include "checker/wording/text.hpp"

namespace amdvi::report::html {
namespace {

constexpr std::size_t kShownPieces = 4;

std::vector<std::uint64_t> values(const std::vector<vector::Masked>& words) {
  std::vector<std::uint64_t> result;
  result.reserve(words.size());
  for (const auto& word : words) result.push_back(word.value);
  return result;
}

std::string row(std::string_view cls, std::string_view name, std::string_view expected,
                std::string_view observed) {
  return fmt::format("<tr class=\"{}\"><th>{}</th><td>{}</td><td>{}</td></tr>", cls,
                     wording::escape(name), wording::escape(expected), wording::escape(observed));
}

// Fields that say something: set on one side, or different.
std::string field_rows(const wording::Comparison& piece, std::string_view revision) {
  const auto wanted = wording::decode(*piece.info, values(piece.expected), revision);
  const auto seen = wording::decode(*piece.info, piece.observed, revision);
  std::string rows;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const spec::FieldInfo& field = *wanted[i].field;
    const bool compared = wording::is_compared(field, piece.expected);
    const bool wrong = wording::differs(field, piece.expected, piece.observed);
    if (!wrong && wanted[i].value == 0 && seen[i].value == 0) continue;
    const bool nothing = piece.observed.empty();
    if (nothing && !compared) continue;
    rows += row(wrong      ? "w"
                : compared ? ""
                           : "dim",
                field.name,
                piece.expected.empty() ? ""
                : compared             ? wording::value_text(wanted[i])
                                       : "not compared",
                nothing ? "" : wording::value_text(seen[i]));
  }
  return rows;
}

std::string word_rows(const wording::Comparison& piece) {
  std::string rows;
  for (std::size_t i = 0; i < std::max(piece.expected.size(), piece.observed.size()); ++i) {
    std::string expected;
    if (i < piece.expected.size()) {
      const auto& word = piece.expected[i];
      expected = fmt::format("0x{:016x}", word.value);
      if (~word.mask != 0) expected += fmt::format(" mask 0x{:016x}", word.mask);
    }
    const std::string observed =
        i < piece.observed.size() ? fmt::format("0x{:016x}", piece.observed[i]) : "";
    rows += row(piece.differs ? "w" : "", piece.title, expected, observed);
  }
  return rows;
}

std::string head(bool observed) {
  return fmt::format("<tr><th></th><th>expected</th><th>observed{}</th></tr>",
                     observed ? "" : ": nothing");
}

std::string piece_block(const wording::Comparison& piece, std::string_view revision) {
  std::string cls = piece.differs ? "piece w" : "piece";
  return fmt::format("<div class=\"{}\"><h5>{}</h5><table class=\"cmp\">{}{}</table>{}</div>", cls,
                     wording::escape(piece.title), head(!piece.observed.empty()),
                     field_rows(piece, revision),
                     bits(*piece.info, piece.expected, piece.observed, revision));
}

std::string comparison(const vector::Check& check, const judge::CheckResult& result,
                       std::string_view revision) {
  const vector::Outcome* outcome = closest(check, result);
  if (outcome == nullptr) return "";
  std::string blocks;
  std::string rows;
  std::size_t shown = 0;
  std::size_t left_out = 0;
  for (const wording::Comparison& piece : wording::compare(check, *outcome, result.observed)) {
    if (!piece.differs) continue;
    if (++shown > kShownPieces) {
      ++left_out;
      continue;
    }
    if (piece.info == nullptr) {
      rows += word_rows(piece);
    } else {
      blocks += piece_block(piece, revision);
    }
  }
  if (!rows.empty())
    blocks +=
        fmt::format("<table class=\"cmp\">{}{}</table>", head(!result.observed.empty()), rows);
  if (left_out > 0) blocks += fmt::format("<p class=\"dim\">and {} more</p>", left_out);
  return blocks;
}

std::string outcomes(const vector::Check& check) {
  std::string list;
  for (const auto& outcome : check.one_of) {
    list += list.empty() ? "" : "<span class=\"or\"> or </span>";
    list += wording::escape(outcome.says.empty() ? "the words given" : outcome.says);
    if (!outcome.options.empty()) {
      list += element("span", "dim", " (" + wording::join(outcome.options, ", ") + ")");
    }
  }
  return list;
}

std::string check_block(const vector::Check& check, const judge::CheckResult& result,
                        std::string_view revision) {
  const bool must = result.trust == vector::Trust::kMust;
  return fmt::format(
      "<div class=\"check\"><p>{}<code class=\"chip\">{}</code> <span class=\"says\">{}</span></p>"
      "<p class=\"want\"><span class=\"dim\">conforms:</span> {}</p>{}</div>",
      must ? "" : badge("suspect") + " ", wording::escape(check.id), wording::escape(result.says),
      outcomes(check), comparison(check, result, revision));
}

}  // namespace

std::string checks(const vector::Vector& vector, const judge::VectorResult& result,
                   const judge::CheckResult* first, std::string_view revision) {
  std::string broken;
  std::string well;
  for (const auto& one : result.checks) {
    const vector::Check* check = find_check(vector, one.check);
    if (one.ok) {
      well += (well.empty() ? "" : ", ") + wording::escape(one.check);
    } else if (check != nullptr) {
      const std::string block = check_block(*check, one, revision);
      broken.insert(&one == first ? 0 : broken.size(), block);
    }
  }
  if (!well.empty()) broken += fmt::format("<p class=\"dim well\">as expected: {}</p>", well);
  return broken;
}

}  // namespace amdvi::report::html
