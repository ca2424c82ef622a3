#include "checker/vector/validate.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include <amdvi/spec_info.hpp>

#include "checker/vector/file.hpp"
#include "checker/vector/first_invalid.hpp"
#include "checker/vector/guest_place.hpp"
#include "checker/vector/validate_driver.hpp"

namespace amdvi::vector {
namespace {

constexpr std::array<std::string_view, 10> kViews = {
    "register", "events",    "memory",        "data",   "interrupt",
    "ats",      "responses", "invalidations", "answer", "actions"};
constexpr std::size_t kMessageWords = 3;
constexpr unsigned kAtomicBytes = 8;
constexpr std::size_t kAnswerWords = 2;

// What each label observes.
using Labels = std::map<std::string, const Step*, std::less<>>;

bool is_register(std::string_view name) {
  const spec::StructureInfo* info = spec::find_structure(name);
  return info != nullptr && info->kind == spec::StructureKind::kRegister;
}

bool fits(std::uint64_t value, unsigned bytes) { return bytes == 8 || value >> 32 == 0; }

// Registers of the PCI functions and of counter banks have no place of their own in MMIO space.
bool is_mmio_register(std::string_view name) {
  return is_register(name) && spec::find_structure(name)->space == "mmio";
}

void validate_access(FirstInvalid& out, const Step& step, const std::string& at) {
  out.require(is_mmio_register(step.reg), at + "/reg",
              fmt::format("no MMIO register '{}' in the specification", step.reg),
              "list them with `amdvi spec list registers`");
  out.require(step.size == 4 || step.size == 8, at + "/size", "an access is 4 or 8 bytes");
  out.require(!step.high_half || step.size == 4, at + "/high_half",
              "only a 4-byte access has a half");
  out.require(fits(step.value, step.size), at + "/value", "the value is wider than the access");
}

// Of a guest's page, or its control words.
void validate_vf(FirstInvalid& out, const Step& step, const std::string& at) {
  out.require(guest_place(step.reg).has_value(), at + "/reg",
              fmt::format("a guest has no register '{}'", step.reg),
              "a register from 0x2000 to 0x2fff, or a Vfctrl structure");
  out.require(step.size == 4 || step.size == 8, at + "/size", "an access is 4 or 8 bytes");
  out.require(!step.high_half || step.size == 4, at + "/high_half",
              "only a 4-byte access has a half");
  out.require(fits(step.value, step.size), at + "/value", "the value is wider than the access");
}

void validate_entries(FirstInvalid& out, const Step& step, const std::string& at) {
  const spec::StructureInfo* of = spec::find_structure(step.reg);
  out.require(step.reg.empty() || (of != nullptr && of->width == 128), at + "/of",
              fmt::format("'{}' is no entry of 16 bytes", step.reg));
  out.require(step.length > 0 && step.length % 16 == 0, at + "/length",
              "a ring is a positive multiple of 16 bytes");
}

bool is_config_access(const Step& step) {
  return step.kind == StepKind::kConfigWrite || step.kind == StepKind::kConfigRead;
}

void validate_config(FirstInvalid& out, const Step& step, const std::string& at) {
  out.require(is_register(step.reg) && spec::find_structure(step.reg)->space.starts_with("pci_"),
              at + "/reg",
              fmt::format("no PCI configuration register '{}' in the specification", step.reg),
              "list them with `amdvi spec list registers`");
  out.require(fits(step.value, 4), at + "/value", "a configuration access has 32 bits");
}

bool is_atomic(const Step& step) {
  return step.kind == StepKind::kDma && step.is_read && step.is_write;
}

void validate_step(FirstInvalid& out, const Step& step, const std::string& at) {
  if (is_of_driver(step)) return validate_driver_step(out, step, at);
  const bool labelled_data =
      step.kind == StepKind::kPeek || (step.kind == StepKind::kDma && !step.is_write);
  const bool carries_bytes =
      step.kind == StepKind::kMem || (step.kind == StepKind::kDma && step.is_write);
  if (step.kind == StepKind::kWrite || step.kind == StepKind::kRead) {
    validate_access(out, step, at);
  }
  if (step.kind == StepKind::kVfWrite || step.kind == StepKind::kVfRead) validate_vf(out, step, at);
  if (step.kind == StepKind::kEntries) validate_entries(out, step, at);
  if (is_config_access(step)) validate_config(out, step, at);
  out.require(!carries_bytes || !step.bytes.empty(), at + "/bytes", "nothing to write");
  out.require(!labelled_data || (step.length > 0 && step.length % 8 == 0), at + "/length",
              "a length that is observed is a positive multiple of 8");
  out.require(step.kind != StepKind::kZero || step.length > 0, at + "/length", "nothing to clear");
  out.require(step.kind != StepKind::kCopy || step.length > 0, at + "/length", "nothing to copy");
  out.require(!is_atomic(step) || step.bytes.size() == kAtomicBytes, at + "/bytes",
              "an atomic swaps 8 bytes");
  out.require(step.pasid.present || !(step.pasid.exec || step.pasid.privileged), at + "/pasid",
              "execute and privileged are flags of a PASID prefix");
  out.require(step.group <= 0x1FF, at + "/group", "the index of a group has 9 bits");
  out.require(step.kind != StepKind::kMsi || fits(step.value, 4), at + "/data",
              "the data of an interrupt has 32 bits");
}

bool observes(const Step& step) {
  switch (step.kind) {
    case StepKind::kRead:
    case StepKind::kPeek:
    case StepKind::kEvents:
    case StepKind::kMsi:
    case StepKind::kVfRead:
    case StepKind::kEntries:
    case StepKind::kCall:
    case StepKind::kConfigRead:
    case StepKind::kOwnMessage:
    case StepKind::kAts:
    case StepKind::kResponses:
    case StepKind::kInvalidations:
      return true;
    case StepKind::kDma:
      return !step.is_write || step.is_read;
    case StepKind::kWrite:
    case StepKind::kMem:
    case StepKind::kZero:
    case StepKind::kCopy:
    case StepKind::kSettle:
    case StepKind::kVfWrite:
    case StepKind::kOpen:
    case StepKind::kConfigWrite:
    case StepKind::kReset:
    case StepKind::kPpr:
      return false;
  }
  return false;
}

void validate_steps(FirstInvalid& out, const std::vector<Step>& steps, const std::string& at,
                    Labels& labels) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string here = fmt::format("{}/{}", at, i);
    validate_step(out, steps[i], here);
    if (!observes(steps[i])) continue;
    out.require(!steps[i].label.empty(), here + "/label", "an observation needs a label");
    out.require(labels.emplace(steps[i].label, &steps[i]).second, here + "/label",
                fmt::format("label '{}' is used twice", steps[i].label), "labels are unique");
    if (steps[i].kind == StepKind::kCall) labels.emplace(actions_label(steps[i].label), &steps[i]);
  }
}

