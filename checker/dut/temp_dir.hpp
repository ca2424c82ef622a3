// A private directory that goes away with its owner.
#pragma once

#include <filesystem>
#include <string>

#include "checker/dut/adapter.hpp"

namespace amdvi::dut {

class TempDir {
 public:
  // Under $TMPDIR, or /tmp.
  static Reply<TempDir> make(const std::string& prefix);

  TempDir(TempDir&& other) noexcept;
  TempDir& operator=(TempDir&& other) noexcept;
  ~TempDir();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit TempDir(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
};

}  // namespace amdvi::dut
