// Both models side by side, with the same memory, capabilities and choices.
#pragma once

#include <cstdint>
#include <cstring>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <amdvi/device.hpp>

#include "tests/diff/naive_iommu.hpp"

namespace amdvi::diff {

using Random = std::mt19937_64;

inline std::uint64_t below(Random& rng, std::uint64_t n) { return rng() % n; }
inline bool chance(Random& rng, unsigned one_in) { return below(rng, one_in) == 0; }

// Memory from 0 to its size.
class Arena final : public Memory {
 public:
  explicit Arena(std::size_t size) : bytes(size) {}
  bool read(std::uint64_t spa, std::span<std::uint8_t> to) override {
    if (!decodes(spa, to.size())) return false;
    std::memcpy(to.data(), bytes.data() + spa, to.size());
    return true;
  }
  bool write(std::uint64_t spa, std::span<const std::uint8_t> from) override {
    if (!decodes(spa, from.size())) return false;
    std::memcpy(bytes.data() + spa, from.data(), from.size());
    return true;
  }
  std::vector<std::uint8_t> bytes;

 private:
  bool decodes(std::uint64_t spa, std::size_t length) const {
    return spa < bytes.size() && length <= bytes.size() - spa;
  }
};

// Rules that fired, over all runs: a comparison that never gets somewhere says nothing of it.
using Reached = std::set<std::pair<const spec::DecisionInfo*, unsigned>>;

class Count : public Observer {
 public:
  explicit Count(Reached& rules) : reached(rules) {}
  void interrupt(InterruptCause) override { ++interrupts; }
  void doorbell(std::uint32_t) override { ++doorbells; }
  void rule(const spec::DecisionInfo& decision, unsigned index) override {
    reached.insert({&decision, index});
  }
  Reached& reached;
  unsigned interrupts = 0, doorbells = 0;
};

struct Setup {
  Config config;
  naive::Caps caps;
  naive::Choices choices;
};
// What the features are to be good for.
enum class Purpose { kMemory, kGuest, kInterrupts, kRings };
Setup any_setup(Random& rng, Purpose purpose);

// The choices that are yes or no, for a naive model that is wrong on purpose.
inline constexpr bool naive::Choices::*kChoices[] = {
    &naive::Choices::mode7_page_fault,    &naive::Choices::exclusion_before_tv,
    &naive::Choices::mode_range_pr,       &naive::Choices::overflow_id_illegal,
    &naive::Choices::overflow_id_address, &naive::Choices::encoding_rz,
    &naive::Choices::ioctl_port_io_only,  &naive::Choices::all_ones_legal,
    &naive::Choices::level6_page,         &naive::Choices::low_bits_fault,
    &naive::Choices::rw_if_not_present,   &naive::Choices::page_aligned,
    &naive::Choices::head_after,          &naive::Choices::fetch_at_base,
    &naive::Choices::store_go_on,         &naive::Choices::logint_needs_enable,
    &naive::Choices::run_clears,          &naive::Choices::enable_clears,
    &naive::Choices::last_slot,           &naive::Choices::take_base_running,
    &naive::Choices::take_short_length,   &naive::Choices::take_pointer_running,
    &naive::Choices::take_pointer_beyond, &naive::Choices::other_half,
    &naive::Choices::intctl0_logs,        &naive::Choices::v0_forward,
    &naive::Choices::irte_error_logs,     &naive::Choices::long_table_illegal,
    &naive::Choices::pasid_page_fault,    &naive::Choices::supervisor_may_write,
    &naive::Choices::host_fault_as_guest,
};

struct Run {
  std::uint64_t seed = 0;
  std::uint64_t number = 0;
  Reached& reached;
  // The naive model makes this choice the other way.
  bool naive::Choices::*wrong = nullptr;

  Setup setup(Random& rng, Purpose purpose) const {
    Setup s = any_setup(rng, purpose);
    if (wrong != nullptr) s.choices.*wrong = !(s.choices.*wrong);
    return s;
  }
};

struct Pair {
  Pair(const Setup& setup, std::size_t bytes, Reached& reached)
      : arena(bytes),
        count(reached),
        device(setup.config, arena, &count),
        naive(setup.caps, setup.choices, bytes) {}

  void write(unsigned offset, unsigned size, std::uint64_t value) {
    device.mmio_write(offset, size, value);
    naive.write_register(offset, size, value);
  }
  void store(std::uint64_t at, std::uint64_t value) {
    arena.write64(at, value);
    std::memcpy(naive.memory.data() + at, arena.bytes.data() + at, 8);
  }
  std::uint64_t word(std::uint64_t at) const {
    std::uint64_t value = 0;
    std::memcpy(&value, arena.bytes.data() + at, 8);
    return value;
  }
  // What differs, or nothing.
  std::string compare_request(const naive::Request& r);
  std::string compare_message(const naive::Message& m);
  // The event that was logged since the tail was here.
  std::string compare_event(std::uint64_t log, std::uint64_t tail) const;
  std::string compare_word(std::uint64_t at) const;
  std::string compare_memory() const;
  std::string compare_registers() const;

  Arena arena;
  Count count;
  Device device;
  naive::Iommu naive;
};

// One run each; false after the first disagreement, which is printed.
bool requests(const Run& run);
bool guests(const Run& run);
bool messages(const Run& run);
bool sequences(const Run& run);

}  // namespace amdvi::diff
