#include "checker/cli/spec_changes.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "checker/profile/revision.hpp"

namespace amdvi::cli {
namespace {

using spec::FieldInfo;
using spec::FieldKind;
using spec::StructureInfo;

constexpr std::size_t kWidest = 256;
using Bits = std::bitset<kWidest>;

struct Revisions {
  std::string_view from, to;
};

Bits bits_of(const FieldInfo& field) {
  Bits bits;
  for (const auto& piece : field.pieces) {
    for (std::size_t bit = piece.lo; bit <= piece.hi; ++bit) bits.set(bit);
  }
  return bits;
}

bool lives(std::string_view since, std::string_view until, std::string_view revision) {
  const auto code = [](std::string_view name) { return profile::revision_code(name).value_or(0); };
  return (since.empty() || code(since) <= code(revision)) &&
         (until.empty() || code(revision) <= code(until));
}

// Bits of a reserved set, and the conditions under which some of them are none.
struct ReservedSet {
  Bits bits;
  std::map<std::string, Bits> unless;
};

ReservedSet reserved_in(const StructureInfo& info, std::string_view set,
                        std::string_view revision) {
  ReservedSet found;
  for (const auto& field : info.fields) {
    if (!profile::in_revision(field, revision)) continue;
    for (const auto& reserved : field.reserved) {
      if (reserved.set != set) continue;
      if (reserved.unless.empty()) found.bits |= bits_of(field);
      if (!reserved.unless.empty()) found.unless[std::string(reserved.unless)] |= bits_of(field);
    }
  }
  return found;
}

std::vector<std::string_view> reserved_sets(const StructureInfo& info) {
  std::vector<std::string_view> names;
  for (const auto& field : info.fields) {
    for (const auto& reserved : field.reserved) {
      if (std::find(names.begin(), names.end(), reserved.set) == names.end()) {
        names.push_back(reserved.set);
      }
    }
  }
  return names;
}

// "63:61, 12": runs from the top.
std::string text_of(const Bits& bits) {
  std::string text;
  for (std::size_t end = kWidest; end > 0; --end) {
    if (!bits.test(end - 1)) continue;
    const std::size_t hi = end - 1;
    while (end > 1 && bits.test(end - 2)) --end;
    text += text.empty() ? "" : ", ";
    text += hi == end - 1 ? fmt::format("{}", hi) : fmt::format("{}:{}", hi, end - 1);
  }
  return text;
}

// What owned the field's bits in the other revision.
std::string owners(const StructureInfo& info, const FieldInfo& field, std::string_view revision) {
  std::vector<std::string_view> names;
  for (const auto& other : info.fields) {
    if (!profile::in_revision(other, revision) || (bits_of(other) & bits_of(field)).none())
      continue;
    const std::string_view name = other.kind == FieldKind::kReserved ? "reserved" : other.name;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

// "Secure ATS (was reserved)"
std::string described(const FieldInfo& field, std::string_view verb, const std::string& other) {
  const std::string_view space = field.text.empty() ? "" : " ";
  return fmt::format("{}{}({} {})", field.text, space, verb, other);
}

const FieldInfo* same_name(const StructureInfo& info, const FieldInfo& field,
                           std::string_view revision) {
  for (const auto& other : info.fields) {
    if (&other != &field && other.name == field.name && profile::in_revision(other, revision)) {
      return &other;
    }
  }
  return nullptr;
}

std::optional<Change> field_change(const StructureInfo& info, const FieldInfo& field,
                                   const Revisions& revisions) {
  const bool before = profile::in_revision(field, revisions.from);
  const bool after = profile::in_revision(field, revisions.to);
  if (before == after || field.kind == FieldKind::kReserved) return std::nullopt;
  const std::string bits = text_of(bits_of(field));
  const std::string name(field.name);
  if (const auto* twin = same_name(info, field, before ? revisions.to : revisions.from)) {
    if (before) return std::nullopt;  // told once, of the later one
    return Change{ChangeKind::kChanged,
                  "field",
                  name,
                  bits,
                  fmt::format("was {}: {}", text_of(bits_of(*twin)), twin->text),
                  field.clause};
  }
  if (after) {
    return Change{ChangeKind::kGained,
                  "field",
                  name,
                  bits,
                  described(field, "was", owners(info, field, revisions.from)),
                  field.clause};
  }
  return Change{ChangeKind::kLost,
                "field",
                name,
                bits,
                described(field, "is", owners(info, field, revisions.to)),
                field.clause};
}

void add_bits(std::string_view set, const Bits& before, const Bits& after,
              const std::string& unless, std::vector<Change>& changes) {
  const std::string condition = unless.empty() ? "" : fmt::format(", unless {}", unless);
  const auto add = [&](ChangeKind kind, const Bits& bits, std::string_view text) {
    if (bits.none()) return;
    changes.push_back({kind, "reserved set", std::string(set), text_of(bits),
                       fmt::format("{}{}", text, condition), nullptr});
  };
  add(ChangeKind::kGained, after & ~before, "reserved from now on");
  add(ChangeKind::kLost, before & ~after, "no longer reserved");
}

void add_reserved(const StructureInfo& info, const Revisions& revisions,
                  std::vector<Change>& changes) {
  for (const std::string_view set : reserved_sets(info)) {
    ReservedSet before = reserved_in(info, set, revisions.from);
    ReservedSet after = reserved_in(info, set, revisions.to);
    add_bits(set, before.bits, after.bits, "", changes);
    for (const auto& [unless, bits] : before.unless) {
      add_bits(set, bits, after.unless[unless], unless, changes);
    }
    for (const auto& [unless, bits] : after.unless) {
      if (!before.unless.contains(unless)) add_bits(set, {}, bits, unless, changes);
    }
  }
}

// Clauses that hold in one of the revisions only, and the options that are about them.
ObjectChanges clause_changes(const Revisions& revisions) {
  ObjectChanges object{"specification", "clauses", "Statements about the device", {}};
  const auto change = [&](const spec::ClauseInfo& clause) -> std::optional<ChangeKind> {
    const bool before = lives(clause.since, clause.until, revisions.from);
    const bool after = lives(clause.since, clause.until, revisions.to);
    if (before == after) return std::nullopt;
    return after ? ChangeKind::kGained : ChangeKind::kLost;
  };
  for (const auto& clause : spec::catalogue().clauses) {
    if (const auto kind = change(clause)) {
      object.changes.push_back({*kind, "clause", "", "", std::string(clause.title), &clause});
    }
  }
  for (const auto& option : spec::catalogue().options) {
    if (const auto kind = change(*option.clause)) {
      object.changes.push_back(
          {*kind, "option", std::string(option.name), "", std::string(option.text), option.clause});
    }
  }
  return object;
}

std::string_view kind_name(spec::StructureKind kind) {
  switch (kind) {
    case spec::StructureKind::kStructure:
      return "structure";
    case spec::StructureKind::kRegister:
      return "register";
    case spec::StructureKind::kCommand:
      return "command";
    case spec::StructureKind::kEvent:
      return "event";
  }
  return "";
}

// An array of registers is in the catalogue once for each; all are alike.
bool is_repeated(std::string_view name) { return name.ends_with(']') && !name.ends_with("[0]"); }

ObjectChanges structure_changes(const StructureInfo& info, const Revisions& revisions) {
  ObjectChanges object{
      kind_name(info.kind), std::string(info.name.substr(0, info.name.find('['))), info.title, {}};
  for (const auto& field : info.fields) {
    if (auto change = field_change(info, field, revisions)) object.changes.push_back(*change);
  }
  add_reserved(info, revisions, object.changes);
  return object;
}

// The truth of "cap.Revision >= Revision.r3_06"; nullopt: the atom is of something else.
std::optional<bool> revision_atom(std::string_view text, std::uint64_t revision) {
  constexpr std::string_view kLeft = "cap.Revision ";
  constexpr std::string_view kRight = " Revision.r";
  const std::size_t right = text.find(kRight);
  if (!text.starts_with(kLeft) || right == std::string_view::npos || right < kLeft.size()) {
    return std::nullopt;
  }
  std::string name(text.substr(right + kRight.size()));
  std::replace(name.begin(), name.end(), '_', '.');
  const auto bound = profile::revision_code(name);
  if (!bound) return std::nullopt;
  const std::string_view op = text.substr(kLeft.size(), right - kLeft.size());
  if (op == ">=") return revision >= *bound;
  if (op == ">") return revision > *bound;
  if (op == "<=") return revision <= *bound;
  if (op == "<") return revision < *bound;
  if (op == "==") return revision == *bound;
  return op == "!=" ? std::optional<bool>(revision != *bound) : std::nullopt;
}

ObjectChanges decision_changes(const spec::DecisionInfo& decision, const Revisions& revisions) {
  const std::uint64_t from = profile::revision_code(revisions.from).value_or(0);
  const std::uint64_t to = profile::revision_code(revisions.to).value_or(0);
  ObjectChanges object{"decision", std::string(decision.name), decision.title, {}};
  for (const auto& atom : decision.atoms) {
    const auto before = revision_atom(atom.text, from);
    const auto after = revision_atom(atom.text, to);
    if (!before || before == after) continue;
    const bool is_let = atom.rule < 0;
    const auto* rule = is_let ? nullptr : &decision.rules[static_cast<std::size_t>(atom.rule)];
    object.changes.push_back({ChangeKind::kChanged, "rule", is_let ? "" : std::string(rule->id), "",
                              fmt::format("{} becomes {}{}", atom.text, *after ? "true" : "false",
                                          is_let ? " for every rule" : ""),
                              is_let ? nullptr : rule->clause});
  }
  return object;
}

}  // namespace

std::string_view change_name(ChangeKind kind) {
  constexpr std::array<std::string_view, 3> kNames = {"gained", "lost", "changed"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::vector<ObjectChanges> changes_between(std::string_view from, std::string_view to) {
  const Revisions revisions{from, to};
  std::vector<ObjectChanges> all;
  const auto add = [&all](ObjectChanges object) {
    if (!object.changes.empty()) all.push_back(std::move(object));
  };
  for (const auto& info : spec::catalogue().structures) {
    if (!is_repeated(info.name)) add(structure_changes(info, revisions));
  }
  add(clause_changes(revisions));
  for (const auto* decision : spec::catalogue().decisions) {
    add(decision_changes(*decision, revisions));
  }
  return all;
}

}  // namespace amdvi::cli
