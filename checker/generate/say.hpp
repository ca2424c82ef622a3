// Observations in words that a person reads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checker/vector/vector.hpp"

namespace amdvi::generate {

// What it means if `step` observes `words`: "no event", "one message at ...".
std::string say(const vector::Step& step, const std::vector<std::uint64_t>& words);
vector::View view_of(const vector::Step& step);

}  // namespace amdvi::generate
