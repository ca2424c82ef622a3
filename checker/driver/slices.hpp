// The DevID and DomID tables of guests in the private address space: mapped, unmapped, invalidated,
// waited for, and freed, in this order.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include <amdvi/spec/machines.gen.hpp>

namespace amdvi::driver {

class Slices {
 public:
  struct Event {
    spec::HostAction action;
    std::uint64_t guest_id = 0;
  };

  // Each says what it completes, if anything. `note` gets why something does not count.
  std::optional<Event> map(std::uint64_t address, std::uint64_t spa, std::uint64_t bytes,
                           std::string& note);
  void unmap(std::uint64_t address, std::uint64_t bytes);
  void invalidate(std::uint64_t first, std::uint64_t last);
  void wait();
  std::optional<Event> free(std::uint64_t spa, std::string& note);

  void allocate(std::uint64_t spa, std::uint64_t bytes) { memory_[spa] = {bytes, false}; }
  // false: no memory was allocated there.
  bool set_uncached(std::uint64_t spa, bool on);

 private:
  enum class State { kMapped, kUnmapped, kInvalidated, kWaited };
  struct Place {
    std::uint64_t base = 0;
    std::uint64_t size = 0;
    Event mapped, unmapped;
  };
  struct Slice {
    Place place;
    std::uint64_t bytes = 0;  // mapped
    State state = State::kMapped;
    std::set<std::uint64_t> memory;  // allocations behind it
  };
  struct Allocation {
    std::uint64_t bytes = 0;
    bool uncached = false;
  };

  static std::optional<Place> place_of(std::uint64_t address);
  std::map<std::uint64_t, Allocation>::iterator allocation_of(std::uint64_t spa);

  std::map<std::uint64_t, Slice> slices_;  // by address
  std::map<std::uint64_t, Allocation> memory_;
};

}  // namespace amdvi::driver
