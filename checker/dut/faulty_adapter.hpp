// Devices with one deliberate fault each: the reference model with something wrong between it and
// the world, or with one atom of one decision wrong. What vectors do not tell from the model, they
// do not test. Tested by tests/unit/dut_faulty_adapter_test.cpp.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <amdvi/config.hpp>

#include "checker/dut/adapter.hpp"

namespace amdvi::dut {

struct FaultInfo {
  std::string_view name;  // "ignore-tv"
  std::string_view text;  // one line: what is wrong
};

std::vector<FaultInfo> faults();

// "atom:DECISION/INDEX:flip" for every atom of every decision, in order. `true` and `false` in
// place of `flip` are understood as well.
std::vector<std::string> atom_faults();

// nullptr: no fault of that name.
std::unique_ptr<Adapter> make_faulty_adapter(const Config& config, std::string_view name);

}  // namespace amdvi::dut
