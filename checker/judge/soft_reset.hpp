// What every vector may rely on before its set-up: the registers of a device that need not have
// been restarted are as after power-on, and the memory it looks at is zero.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "checker/dut/adapter.hpp"
#include "checker/profile/profile.hpp"
#include "checker/vector/vector.hpp"

namespace amdvi::judge {

struct RegisterWrite {
  std::uint32_t offset = 0;
  unsigned size = 8;
  std::uint64_t value = 0;
};

// Control is cleared first, so that nothing runs while the rest is written, and gets its reset
// value last. Only registers that the profile's device has.
std::vector<RegisterWrite> soft_reset_program(const Config& config);

// The registers that show the MSI capability back to their reset values: no adapter has to undo what
// a vector did to them.
std::vector<RegisterWrite> msi_mirror_program(const Config& config);

// Pages of memory, by number, inside of the profile's window: what outside of it is belongs to
// somebody else.
class Pages {
 public:
  Pages(std::uint64_t start, std::uint64_t length) : start_(start), end_(start + length) {}

  void add(std::uint64_t at, std::uint64_t length);
  // What the vector's own steps write or look at, but do not clear themselves.
  void add_touched(const vector::Vector& vector);
  // What may hold something other than zero once the vector has run, as far as it is known: a
  // faulty device may write anywhere.
  void add_dirty(const vector::Vector& vector);
  void clear() { pages_.clear(); }

  dut::Reply<void> zero(dut::Adapter& adapter) const;

 private:
  std::uint64_t start_;
  std::uint64_t end_;
  std::set<std::uint64_t> pages_;
};

}  // namespace amdvi::judge
