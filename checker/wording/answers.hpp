// What a driver answers and shows, in words.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "checker/vector/vector.hpp"

namespace amdvi::wording {

using ShownAction = vector::Action;  // of an observation: without `after`

// The observation of a step's actions, taken apart. What names no action is called "?".
std::vector<ShownAction> shown_actions(std::span<const std::uint64_t> observed);

// "RESET_VMMIO(GuestID 0x1)"
std::string action_text(const vector::Action& action);
// "E_BUSY", "OK, result 0x3"
std::string answer_text(std::span<const std::uint64_t> observed);
std::string error_name(std::uint64_t error);

}  // namespace amdvi::wording
