#include "checker/vector/document.hpp"

#include <fmt/format.h>

#include "checker/vector/file.hpp"

namespace amdvi::vector {

Json document_head(std::string_view schema, std::string_view revision) {
  return {{"schema", schema}, {"spec", {{"document", kDocument}, {"revision", revision}}}};
}

std::string decode_head(const Cursor& at, std::string_view schema) {
  const Cursor given = at.at("schema");
  const std::string name = given.string();
  if (name != schema) {
    given.fail(fmt::format("this is a '{}', expected '{}'", name, schema),
               "use the amdvi release that wrote it, or generate it again");
  }
  const Cursor spec = at.at("spec");
  spec.only({"document", "revision"});
  const Cursor document = spec.at("document");
  if (document.string() != kDocument) document.fail("about another document", "expected 48882");
  return spec.at("revision").string();
}

Result<std::string> lines_document(const Json& head, std::string_view key,
                                   const std::vector<Json>& records) {
  try {
    std::string text = head.dump();
    text.pop_back();
    text += fmt::format(",\"{}\":[\n", key);
    for (std::size_t i = 0; i < records.size(); ++i) {
      text += records[i].dump();
      text += i + 1 < records.size() ? ",\n" : "\n";
    }
    return text + "]}\n";
  } catch (const Json::exception& error) {  // a string that is not UTF-8
    return tl::make_unexpected(Error{"", 0, 0, error.what(), "write texts in UTF-8"});
  }
}

}  // namespace amdvi::vector
