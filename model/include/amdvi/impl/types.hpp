// What the parts of BasicDevice hand to each other.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <amdvi/request.hpp>
#include <amdvi/spec/DteOutcome.gen.hpp>
#include <amdvi/spec/Ring.gen.hpp>
#include <amdvi/spec/registers.gen.hpp>

namespace amdvi::detail {

// What a fault report needs of the entry it was found with.
struct Context {
  const Request* request;  // what is being translated; of the host stage, a guest table access
  bool have_dte = false;
  std::array<std::uint64_t, 4> dte{};
  std::uint64_t address = 0;  // event operand
  bool PR = false, PE = false, RZ = false;
  unsigned type = 0;  // hardware error or invalid request type
  bool interrupt = false;
  bool have_irte = false, SupIOPF = false;
  const Request* origin = nullptr;  // what the device asked for, if not `request`
  bool GN = false;                  // the address is guest virtual, of `pasid`
  std::uint32_t pasid = 0;
  bool user = true;
  bool TR = false;                     // a translation request
  bool error = false;                  // aborted for something else than a page fault
  bool quiet = false;                  // an access of the vIOMMU, which reports its faults itself
  const char* virtual_flag = nullptr;  // or does not: the field of the event that tells of it
  unsigned tag = 0;                    // of a page request
};

// What the checks of a device table entry found.
struct Checked {
  spec::DteOutcome outcome;
  bool excluded;
};

// A guest table entry and where it is.
struct GuestEntry {
  std::uint64_t gpa;
  std::uint64_t spa;
  std::uint64_t value;
};

// What a dual log enable says.
enum class DualLog { kA, kB, kAutomatic, kReserved };

// A log of 16-byte entries: where its registers are.
struct LogRing {
  spec::Ring ring;
  spec::RegisterId base, head, tail;
  bool is_b;
};

using PciSpace = std::array<std::uint32_t, 64>;
struct PciMasks {
  PciSpace rw{}, w1s{}, w1c{}, reset{};
};

// The six registers of a performance counter, by their offset / 8.
using CounterBlock = std::array<std::uint64_t, 6>;

struct Counters {
  std::size_t per_bank = 0;
  std::vector<CounterBlock> blocks;  // bank by bank
  CounterBlock writable{};           // masks
  bool on = false;                   // one of them has a source

  const CounterBlock* at(std::uint64_t offset) const;
  CounterBlock* at(std::uint64_t offset) {
    return const_cast<CounterBlock*>(std::as_const(*this).at(offset));
  }
};

}  // namespace amdvi::detail
