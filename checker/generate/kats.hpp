// Known-answer tests, as plain data: for each decision the smallest inputs of every rule and its
// neighbours, and for each condition inputs that show that it matters; for each function and layout
// every bit of every input. tests/e2e/{kat,layout,function}_mutants.cpp measure what they are worth.
#pragma once

#include <vector>

#include <amdvi/spec_info.hpp>

#include "checker/generate/worked_examples.hpp"
#include "checker/vector/kat.hpp"

namespace amdvi::generate {

struct FunctionSource;

vector::KatFile make_kats(const spec::DecisionInfo& decision);
vector::KatFile make_kats(const FunctionSource& function);
vector::KatFile make_kats(const spec::StructureInfo& layout);

std::vector<vector::KatFile> decision_kats();  // takes some ten seconds
std::vector<vector::KatFile> function_kats();
std::vector<vector::KatFile> layout_kats();  // one of several registers that are alike
std::vector<vector::KatFile> make_kats();    // all of these

// "kat/exclusion.json", "kat/layout/DeviceTableEntry.json"
std::string path_of(const vector::KatFile& file);

// -- for those who make them
// One value an input of `file`; an unknown name is our bug and aborts.
std::vector<std::uint64_t> in_order(const vector::KatFile& file, const NamedValues& named);
// Inputs carry their own revision; a file names the newest one that the rules know.
std::string newest_revision();
vector::Trust kat_trust(const spec::ClauseInfo& clause);
template <class Info>
vector::KatField kat_field(const Info& info) {
  vector::KatField field{std::string(info.name), info.width, {}};
  for (const spec::ValueName& v : info.values) field.values.emplace_back(v.name, v.value);
  return field;
}

}  // namespace amdvi::generate
