#include "tests/scenario/memory.hpp"

#include <array>

namespace amdvi::scenario {
namespace {

constexpr std::uint64_t kPresent = 0x6000'0000'0000'0001;  // PR, IR, IW
constexpr std::uint64_t kAddress = 0x000f'ffff'ffff'f000;
constexpr unsigned kPageBits = 12, kLevelBits = 9, kNextLevel = 9;
constexpr std::uint64_t kWord = 8;
constexpr std::uint8_t kJunk = 0xdb;

}  // namespace

std::uint64_t HostMemory::take(std::uint64_t bytes) {
  // On 2 MiB, so that one page of nobody's lies between two blocks.
  const std::uint64_t at = next_;
  next_ += (bytes + 4 * kMiB) & ~(2 * kMiB - 1);
  return at;
}

std::uint64_t HostMemory::allocate(std::uint64_t bytes) {
  const std::uint64_t spa = take(bytes);
  blocks_[spa] = {spa, bytes, true, false};
  return spa;
}

bool HostMemory::free(std::uint64_t spa) {
  const auto found = blocks_.find(spa);
  if (found == blocks_.end() || !found->second.allocated) return false;
  std::array<std::uint8_t, kPage> junk;
  junk.fill(kJunk);
  for (std::uint64_t at = 0; at < found->second.bytes; at += kPage) bytes_.write(spa + at, junk);
  found->second.allocated = false;
  if (!found->second.uncached) blocks_.erase(found);
  return true;
}

bool HostMemory::set_uncached(std::uint64_t spa, bool on) {
  const auto found = blocks_.find(spa);
  if (found == blocks_.end()) return false;
  found->second.uncached = on;
  return true;
}

const host::Block* HostMemory::block(std::uint64_t spa) const {
  const auto found = blocks_.find(spa);
  return found != blocks_.end() ? &found->second : nullptr;
}

std::vector<host::Block> HostMemory::blocks() const {
  std::vector<host::Block> all;
  for (const auto& [spa, block] : blocks_) all.push_back(block);
  return all;
}

std::uint64_t HostMemory::get(std::uint64_t spa) {
  std::uint64_t value = 0;
  bytes_.read64(spa, value);
  return value;
}

void HostMemory::put(std::uint64_t spa, std::uint64_t value) { bytes_.write64(spa, value); }

std::uint64_t HostTables::make(unsigned mode) {
  const std::uint64_t root = memory_->take(kPage);
  modes_[root] = mode;
  return root;
}

std::uint64_t HostTables::leaf(std::uint64_t root, std::uint64_t address, bool make) {
  std::uint64_t table = root;
  for (unsigned level = modes_.at(root);; --level) {
    const unsigned shift = kPageBits + kLevelBits * (level - 1);
    const std::uint64_t at = table + (address >> shift & ((1U << kLevelBits) - 1)) * kWord;
    if (level == 1) return at;
    std::uint64_t entry = memory_->get(at);
    if (entry == 0) {
      if (!make) return 0;
      entry = memory_->take(kPage) | std::uint64_t{level - 1} << kNextLevel | kPresent;
      memory_->put(at, entry);
    }
    table = entry & kAddress;
  }
}

void HostTables::map(std::uint64_t root, std::uint64_t address, std::uint64_t spa,
                     std::uint64_t bytes) {
  for (std::uint64_t at = 0; at < bytes; at += kPage) {
    memory_->put(leaf(root, address + at, true), (spa + at) | kPresent);
  }
}

void HostTables::unmap(std::uint64_t root, std::uint64_t address, std::uint64_t bytes) {
  for (std::uint64_t at = 0; at < bytes; at += kPage) {
    if (const std::uint64_t entry = leaf(root, address + at, false); entry != 0) {
      memory_->put(entry, 0);
    }
  }
}

std::uint64_t HostTables::find(std::uint64_t root, std::uint64_t address) {
  const std::uint64_t at = leaf(root, address, false);
  const std::uint64_t entry = at != 0 ? memory_->get(at) : 0;
  return entry != 0 ? (entry & kAddress) | (address & (kPage - 1)) : 0;
}

}  // namespace amdvi::scenario
