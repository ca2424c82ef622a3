// JSON with its source positions. The JSON library forgets where a value stood; this finds it again
// when (and only when) an error must name the place.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "checker/vector/error.hpp"

namespace amdvi::vector {

using Json = nlohmann::ordered_json;

// A document together with the text it came from.
class JsonText {
 public:
  // Refuses what is not JSON, keys given twice, escaped keys, and nesting deeper than any file of
  // ours. `text` must outlive the result.
  static Result<JsonText> parse(std::string_view text, std::string file);

  [[nodiscard]] const Json& root() const { return root_; }

  // An error at the place of `node`, a value inside root().
  [[nodiscard]] Error error_at(const Json& node, std::string what, std::string hint) const;
  // The same for the value a JSON pointer names, as near as it exists.
  [[nodiscard]] Error error_at_pointer(std::string_view pointer, std::string what,
                                       std::string hint) const;

 private:
  JsonText(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {}
  [[nodiscard]] Error error_at_offset(std::size_t offset, std::string what, std::string hint) const;

  std::string_view text_;
  std::string file_;
  Json root_;
};

}  // namespace amdvi::vector
