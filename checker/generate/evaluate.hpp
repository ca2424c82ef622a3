// Runs a vector on the reference model and keeps what each step showed and why: the expectations
// of a vector and their trust are made from it.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <amdvi/config.hpp>
#include <amdvi/spec_info.hpp>

#include "checker/vector/vector.hpp"

namespace amdvi::generate {

// What a step stood on. `data` decides what moves; `report` only what is logged of it.
struct Grounds {
  std::vector<const spec::ClauseInfo*> data;
  std::vector<const spec::ClauseInfo*> report;
  std::vector<const spec::ClauseInfo*> status;  // what only Status and the pointers show
  std::vector<std::string> rules;  // "dte_memory_check/tv-clear"
};

struct Observation {
  std::string label;
  std::vector<std::uint64_t> words;
};

struct Evaluation {
  std::vector<Grounds> grounds;  // one a step of `steps`
  std::vector<Observation> observations;
};

Evaluation evaluate(const vector::Vector& vector, const Config& config);

}  // namespace amdvi::generate
