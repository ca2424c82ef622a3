// Vectors of one machine: sequences of calls that tell it from the same machine with one thing
// wrong.
#pragma once

#include <vector>

#include <amdvi/host/machine.hpp>

#include "checker/vector/vector.hpp"

namespace amdvi::generate {

std::vector<vector::Vector> machine_vectors(const host::MachineCode& code);

}  // namespace amdvi::generate
