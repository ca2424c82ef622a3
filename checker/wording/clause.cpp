#include "checker/wording/clause.hpp"

#include <fmt/format.h>

namespace amdvi::wording {

std::string_view confidence_name(spec::Confidence confidence) {
  switch (confidence) {
    case spec::Confidence::kStated:
      return "stated";
    case spec::Confidence::kInferred:
      return "inferred";
    case spec::Confidence::kUnknown:
      return "unknown";
  }
  return "";
}

std::vector<ClauseFact> clause_facts(const spec::ClauseInfo& clause) {
  std::vector<ClauseFact> facts;
  if (!clause.place.empty()) facts.push_back({"place", std::string(clause.place)});
  if (!clause.sources.empty()) facts.push_back({"sources", std::string(clause.sources)});
  if (!clause.file.empty()) {
    facts.push_back({"written", fmt::format("{}:{}", clause.file, clause.line)});
  }
  return facts;
}

}  // namespace amdvi::wording
