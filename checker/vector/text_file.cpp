#include "checker/vector/text_file.hpp"

#include <fstream>
#include <iterator>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

namespace amdvi::vector {
namespace fs = std::filesystem;

Result<std::string> read_text(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    return tl::make_unexpected(Error{path.string(), 0, 0, "is a directory", "name a file"});
  }
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in.is_open() || in.bad()) {
    return tl::make_unexpected(
        Error{path.string(), 0, 0, "cannot be read", "check that it exists and is readable"});
  }
  return text;
}

Result<void> write_text(const fs::path& path, std::string_view text) {
  const fs::path part = fmt::format("{}.{}.part", path.string(), ::getpid());
  const std::string hint = "check that its directory exists, is writable and has space";
  std::error_code error;
  {
    std::ofstream out(part, std::ios::binary | std::ios::trunc);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.close();
    if (!out) {
      fs::remove(part, error);
      return tl::make_unexpected(Error{path.string(), 0, 0, "cannot be written", hint});
    }
  }
  fs::rename(part, path, error);
  if (!error) return {};
  const std::string what = "cannot be written: " + error.message();
  fs::remove(part, error);
  return tl::make_unexpected(Error{path.string(), 0, 0, what, hint});
}

}  // namespace amdvi::vector
