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

// What a step stood on. `data` and `behaviours` decide what moves; `report` only what is logged.
struct Grounds {
  std::vector<const spec::ClauseInfo*> data;        // of rules, the decisive one last
  std::vector<const spec::ClauseInfo*> behaviours;  // of what follows from them
  std::vector<const spec::ClauseInfo*> report;
  std::vector<const spec::ClauseInfo*> status;  // what only Status and the pointers show
  std::vector<const spec::ClauseInfo*> config;  // what only the PCI function shows
  std::vector<std::string> rules;  // "dte_memory_check/tv-clear"
};

struct Observation {
  std::string label;
  std::vector<std::uint64_t> words;
};

struct Evaluation {
  std::vector<Grounds> grounds;  // one a step of `steps`
  std::vector<Observation> observations;
  std::set<const spec::DecisionInfo*> asked;  // by the setup too
};

// kStale: the device goes on using entries as long as it may. Only what memory and DMA reads show
// is of use then: such a device logs nothing and has no grounds.
enum class Caches { kNone, kStale };

Evaluation evaluate(const vector::Vector& vector, const Config& config,
                    Caches caches = Caches::kNone);

}  // namespace amdvi::generate
