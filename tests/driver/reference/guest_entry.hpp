// Checks of a guest's device table entry.
#pragma once

#include "capability.hpp"

namespace reference {

// Four words, and how many levels the host's guest tables have: EFR.GATS. 0 and the guest's domain.
int check_guest_entry(const Place& place, Args words, std::uint64_t levels, std::uint64_t& domain);

}  // namespace reference
