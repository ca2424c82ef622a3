// Known-answer tests: for each decision the smallest inputs of every rule, as plain data.
#pragma once

#include <vector>

#include "checker/profile/profile.hpp"
#include "checker/vector/kat.hpp"

namespace amdvi::generate {

std::vector<vector::KatFile> make_kats(const profile::Profile& profile);

}  // namespace amdvi::generate
