// Sequences of calls to a driver, and vectors made of them: what each call answers and shows is
// what the machine does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <amdvi/host/calls.hpp>

#include "checker/vector/vector.hpp"

namespace amdvi::generate {

struct DriverCall {
  std::string name;  // "trans_devid_pool.reserve"
  std::vector<std::uint64_t> args;
  std::uint32_t times = 1;
  std::optional<std::size_t> counting;  // the argument that is one more each time
  bool operator==(const DriverCall&) const = default;
};

struct DriverScript {
  const host::MachineCode* code = nullptr;
  std::vector<std::uint64_t> parameters;
  std::vector<DriverCall> calls;
};

// What no machine but the specification's own says of a vector.
struct DriverRemark {
  std::string why;                   // what it is good for, appended to its name
  std::vector<std::string> rules;    // "invariant/NAME", "mistake/NAME"
  std::vector<std::string> clauses;  // theirs
};

vector::Vector make_vector(const DriverScript& script, const DriverRemark& remark);

// Of all vectors of a machine: what one of them shows, no other shows besides what is listed, but
// for what does no harm if it is done too often. If none shows anything, no actions are checked.
void set_closed(std::vector<vector::Vector>& vectors);

}  // namespace amdvi::generate
