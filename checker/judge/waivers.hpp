// Failures that are known and accepted, per device. A waiver that nothing needs any more is stale,
// and that is a failure: else it would hide the next one.
#pragma once

#include <string>
#include <vector>

#include "checker/judge/result.hpp"
#include "checker/vector/error.hpp"

namespace amdvi::judge {

struct Waiver {
  std::string subject;  // a vector's or a clause's id
  std::string reason;
  bool is_clause = false;
};

// `kind: waivers` and a list of {vector: ID or clause: ID, reason: TEXT}.
vector::Result<std::vector<Waiver>> load_waivers(const std::string& file);
vector::Result<std::vector<Waiver>> parse_waivers(const std::string& text, const std::string& file);

// Failures that are waived become kSkip, with the reason. Returns the waivers that were not needed;
// those of vectors that did not run are not counted, nor those of clauses unless `all` ran.
std::vector<Waiver> apply_waivers(Run& run, const std::vector<Waiver>& waivers, bool all);

}  // namespace amdvi::judge
