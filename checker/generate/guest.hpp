// Guest tables of one vector, alone or behind host tables: one GCR3 table and one guest table a
// level, entries for one PASID and one address.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>

#include "checker/generate/scene.hpp"

namespace amdvi::generate {

// Host tables of three levels for the pages that a vector uses. A guest physical address differs
// from the system physical one, so that a stage that is left out shows.
class HostMap {
 public:
  explicit HostMap(Scene& scene);

  static constexpr unsigned kMode = 3;
  static std::uint64_t gpa(std::uint64_t spa) { return spa + (std::uint64_t{1} << 30); }
  std::uint64_t root() const { return root_; }
  // A page at gpa(spa); `fields` on top of PR, IR, IW and the address.
  void page(std::uint64_t spa, Fields fields = {});
  // Where the entry of that page is.
  std::uint64_t entry_of(std::uint64_t spa);
  void large_page(std::uint64_t spa);  // 2 MiB around it

 private:
  std::uint64_t table_for(std::uint64_t gpa);
  void put(std::uint64_t at, std::string_view structure, Fields plain, Fields more);

  Scene& scene_;
  std::uint64_t root_, middle_;
  std::map<std::uint64_t, std::uint64_t> lowest_;  // by 2 MiB of guest physical address
};

struct GuestShape {
  unsigned glx = 0;     // GCR3 levels less 1
  unsigned levels = 4;  // of guest tables
  bool nested = false;
  bool root_gpa = false;  // Control.GCR3TRPMode: the root pointer is a guest physical address
  std::uint32_t pasid = 5;
};

class GuestTables {
 public:
  GuestTables(Scene& scene, GuestShape shape, std::uint64_t va);

  const GuestShape& shape() const { return shape_; }
  HostMap& host() { return *host_; }
  std::uint64_t gpa(std::uint64_t spa) const { return shape_.nested ? HostMap::gpa(spa) : spa; }
  std::uint64_t gcr3_table(unsigned level) const { return gcr3_[level]; }
  std::uint64_t table(unsigned level) const { return tables_[level]; }
  // Where the entry of this level for the address is, and for the PASID.
  std::uint64_t at(unsigned level) const;
  std::uint64_t gcr3_at(unsigned level) const;

  // Every entry good down to a leaf at `level` that leads to `spa`.
  void good(std::uint64_t spa, unsigned level = 1);
  void gcr3(unsigned level, Fields fields = {});
  std::uint64_t directory_word(unsigned level, Fields fields = {}) const;
  std::uint64_t leaf_word(std::uint64_t spa, unsigned level = 1, Fields fields = {}) const;
  void entry(unsigned level, std::uint64_t word);

  std::vector<std::uint64_t> dte(Fields more = {}) const;
  // Control bits that the shape needs.
  std::vector<std::uint64_t> control(Fields more = {}) const;

 private:
  Scene& scene_;
  GuestShape shape_;
  std::uint64_t va_;
  std::array<std::uint64_t, 4> gcr3_{};
  std::array<std::uint64_t, 6> tables_{};
  std::optional<HostMap> host_;
};

}  // namespace amdvi::generate
