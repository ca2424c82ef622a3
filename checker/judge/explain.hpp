// What the specification makes of a vector, step by step: the tables that are read, the rules that
// fire with the values that made them, the events that are logged.
#pragma once

#include <string>
#include <vector>

#include "checker/profile/profile.hpp"
#include "checker/vector/vector.hpp"

namespace amdvi::judge {

// Lines for a person. Details of a step are indented under it; the set-up is left out.
std::vector<std::string> explain(const vector::Vector& vector, const profile::Profile& profile);

// The same for a vector that asks a driver: the case of the machine that decides each call.
std::vector<std::string> explain_driver(const vector::Vector& vector);

}  // namespace amdvi::judge
