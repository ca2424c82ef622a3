// Observations in words that a person reads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <amdvi/spec_info.hpp>

#include "checker/vector/vector.hpp"

namespace amdvi::generate {

// What it means if `step` observes `words`: "no event", "one message at ...".
std::string say(const vector::Step& step, const std::vector<std::uint64_t>& words);
// The structure that a look at memory is about: the first word of its note. nullptr: none.
const spec::StructureInfo* structure_of(const vector::Step& step);
vector::View view_of(const vector::Step& step);

}  // namespace amdvi::generate
