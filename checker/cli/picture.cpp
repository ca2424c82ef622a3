#include "checker/cli/picture.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "checker/wording/clause.hpp"
#include "checker/wording/text.hpp"

namespace amdvi::cli {
namespace {

using spec::BitRange;
using spec::FieldInfo;

constexpr unsigned kRow = 32;     // bits
constexpr std::size_t kCell = 3;  // columns a bit
constexpr std::size_t kWidth = 100;

struct Cell {
  unsigned hi;
  unsigned lo;
  const FieldInfo* field;
};

// The pieces of fields that lie in bits [first + kRow - 1, first], from the top. Where revisions
// differ, the newest one is shown.
std::vector<Cell> cells_of(const spec::StructureInfo& info, unsigned first) {
  std::vector<Cell> cells;
  for (const FieldInfo& field : info.fields) {
    if (!field.until.empty()) continue;
    for (const BitRange& piece : field.pieces) {
      if (piece.hi < first || piece.lo >= first + kRow) continue;
      cells.push_back({std::min<unsigned>(piece.hi, first + kRow - 1),
                       std::max<unsigned>(piece.lo, first), &field});
    }
  }
  std::sort(cells.begin(), cells.end(), [](const Cell& a, const Cell& b) { return a.hi > b.hi; });
  return cells;
}

std::string row(const spec::StructureInfo& info, unsigned first) {
  std::string numbers = " ";
  std::string rule = "+";
  std::string names = "|";
  for (const Cell& cell : cells_of(info, first)) {
    const std::size_t width = (cell.hi - cell.lo + 1) * kCell - 1;
    const std::string bits =
        cell.hi == cell.lo ? fmt::format("{}", cell.hi) : fmt::format("{}:{}", cell.hi, cell.lo);
    const bool reserved = cell.field->kind == spec::FieldKind::kReserved;
    const std::string_view name = reserved ? "" : cell.field->name;
    numbers += fmt::format("{:<{}.{}} ", bits, width, width);
    rule += std::string(width, '-') + "+";
    names += fmt::format("{:^{}.{}}|", name, width, width);
  }
  return fmt::format("{}\n{}\n{}\n{}\n", numbers, rule, names, rule);
}

std::string bits_text(const FieldInfo& field) {
  std::string text;
  for (const BitRange& piece : field.pieces) {
    if (!text.empty()) text += ',';
    text += piece.hi == piece.lo ? fmt::format("{}", piece.hi)
                                 : fmt::format("{}:{}", piece.hi, piece.lo);
  }
  return text;
}

std::string_view access_name(spec::Access access) {
  switch (access) {
    case spec::Access::kNone:
      return "";
    case spec::Access::kRO:
      return "RO";
    case spec::Access::kRW:
      return "RW";
    case spec::Access::kRW1C:
      return "RW1C";
    case spec::Access::kRW1S:
      return "RW1S";
    case spec::Access::kHW:
      return "HW";
  }
  return "";
}

std::string revisions_text(const FieldInfo& field) {
  std::string text;
  if (!field.since.empty()) text += fmt::format(" (since {})", field.since);
  if (!field.until.empty()) text += fmt::format(" (until {})", field.until);
  return text;
}

std::string field_line(const FieldInfo& field) {
  std::string text =
      fmt::format("  {:<20} {:<5}{:<22} {}{}\n", bits_text(field), access_name(field.access),
                  field.name, field.text, revisions_text(field));
  for (const auto& value : field.values) {
    text += fmt::format("  {:<20}      {:#x} = {}\n", "", value.value, value.name);
  }
  return text;
}

std::string clauses_of(const spec::StructureInfo& info) {
  std::map<std::string_view, const spec::ClauseInfo*> clauses{{info.clause->id, info.clause}};
  for (const FieldInfo& field : info.fields) clauses.emplace(field.clause->id, field.clause);
  std::string text = "\nClauses\n";
  for (const auto& [id, clause] : clauses) {
    text += fmt::format("  {} [{}]\n{}", id, wording::confidence_name(clause->confidence),
                        wording::wrapped(clause->text, kWidth, "      "));
  }
  return text;
}

std::string heading(const spec::StructureInfo& info) {
  std::string text = fmt::format("{}: {}, {} bits", info.name, info.title, info.width);
  switch (info.kind) {
    case spec::StructureKind::kRegister:
      return text + fmt::format(", {} offset {:#06x}\n\n", info.space, info.offset);
    case spec::StructureKind::kCommand:
      return text + fmt::format(", opcode {:#x}\n\n", info.code);
    case spec::StructureKind::kEvent:
      return text + fmt::format(", code {:#x}\n\n", info.code);
    case spec::StructureKind::kStructure:
      break;
  }
  return text + "\n\n";
}

}  // namespace

std::string picture(const spec::StructureInfo& info) {
  std::string text = heading(info);
  for (unsigned end = info.width; end > 0; end -= kRow) text += row(info, end - kRow);
  text += '\n';
  for (const FieldInfo& field : info.fields) text += field_line(field);
  return text + clauses_of(info);
}

std::string rules_text(const spec::DecisionInfo& decision) {
  std::string text = fmt::format("{}: {}\n\n", decision.name, decision.title);
  for (const auto& rule : decision.rules) {
    text += fmt::format("  {} [{}, {}]\n", rule.id, rule.clause->id,
                        wording::confidence_name(rule.clause->confidence));
    if (!rule.text.empty()) text += fmt::format("      {}\n", rule.text);
    text += fmt::format("      when {}\n", rule.when);
  }
  text += "\nOutputs\n";
  for (const auto& output : decision.outputs) {
    text += fmt::format("  {} ({} bit{})", output.name, output.width, output.width == 1 ? "" : "s");
    for (const auto& value : output.values) text += fmt::format(" {}={}", value.name, value.value);
    text += '\n';
  }
  return text;
}

std::string clause_text(const spec::ClauseInfo& clause) {
  std::string text = fmt::format("{}: {} [{}]\n{}", clause.id, clause.title,
                                 wording::confidence_name(clause.confidence),
                                 wording::wrapped(clause.text, kWidth, "  "));
  for (const wording::ClauseFact& fact : wording::clause_facts(clause)) {
    text += fmt::format("  {:<8} {}\n", fact.what, fact.text);
  }
  return text;
}

std::string option_text(const spec::OptionInfo& option) {
  return fmt::format("{}: {}\n  values   {}\n  default  {}\n{}", option.name, option.text,
                     fmt::join(option.values, ", "), option.values[option.default_index],
                     clause_text(*option.clause));
}

}  // namespace amdvi::cli
