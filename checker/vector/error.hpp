// What is wrong with an input file, where, and what its owner can do about it.
#pragma once

#include <string>

#include <tl/expected.hpp>

namespace amdvi::vector {

struct Error {
  std::string file;
  int line = 0;  // from 1; 0: the file as a whole
  int col = 0;   // from 1, in bytes
  std::string what;
  std::string hint;  // what to do next; may be empty
};

template <class T>
using Result = tl::expected<T, Error>;

// "file:line:col: error: what; hint", on one line.
std::string to_text(const Error& error);

}  // namespace amdvi::vector
