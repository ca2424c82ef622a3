#include "checker/profile/yaml_reader.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>

namespace amdvi::profile {
namespace {

// What yaml-cpp calls a scalar that was written in quotes.
constexpr std::string_view kQuotedTag = "!";

vector::Error error_at(const YAML::Mark& mark, std::string what, std::string hint) {
  // yaml-cpp counts from 0, and has -1 for no place.
  return {"", mark.line + 1, mark.column + 1, std::move(what), std::move(hint)};
}

std::string_view type_name(const YAML::Node& node) {
  switch (node.Type()) {
    case YAML::NodeType::Undefined:
      return "nothing";
    case YAML::NodeType::Null:
      return "nothing";
    case YAML::NodeType::Scalar:
      return "a scalar";
    case YAML::NodeType::Sequence:
      return "a list";
    case YAML::NodeType::Map:
      return "a mapping";
  }
  return "nothing";
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  const bool hexadecimal = text.starts_with("0x");
  if (hexadecimal) text.remove_prefix(2);
  // YAML 1.1 would read 010 as 8.
  if (!hexadecimal && text.size() > 1 && text.front() == '0') return std::nullopt;
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto done = std::from_chars(text.data(), end, value, hexadecimal ? 16 : 10);
  if (text.empty() || done.ec != std::errc{} || done.ptr != end) return std::nullopt;
  return value;
}

}  // namespace

void YamlNode::fail(std::string what, std::string hint) const {
  if (problem_->has_value()) return;
  *problem_ = error_at(node_.IsDefined() ? node_.Mark() : YAML::Mark::null_mark(), std::move(what),
                       std::move(hint));
}

bool YamlNode::expect(bool is_type, std::string_view type) const {
  // After the first problem nodes are undefined, and that is not a second one.
  if (!is_type && !problem_->has_value()) {
    fail(fmt::format("expected {}, found {}", type, type_name(node_)));
  }
  return is_type;
}

std::vector<std::pair<std::string, YamlNode>> YamlNode::entries() const {
  std::vector<std::pair<std::string, YamlNode>> result;
  if (!expect(node_.IsDefined() && node_.IsMap(), "a mapping")) return result;
  std::set<std::string> seen;
  for (const auto& entry : node_) {
    const YamlNode key(entry.first, *problem_);
    std::string name = key.text();
    if (!seen.insert(name).second) key.fail(fmt::format("key '{}' given twice", name));
    result.emplace_back(std::move(name), YamlNode(entry.second, *problem_));
  }
  return result;
}

std::vector<YamlNode> YamlNode::items() const {
  std::vector<YamlNode> result;
  if (!expect(node_.IsDefined() && node_.IsSequence(), "a list")) return result;
  for (const auto& item : node_) result.emplace_back(item, *problem_);
  return result;
}

void YamlNode::only(std::initializer_list<std::string_view> keys) const {
  (void)entries();  // reports a key that is given twice
  if (!node_.IsDefined() || !node_.IsMap()) return;
  for (const auto& entry : node_) {
    const YamlNode key(entry.first, *problem_);
    const std::string name = key.text();
    if (std::find(keys.begin(), keys.end(), name) == keys.end()) {
      key.fail(fmt::format("unknown key '{}'", name),
               fmt::format("one of {}", fmt::join(keys, ", ")));
    }
  }
}

bool YamlNode::has(std::string_view key) const {
  return node_.IsDefined() && node_.IsMap() && node_[std::string(key)].IsDefined();
}

YamlNode YamlNode::at(std::string_view key) const {
  if (!expect(node_.IsDefined() && node_.IsMap(), "a mapping")) return missing();
  const YAML::Node member = node_[std::string(key)];
  if (member.IsDefined()) return {member, *problem_};
  fail(fmt::format("key '{}' is missing", key));
  return missing();
}

std::string YamlNode::text() const {
  if (!expect(node_.IsDefined() && node_.IsScalar(), "a scalar")) return {};
  if (node_.Scalar().empty()) fail("the text is empty");
  return node_.Scalar();
}

std::string YamlNode::quoted() const {
  std::string value = text();
  if (node_.IsDefined() && node_.IsScalar() && node_.Tag() != kQuotedTag) {
    fail(fmt::format("{} is not in quotes", value), fmt::format("write \"{}\"", value));
  }
  return value;
}

std::uint64_t YamlNode::number() const {
  const std::string value = text();
  if (!node_.IsDefined() || !node_.IsScalar()) return 0;
  const auto parsed = node_.Tag() == kQuotedTag ? std::nullopt : parse_number(value);
  if (!parsed) {
    fail(fmt::format("'{}' is not a number of at most 64 bits", value),
         "write it in decimal, or in hexadecimal with 0x");
  }
  return parsed.value_or(0);
}

std::uint64_t YamlNode::number(unsigned bits) const {
  const std::uint64_t value = number();
  if (bits < 64 && value >> bits != 0) {
    fail(fmt::format("{:#x} does not fit {} bit{}", value, bits, bits == 1 ? "" : "s"));
  }
  return value;
}

tl::expected<YAML::Node, vector::Error> parse_yaml(const std::string& text) {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.empty()) return tl::unexpected(vector::Error{"", 0, 0, "the file is empty", ""});
    if (documents.size() > 1) {
      return tl::unexpected(
          error_at(documents[1].Mark(), "a second document in one file", "one profile a file"));
    }
    return documents.front();
  } catch (const YAML::Exception& error) {
    return tl::unexpected(error_at(error.mark, "not YAML: " + error.msg, ""));
  }
}

}  // namespace amdvi::profile
