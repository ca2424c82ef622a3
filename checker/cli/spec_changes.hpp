// What differs between two revisions of the specification, from the catalogue.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <amdvi/spec_info.hpp>

namespace amdvi::cli {

enum class ChangeKind { kGained, kLost, kChanged };
std::string_view change_name(ChangeKind kind);

struct Change {
  ChangeKind kind;
  std::string_view what;           // "field", "reserved set", "rule", "clause" or "option"
  std::string name;                // of the field, set, rule or option; a clause is named below
  std::string bits;                // "44:43"; a rule has none
  std::string text;                // what it is, or what was there before
  const spec::ClauseInfo* clause;  // nullptr: bits of several fields
};

struct ObjectChanges {
  std::string_view kind;  // "register", "structure", "command", "event", "decision" or, for clauses
                          // and options, "specification"
  std::string name;
  std::string_view title;
  std::vector<Change> changes;  // never empty
};

// Both are names of revisions that exist; `to` may be the older one.
std::vector<ObjectChanges> changes_between(std::string_view from, std::string_view to);

}  // namespace amdvi::cli
