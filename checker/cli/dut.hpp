// From `--dut` to a device.
#pragma once

#include <string>

#include "checker/judge/runner.hpp"
#include "checker/profile/profile.hpp"
#include "checker/vector/error.hpp"

namespace amdvi::cli {

// The profile that fits a device if none is named.
std::string default_profile(const std::string& dut);

// "model", "faulty:NAME", "qemu", "unix:PATH" or a command.
vector::Result<judge::AdapterFactory> make_factory(const std::string& dut,
                                                   const profile::Profile& profile);

}  // namespace amdvi::cli
