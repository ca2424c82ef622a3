#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <amdvi/spec_info.hpp>

#include "checker/vector/first_invalid.hpp"
#include "checker/vector/kat.hpp"

namespace amdvi::vector {
namespace {

bool fits(std::uint64_t value, unsigned width) { return width >= 64 || value >> width == 0; }

template <class Infos>
void validate_fields(FirstInvalid& out, const std::vector<KatField>& fields, const Infos& infos,
                     const std::string& at) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const KatField& field = fields[i];
    const bool known = std::any_of(infos.begin(), infos.end(), [&](const auto& info) {
      return info.name == field.name && info.width == field.width;
    });
    out.require(known, fmt::format("{}/{}", at, i),
                fmt::format("the decision has no '{}' of {} bits", field.name, field.width),
                "generate the file again");
  }
}

void validate_values(FirstInvalid& out, const std::vector<KatField>& fields,
                     const std::vector<std::uint64_t>& values, const std::string& at) {
  out.require(fields.size() == values.size(), at, "not one value for each field");
  for (std::size_t i = 0; i < std::min(fields.size(), values.size()); ++i) {
    out.require(fits(values[i], fields[i].width), at + "/" + fields[i].name,
                "wider than the field");
  }
}

void validate_test(FirstInvalid& out, const KatFile& file, const Kat& test,
                   const spec::DecisionInfo& decision, const std::string& at) {
  validate_values(out, file.inputs, test.in, at + "/in");
  validate_values(out, file.outputs, test.out, at + "/out");
  const bool known = std::any_of(decision.rules.begin(), decision.rules.end(),
                                 [&](const auto& rule) { return rule.id == test.rule; });
  out.require(known, at + "/rule", fmt::format("no rule '{}' in {}", test.rule, file.decision),
              "generate the file again");
  out.require(!test.clauses.empty(), at + "/clauses", "no clause is named");
  for (const std::string& clause : test.clauses) {
    out.require(spec::find_clause(clause) != nullptr, at + "/clauses",
                fmt::format("no clause '{}' in the specification", clause));
  }
  const std::string id = make_kat_id(file, test);
  out.require(test.id == id, at + "/id", "the id does not name this question: it is " + id,
              "generate the file again; a changed question is a new test");
}

}  // namespace

std::optional<Invalid> validate(const KatFile& file) {
  FirstInvalid out;
  const spec::DecisionInfo* decision = spec::find_decision(file.decision);
  out.require(decision != nullptr, "/decision",
              fmt::format("no decision '{}' in the specification", file.decision),
              "list them with `amdvi spec list decisions`");
  if (decision == nullptr) return out.result();
  validate_fields(out, file.inputs, decision->inputs, "/inputs");
  validate_fields(out, file.outputs, decision->outputs, "/outputs");
  std::set<std::string_view> ids;
  for (std::size_t i = 0; i < file.tests.size() && !out.found(); ++i) {
    const std::string here = fmt::format("/tests/{}", i);
    validate_test(out, file, file.tests[i], *decision, here);
    out.require(ids.insert(file.tests[i].id).second, here + "/id", "the test is there twice");
  }
  return out.result();
}

}  // namespace amdvi::vector
