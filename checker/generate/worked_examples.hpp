// Inputs of functions and layouts that the facts work out by hand: their answers are among the known
// ones, and tests/unit/kat_golden_test.cpp has them typed in.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace amdvi::generate {

using NamedValues = std::vector<std::pair<std::string_view, std::uint64_t>>;  // all others 0

std::vector<NamedValues> worked_examples(std::string_view subject);

}  // namespace amdvi::generate
