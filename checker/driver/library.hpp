// A driver's shared object, as <amdvi_driver.h> has it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <amdvi_driver.h>
#include <tl/expected.hpp>

namespace amdvi::driver {

class Library {
 public:
  // The error is one line. Code of the driver runs: call it in a child.
  static tl::expected<Library, std::string> open(const std::string& path);

  [[nodiscard]] const amdvi_driver_table& table() const { return *table_; }
  [[nodiscard]] std::string name() const;  // and version
  // Null if the driver does not offer it.
  [[nodiscard]] amdvi_operation_fn find(std::string_view operation) const;

 private:
  struct Close {
    void operator()(void* handle) const;
  };

  std::unique_ptr<void, Close> handle_;
  const amdvi_driver_table* table_ = nullptr;
};

}  // namespace amdvi::driver
