// What the generated code says of a pure function of the specification.
#pragma once

#include <span>
#include <string_view>

#include <amdvi/spec_info.hpp>

namespace amdvi::spec {

struct FunctionInfo {
  std::string_view name;
  std::string_view text;
  std::string_view file;
  const ClauseInfo* clause;
  std::span<const InputInfo> inputs;  // as of a decision
  OutputInfo result;
};

}  // namespace amdvi::spec
