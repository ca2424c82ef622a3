// Places tables, rings and targets in the memory window of a profile, never overlapping.
#pragma once

#include <cstdint>

namespace amdvi::generate {

class Layout {
 public:
  // Window in bytes; an exhausted window is our bug and aborts.
  Layout(std::uint64_t start, std::uint64_t length) : next_(start), end_(start + length) {}

  // `length` bytes at a multiple of `align` (a power of two, bytes), with one page that belongs to
  // nothing in front, so that an access just below or above an object hits no other one.
  std::uint64_t take(std::uint64_t length, std::uint64_t align = 4096);

 private:
  std::uint64_t next_;
  std::uint64_t end_;
};

}  // namespace amdvi::generate
