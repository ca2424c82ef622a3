// A guest's kernel and its device: what software in a virtual machine does with its IOMMU. It has
// its own memory, its page of the VF window, and nothing else of the host.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "tests/scenario/hardware.hpp"

namespace amdvi::scenario {

// A virtual machine: its memory is where the parent's table has it.
struct VirtualMachine {
  std::uint64_t root = 0;    // of that table
  std::uint64_t memory = 0;  // system address of its first byte
  std::uint16_t domain = 0;  // the parent's
};
constexpr std::uint64_t kGuestMemory = 16 * kMiB;

using Words2 = std::array<std::uint64_t, 2>;

class Guest {
 public:
  // What a guest knows: `at` is where in its memory it has the structures for this IOMMU.
  Guest(HostHardware& hardware, Iommu& iommu, std::uint16_t gid, const VirtualMachine& machine,
        std::uint64_t at);

  // Guest physical addresses of its rings, of 256 entries each.
  [[nodiscard]] std::uint64_t commands() const { return at_; }
  [[nodiscard]] std::uint64_t events() const { return at_ + kRing; }
  [[nodiscard]] std::uint64_t pages() const { return at_ + 2 * kRing; }

  void put(std::uint64_t gpa, std::uint64_t value);
  std::uint64_t get(std::uint64_t gpa);

  // The device table entry it wants for a device in `domain`: all requests go through its tables.
  [[nodiscard]] host::Entry entry(std::uint16_t domain) const;
  // A page of its tables.
  void map(std::uint64_t gva, std::uint64_t gpa);
  void unmap(std::uint64_t gva);

  // Puts commands into its ring and tells its IOMMU; false: it has no page of registers.
  bool issue(std::span<const Words2> commands);
  // COMPLETION_WAIT, and whether its store came.
  bool wait();
  // Entries of its event log since it last looked.
  std::vector<Words2> new_events();
  [[nodiscard]] bool command_processor_runs() const;

 private:
  static constexpr std::uint64_t kRing = 4096;

  std::uint64_t reg(unsigned offset) const;
  void reg(unsigned offset, std::uint64_t value);
  // Of a page in one of its tables, by its guest physical address.
  std::uint64_t table_entry(std::uint64_t gva, bool make);
  std::uint64_t fresh_page();

  HostHardware& hardware_;
  Iommu& iommu_;
  std::uint16_t gid_;
  VirtualMachine machine_;
  std::uint64_t at_;
  std::uint64_t next_page_;
  std::uint64_t gcr3_, root_, mailbox_;
  std::uint64_t waited_ = 0;
};

// Commands as a guest writes them, with its own IDs (core 5).
Words2 invalidate_entry(std::uint16_t device);
Words2 invalidate_pages(std::uint16_t domain, std::uint64_t gva);

}  // namespace amdvi::scenario
