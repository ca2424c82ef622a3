#include "checker/dut/temp_dir.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include <fmt/core.h>

#include "checker/dut/failure.hpp"

namespace amdvi::dut {
Reply<TempDir> TempDir::make(const std::string& prefix) {
  const char* root = std::getenv("TMPDIR");
  std::string name = fmt::format("{}/{}-XXXXXX", root != nullptr ? root : "/tmp", prefix);
  if (mkdtemp(name.data()) == nullptr) {
    return fail(FailureKind::kAdapter,
                fmt::format("cannot make a directory {}: {}", name, std::strerror(errno)));
  }
  return TempDir(name);
}

TempDir::TempDir(TempDir&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }

TempDir& TempDir::operator=(TempDir&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

TempDir::~TempDir() {
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace amdvi::dut
