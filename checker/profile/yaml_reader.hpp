// Strict reading of a YAML document: every key is known, given once, and of the type asked for. The
// first problem is kept with its place; everything read after it is a default, so that a loader is
// straight code. Nothing here throws.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "checker/vector/error.hpp"

namespace amdvi::profile {

class YamlNode {
 public:
  // The document's root. `problem` outlives every node.
  YamlNode(YAML::Node node, std::optional<vector::Error>& problem)
      : node_(std::move(node)), problem_(&problem) {}

  // Reports a problem at this node unless there is one already.
  void fail(std::string what, std::string hint = "") const;

  // Key and value of a mapping, in order. Keys given twice are a problem.
  std::vector<std::pair<std::string, YamlNode>> entries() const;
  std::vector<YamlNode> items() const;
  // A problem if another key is there.
  void only(std::initializer_list<std::string_view> keys) const;

  bool has(std::string_view key) const;
  // The member, or a problem and a node that reads as defaults.
  YamlNode at(std::string_view key) const;

  std::string text() const;
  // A string that must be in quotes, as YAML would else read it as a number ("3.10" as 3.1).
  std::string quoted() const;
  // Decimal, or hexadecimal with 0x.
  std::uint64_t number() const;
  // A number that fits `bits`.
  std::uint64_t number(unsigned bits) const;

 private:
  bool expect(bool is_type, std::string_view type) const;
  YamlNode missing() const { return {YAML::Node(YAML::NodeType::Undefined), *problem_}; }

  YAML::Node node_;
  std::optional<vector::Error>* problem_;
};

// The root of the one document in `text`, or what keeps it from being YAML. `file` is left empty in
// errors: the caller knows it.
tl::expected<YAML::Node, vector::Error> parse_yaml(const std::string& text);

}  // namespace amdvi::profile
