// The ways in which the specification lets a device behave: what a program shows under every choice
// of the options that matter to it.
#pragma once

#include <string>
#include <vector>

#include "checker/generate/evaluate.hpp"

namespace amdvi::generate {

struct Variant {
  std::vector<std::string> options;  // "option=value", empty for the defaults
  Evaluation evaluation;
};

// Every combination of the options that matter to this program; the defaults come first.
std::vector<Variant> variants(const vector::Vector& v, const Config& config);

// The device that caches: what it shows beyond `all`, on the grounds of the first.
void add_stale(std::vector<Variant>& all, const vector::Vector& v, Config config);

}  // namespace amdvi::generate
