// Vectors for drivers, out of the machines and the decisions that answer requests.
#pragma once

#include <vector>

#include "checker/generate/generate.hpp"
#include "checker/vector/kat.hpp"
#include "checker/vector/vector.hpp"

namespace amdvi::generate {

// `kats`: of the decisions; those that a driver can be asked for become vectors. What is not
// reached: "machine/operation/case", "invariant/NAME", "mistake/NAME".
Generated generate_driver(const std::vector<vector::KatFile>& kats);

// The decisions that a driver can be asked for.
std::vector<vector::KatFile> driver_kats();

// One call with the inputs of each test.
std::vector<vector::Vector> decision_vectors(const vector::KatFile& kats);

}  // namespace amdvi::generate
