// Reads a JSON tree into typed values and remembers the first thing that is wrong. After that every
// getter answers with a default, so that decoding code needs no error paths of its own: it asks
// once, at the end, whether something was wrong.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checker/vector/json_text.hpp"

namespace amdvi::vector {

class Cursor {
 public:
  struct Problem {
    const Json* where;
    std::string what;
    std::string hint;
  };

  Cursor(const Json& json, std::optional<Problem>& first) : json_(&json), first_(&first) {}

  // A member that must be there, and one that may be.
  [[nodiscard]] Cursor at(std::string_view key) const;
  [[nodiscard]] std::optional<Cursor> find(std::string_view key) const;
  // Refuses every member not listed.
  void only(std::initializer_list<std::string_view> keys) const;

  [[nodiscard]] std::vector<Cursor> elements() const;
  [[nodiscard]] std::vector<std::pair<std::string, Cursor>> members() const;

  [[nodiscard]] std::string string() const;
  [[nodiscard]] std::vector<std::string> strings() const;
  [[nodiscard]] std::uint64_t hex(unsigned digits = 16) const;
  [[nodiscard]] std::vector<std::uint8_t> bytes() const;
  [[nodiscard]] std::uint32_t number() const;
  [[nodiscard]] bool boolean() const;

  // The index of the string among `names`.
  [[nodiscard]] std::size_t one_of(std::span<const std::string_view> names) const;

  void fail(std::string what, std::string hint = "") const;

 private:
  Cursor(const Json* json, std::optional<Problem>* first) : json_(json), first_(first) {}
  // True if there is a value and it has this type.
  [[nodiscard]] bool expect(bool is_type, std::string_view type) const;

  const Json* json_;  // nullptr once something was wrong above
  std::optional<Problem>* first_;
};

}  // namespace amdvi::vector
