// Collects the first flaw; later ones are usually its consequences.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "checker/vector/validate.hpp"

namespace amdvi::vector {

class FirstInvalid {
 public:
  // Records a flaw unless `holds`.
  void require(bool holds, const std::string& pointer, std::string what, std::string hint = "") {
    if (holds || first_) return;
    first_ = Invalid{pointer, std::move(what), std::move(hint)};
  }

  [[nodiscard]] bool found() const { return first_.has_value(); }
  [[nodiscard]] const std::optional<Invalid>& result() const { return first_; }

 private:
  std::optional<Invalid> first_;
};

}  // namespace amdvi::vector
