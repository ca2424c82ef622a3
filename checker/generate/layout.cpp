#include "checker/generate/layout.hpp"

#include <cstdio>
#include <cstdlib>

namespace amdvi::generate {

std::uint64_t Layout::take(std::uint64_t length, std::uint64_t align) {
  constexpr std::uint64_t kGap = 4096;
  const std::uint64_t at = (next_ + kGap + align - 1) & ~(align - 1);
  if (at + length > end_ || at + length < at) {
    std::fputs("amdvi: the profile's memory window is too small for a vector\n", stderr);
    std::abort();
  }
  next_ = at + length;
  return at;
}

}  // namespace amdvi::generate
