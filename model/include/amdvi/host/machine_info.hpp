// What generated machines say of themselves, and how their code, typed by width, meets code that
// knows a machine only by numbers: values are erased, to plain integers or to terms.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <amdvi/spec_info.hpp>

namespace amdvi::host {

// Specialised per domain: `Value`, `Bv<W> lift<W>(Value)` and `Value erase(Bv<W>)`.
template <class Dom>
struct Erasure;

}  // namespace amdvi::host

namespace amdvi::spec {

// `id` numbers the id type (DevId, DomId...): values of two types never meet. 0 is no id.
struct VariableInfo {
  std::string_view name;
  unsigned id = 0;
  unsigned width = 0;
};

struct CellInfo {
  std::string_view name;
  unsigned index_id = 0;  // 0: a scalar, whose only index is 0
  unsigned index_width = 1;
  unsigned value_id = 0;
  unsigned value_width = 0;
  bool parameter = false;  // any value, and constant
  std::string_view clause;
  std::string_view text;
};

struct CaseInfo {
  std::string_view id;
  std::string_view clause;
  unsigned error = 0;    // HostError
  bool changes = false;  // has updates
  std::string_view text;
};

// Of no width if the operation picks nothing.
struct PickInfo {
  std::string_view name;
  unsigned id = 0;
  unsigned width = 0;
  bool highest = false;
  bool by_args = false;  // what fits depends on the arguments, not on the state alone
};

// Cases see their arguments, then the picked id, then one bit: was there one (else the id is 0).
struct OperationInfo {
  std::string_view name;
  std::span<const VariableInfo> args;
  PickInfo pick;
  std::span<const CaseInfo> cases;  // the first that holds decides
  std::string_view text;
};

struct InvariantInfo {
  std::string_view name;
  std::string_view title;
  std::string_view clause;
  Confidence confidence = Confidence::kStated;
  std::span<const VariableInfo> forall;
  std::string_view text;
  std::string_view axiom;  // why it holds by definition; empty: to be proved
  unsigned refuted = 0;    // as its source states it, so many operations break it; 0: to be proved
  std::string_view facts;  // "viommu 11.9, viommu 9.5": sections that it is taken from
};

// A joined id, of which a part is an id as well: bits [low + width - 1, low] of it.
struct PartInfo {
  unsigned joined = 0;
  unsigned part = 0;
  unsigned low = 0;
  unsigned width = 0;
};

struct MachineInfo {
  std::string_view name;
  std::string_view title;
  std::string_view file;
  std::span<const CellInfo> cells;
  std::span<const OperationInfo> operations;
  std::span<const InvariantInfo> invariants;
  std::span<const PartInfo> parts;  // of all id types
  std::string_view no_vectors;      // why no driver is asked to do its operations; empty: it is
};

// Something that a driver shows to the hardware; HostAction numbers them.
struct ActionInfo {
  std::string_view name;
  std::span<const VariableInfo> args;
  std::span<const std::uint16_t> after;  // actions that come first if one piece of work shows both
  std::string_view clause;
  std::string_view text;
};
std::span<const ActionInfo> host_actions();

struct MistakeInfo {
  std::string_view name;
  std::string_view machine;
  std::string_view operation;
  unsigned breaks = 0;  // number of an invariant
  unsigned steps = 0;   // operations of the shortest sequence that shows it
  std::string_view clause;
  std::string_view text;
};

}  // namespace amdvi::spec
