// A child process that never outlives its owner: killed by the destructor, and by the kernel
// (PR_SET_PDEATHSIG) should the runner itself die. The kernel counts the *thread* that started the
// child as its parent, so that thread must live as long as the Process does.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "checker/dut/adapter.hpp"
#include "checker/dut/fd.hpp"

namespace amdvi::dut {

struct Spawn {
  std::vector<std::string> argv;  // argv[0] is looked up on PATH
  int error_log = -1;             // the child's stderr
  bool talk = false;  // stdin and stdout become one socket (take_stdio); else /dev/null and the log
};

class Process {
 public:
  static Reply<Process> start(const Spawn& spawn);

  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] int watch_fd() const {
    return watch_.get();
  }  // readable once the process has ended
  Fd take_stdio() { return std::move(stdio_); }

  // How the process ended ("exit status 1", "signal 6 (Aborted)"); nullopt if it still runs after
  // `patience`.
  std::optional<std::string> ended(std::chrono::milliseconds patience);
  void kill();

 private:
  Process(pid_t pid, Fd watch, Fd stdio);

  pid_t pid_ = -1;  // -1: nothing to reap any more
  Fd watch_;
  Fd stdio_;
  std::optional<std::string> fate_;
};

}  // namespace amdvi::dut
