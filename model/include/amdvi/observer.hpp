// Hears every step the model takes: how traces, coverage, explanations and trust are made.
#pragma once

#include <cstdint>
#include <span>

#include <amdvi/spec/behaviours.gen.hpp>
#include <amdvi/spec_info.hpp>

namespace amdvi {

enum class TableKind { kDeviceTable, kV1Table, kCommand };

enum class InterruptCause { kEventLog, kCompletionWait };

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void rule(const spec::DecisionInfo&, unsigned /*rule*/) {}
  virtual void behaviour(spec::Behaviour) {}
  // An entry was read: its address and its words.
  virtual void table_read(TableKind, std::uint64_t /*spa*/, std::span<const std::uint64_t>) {}
  // An entry was written to the event log, two words.
  virtual void event(std::span<const std::uint64_t>) {}
  virtual void interrupt(InterruptCause) {}
};

}  // namespace amdvi
