#include "checker/vector/error.hpp"

#include <fmt/format.h>

namespace amdvi::vector {

std::string to_text(const Error& error) {
  std::string text = error.file;
  if (error.line > 0) text += fmt::format(":{}:{}", error.line, error.col);
  text += ": error: " + error.what;
  if (!error.hint.empty()) text += "; " + error.hint;
  return text;
}

}  // namespace amdvi::vector
