// Invariants 17 to 20 and 30 of viommu.md 11: the private address space, the memory behind it, and
// what caches may still have.
#include <algorithm>

#include "host_observe_view.hpp"

namespace amdvi::host {
namespace {

constexpr std::uint64_t kFixed = 8ULL << 20;

// Mapped from end to end, for reads and writes.
bool covered(const std::vector<Leaf>& leaves, const Range& range) {
  std::uint64_t at = range.address;
  for (const Leaf& leaf : leaves) {
    if (leaf.address + leaf.bytes <= at) continue;
    if (leaf.address > at || !leaf.writable) break;
    at = leaf.address + leaf.bytes;
    if (at >= range.address + range.bytes) return true;
  }
  return false;
}

bool inside(const Leaf& leaf, const Range& range) {
  return leaf.address >= range.address && leaf.address + leaf.bytes <= range.address + range.bytes;
}

void private_slices_are_mapped(const View& view, Findings& findings) {
  for (const IommuView& iommu : view.iommus) {
    if (!iommu.books.on) continue;
    std::vector<Range> wanted{{0, kFixed}};
    for (const GuestBooks& guest : iommu.books.guests) {
      wanted.push_back(devid_slice(guest.gid));
      wanted.push_back(domid_slice(guest.gid));
    }
    for (const Range& range : wanted) {
      findings.expect(covered(iommu.leaves, range), 17,
                      "{}: private addresses from {:#x} are not mapped for reads and writes",
                      iommu.name, range.address);
    }
    for (const Leaf& leaf : iommu.leaves) {
      const bool known = std::any_of(wanted.begin(), wanted.end(),
                                     [&](const Range& range) { return inside(leaf, range); });
      if (known) continue;
      findings.expect(false, 17, "{}: private address {:#x} is mapped, and nobody's", iommu.name,
                      leaf.address);
      break;
    }
  }
}

void private_pages_are_ones_own(const View& view, Findings& findings) {
  struct Piece {
    std::uint64_t spa, bytes, address;
    const IommuView* iommu;
  };
  std::vector<Piece> pieces;
  for (const IommuView& iommu : view.iommus) {
    for (const Leaf& leaf : iommu.leaves) {
      pieces.push_back({leaf.spa, leaf.bytes, leaf.address, &iommu});
    }
  }
  std::sort(pieces.begin(), pieces.end(),
            [](const Piece& a, const Piece& b) { return a.spa < b.spa; });
  for (std::size_t i = 1; i < pieces.size(); ++i) {
    const Piece &a = pieces[i - 1], &b = pieces[i];
    findings.expect(a.spa + a.bytes <= b.spa, 18,
                    "{}, private address {:#x}, and {}, {:#x}, have memory in common",
                    a.iommu->name, a.address, b.iommu->name, b.address);
  }
}

bool within(std::uint64_t spa, std::uint64_t bytes, const Block& block) {
  return spa >= block.spa && spa + bytes <= block.spa + block.bytes;
}

const Block* block_of(const std::vector<Block>& blocks, std::uint64_t spa, std::uint64_t bytes) {
  const auto found = std::find_if(blocks.begin(), blocks.end(),
                                  [&](const Block& b) { return within(spa, bytes, b); });
  return found != blocks.end() ? &*found : nullptr;
}

void private_pages_are_uncached(const View& view, Findings& findings) {
  const std::vector<Block> blocks = view.sight.blocks();
  std::set<std::uint64_t> used;
  for (const IommuView& iommu : view.iommus) {
    for (const Leaf& leaf : iommu.leaves) {
      const Block* block = block_of(blocks, leaf.spa, leaf.bytes);
      findings.expect(block != nullptr && block->uncached, 19,
                      "{}: memory behind private address {:#x} is not uncacheable", iommu.name,
                      leaf.address);
      if (block != nullptr) used.insert(block->spa);
    }
  }
  for (const Block& block : blocks) {
    findings.expect(!block.uncached || used.contains(block.spa), 19,
                    "memory at {:#x} is uncacheable and nobody's", block.spa);
  }
}

void nothing_stale_points_to_freed_memory(const View& view, Findings& findings) {
  const std::vector<Block> blocks = view.sight.blocks();
  const auto allocated = [&](std::uint64_t spa, std::uint64_t bytes) {
    const Block* block = block_of(blocks, spa, bytes);
    return block != nullptr && block->allocated;
  };
  for (const IommuView& iommu : view.iommus) {
    for (const Leaf& leaf : iommu.leaves) {
      findings.expect(allocated(leaf.spa, leaf.bytes), 20,
                      "{}: private address {:#x} leads to memory that is free", iommu.name,
                      leaf.address);
    }
    for (const Stale& stale : iommu.sight.stale()) {
      findings.expect(
          stale.domain != iommu.books.private_domain || allocated(stale.spa, stale.bytes), 20,
          "{}: private address {:#x} may still be cached, and its memory is free", iommu.name,
          stale.address);
    }
  }
}

void changes_were_invalidated(const View& view, Findings& findings) {
  for (const IommuView& iommu : view.iommus) {
    for (const Stale& stale : iommu.sight.stale()) {
      findings.expect(stale.domain == iommu.books.private_domain, 30,
                      "{}: {:#x} of domain ID {} was unmapped and may still be cached", iommu.name,
                      stale.address, stale.domain);
    }
  }
}

constexpr std::array kChecks{
    Check{17, private_slices_are_mapped}, Check{18, private_pages_are_ones_own},
    Check{19, private_pages_are_uncached}, Check{20, nothing_stale_points_to_freed_memory},
    Check{30, changes_were_invalidated}};

}  // namespace

std::span<const Check> checks_of_memory() { return kChecks; }

}  // namespace amdvi::host
