// What there is to say of a clause, for every page and terminal that says it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <amdvi/spec_info.hpp>

namespace amdvi::wording {

// "stated"
std::string_view confidence_name(spec::Confidence confidence);

// Where a clause comes from: its place in the document, its sources, where it is written. What is
// not known is left out.
struct ClauseFact {
  std::string_view what;  // "place"
  std::string text;
};
std::vector<ClauseFact> clause_facts(const spec::ClauseInfo& clause);

}  // namespace amdvi::wording
