// What is around a driver while vectors run: where things are, and what a call says of hardware.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "checker/driver/slices.hpp"
#include "checker/vector/vector.hpp"

namespace amdvi::driver {

// Nothing is at these addresses: drivers only pass them on. The domain IDs are ones that no vector
// gets as the result of an allocation.
inline constexpr std::uint64_t kParentDomain = 0xffff;
inline constexpr std::uint64_t kParentRoot = 0x1'0000'0000;
inline constexpr std::uint64_t kParentMode = 4;
inline constexpr std::uint64_t kPrivateDomain = 0xfffe;
inline constexpr std::uint64_t kPrivateRoot = 0x2'0000'0000;
inline constexpr std::uint64_t kPrivateMode = 3;
inline constexpr std::uint64_t kVfBase = 0xfd'0000'0000;
inline constexpr std::uint64_t kOwnDevice = 0xff00;

inline constexpr unsigned kPageBits = 12;
inline constexpr std::uint64_t kPage = std::uint64_t{1} << kPageBits;
// Sizes of the windows (viommu.md 1.3).
inline constexpr std::uint64_t kVfBytes = 0x1000'0000, kVfctrlBytes = 0x40'0000;

class World {
 public:
  // Where things are: what every instance is told beside its parameters.
  static std::vector<vector::Argument> surroundings();
  static std::uint64_t vf_base(unsigned iommu) { return kVfBase + iommu * 2 * kVfBytes; }
  static std::uint64_t vfctrl_base(unsigned iommu) { return vf_base(iommu) + kVfBytes; }

  void begin(const vector::Step& step);
  void end(int error);

  [[nodiscard]] unsigned iommu() const { return iommu_; }
  [[nodiscard]] std::optional<std::uint64_t> viommu() const { return viommu_; }
  [[nodiscard]] const std::optional<Slices::Slice>& slice() const { return slice_; }
  // Bits of Control that can be set.
  [[nodiscard]] std::uint64_t control_mask() const;
  [[nodiscard]] std::uint64_t features() const;
  [[nodiscard]] std::uint32_t pci(unsigned iommu, std::uint32_t offset) const;
  // Whether an entry with vImuEn is that of the nested domain that the call attaches to.
  [[nodiscard]] bool is_nested(std::span<const std::uint64_t, 4> dte) const;

  // Roots of page tables: those that were told, and those that a call brought.
  [[nodiscard]] bool is_private(std::uint64_t root) const;
  // Of the parent.
  void unmap(std::uint64_t address, std::uint64_t bytes);
  // First and last address that are unmapped and may have to be invalidated.
  using Range = std::pair<std::uint64_t, std::uint64_t>;
  [[nodiscard]] const std::optional<Range>& unmapped() const { return unmapped_; }

 private:
  using Entry = std::array<std::uint64_t, 4>;

  void read_types(const vector::Step& step);
  [[nodiscard]] std::optional<std::uint64_t> given(const vector::Step& step,
                                                   std::string_view name) const;

  unsigned iommu_ = 0;
  std::optional<std::uint64_t> viommu_;
  std::optional<Slices::Slice> slice_;
  bool sticks_ = true, offered_ = true, capability_ = true, vf_ = true, vfctrl_ = true;
  std::map<std::uint64_t, Entry> entries_;               // of guests, by nested domain
  std::optional<std::pair<std::uint64_t, Entry>> made_;  // by this call, if it succeeds
  std::optional<std::uint64_t> nested_;
  std::optional<Range> unmapped_;
  std::set<std::uint64_t> private_roots_;  // that calls brought
};

}  // namespace amdvi::driver
