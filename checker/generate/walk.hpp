// Host (v1) page tables of one vector: one table a level, entries for one IOVA.
#pragma once

#include <array>
#include <cstdint>

#include "checker/generate/scene.hpp"

namespace amdvi::generate {

class Walk {
 public:
  // `mode`: levels of the tree, 1 to 6. Places the tables of all levels.
  Walk(Scene& scene, unsigned mode, std::uint64_t iova);

  unsigned mode() const { return mode_; }
  std::uint64_t root() const { return table(mode_); }
  std::uint64_t table(unsigned level) const { return tables_[level]; }

  // A directory entry at `level` that leads to the table of `next`; `fields` on top of
  // PR, IR, IW, NextLevel and the address.
  void directory(unsigned level, unsigned next, Fields fields = {});
  // Directories from the root down to `level`, one level at a time, entry of `level` not included.
  void down_to(unsigned level);
  // Any word as the entry of `level`.
  void entry(unsigned level, std::uint64_t pte, std::string note = "V1Pte");
  // A leaf of the default size (NextLevel 0) that leads to `spa`.
  void leaf(unsigned level, std::uint64_t spa, Fields fields = {});

  // An entry of the device table that starts this walk.
  std::vector<std::uint64_t> dte(Fields more = {}) const;

 private:
  Scene& scene_;
  unsigned mode_;
  std::uint64_t iova_;
  std::array<std::uint64_t, 7> tables_{};
};

// An IOVA whose index differs at every level of a tree of `mode` levels, offset bits 0.
std::uint64_t distinct_iova(unsigned mode);
// Offset bits of the default page of a level.
std::uint64_t level_offset_mask(unsigned level);

}  // namespace amdvi::generate
