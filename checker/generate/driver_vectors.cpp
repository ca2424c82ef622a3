#include "checker/generate/driver_vectors.hpp"

#include <set>

#include <fmt/format.h>

#include <amdvi/host/calls.hpp>
#include <amdvi/spec_info.hpp>

#include "checker/generate/driver_machine.hpp"
#include "checker/generate/kats.hpp"
#include "checker/vector/file.hpp"

namespace amdvi::generate {
namespace {

void add_unreached(const host::MachineCode& code, const std::set<std::string>& reached,
                   std::vector<Unreached>& result) {
  const auto look_for = [&](std::string rule, std::string_view why) {
    if (!reached.contains(rule)) result.push_back({std::move(rule), std::string(why)});
  };
  for (const spec::OperationInfo& operation : code.info->operations) {
    for (const spec::CaseInfo& c : operation.cases) {
      look_for(fmt::format("{}/{}/{}", code.info->name, operation.name, c.id),
               "no short sequence of calls leads there");
    }
  }
  for (const spec::InvariantInfo& invariant : code.info->invariants) {
    look_for(fmt::format("invariant/{}", invariant.name),
             invariant.axiom.empty() ? "nothing that breaks it shows in an answer"
                                     : "true by definition");
  }
}

}  // namespace

Generated generate_driver(const std::vector<vector::KatFile>& kats) {
  Generated generated;
  generated.vectors = {
      std::string(vector::kDriverProfile), newest_revision(), {}, vector::Subject::kDriver};
  auto& all = generated.vectors.vectors;
  for (const host::MachineCode& code : host::all_machines()) {
    if (!code.info->no_vectors.empty()) continue;
    auto made = machine_vectors(code);
    all.insert(all.end(), std::make_move_iterator(made.begin()),
               std::make_move_iterator(made.end()));
  }
  for (const vector::KatFile& file : kats) {
    if (host::find_call(file.subject) == nullptr) continue;
    auto made = decision_vectors(file);
    all.insert(all.end(), std::make_move_iterator(made.begin()),
               std::make_move_iterator(made.end()));
  }
  vector::sort(generated.vectors);
  std::set<std::string> reached;
  for (const vector::Vector& v : all) reached.insert(v.rules.begin(), v.rules.end());
  for (const host::MachineCode& code : host::all_machines()) {
    if (!code.info->no_vectors.empty()) continue;
    add_unreached(code, reached, generated.unreached);
  }
  for (const host::MistakenMachine& mistaken : host::all_mistakes()) {
    std::string rule = fmt::format("mistake/{}", mistaken.mistake->name);
    if (!reached.contains(rule)) {
      generated.unreached.push_back({std::move(rule), "it does not show in an answer"});
    }
  }
  return generated;
}

std::vector<vector::KatFile> driver_kats() {
  std::vector<vector::KatFile> files;
  for (const spec::DecisionInfo* info : spec::catalogue().decisions) {
    if (host::find_call(info->name) != nullptr) files.push_back(make_kats(*info));
  }
  return files;
}

}  // namespace amdvi::generate
