// What hardware that runs has of guests, read as hardware has it: control words, tables behind
// private addresses, device table entries. Compared with what a driver should have, a machine.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <amdvi/host/machine.hpp>

namespace amdvi::host {

// To be asked when nothing is going on. A device or a memory of any kind is put behind it.
struct Hardware {
  // A control word of a guest, by its number in the VFCTRL window.
  std::function<std::uint64_t(std::uint16_t guest, unsigned word)> control;
  // 8 bytes at a private address; nothing if it is not mapped.
  std::function<std::optional<std::uint64_t>(std::uint64_t address)> memory;
  std::function<std::array<std::uint64_t, 4>(std::uint16_t device)> entry;
};

struct EntryFacts {
  bool translates = false;  // V and TV
  bool for_guest = false;   // vImuEn
  bool complete = false;    // GV, IR and IW, and legal GLX and guest paging mode
  bool permits = false;     // IR and IW
  bool nested = false;      // GV
  std::uint16_t guest = 0, guest_device = 0, domain = 0;
  unsigned mode = 0;
  std::uint64_t root = 0;  // bits 51:12 of the address
  std::uint64_t gcr3 = 0;  // the same of the GCR3 table
  bool operator==(const EntryFacts&) const = default;
};

struct QueueFacts {
  bool enabled = false;
  unsigned length = 0;
  std::uint64_t base = 0;  // bits 51:12 of the address
  [[nodiscard]] bool legal() const { return !enabled || (length >= 8 && base != 0); }
};

struct GuestFacts {
  std::uint16_t translation_device = 0;
  QueueFacts command, event, ppr;
};

using Entry = std::array<std::uint64_t, 4>;

EntryFacts facts_of(const Entry& dte);
EntryFacts observe_entry(const Hardware& hardware, std::uint16_t device);
GuestFacts observe_guest(const Hardware& hardware, std::uint16_t guest);
// What a guest's maps name; nothing if there is no valid entry.
std::optional<std::uint16_t> observe_device(const Hardware& hardware, std::uint16_t guest,
                                            std::uint16_t guest_device);
std::optional<std::uint16_t> observe_domain(const Hardware& hardware, std::uint16_t guest,
                                            std::uint16_t guest_domain);

// Where the entries of these devices, the words and the DevID maps of the guests that these
// entries name differ from a machine `nested_device`; empty: nowhere (viommu.md 11.1 to 11.3, 11.5,
// 11.9, 11.10, 11.26).
std::vector<std::string> disagreements(const Machine& nested_device, const Hardware& hardware,
                                       std::span<const std::uint16_t> devices);

// Where control words and translation entries differ from a machine `viommu_lifecycle`, for these
// GuestIDs and device IDs (viommu.md 11.11, 11.13, 11.15).
std::vector<std::string> disagreements_of_life(const Machine& viommu_lifecycle,
                                               const Hardware& hardware,
                                               std::span<const std::uint16_t> guests,
                                               std::span<const std::uint16_t> devices);

}  // namespace amdvi::host
