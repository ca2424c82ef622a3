// One vector on one instance of a driver, in a child; what it says is text, a line each.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "checker/driver/library.hpp"
#include "checker/vector/vector.hpp"

namespace amdvi::driver {

// Writes to `out` as it goes, so that what was seen before a crash is known.
void play(const vector::Vector& vector, const Library& library, const std::string& options,
          int out);

struct Played {
  std::map<std::string, std::vector<std::uint64_t>> observed;  // by label
  std::string skip;                                            // why the vector does not apply
  std::string unopened;                                        // the error that opening answered
  std::string calling;  // the label of a call that began and did not end
  std::string notes;    // a line each
};
Played parse_play(const std::string& text);

}  // namespace amdvi::driver
