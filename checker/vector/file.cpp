#include "checker/vector/file.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "checker/vector/codec.hpp"
#include "checker/vector/document.hpp"
#include "checker/vector/hex.hpp"
#include "checker/vector/text_file.hpp"

namespace amdvi::vector {
namespace {

std::string_view schema_of(const VectorFile& file) {
  return file.subject == Subject::kDriver ? kDriverSchema : kVectorSchema;
}

VectorFile decode_file(const Cursor& at) {
  at.only({"schema", "spec", "profile", "vectors"});
  VectorFile file;
  const auto schema = at.find("schema");
  if (schema && schema->string() == kDriverSchema) file.subject = Subject::kDriver;
  file.revision = decode_head(at, schema_of(file));
  file.profile = at.at("profile").string();
  for (const Cursor& vector : at.at("vectors").elements()) {
    file.vectors.push_back(decode_vector(vector));
  }
  return file;
}

}  // namespace

std::string make_id(std::string_view kind, std::string_view profile, const Vector& vector) {
  const nlohmann::json sorted = question(profile, vector);
  const auto replace = nlohmann::json::error_handler_t::replace;
  return fmt::format("{}-{}", kind, sha256(sorted.dump(-1, ' ', false, replace)).substr(0, 16));
}

void sort(VectorFile& file) {
  std::sort(file.vectors.begin(), file.vectors.end(), [](const Vector& a, const Vector& b) {
    return std::tie(a.group, a.id) < std::tie(b.group, b.id);
  });
}

Result<VectorFile> parse(std::string_view text, std::string name) {
  return parse_document<VectorFile>(text, std::move(name), decode_file);
}

Result<std::string> to_json(const VectorFile& file) {
  if (const auto invalid = validate(file)) return tl::make_unexpected(unwritable(*invalid));
  Json head = document_head(schema_of(file), file.revision);
  head["profile"] = file.profile;
  std::vector<Json> records;
  for (const Vector& vector : file.vectors) records.push_back(encode(vector));
  return lines_document(head, "vectors", records);
}

Result<VectorFile> read(const std::filesystem::path& path) {
  const auto text = read_text(path);
  if (!text) return tl::make_unexpected(text.error());
  return parse(*text, path.string());
}

Result<void> write(const VectorFile& file, const std::filesystem::path& path) {
  auto text = to_json(file);
  if (text) return write_text(path, *text);
  text.error().file = path.string();
  return tl::make_unexpected(text.error());
}

}  // namespace amdvi::vector
