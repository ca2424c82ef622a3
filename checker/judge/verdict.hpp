// Judges one observation against one claim.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "checker/judge/result.hpp"

namespace amdvi::judge {

bool matches(const vector::Outcome& outcome, std::span<const std::uint64_t> observed);

// `seen`: the bits of the observed words that were seen; empty: all of them. The others count as
// what the nearest outcome expects of them.
CheckResult judge_check(const vector::Check& check, std::vector<std::uint64_t> observed,
                        std::span<const std::uint64_t> seen, std::string_view revision);

// What the checks come to: any broken `must` is kFail, only broken suspects kSuspect.
Verdict verdict_of(const std::vector<CheckResult>& checks);

}  // namespace amdvi::judge
