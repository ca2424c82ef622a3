// What drivers are asked with: a few values of each argument, and where machines are taken before
// all that can be asked is tried.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checker/generate/driver_script.hpp"

namespace amdvi::generate {

using Values = std::vector<std::uint64_t>;

// Values of one argument. Those of ids are all combined; of others one call differs in one.
struct Sample {
  Values values;
  bool combined = false;
};
// `ids`: so many of everything. None: what the type of the argument says.
std::optional<Sample> sample_of(std::string_view call, std::string_view argument, unsigned ids);

// Values that only make sense together, of the last arguments of a call; empty: none.
std::vector<Values> joint_samples(std::string_view call, unsigned ids);

// Calls that lead to where a machine can do more: from each of their ends it is explored as well.
struct Story {
  std::vector<DriverCall> calls;
  bool whole = false;  // in the calls of drivers that do a procedure in one go
  bool told = false;   // it is a vector itself
  std::string why;
};
std::vector<Story> stories(std::string_view machine);

}  // namespace amdvi::generate
