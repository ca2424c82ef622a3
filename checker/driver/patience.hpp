// How long a child may take. On a machine with much to do time passes in which it cannot run: that
// does not count. The time that it ran and the time that it slept do, together.
#pragma once

#include <algorithm>
#include <chrono>

namespace amdvi::driver {

class Patience {
 public:
  using Time = std::chrono::milliseconds;
  // Whatever is said of a child, nobody waits longer than so many times the limit.
  static constexpr int kMostTimes = 20;

  explicit Patience(Time limit) : limit_(limit) {}

  // `passed` since the last look; `ran` is the CPU time that it has had in all; `sleeps`: it waits
  // for something else than a CPU.
  void look(Time passed, Time ran, bool sleeps) {
    passed_ += passed;
    ran_ = std::max(ran_, ran);
    if (sleeps) slept_ += passed;
  }
  [[nodiscard]] bool is_over() const {
    return ran_ + slept_ >= limit_ || passed_ >= limit_ * kMostTimes;
  }

 private:
  Time limit_;
  Time passed_{0}, ran_{0}, slept_{0};
};

}  // namespace amdvi::driver
