// Vector files: a `.json` document with one vector a line (vectors/schema/vector-file-1.json, and
// driver-file-1.json for drivers).
// A file that was read and written again is the same bytes. Nothing here throws, and a file is
// either written whole or not touched.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "checker/vector/error.hpp"
#include "checker/vector/vector.hpp"

namespace amdvi::vector {

inline constexpr std::string_view kVectorSchema = "vector-file-1";
inline constexpr std::string_view kDriverSchema = "driver-file-1";
inline constexpr std::string_view kDriverProfile = "driver";
inline constexpr std::string_view kDocument = "48882";

// "<kind>-<16 hex digits>": SHA-256 over the profile, setup and steps without their notes. Answers,
// names and clauses are not part of it, so a corrected answer keeps the vector's id.
std::string make_id(std::string_view kind, std::string_view profile, const Vector& vector);

// By group, then id: the order files are written in, so that regenerating changes nothing.
void sort(VectorFile& file);

// Both refuse what validate.hpp refuses. `name` is what errors call the text.
Result<VectorFile> parse(std::string_view text, std::string name);
Result<std::string> to_json(const VectorFile& file);

Result<VectorFile> read(const std::filesystem::path& path);
Result<void> write(const VectorFile& file, const std::filesystem::path& path);

}  // namespace amdvi::vector