bool word_count_fits(const Step& step, std::size_t words) {
  const bool message = step.kind == StepKind::kMsi || step.kind == StepKind::kOwnMessage;
  if (step.kind == StepKind::kRead || step.kind == StepKind::kVfRead ||
      step.kind == StepKind::kConfigRead) {
    return words == 1;
  }
  if (step.kind == StepKind::kEntries) return words % 2 == 0;
  if (step.kind == StepKind::kEvents) return words % 2 == 0;
  if (step.kind == StepKind::kCall) return words == kAnswerWords;
  if (message || step.kind == StepKind::kAts) return words == kMessageWords;
  if (step.kind == StepKind::kResponses) return true;
  if (step.kind == StepKind::kInvalidations) return words % kMessageWords == 0;
  return words <= step.length / 8;  // fewer: a read that was stopped
}

void validate_outcome(FirstInvalid& out, const Outcome& outcome, const Step& step,
                      const std::string& at) {
  out.require(
      word_count_fits(step, outcome.words.size()), at + "/words",
      fmt::format("{} words do not fit what '{}' observes", outcome.words.size(), step.label));
  const bool compares = std::any_of(outcome.words.begin(), outcome.words.end(),
                                    [](const Masked& word) { return word.mask != 0; });
  out.require(outcome.words.empty() || compares, at + "/words",
              "every mask is zero: the check could not fail",
              "set the bits that the claim is about");
  out.require(!outcome.may_repeat || outcome.words.size() >= 2, at + "/may_repeat",
              "there is no entry to repeat");
}

