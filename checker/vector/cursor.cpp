#include "checker/vector/cursor.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "checker/vector/hex.hpp"

namespace amdvi::vector {

void Cursor::fail(std::string what, std::string hint) const {
  if (json_ == nullptr || first_->has_value()) return;
  *first_ = Problem{json_, std::move(what), std::move(hint)};
}

bool Cursor::expect(bool is_type, std::string_view type) const {
  if (json_ == nullptr) return false;
  if (!is_type) fail(fmt::format("expected {}, found {}", type, json_->type_name()));
  return is_type;
}

Cursor Cursor::at(std::string_view key) const {
  if (auto member = find(key)) return *member;
  fail(fmt::format("'{}' is missing", key), "see vectors/schema");
  return {nullptr, first_};
}

std::optional<Cursor> Cursor::find(std::string_view key) const {
  if (json_ == nullptr || !expect(json_->is_object(), "an object")) return std::nullopt;
  const auto member = json_->find(std::string(key));
  if (member == json_->end()) return std::nullopt;
  return Cursor(&*member, first_);
}

void Cursor::only(std::initializer_list<std::string_view> keys) const {
  if (json_ == nullptr || !expect(json_->is_object(), "an object")) return;
  for (const auto& [key, value] : json_->items()) {
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    Cursor(&value, first_)
        .fail(fmt::format("unknown key '{}'", key),
              fmt::format("known here: {}", fmt::join(keys, ", ")));
  }
}

std::vector<Cursor> Cursor::elements() const {
  std::vector<Cursor> result;
  if (json_ == nullptr || !expect(json_->is_array(), "an array")) return result;
  result.reserve(json_->size());
  for (const auto& element : *json_) result.push_back(Cursor(&element, first_));
  return result;
}

std::vector<std::pair<std::string, Cursor>> Cursor::members() const {
  std::vector<std::pair<std::string, Cursor>> result;
  if (json_ == nullptr || !expect(json_->is_object(), "an object")) return result;
  for (const auto& [key, value] : json_->items()) result.emplace_back(key, Cursor(&value, first_));
  return result;
}

std::string Cursor::string() const {
  if (json_ == nullptr || !expect(json_->is_string(), "a string")) return {};
  return json_->get_ref<const std::string&>();
}

std::vector<std::string> Cursor::strings() const {
  std::vector<std::string> result;
  for (const Cursor& element : elements()) result.push_back(element.string());
  return result;
}

std::uint64_t Cursor::hex(unsigned digits) const {
  const std::string text = string();
  const auto value = parse_hex(text, digits);
  if (!value) {
    fail(fmt::format("'{}' is not a number of {} hexadecimal digits", text, digits),
         fmt::format("write it like \"{}\"", vector::hex(0x1a, digits)));
  }
  return value.value_or(0);
}

std::vector<std::uint8_t> Cursor::bytes() const {
  auto value = parse_bytes(string());
  if (!value) fail("not bytes", "write two lower-case hexadecimal digits a byte");
  return std::move(value).value_or(std::vector<std::uint8_t>{});
}

std::uint32_t Cursor::number() const {
  if (json_ == nullptr || !expect(json_->is_number_unsigned(), "a whole number")) return 0;
  const auto value = json_->get<std::uint64_t>();
  if (value > std::numeric_limits<std::uint32_t>::max()) fail("the number is too large");
  return static_cast<std::uint32_t>(value);
}

bool Cursor::boolean() const {
  return json_ != nullptr && expect(json_->is_boolean(), "true or false") && json_->get<bool>();
}

std::size_t Cursor::one_of(std::span<const std::string_view> names) const {
  const std::string text = string();
  const auto found = std::find(names.begin(), names.end(), text);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  fail(fmt::format("unknown '{}'", text), fmt::format("one of {}", fmt::join(names, ", ")));
  return 0;
}

}  // namespace amdvi::vector
