// All vectors of a profile: device vectors and known-answer tests, the same bytes on every run.
#pragma once

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
  std::vector<vector::KatFile> kats;    // one a decision
  std::vector<Unreached> unreached;     // rules without a device vector
};

Generated generate(const profile::Profile& profile);

// The vectors of one group each, in files that stay small.
std::vector<vector::VectorFile> by_group(const vector::VectorFile& all);

}  // namespace amdvi::generate
