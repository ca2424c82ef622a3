// The reference model as a device that goes on using old table entries for as long as it legally
// may: what it passes asks no more of a device than the specification does.
#pragma once

#include <memory>

#include <amdvi/config.hpp>

#include "checker/dut/adapter.hpp"
#include "checker/dut/fault.hpp"

namespace amdvi::dut {

// With a fault that changes commands as they are read, or none (nullptr).
std::unique_ptr<Adapter> make_caching_adapter(const Config& config, const Fault* fault = nullptr);

}  // namespace amdvi::dut
