// What a driver showed to the hardware against what it must show.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "checker/vector/vector.hpp"

namespace amdvi::judge {

// Why the actions are not as expected, in words; empty: they are. Each one that is listed happens,
// after those that it must follow, and none of the closed kinds happens besides. One that has no
// arguments may stand for several: a single wait serves all that came before it.
std::string actions_differ(const vector::Outcome& outcome, std::span<const std::uint64_t> observed);

}  // namespace amdvi::judge
