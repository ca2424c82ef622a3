// What every file of ours has in common: a schema, the specification, and one record a line.
#pragma once

#include <optional>
#include <string>

#include "checker/vector/cursor.hpp"
#include "checker/vector/validate.hpp"

namespace amdvi::vector {

Json document_head(std::string_view schema, std::string_view revision);
// The revision of the specification, after schema and document are as expected.
std::string decode_head(const Cursor& at, std::string_view schema);

// `head` closed by an array `key` of the records, each on a line of its own.
Result<std::string> lines_document(const Json& head, std::string_view key,
                                   const std::vector<Json>& records);

// Parse, decode and validate in one: `decode` is Cursor -> File.
template <class File>
Result<File> parse_document(std::string_view text, std::string name,
                            File (*decode)(const Cursor&)) {
  const auto document = JsonText::parse(text, std::move(name));
  if (!document) return tl::make_unexpected(document.error());
  std::optional<Cursor::Problem> problem;
  File file = decode(Cursor(document->root(), problem));
  if (problem) {
    return tl::make_unexpected(document->error_at(*problem->where, problem->what, problem->hint));
  }
  if (const auto invalid = validate(file)) {
    return tl::make_unexpected(
        document->error_at_pointer(invalid->pointer, invalid->what, invalid->hint));
  }
  return file;
}

// The error for a file that was about to be written.
inline Error unwritable(const Invalid& invalid) {
  return {"", 0, 0, invalid.pointer + ": " + invalid.what, invalid.hint};
}

}  // namespace amdvi::vector
