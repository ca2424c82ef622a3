#include "checker/vector/kat.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "checker/vector/codec.hpp"
#include "checker/vector/document.hpp"
#include "checker/vector/hex.hpp"
#include "checker/vector/text_file.hpp"

namespace amdvi::vector {
namespace {

constexpr std::array<std::string_view, 3> kKinds = {"decision", "function", "layout"};
constexpr std::array<std::string_view, 3> kSchemas = {"kat-file-1", "function-kat-file-1",
                                                      "layout-kat-file-1"};
constexpr std::array<std::string_view, 2> kRoles = {"reserved", "ignored"};

std::string_view schema_of(KatKind kind) { return kSchemas[static_cast<std::size_t>(kind)]; }

unsigned digits_of(const KatField& field) { return (field.width + 3) / 4; }

Json encode_field(const KatField& field) {
  Json json = {{"name", field.name}, {"width", field.width}};
  for (const auto& [name, value] : field.values) json["values"][name] = value;
  if (!field.role.empty()) json["role"] = field.role;
  if (!field.since.empty()) json["since"] = field.since;
  if (!field.until.empty()) json["until"] = field.until;
  return json;
}

std::string encode_value(const KatField& field, std::uint64_t value) {
  for (const auto& [name, number] : field.values) {
    if (number == value) return name;
  }
  return hex(value, digits_of(field));
}

Json encode_inputs(const KatFile& file, const Kat& test) {
  Json json = Json::object();
  for (std::size_t i = 0; i < std::min(file.inputs.size(), test.in.size()); ++i) {
    if (test.in[i] == 0) continue;
    json[file.inputs[i].name] = hex(test.in[i], digits_of(file.inputs[i]));
  }
  return json;
}

Json encode_test(const KatFile& file, const Kat& test) {
  Json out = Json::object();
  for (std::size_t i = 0; i < file.outputs.size(); ++i) {
    out[file.outputs[i].name] = encode_value(file.outputs[i], test.out[i]);
  }
  Json json = {{"id", test.id}};
  if (file.kind == KatKind::kDecision) json["rule"] = test.rule;
  json["clauses"] = test.clauses;
  json["trust"] = trust_name(test.trust);
  json["in"] = encode_inputs(file, test);
  json["out"] = out;
  return json;
}

std::vector<KatField> decode_fields(const Cursor& at) {
  std::vector<KatField> fields;
  for (const Cursor& element : at.elements()) {
    element.only({"name", "width", "values", "role", "since", "until"});
    KatField field{element.at("name").string(), element.at("width").number(), {}};
    if (field.width < 1 || field.width > 64) element.fail("a width is 1 to 64 bits");
    if (const auto values = element.find("values")) {
      for (const auto& [name, value] : values->members()) {
        field.values.emplace_back(name, value.number());
      }
    }
    if (const auto role = element.find("role")) field.role = kRoles[role->one_of(kRoles)];
    if (const auto since = element.find("since")) field.since = since->string();
    if (const auto until = element.find("until")) field.until = until->string();
    fields.push_back(std::move(field));
  }
  return fields;
}

std::uint64_t decode_value(const Cursor& at, const KatField& field) {
  const std::string text = at.string();
  for (const auto& [name, number] : field.values) {
    if (name == text) return number;
  }
  const std::uint64_t value = at.hex(digits_of(field));
  if (field.width < 64 && value >> field.width != 0) at.fail("wider than the field");
  return value;
}

std::vector<std::uint64_t> decode_inputs(const Cursor& at, const std::vector<KatField>& fields) {
  std::vector<std::uint64_t> values(fields.size());
  for (const auto& [name, value] : at.members()) {
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [&, &key = name](const KatField& f) { return f.name == key; });
    if (field == fields.end()) {
      value.fail(fmt::format("'{}' is no input of this file", name), "see \"inputs\"");
      continue;
    }
    values[static_cast<std::size_t>(field - fields.begin())] =
        decode_value(value, {field->name, field->width, {}});
  }
  return values;
}

std::vector<std::uint64_t> decode_outputs(const Cursor& at, const std::vector<KatField>& fields) {
  std::vector<std::uint64_t> values;
  values.reserve(fields.size());
  for (const KatField& field : fields) values.push_back(decode_value(at.at(field.name), field));
  if (at.members().size() != fields.size()) at.fail("an output that this file does not have");
  return values;
}

Kat decode_test(const Cursor& at, const KatFile& file) {
  at.only({"id", "rule", "clauses", "trust", "in", "out"});
  const bool has_rule = at.find("rule").has_value();
  if (has_rule && file.kind != KatKind::kDecision) at.fail("only a decision has rules");
  return {at.at("id").string(),
          file.kind == KatKind::kDecision ? at.at("rule").string() : std::string(),
          at.at("clauses").strings(),
          decode_trust(at.at("trust")),
          decode_inputs(at.at("in"), file.inputs),
          decode_outputs(at.at("out"), file.outputs)};
}

KatFile decode_file(const Cursor& at) {
  KatFile file;
  file.kind = static_cast<KatKind>(at.at("schema").one_of(kSchemas));
  const std::string_view kind = kat_kind_name(file.kind);
  at.only({"schema", "spec", kind, "inputs", "outputs", "tests"});
  file.revision = decode_head(at, schema_of(file.kind));
  file.subject = at.at(kind).string();
  file.inputs = decode_fields(at.at("inputs"));
  file.outputs = decode_fields(at.at("outputs"));
  for (const Cursor& test : at.at("tests").elements()) {
    file.tests.push_back(decode_test(test, file));
  }
  return file;
}

}  // namespace

std::string_view kat_kind_name(KatKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

std::string make_kat_id(const KatFile& file, const Kat& test) {
  const nlohmann::json sorted =
      Json{{kat_kind_name(file.kind), file.subject}, {"in", encode_inputs(file, test)}};
  const auto replace = nlohmann::json::error_handler_t::replace;
  return "kat-" + sha256(sorted.dump(-1, ' ', false, replace)).substr(0, 16);
}

Result<KatFile> parse_kats(std::string_view text, std::string name) {
  return parse_document<KatFile>(text, std::move(name), decode_file);
}

Result<std::string> to_json(const KatFile& file) {
  if (const auto invalid = validate(file)) return tl::make_unexpected(unwritable(*invalid));
  Json head = document_head(schema_of(file.kind), file.revision);
  head[std::string(kat_kind_name(file.kind))] = file.subject;
  head["inputs"] = Json::array();
  for (const KatField& field : file.inputs) head["inputs"].push_back(encode_field(field));
  head["outputs"] = Json::array();
  for (const KatField& field : file.outputs) head["outputs"].push_back(encode_field(field));
  std::vector<Json> records;
  for (const Kat& test : file.tests) records.push_back(encode_test(file, test));
  return lines_document(head, "tests", records);
}

Result<KatFile> read_kats(const std::filesystem::path& path) {
  const auto text = read_text(path);
  if (!text) return tl::make_unexpected(text.error());
  return parse_kats(*text, path.string());
}

Result<void> write(const KatFile& file, const std::filesystem::path& path) {
  auto text = to_json(file);
  if (text) return write_text(path, *text);
  text.error().file = path.string();
  return tl::make_unexpected(text.error());
}

}  // namespace amdvi::vector
