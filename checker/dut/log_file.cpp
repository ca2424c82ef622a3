#include "checker/dut/log_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sstream>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checker/dut/failure.hpp"

namespace amdvi::dut {
namespace {

constexpr std::uint64_t kLongestTail = 0x1'0000;

Reply<Fd> checked(int fd, const std::string& name) {
  if (fd >= 0) return Fd(fd);
  return fail(FailureKind::kAdapter,
              fmt::format("cannot create {}: {}", name, std::strerror(errno)));
}

}  // namespace

Reply<LogFile> LogFile::anonymous() {
  return checked(memfd_create("amdvi-log", MFD_CLOEXEC), "an anonymous log").map([](Fd&& fd) {
    return LogFile(std::move(fd));
  });
}

Reply<LogFile> LogFile::create(const std::filesystem::path& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  return checked(fd, path.string()).map([](Fd&& owned) { return LogFile(std::move(owned)); });
}

std::uint64_t LogFile::length() const {
  struct stat info {};
  return fstat(fd_.get(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

std::string LogFile::tail(std::uint64_t from) const {
  const std::uint64_t end = length();
  if (end <= from) return {};
  std::string text(std::min(end - from, kLongestTail), '\0');
  // pread: the child may share this file's offset.
  const auto got =
      pread(fd_.get(), text.data(), text.size(), static_cast<off_t>(end - text.size()));
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

std::string last_words(const std::string& text) {
  std::istringstream lines(text);
  std::string before;
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    before = std::exchange(last, line);
  }
  return before.empty() ? last : before + "; " + last;
}

}  // namespace amdvi::dut
