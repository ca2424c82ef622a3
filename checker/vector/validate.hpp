// What a schema cannot say: references that resolve, ids that match, checks that check something.
#pragma once

#include <optional>
#include <string>

#include "checker/vector/kat.hpp"
#include "checker/vector/vector.hpp"

namespace amdvi::vector {

struct Invalid {
  std::string pointer;  // JSON pointer to the value that is wrong
  std::string what;
  std::string hint;
};

// The first thing wrong, or nothing.
std::optional<Invalid> validate(const VectorFile& file);
std::optional<Invalid> validate(const KatFile& file);

}  // namespace amdvi::vector
