// Known-answer tests: for each decision the smallest inputs of every rule, as plain data.
#pragma once

#include <vector>

#include "checker/vector/kat.hpp"

namespace amdvi::generate {

std::vector<vector::KatFile> make_kats();

}  // namespace amdvi::generate
