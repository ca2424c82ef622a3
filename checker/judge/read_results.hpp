// Results of earlier runs, read back: the input of later reports and of merges.
#pragma once

#include <optional>
#include <string>

#include "checker/judge/result.hpp"
#include "checker/vector/error.hpp"

namespace amdvi::judge {

// From the JSON lines that report::json_lines writes. Vectors and findings are left empty: they
// follow from the ids and the vector files.
vector::Result<Run> parse_results(const std::string& text, const std::string& file);

}  // namespace amdvi::judge
