// What must work before anything else is judged: a device that translates no DMA at all would fail
// every vector for the same reason.
#pragma once

#include <string>

#include "checker/judge/session.hpp"

namespace amdvi::judge {

// Two DMA writes by the first requester, one through a page table and one that is to pass
// untranslated. Made of the profile and the catalogue only.
vector::Vector translated_canary(const profile::Profile& profile, const dut::Hello& hello);
vector::Vector pass_through_canary(const profile::Profile& profile, const dut::Hello& hello);
// An interrupt that is remapped.
vector::Vector interrupt_canary(const profile::Profile& profile, const dut::Hello& hello);
// EFR is what the profile says.
vector::Vector feature_canary(const profile::Profile& profile);

struct Canary {
  std::string stops;          // why the device cannot be judged; empty if it can
  std::string no_interrupts;  // why its interrupts cannot; empty if they can, or none can be sent
};

dut::Reply<Canary> check_canary(Session& session, const profile::Profile& profile,
                                const dut::Hello& hello);

}  // namespace amdvi::judge
