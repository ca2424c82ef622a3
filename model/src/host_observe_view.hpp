// What the checks of observe_host.hpp look at: hardware, read once, beside the driver's books.
#pragma once

#include <utility>

#include <fmt/format.h>

#include <amdvi/host/observe_host.hpp>

namespace amdvi::host {

struct Range {
  std::uint64_t address = 0, bytes = 0;
};
// A guest's tables in the private address space.
Range devid_slice(std::uint16_t gid);
Range domid_slice(std::uint16_t gid);

// Of one IOMMU.
struct IommuView {
  const IommuSight& sight;
  const IommuBooks& books;
  std::string name;
  std::vector<std::vector<EntryFacts>> entries;  // by device; the first is that of memory
  std::vector<Leaf> leaves;                      // of the private address space
  Hardware hardware;

  [[nodiscard]] const EntryFacts& own() const { return entries[books.own].front(); }
  // None beyond the device table.
  [[nodiscard]] std::span<const EntryFacts> versions(std::size_t device) const {
    return device < entries.size() ? entries[device] : std::span<const EntryFacts>{};
  }
  [[nodiscard]] const GuestBooks* guest(std::uint16_t gid) const;
  [[nodiscard]] const GuestBooks* viommu(std::uint16_t number) const;
  // Calls f(device, entry) for each version of each entry that is for a guest.
  template <class F>
  void each_guest_entry(F f) const {
    for (std::size_t device = 0; device < entries.size(); ++device) {
      for (const EntryFacts& entry : entries[device]) {
        if (entry.for_guest) f(static_cast<std::uint16_t>(device), entry);
      }
    }
  }
};

// Maps of a guest as they are in memory.
struct MapsView {
  const IommuView& iommu;
  const GuestBooks& guest;
  std::vector<std::optional<std::uint16_t>> devices, domains;  // by the guest's IDs

  [[nodiscard]] std::string name() const;
  // Host domain IDs that the DomID map names beside the parent's.
  [[nodiscard]] std::set<std::uint16_t> hosts(const HostBooks& books) const;
};

struct View {
  View(const HostSight& what, const HostBooks& says);
  View(const View&) = delete;

  const HostSight& sight;
  const HostBooks& books;
  std::vector<IommuView> iommus;
  std::vector<MapsView> maps;  // of guests that live

  [[nodiscard]] const ParentBooks& parent(const GuestBooks& guest) const {
    return books.parents.at(guest.parent);
  }
};

class Findings {
 public:
  template <class... Args>
  void expect(bool holds, unsigned number, fmt::format_string<Args...> says, Args&&... args) {
    if (!holds) all_.push_back({number, fmt::format(says, std::forward<Args>(args)...)});
  }
  std::vector<Broken> take() { return std::move(all_); }

 private:
  std::vector<Broken> all_;
};

struct Check {
  unsigned number;
  void (*run)(const View& view, Findings& findings);
};
std::span<const Check> checks_of_entries();
std::span<const Check> checks_of_maps();
std::span<const Check> checks_of_ids();
std::span<const Check> checks_of_words();
std::span<const Check> checks_of_memory();

}  // namespace amdvi::host
