// All vectors of a profile: device vectors and known-answer tests, the same bytes on every run.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "checker/profile/profile.hpp"
#include "checker/vector/kat.hpp"
#include "checker/vector/vector.hpp"

namespace amdvi::generate {

// What a profile's vectors do not reach, and why: "dte_memory_check/snp-mode-zero".
struct Unreached {
  std::string rule;
  std::string why;
};

struct Generated {
  vector::VectorFile vectors;           // sorted by group and id
  std::vector<vector::KatFile> kats;    // one a decision, function, layout
  std::vector<Unreached> unreached;     // rules without a device vector
};

Generated generate(const profile::Profile& profile);  // without known-answer tests
// All of them, in this order, each with the known-answer tests.
std::vector<Generated> generate(const std::vector<profile::Profile>& profiles);

// The files of a profile: path below the vectors directory -> text. Device vectors are
// PROFILE/GROUP.json, split where a file would grow too large to read; known-answer tests are the
// same for every profile and go to kat/.
vector::Result<std::map<std::string, std::string>> render(const Generated& generated);

}  // namespace amdvi::generate
