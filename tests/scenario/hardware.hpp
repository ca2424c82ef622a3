// Hardware that runs behind a driver's callbacks: a model of each IOMMU, all on one memory, with
// the tables, rings and windows that a kernel has set up around the driver.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <amdvi_driver.h>

#include <amdvi/device.hpp>
#include <amdvi/host/observe_host.hpp>

#include "tests/scenario/memory.hpp"
#include "tests/scenario/stale.hpp"

namespace amdvi::scenario {

// Device ID of an IOMMU. All are in one segment, each with a device table of its own.
constexpr std::uint16_t own_device(unsigned iommu) { return static_cast<std::uint16_t>(2 + iommu); }

// Hears what an IOMMU does with commands of guests.
class Watch final : public StaleCopies {
 public:
  struct Command {
    std::uint16_t guest = 0;
    std::array<std::uint64_t, 2> mapped{};  // with the host's IDs
  };
  void guest_command(const GuestCommand& command) override {
    commands_.push_back({command.guest, {command.mapped[0], command.mapped[1]}});
  }
  std::vector<Command> take_commands() { return std::exchange(commands_, {}); }

 private:
  std::vector<Command> commands_;
};

// One IOMMU of the host.
struct Iommu {
  Iommu(HostMemory& memory, std::uint16_t own, std::uint64_t vf, std::uint64_t vfctrl);
  Iommu(const Iommu&) = delete;

  // False if the ring is full. The device has the command, and nothing makes it hurry.
  bool submit(const std::array<std::uint64_t, 2>& command);
  // COMPLETION_WAIT, and until its store is seen; false: it never comes.
  bool wait();

  HostMemory& memory;
  std::uint16_t own;  // its device ID
  std::uint64_t vf_base;
  std::uint64_t device_table, commands, events, mailbox;
  std::uint64_t waited = 0;
  Watch stale;
  std::set<std::uint16_t> user_mapped;    // GuestIDs
  std::set<std::uint64_t> kernel_mapped;  // windows of registers, by their address
  Device device;

 private:
  void boot(std::uint64_t vfctrl);
};

class HostHardware {
 public:
  explicit HostHardware(unsigned iommus);
  HostHardware(const HostHardware&) = delete;

  // For instances of a driver.
  [[nodiscard]] const amdvi_hardware& connection() const { return callbacks_; }
  [[nodiscard]] host::HostSight sight();

  [[nodiscard]] Iommu& iommu(std::size_t number) { return *iommus_.at(number); }
  HostMemory& memory() { return memory_; }
  HostTables& tables() { return tables_; }

  void dte_store(Iommu& iommu, std::uint16_t device, const host::Entry& dte);
  void mmio_write(Iommu& iommu, std::uint64_t offset, std::uint64_t value);
  void control_write(Iommu& iommu, std::uint32_t offset, std::uint64_t value);
  void mem_free(std::uint64_t spa);
  void table_unmap(std::uint64_t root, std::uint64_t address, std::uint64_t bytes);
  // Which one a guest's TransDevID names.
  [[nodiscard]] std::uint16_t translation_device(unsigned iommu, std::uint16_t gid);
  bool user_mapping(std::uint64_t spa, std::uint64_t bytes, bool on);

  // What was broken for a moment only: memory or an entry that was not there while it was in use.
  // Emptied.
  std::vector<host::Broken> take_broken() { return std::exchange(broken_, {}); }

 private:
  host::Entry entry(const Iommu& iommu, std::uint16_t device);
  // A guest's TransDevID names `device`: what it translates by has to be there.
  void expect_translates(const Iommu& iommu, std::uint16_t device, const host::Entry& dte);

  HostMemory memory_;
  HostTables tables_{memory_};
  std::vector<std::unique_ptr<Iommu>> iommus_;
  amdvi_hardware callbacks_;
  std::vector<host::Broken> broken_;
};

// Functions for amdvi_hardware that are carried out on a host.
amdvi_hardware callbacks_of(HostHardware& host);

}  // namespace amdvi::scenario