void validate_view(FirstInvalid& out, const View& view, const std::string& at) {
  out.require(std::find(kViews.begin(), kViews.end(), view.kind) != kViews.end(), at + "/kind",
              fmt::format("unknown view '{}'", view.kind),
              fmt::format("one of {}", fmt::join(kViews, ", ")));
  const bool known = view.kind == "register"
                         ? is_register(view.name) || guest_place(view.name).has_value()
                     : view.kind == "answer" || view.kind == "actions"
                         ? is_driver_call(view.name)
                         : view.name.empty() || spec::find_structure(view.name);
  out.require(known, at + "/name",
              fmt::format("nothing is called '{}' in the specification", view.name));
}

void validate_clauses(FirstInvalid& out, const std::vector<std::string>& clauses,
                      const std::string& at) {
  out.require(!clauses.empty(), at, "no clause is named", "name the clause that is at stake");
  for (std::size_t i = 0; i < clauses.size(); ++i) {
    out.require(spec::find_clause(clauses[i]) != nullptr, fmt::format("{}/{}", at, i),
                fmt::format("no clause '{}' in the specification", clauses[i]),
                "list them with `amdvi spec list clauses`");
  }
}

void validate_check(FirstInvalid& out, const Check& check, const Labels& labels,
                    const std::string& at) {
  validate_view(out, check.view, at + "/view");
  validate_clauses(out, check.clauses, at + "/clauses");
  out.require(!check.one_of.empty(), at + "/one_of", "no outcome would pass");
  const auto label = labels.find(check.label);
  out.require(label != labels.end(), at + "/label",
              fmt::format("no step has the label '{}'", check.label));
  if (label == labels.end()) return;
  const bool actions = check.view.kind == "actions";
  out.require(actions == (label->second->kind == StepKind::kCall &&
                          check.label == actions_label(label->second->label)),
              at + "/view/kind", "the label is of something else");
  for (std::size_t i = 0; i < check.one_of.size(); ++i) {
    const std::string here = fmt::format("{}/one_of/{}", at, i);
    if (actions) {
      validate_shown(out, check.one_of[i], here);
    } else {
      validate_outcome(out, check.one_of[i], *label->second, here);
    }
  }
}

void validate_vector(FirstInvalid& out, const Vector& vector, const std::string& profile,
                     const std::string& at) {
  Labels labels;
  validate_steps(out, vector.setup, at + "/setup", labels);
  validate_steps(out, vector.steps, at + "/steps", labels);
  validate_clauses(out, vector.clauses, at + "/clauses");
  out.require(!vector.checks.empty(), at + "/checks", "the vector checks nothing");
  std::set<std::string_view> ids;
  for (std::size_t i = 0; i < vector.checks.size(); ++i) {
    const std::string here = fmt::format("{}/checks/{}", at, i);
    out.require(ids.insert(vector.checks[i].id).second, here + "/id",
                fmt::format("check '{}' is there twice", vector.checks[i].id));
    validate_check(out, vector.checks[i], labels, here);
  }
  const std::string_view kind = std::string_view(vector.id).substr(0, vector.id.rfind('-'));
  const std::string id = make_id(kind, profile, vector);
  out.require(vector.id == id, at + "/id",
              fmt::format("the id does not name this question: it is {}", id),
              "generate the file again; a changed question is a new vector");
}

}  // namespace

std::optional<Invalid> validate(const VectorFile& file) {
  FirstInvalid out;
  std::set<std::string_view> ids;
  for (std::size_t i = 0; i < file.vectors.size() && !out.found(); ++i) {
    const std::string here = fmt::format("/vectors/{}", i);
    validate_vector(out, file.vectors[i], file.profile, here);
    validate_subject(out, file.vectors[i], file.subject, here);
    out.require(ids.insert(file.vectors[i].id).second, here + "/id",
                fmt::format("vector {} is there twice", file.vectors[i].id), "remove one");
  }
  return out.result();
}

}  // namespace amdvi::vector
