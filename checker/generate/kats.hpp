// Known-answer tests, as plain data: for each decision the smallest inputs of every rule and its
// neighbours, and for each condition inputs that show that it matters. tests/e2e/kat_mutants.cpp
// measures what they are worth.
#pragma once

#include <vector>

#include <amdvi/spec_info.hpp>

#include "checker/vector/kat.hpp"

namespace amdvi::generate {

vector::KatFile make_kats(const spec::DecisionInfo& decision);
std::vector<vector::KatFile> make_kats();  // of all decisions; takes some ten seconds

}  // namespace amdvi::generate
