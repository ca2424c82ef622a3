// Foreign code runs in a child, so that what it breaks is itself.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include <tl/expected.hpp>

namespace amdvi::driver {

struct ChildReport {
  enum class End { kDone, kHung, kDied };
  End end = End::kDone;
  std::string how;   // kDied: "signal 11 (Segmentation fault)"
  std::string text;  // what the work wrote
  std::string log;   // what went to stdout and stderr
};

// Forks, so the caller has one thread. `work` gets a descriptor to write to. The deadline is for
// the time that it runs or sleeps, as Patience has it. The error is that of the operating system.
tl::expected<ChildReport, std::string> run_in_child(const std::function<void(int out)>& work,
                                                    std::chrono::milliseconds deadline);

// All of it, whatever the descriptor takes at a time.
void write_all(int out, std::string_view text);

}  // namespace amdvi::driver
