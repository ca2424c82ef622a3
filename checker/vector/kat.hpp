// Known-answer tests: inputs and outputs of one decision of the specification as plain data, for
// consumers that want a loop over JSON and no harness (vectors/schema/kat-file-1.json).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checker/vector/error.hpp"
#include "checker/vector/vector.hpp"

namespace amdvi::vector {

inline constexpr std::string_view kKatSchema = "kat-file-1";

// An input or output of the decision. Values of an output that have names are written by name.
struct KatField {
  std::string name;    // "dte.IoCtl"
  unsigned width = 1;  // bits, at most 64
  std::vector<std::pair<std::string, std::uint64_t>> values;
};

struct Kat {
  std::string id;    // "kat-" and the hash of the decision and the inputs
  std::string rule;  // the rule that decides
  std::vector<std::string> clauses;
  Trust trust = Trust::kMust;
  std::vector<std::uint64_t> in;   // as KatFile::inputs; in the file, inputs not listed are zero
  std::vector<std::uint64_t> out;  // as KatFile::outputs
};

struct KatFile {
  std::string revision;
  std::string decision;
  std::vector<KatField> inputs;
  std::vector<KatField> outputs;
  std::vector<Kat> tests;
};

std::string make_kat_id(const KatFile& file, const Kat& test);

Result<KatFile> parse_kats(std::string_view text, std::string name);
Result<std::string> to_json(const KatFile& file);

Result<KatFile> read_kats(const std::filesystem::path& path);
Result<void> write(const KatFile& file, const std::filesystem::path& path);

}  // namespace amdvi::vector
