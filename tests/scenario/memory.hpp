// Physical memory of a host and who has what of it.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include <amdvi/host/observe_host.hpp>
#include <amdvi/memory.hpp>

namespace amdvi::scenario {

constexpr std::uint64_t kPage = 4096, kMiB = 1 << 20;

class HostMemory {
 public:
  // Memory of the kernel: zeroed, page-aligned, never given back.
  std::uint64_t take(std::uint64_t bytes);

  // Memory of a driver. What is given back is filled with junk: whoever still reads it sees that.
  std::uint64_t allocate(std::uint64_t bytes);
  bool free(std::uint64_t spa);
  bool set_uncached(std::uint64_t spa, bool on);
  [[nodiscard]] const host::Block* block(std::uint64_t spa) const;
  [[nodiscard]] std::vector<host::Block> blocks() const;

  std::uint64_t get(std::uint64_t spa);
  void put(std::uint64_t spa, std::uint64_t value);
  [[nodiscard]] SparseMemory& bytes() { return bytes_; }

 private:
  SparseMemory bytes_{std::uint64_t{1} << 44};
  std::uint64_t next_ = 0x1'0000'0000;
  std::map<std::uint64_t, host::Block> blocks_;  // by address
};

// Page tables of the host's format (core 3): leaves of 4 KiB.
class HostTables {
 public:
  explicit HostTables(HostMemory& memory) : memory_(&memory) {}

  // A table of its own, with its root's address.
  std::uint64_t make(unsigned mode);
  [[nodiscard]] unsigned mode(std::uint64_t root) const { return modes_.at(root); }
  [[nodiscard]] bool known(std::uint64_t root) const { return modes_.contains(root); }
  void map(std::uint64_t root, std::uint64_t address, std::uint64_t spa, std::uint64_t bytes);
  void unmap(std::uint64_t root, std::uint64_t address, std::uint64_t bytes);
  // 0: not mapped.
  std::uint64_t find(std::uint64_t root, std::uint64_t address);

 private:
  // Where the leaf of a page is; 0: a level above it is missing.
  std::uint64_t leaf(std::uint64_t root, std::uint64_t address, bool make);

  HostMemory* memory_;
  std::map<std::uint64_t, unsigned> modes_;  // by root
};

}  // namespace amdvi::scenario
