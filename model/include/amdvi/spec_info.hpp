// The catalogue's types: what the generated code says of itself in words. Everything here is
// constant data made from spec/ by gen/; reports, proofs and vectors take names, bits and clauses
// from it and never type their own.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace amdvi::spec {

// How far a clause may be trusted: only `kStated` ones accuse.
enum class Confidence { kStated, kInferred, kUnknown };

struct ClauseInfo {
  std::string_view id;
  std::string_view title;
  std::string_view text;  // paraphrase in our own words
  Confidence confidence;
  std::string_view place;    // section/table of publication 48882, empty if not known
  std::string_view sources;  // tags of the fact sources
  std::string_view file;     // relative to the project, where it is written
  int line;
  std::string_view since;  // revision from which it holds, or everything that uses it is there
  std::string_view until;
};

// Bits [hi, lo] of the whole structure; a split field has its high piece first.
struct BitRange {
  std::uint16_t hi;
  std::uint16_t lo;
};

struct ValueName {
  std::uint64_t value;
  std::string_view name;
};

enum class FieldKind { kPlain, kReserved, kIgnored };
enum class Access { kNone, kRO, kRW, kRW1C, kRW1S, kHW };

// A set of reserved bits that a field belongs to: structures have reserved_SET(cap).
struct ReservedInfo {
  std::string_view set;
  const ClauseInfo* clause;
  std::string_view unless;  // the condition under which its bits may be 1; empty: none
};

struct FieldInfo {
  std::string_view name;
  std::span<const BitRange> pieces;
  std::string_view text;
  const ClauseInfo* clause;
  FieldKind kind;
  Access access;           // registers only
  std::uint64_t reset;     // registers only
  std::string_view since;  // revision "3.06", empty: always
  std::string_view until;
  std::span<const ValueName> values;
  std::string_view compare;  // events: "", "never" or the field that must be 1 for a comparison
  std::span<const ReservedInfo> reserved = {};
};

enum class StructureKind { kStructure, kRegister, kCommand, kEvent };

struct StructureInfo {
  std::string_view name;
  std::string_view title;
  StructureKind kind;
  unsigned width;  // bits
  const ClauseInfo* clause;
  std::span<const FieldInfo> fields;  // from bit 0 upwards
  std::uint32_t offset;    // registers: byte offset in the MMIO region (or capability block)
  std::uint32_t code;      // commands: opcode; events: event code
  std::string_view space;  // registers: "mmio" or "pci_capability"
  const ClauseInfo* reset_clause;  // registers: what its reset values stand on; nullptr: not known
};

struct RuleInfo {
  std::string_view id;
  const ClauseInfo* clause;
  std::string_view when;  // source text
  std::string_view text;
  int line;
};

// A smallest true-or-false part of a rule's condition; rule -1: part of a `let`.
struct AtomInfo {
  int rule;
  std::string_view text;
};

struct OutputInfo {
  std::string_view name;
  unsigned width;
  std::span<const ValueName> values;
};

// An input bit field that a decision reads, in solver order: "dte.IoCtl", "req.address". Bit b of
// `pieces` is bit b % word of leaf first_leaf + b / word, leaves numbered as Storage::visit does.
struct InputInfo {
  std::string_view name;
  unsigned width;
  std::span<const BitRange> pieces;
  unsigned first_leaf;
  unsigned word;
  std::span<const ValueName> values;
  std::string_view structure;  // "DeviceTableEntry", empty for a plain input
  std::string_view field;      // "IoCtl"
};

struct DecisionInfo {
  std::string_view name;
  std::string_view title;
  std::string_view file;
  std::span<const RuleInfo> rules;  // the default is the last one
  bool default_unreachable;         // the rules are complete: reaching the default is our bug
  std::span<const AtomInfo> atoms;
  std::span<const OutputInfo> outputs;
  std::span<const InputInfo> inputs;
};

struct OptionInfo {
  std::string_view name;
  const ClauseInfo* clause;
  std::string_view text;
  std::span<const std::string_view> values;
  unsigned default_index;
};

// What hand-written control flow of the model does on the strength of a clause.
struct BehaviourInfo {
  std::string_view name;
  const ClauseInfo* clause;
  std::string_view text;
};

// A clause of the facts that nothing models yet, and why.
struct PendingInfo {
  const ClauseInfo* clause;
  std::string_view why;
};

struct Catalogue {
  std::span<const ClauseInfo> clauses;
  std::span<const StructureInfo> structures;  // structures, registers, commands, events
  std::span<const DecisionInfo* const> decisions;
  std::span<const OptionInfo> options;
  std::span<const PendingInfo> pending;
};

// The one catalogue of this build.
const Catalogue& catalogue();

// nullptr if there is none of that name.
const StructureInfo* find_structure(std::string_view name);
// The first of that name; nullptr if there is none.
const FieldInfo* find_field(const StructureInfo& structure, std::string_view name);
const ClauseInfo* find_clause(std::string_view id);
const DecisionInfo* find_decision(std::string_view name);
const StructureInfo* find_register_at(std::uint32_t offset);  // MMIO space
const StructureInfo* find_event(std::uint32_t code);
const StructureInfo* find_command(std::uint32_t opcode);
// Which event, or which command, a first word is of: every one has its code in the same place.
const StructureInfo* event_of(std::uint64_t first_word);
const StructureInfo* command_of(std::uint64_t first_word);

// The value of `field` in `words` (64-bit little-endian words of the structure, bit 0 = LSB of
// words[0]); fields wider than 64 bits give their low 64.
std::uint64_t field_value(const FieldInfo& field, std::span<const std::uint64_t> words);
// Stores `value` into `field`'s bits.
void set_field(const FieldInfo& field, std::span<std::uint64_t> words, std::uint64_t value);

}  // namespace amdvi::spec
