// An observation beside what was expected of it, cut into the pieces people know: log entries,
// registers, structures, words.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <amdvi/spec_info.hpp>

#include "checker/vector/vector.hpp"

namespace amdvi::wording {

struct Comparison {
  std::string title;                          // "entry 1: IO_PAGE_FAULT"
  const spec::StructureInfo* info = nullptr;  // nullptr: plain words
  std::vector<vector::Masked> expected;       // empty: nothing was expected here
  std::vector<std::uint64_t> observed;        // empty: nothing was observed here
  bool differs = false;
};

// Against `outcome`, piece by piece.
std::vector<Comparison> compare(const vector::Check& check, const vector::Outcome& outcome,
                                std::span<const std::uint64_t> observed);

}  // namespace amdvi::wording
