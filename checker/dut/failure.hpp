// Short ways to make the Failure values of this layer.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "checker/dut/adapter.hpp"

namespace amdvi::dut {

inline tl::unexpected<Failure> fail(FailureKind kind, std::string what) {
  return tl::unexpected<Failure>(Failure{kind, std::move(what)});
}

// A point in time after which a wait is given up.
class Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds patience)
      : end_(std::chrono::steady_clock::now() + patience), patience_(patience) {}

  // What is left, as poll(2) wants it: 0 when nothing is.
  [[nodiscard]] int left_ms() const {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end_ - std::chrono::steady_clock::now());
    return left.count() > 0 ? static_cast<int>(left.count()) : 0;
  }
  [[nodiscard]] bool passed() const { return left_ms() == 0; }
  [[nodiscard]] std::chrono::milliseconds patience() const { return patience_; }

 private:
  std::chrono::steady_clock::time_point end_;
  std::chrono::milliseconds patience_;
};

}  // namespace amdvi::dut
