#include "checker/generate/kats.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include <amdvi/spec_info.hpp>

#include "checker/generate/function_source.hpp"
#include "checker/prove/decision_engine.hpp"
#include "checker/prove/mcdc.hpp"
#include "checker/prove/outcome.hpp"

namespace amdvi::generate {

namespace {

void add_kat(vector::KatFile& file, const prove::DecisionEngine& engine,
             const std::vector<std::uint64_t>& values) {
  const prove::Evaluation e = engine.evaluate(values);
  const spec::RuleInfo& rule = engine.info().rules[e.rule];
  vector::Kat kat;
  kat.rule = rule.id;
  kat.clauses.emplace_back(rule.clause->id);
  kat.trust = kat_trust(*rule.clause);
  kat.in = values;
  kat.out = e.outputs;
  kat.id = vector::make_kat_id(file, kat);
  const bool known = std::any_of(file.tests.begin(), file.tests.end(),
                                 [&](const vector::Kat& k) { return k.id == kat.id; });
  if (!known) file.tests.push_back(std::move(kat));
}

// The witness of a rule, and the inputs that differ from it in one bit of one input: they show
// which bits matter.
void add_rule(vector::KatFile& file, prove::DecisionEngine& engine, unsigned rule) {
  const smt::Assignment found = engine.witness({.rule = rule});
  if (!found.is_found()) return;
  add_kat(file, engine, found.values);
  for (std::size_t i = 0; i < found.values.size(); ++i) {
    for (unsigned bit = 0; bit < engine.inputs()[i].width; ++bit) {
      std::vector<std::uint64_t> near = found.values;
      near[i] ^= std::uint64_t{1} << bit;
      const prove::Evaluation e = engine.evaluate(near);
      if (e.assumed && e.rule != rule) add_kat(file, engine, near);
    }
  }
}

// Both inputs of every pair that shows a condition to matter by itself.
void add_pairs(vector::KatFile& file, const prove::DecisionEngine& engine) {
  for (const prove::AtomPair& pair : prove::mcdc(engine.source())) {
    const bool differ =
        pair.kind == prove::PairKind::kUniqueCause || pair.kind == prove::PairKind::kMasking;
    if (!differ) continue;
    add_kat(file, engine, pair.holds);
    add_kat(file, engine, pair.fails);
  }
}

// What tells the decision from one with a condition that is stuck. A pair need not: another
// condition may take the place of the one that is stuck. Each question leaves a copy of the whole
// decision with the solver, so that a new one is faster than one that was asked much.
void add_stuck(vector::KatFile& file, const spec::DecisionInfo& info) {
  constexpr unsigned kAtomsPerEngine = 3;
  std::unique_ptr<prove::DecisionEngine> engine;
  for (unsigned atom = 0; atom < info.atoms.size(); ++atom) {
    if (atom % kAtomsPerEngine == 0) engine = prove::make_engine(info);
    for (const bool value : {false, true}) {
      const smt::Assignment found = prove::shows(*engine, {atom, value});
      if (found.is_found()) add_kat(file, *engine, found.values);
    }
  }
}

}  // namespace

vector::KatFile make_kats(const spec::DecisionInfo& info) {
  const auto engine = prove::make_engine(info);
  vector::KatFile file;
  file.revision = newest_revision();
  file.subject = info.name;
  for (const spec::InputInfo& i : info.inputs) file.inputs.push_back(kat_field(i));
  for (const spec::OutputInfo& o : info.outputs) file.outputs.push_back(kat_field(o));
  for (unsigned rule = 0; rule < info.rules.size(); ++rule) add_rule(file, *engine, rule);
  add_pairs(file, *engine);
  add_stuck(file, info);
  std::sort(file.tests.begin(), file.tests.end(),
            [](const vector::Kat& a, const vector::Kat& b) { return a.id < b.id; });
  return file;
}

std::vector<vector::KatFile> decision_kats() {
  std::vector<vector::KatFile> files;
  for (const spec::DecisionInfo* info : spec::catalogue().decisions) {
    files.push_back(make_kats(*info));
  }
  return files;
}

std::vector<vector::KatFile> function_kats() {
  std::vector<vector::KatFile> files;
  for (const FunctionSource& source : all_functions()) files.push_back(make_kats(source));
  return files;
}

std::vector<vector::KatFile> layout_kats() {
  std::vector<vector::KatFile> files;
  for (const spec::StructureInfo& info : spec::catalogue().structures) {
    const std::size_t bracket = info.name.find('[');
    const bool is_first = bracket == std::string_view::npos || info.name.substr(bracket) == "[0]";
    if (is_first) files.push_back(make_kats(info));
  }
  return files;
}

std::vector<vector::KatFile> make_kats() {
  std::vector<vector::KatFile> files = decision_kats();
  for (auto& more : {function_kats(), layout_kats()}) {
    files.insert(files.end(), more.begin(), more.end());
  }
  return files;
}

std::string path_of(const vector::KatFile& file) {
  const std::string name = file.subject.substr(0, file.subject.find('['));
  if (file.kind == vector::KatKind::kDecision) return fmt::format("kat/{}.json", name);
  return fmt::format("kat/{}/{}.json", vector::kat_kind_name(file.kind), name);
}

std::vector<std::uint64_t> in_order(const vector::KatFile& file, const NamedValues& named) {
  std::vector<std::uint64_t> values(file.inputs.size());
  for (const auto& [name, value] : named) {
    const auto field =
        std::find_if(file.inputs.begin(), file.inputs.end(),
                     [&, &n = name](const vector::KatField& f) { return f.name == n; });
    if (field == file.inputs.end()) {
      fmt::print(stderr, "amdvi: {} has no {}\n", file.subject, name);
      std::abort();
    }
    values[static_cast<std::size_t>(field - file.inputs.begin())] = value;
  }
  return values;
}

std::string newest_revision() {
  std::string newest;
  for (const spec::StructureInfo& s : spec::catalogue().structures) {
    for (const spec::FieldInfo& f : s.fields) newest = std::max(newest, std::string(f.since));
  }
  return newest;
}

vector::Trust kat_trust(const spec::ClauseInfo& clause) {
  return clause.confidence == spec::Confidence::kStated ? vector::Trust::kMust
                                                        : vector::Trust::kSuspect;
}

}  // namespace amdvi::generate
