// The parts of the HTML page. Each returns markup whose texts are escaped.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <amdvi/spec_info.hpp>

#include "checker/judge/result.hpp"
#include "checker/report/tally.hpp"

namespace amdvi::report::html {

// The style sheet, embedded from style.css.
std::string_view style();

// An inline SVG: 64 bits a row, fields by name, set ones marked. With `expected`, a second row of
// digits, and the bits that differ marked. `observed` may be empty: then only what was expected is
// drawn.
std::string bits(const spec::StructureInfo& info, std::span<const vector::Masked> expected,
                 std::span<const std::uint64_t> observed, std::string_view revision);

// The vector's steps in words, with pictures of the structures that they write.
std::string program(const vector::Vector& vector, std::string_view revision);

// Expected against observed for every check of the result, the broken ones in full and `first` (if
// any) at the top.
std::string checks(const vector::Vector& vector, const judge::VectorResult& result,
                   const judge::CheckResult* first, std::string_view revision);

// All that is broken about one clause.
std::string broken_clause(const judge::Run& run, const BrokenClause& clause);
// A hang, crash or other result that no finding speaks of.
std::string unexplained(const judge::Run& run, const judge::VectorResult& result);

std::string coverage_table(const judge::Run& run);
std::string skipped_table(const judge::Run& run);
std::string vector_table(const judge::Run& run);

// "<tag class="cls">text</tag>"; `text` is escaped.
std::string element(std::string_view tag, std::string_view cls, std::string_view text);
// "FAIL" as a coloured word.
std::string badge(std::string_view word);

}  // namespace amdvi::report::html
