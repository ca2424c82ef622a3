// Objects of the specification as text for a terminal.
#pragma once

#include <string>

#include <amdvi/spec_info.hpp>

namespace amdvi::cli {

// The bits of a structure, 32 a row, then its fields and their clauses.
std::string picture(const spec::StructureInfo& info);
std::string rules_text(const spec::DecisionInfo& decision);
std::string clause_text(const spec::ClauseInfo& clause);
std::string option_text(const spec::OptionInfo& option);

}  // namespace amdvi::cli
