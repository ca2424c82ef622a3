// Known answers as a C header for consumers without a JSON reader.
#pragma once

#include <string>
#include <vector>

#include "checker/vector/kat.hpp"

namespace amdvi::generate {

// Freestanding, as C and as C++.
std::string c_header(const std::vector<vector::KatFile>& files);

}  // namespace amdvi::generate
