// Memory of which some words do not answer.
#pragma once

#include <set>

#include <amdvi/memory.hpp>

namespace amdvi::by_hand {

class FailingMemory final : public Memory {
 public:
  explicit FailingMemory(SparseMemory& behind) : behind_(behind) {}
  bool read(std::uint64_t spa, std::span<std::uint8_t> bytes) override {
    return !no_read.contains(spa) && behind_.read(spa, bytes);
  }
  bool write(std::uint64_t spa, std::span<const std::uint8_t> bytes) override {
    return !no_write.contains(spa) && behind_.write(spa, bytes);
  }
  // Where an access starts.
  std::set<std::uint64_t> no_read, no_write;

 private:
  SparseMemory& behind_;
};

}  // namespace amdvi::by_hand
