#include <algorithm>
#include <set>

#include <fmt/format.h>

#include <amdvi/spec/functions.gen.hpp>
#include <amdvi/spec_info.hpp>
#include <amdvi/value/concrete.hpp>

#include "checker/vector/first_invalid.hpp"
#include "checker/vector/kat.hpp"

namespace amdvi::vector {
namespace {

// What the specification says of the subject of a file.
struct KatSubject {
  using Values = std::vector<std::pair<std::string_view, unsigned>>;  // name, width
  Values inputs, outputs;
  std::span<const spec::RuleInfo> rules;
};

template <class Infos>
KatSubject::Values values_of(const Infos& infos) {
  KatSubject::Values values;
  for (const auto& info : infos) values.emplace_back(info.name, info.width);
  return values;
}

std::optional<KatSubject> find_decision(std::string_view name) {
  const spec::DecisionInfo* info = spec::find_decision(name);
  if (info == nullptr) return std::nullopt;
  return KatSubject{values_of(info->inputs), values_of(info->outputs), info->rules};
}

std::optional<KatSubject> find_layout(std::string_view name) {
  const spec::StructureInfo* info = spec::find_structure(name);
  if (info == nullptr) return std::nullopt;
  KatSubject subject;
  for (const spec::FieldInfo& f : info->fields) {
    unsigned width = 0;
    for (const spec::BitRange& piece : f.pieces) width += piece.hi - piece.lo + 1U;
    subject.inputs.emplace_back(f.name, width);
  }
  for (const std::string_view word : {"word0", "word1", "word2", "word3"}) {
    if (subject.outputs.size() * 64 >= info->width) break;
    subject.outputs.emplace_back(word, std::min(info->width, 64U));
  }
  return subject;
}

struct FindFunction {
  std::string_view name;
  std::optional<KatSubject>& found;
  template <template <class> class F>
  void operator()() {
    const spec::FunctionInfo& info = F<Concrete>::info();
    if (info.name != name) return;
    found = KatSubject{values_of(info.inputs), {{info.result.name, info.result.width}}, {}};
  }
};

std::optional<KatSubject> find_subject(const KatFile& file) {
  std::optional<KatSubject> found;
  switch (file.kind) {
    case KatKind::kDecision: return find_decision(file.subject);
    case KatKind::kLayout: return find_layout(file.subject);
    case KatKind::kFunction: spec::for_each_function(FindFunction{file.subject, found});
  }
  return found;
}

bool fits(std::uint64_t value, unsigned width) { return width >= 64 || value >> width == 0; }

void validate_fields(FirstInvalid& out, const std::vector<KatField>& fields,
                     const KatSubject::Values& known, const std::string& at) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::pair<std::string_view, unsigned> field{fields[i].name, fields[i].width};
    out.require(std::find(known.begin(), known.end(), field) != known.end(),
                fmt::format("{}/{}", at, i),
                fmt::format("the specification has no '{}' of {} bits there", fields[i].name,
                            fields[i].width),
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
                   const KatSubject& subject, const std::string& at) {
  validate_values(out, file.inputs, test.in, at + "/in");
  validate_values(out, file.outputs, test.out, at + "/out");
  const bool known =
      file.kind == KatKind::kDecision
          ? std::any_of(subject.rules.begin(), subject.rules.end(),
                        [&](const auto& rule) { return rule.id == test.rule; })
          : test.rule.empty();
  out.require(known, at + "/rule", fmt::format("no rule '{}' in {}", test.rule, file.subject),
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
  const std::string kind(kat_kind_name(file.kind));
  const std::optional<KatSubject> subject = find_subject(file);
  out.require(subject.has_value(), "/" + kind,
              fmt::format("no {} '{}' in the specification", kind, file.subject),
              "list what there is with `amdvi spec list`");
  if (!subject) return out.result();
  validate_fields(out, file.inputs, subject->inputs, "/inputs");
  validate_fields(out, file.outputs, subject->outputs, "/outputs");
  std::set<std::string_view> ids;
  for (std::size_t i = 0; i < file.tests.size() && !out.found(); ++i) {
    const std::string here = fmt::format("/tests/{}", i);
    validate_test(out, file, file.tests[i], *subject, here);
    out.require(ids.insert(file.tests[i].id).second, here + "/id", "the test is there twice");
  }
  return out.result();
}

}  // namespace amdvi::vector
