// Known-answer tests: inputs and outputs of one decision, function or layout of the specification as
// plain data, for consumers that want a loop over JSON and no harness (vectors/schema/*kat-file-1.json).
// A layout has its fields as inputs and its words as outputs, and is to be read both ways.
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

enum class KatKind { kDecision, kFunction, kLayout };

std::string_view kat_kind_name(KatKind kind);  // "decision"

// An input or output. Values of an output that have names are written by name.
struct KatField {
  std::string name;    // "dte.IoCtl"
  unsigned width = 1;  // bits, at most 64
  std::vector<std::pair<std::string, std::uint64_t>> values;
  std::string role{};          // of a layout's field: "reserved", "ignored" or empty
  std::string since{}, until{};  // revisions that have it, of a layout's field
};

struct Kat {
  std::string id;    // "kat-" and the hash of the subject and the inputs
  std::string rule;  // the rule that decides; empty unless it is a decision
  std::vector<std::string> clauses;
  Trust trust = Trust::kMust;
  std::vector<std::uint64_t> in;   // as KatFile::inputs; in the file, inputs not listed are zero
  std::vector<std::uint64_t> out;  // as KatFile::outputs
};

struct KatFile {
  std::string revision;
  std::string subject;  // name of the decision, function or layout
  std::vector<KatField> inputs;
  std::vector<KatField> outputs;
  std::vector<Kat> tests;
  KatKind kind = KatKind::kDecision;
};

std::string make_kat_id(const KatFile& file, const Kat& test);

Result<KatFile> parse_kats(std::string_view text, std::string name);
Result<std::string> to_json(const KatFile& file);

Result<KatFile> read_kats(const std::filesystem::path& path);
Result<void> write(const KatFile& file, const std::filesystem::path& path);

}  // namespace amdvi::vector
