// Words shared by the two report formats.
#pragma once

#include <string>
#include <string_view>

#include "checker/prove/report.hpp"

namespace amdvi::prove {

std::string_view word(Status status);
std::string_view word(Reach reach);
std::string_view word(ProofVerdict verdict);

// "full" or, for a value with a name, "Mode7Event.io_page_fault" style: just the name; else hex.
std::string value_text(const spec::InputInfo& input, std::uint64_t value);

// "dte.V=1 dte.Mode=5": the inputs that are not 0; "all inputs 0" if none.
std::string values_text(const spec::DecisionInfo& info, const Values& values);

}  // namespace amdvi::prove
