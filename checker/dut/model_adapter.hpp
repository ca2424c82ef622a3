// The reference model behind the interface of a device under test.
// Tested by tests/unit/dut_model_adapter_test.cpp.
#pragma once

#include <memory>

#include <amdvi/config.hpp>

#include "checker/dut/adapter.hpp"

namespace amdvi::dut {

std::unique_ptr<Adapter> make_model_adapter(const Config& config);

}  // namespace amdvi::dut
