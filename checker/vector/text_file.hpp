// Whole text files in and out.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "checker/vector/error.hpp"

namespace amdvi::vector {

Result<std::string> read_text(const std::filesystem::path& path);
// Through a temporary file beside `path` and a rename: other readers see the old or the new file.
Result<void> write_text(const std::filesystem::path& path, std::string_view text);

}  // namespace amdvi::vector
