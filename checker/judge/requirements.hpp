// Whether a vector applies to a device: "EFR.IASup" asks for a feature that is not 0,
// "EFR.HATS>=2" for a value at least, "engine.copy" for what the adapter can make the device do,
// "reset.fresh" for power-on state, which every adapter can give.
#pragma once

#include <optional>
#include <string>

#include <amdvi/config.hpp>

#include "checker/dut/adapter.hpp"
#include "checker/vector/vector.hpp"

namespace amdvi::judge {

// True if the vector must not follow another one on a running device.
bool needs_fresh_device(const vector::Vector& vector);

// True if requesters send interrupts in it.
bool needs_interrupts(const vector::Vector& vector);

// The first requirement that means nothing, or nothing.
std::optional<std::string> unknown_requirement(const vector::Vector& vector);

// Why the vector does not apply, or nothing.
std::optional<std::string> unmet_requirement(const vector::Vector& vector, const Config& config,
                                             const dut::Hello& hello);

}  // namespace amdvi::judge
