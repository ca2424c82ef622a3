// From failing vectors to what is wrong: one finding for each broken clause and kind of check.
#pragma once

#include "checker/judge/result.hpp"
#include "checker/profile/profile.hpp"

namespace amdvi::judge {

// Fills run.findings: accusations first, then by number of vectors.
//
// A check names every clause that its outcome rests on, and one of them is broken. It is taken to be
// the one whose checks fail most often: a clause that other checks show to work is not suspected.
void triage(Run& run, const profile::Profile& profile);

}  // namespace amdvi::judge
