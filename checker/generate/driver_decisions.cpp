#include <algorithm>

#include <fmt/format.h>

#include <amdvi/host/calls.hpp>
#include <amdvi/spec_info.hpp>

#include "checker/generate/driver_vectors.hpp"
#include "checker/vector/file.hpp"
#include "checker/wording/answers.hpp"

namespace amdvi::generate {
namespace {

constexpr std::string_view kEntry = "gdte.";
constexpr std::string_view kEntryStructure = "DeviceTableEntry";

// Sets a field of the guest's entry, whose words are the first arguments.
void set_field(std::string_view name, std::uint64_t value, std::vector<vector::Argument>& args) {
  const auto* field = spec::find_field(*spec::find_structure(kEntryStructure), name);
  for (std::size_t piece = field->pieces.size(); piece-- > 0;) {  // the low part is the last
    const spec::BitRange bits = field->pieces[piece];
    for (unsigned bit = bits.lo; bit <= bits.hi; ++bit, value >>= 1) {
      args[bit / 64].value |= (value & 1) << (bit % 64);
    }
  }
}

std::vector<vector::Argument> arguments(const vector::KatFile& file, const vector::Kat& kat) {
  std::vector<vector::Argument> args;
  for (const host::CallArgument& arg : host::find_call(file.subject)->args) {
    args.push_back({arg.name, 0});
  }
  for (std::size_t i = 0; i < file.inputs.size(); ++i) {
    const std::string& name = file.inputs[i].name;
    if (name.starts_with(kEntry)) {
      set_field(std::string_view(name).substr(kEntry.size()), kat.in[i], args);
      continue;
    }
    for (vector::Argument& arg : args) {
      if (arg.name == name) arg.value = kat.in[i];
    }
  }
  return args;
}

vector::Check answer(const vector::KatFile& file, const vector::Kat& kat) {
  vector::Check check;
  check.id = "answer.1";
  check.label = "c1";
  check.view = {"answer", file.subject};
  check.trust = kat.trust;
  check.clauses = kat.clauses;
  vector::Outcome expected;
  const std::uint64_t mask = kat.out[0] == 0 ? ~std::uint64_t{0} : 0;
  expected.words = {{kat.out[0]}, {kat.out[0] == 0 ? kat.out[1] : 0, mask}};
  expected.says = wording::answer_text(kat.out);
  check.one_of.push_back(std::move(expected));
  return check;
}

}  // namespace

std::vector<vector::Vector> decision_vectors(const vector::KatFile& file) {
  std::vector<vector::Vector> result;
  const spec::DecisionInfo& decision = *spec::find_decision(file.subject);
  for (const vector::Kat& kat : file.tests) {
    vector::Vector v;
    vector::Step open;
    open.kind = vector::StepKind::kOpen;
    open.call = file.subject;
    v.setup.push_back(open);
    vector::Step call;
    call.kind = vector::StepKind::kCall;
    call.call = file.subject;
    call.args = arguments(file, kat);
    call.label = "c1";
    v.steps.push_back(call);
    v.checks.push_back(answer(file, kat));
    const auto rule = std::find_if(decision.rules.begin(), decision.rules.end(),
                                   [&](const auto& r) { return r.id == kat.rule; });
    v.name = fmt::format("{}: {}", file.subject,
                         rule->text.empty() ? "accepted" : std::string(rule->text));
    v.group = file.subject;
    v.clauses = kat.clauses;
    v.rules = {fmt::format("{}/{}", file.subject, kat.rule)};
    v.id = vector::make_id("driver", vector::kDriverProfile, v);
    const bool known = std::any_of(result.begin(), result.end(),
                                   [&](const auto& other) { return other.id == v.id; });
    if (!known) result.push_back(std::move(v));
  }
  return result;
}

}  // namespace amdvi::generate
