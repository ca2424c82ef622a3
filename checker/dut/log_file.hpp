// What a child process logs, readable by us at any time, also after its file was unlinked.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "checker/dut/adapter.hpp"
#include "checker/dut/fd.hpp"

namespace amdvi::dut {

class LogFile {
 public:
  static Reply<LogFile> anonymous();                                // for a child's stderr
  static Reply<LogFile> create(const std::filesystem::path& path);  // for a child that wants a name

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] std::uint64_t length() const;

  // What was appended since the log had `from` bytes, at most the last 64 KiB of it.
  [[nodiscard]] std::string tail(std::uint64_t from) const;

 private:
  explicit LogFile(Fd fd) : fd_(std::move(fd)) {}

  Fd fd_;
};

// The last two lines that say anything, as one, for failure messages; empty if there is none.
std::string last_words(const std::string& text);

}  // namespace amdvi::dut
