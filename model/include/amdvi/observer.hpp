// Hears every step the model takes: how traces, coverage, explanations and trust are made.
#pragma once

#include <cstdint>
#include <span>

#include <amdvi/spec/behaviours.gen.hpp>
#include <amdvi/spec_info.hpp>

namespace amdvi {

enum class TableKind { kDeviceTable, kV1Table, kCommand, kInterruptTable };

enum class InterruptCause { kEventLog, kCompletionWait, kGaLog };

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
  // The message of an interrupt of the IOMMU itself: a memory write of 4 bytes. Comes after
  // interrupt(), and only if the MSI capability or IntCapXTEn lets it out.
  virtual void message(InterruptCause, std::uint64_t /*address*/, std::uint32_t /*data*/) {}
  // A guest-mode interrupt was posted while its guest runs on the processor `destination`.
  virtual void doorbell(std::uint32_t /*destination*/) {}
  // An entry was written to the GA log.
  virtual void ga_entry(std::uint64_t) {}
};

}  // namespace amdvi
