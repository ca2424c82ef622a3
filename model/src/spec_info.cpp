#include <amdvi/spec/Command.gen.hpp>
#include <amdvi/spec/IO_PAGE_FAULT.gen.hpp>
#include <amdvi/spec_info.hpp>
#include <amdvi/value/bit_field.hpp>

namespace amdvi::spec {

namespace {

template <class Range, class Match>
auto find(const Range& range, Match match) -> decltype(&*range.begin()) {
  for (const auto& item : range) {
    if (match(item)) return &item;
  }
  return nullptr;
}

// Structures smaller than 64 bits are kept in one word.
constexpr unsigned kWord = 64;

}  // namespace

const StructureInfo* find_structure(std::string_view name) {
  return find(catalogue().structures, [&](const StructureInfo& s) { return s.name == name; });
}

const FieldInfo* find_field(const StructureInfo& structure, std::string_view name) {
  return find(structure.fields, [&](const FieldInfo& f) { return f.name == name; });
}

const ClauseInfo* find_clause(std::string_view id) {
  return find(catalogue().clauses, [&](const ClauseInfo& c) { return c.id == id; });
}

const DecisionInfo* find_decision(std::string_view name) {
  for (const DecisionInfo* d : catalogue().decisions) {
    if (d->name == name) return d;
  }
  return nullptr;
}

const StructureInfo* find_register_at(std::uint32_t offset) {
  return find(catalogue().structures, [&](const StructureInfo& s) {
    return s.kind == StructureKind::kRegister && s.space == "mmio" && s.offset == offset;
  });
}

const StructureInfo* find_event(std::uint32_t code) {
  return find(catalogue().structures, [&](const StructureInfo& s) {
    return s.kind == StructureKind::kEvent && s.code == code;
  });
}

const StructureInfo* find_command(std::uint32_t opcode) {
  return find(catalogue().structures, [&](const StructureInfo& s) {
    return s.kind == StructureKind::kCommand && s.code == opcode;
  });
}

const StructureInfo* event_of(std::uint64_t first_word) {
  const std::uint64_t words[] = {first_word, 0};
  return find_event(static_cast<std::uint32_t>(field::IO_PAGE_FAULT::EventCode.get(words)));
}

const StructureInfo* command_of(std::uint64_t first_word) {
  const std::uint64_t words[] = {first_word, 0};
  return find_command(static_cast<std::uint32_t>(field::Command::opcode.get(words)));
}

std::uint64_t field_value(const FieldInfo& field, std::span<const std::uint64_t> words) {
  std::uint64_t value = 0;
  for (const BitRange& p : field.pieces) {
    value = p.hi - p.lo + 1 >= 64 ? 0 : value << (p.hi - p.lo + 1);
    value |= BitField<1, kWord>{{{{p.hi, p.lo}}}}.get(words);
  }
  return value;
}

void set_field(const FieldInfo& field, std::span<std::uint64_t> words, std::uint64_t value) {
  for (std::size_t i = field.pieces.size(); i-- > 0;) {
    const BitRange& p = field.pieces[i];
    BitField<1, kWord>{{{{p.hi, p.lo}}}}.set(words, value);
    value = p.hi - p.lo + 1 >= 64 ? 0 : value >> (p.hi - p.lo + 1);
  }
}

}  // namespace amdvi::spec
