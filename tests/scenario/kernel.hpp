// The host's kernel around a driver: it boots IOMMUs, makes virtual machines and their vIOMMUs, and
// calls the driver for all of it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <amdvi/host/observe_host.hpp>

#include "tests/scenario/guest.hpp"
#include "tests/scenario/part.hpp"

namespace amdvi::scenario {

// A vIOMMU that lives, the software behind it, and the one device that it has.
struct LiveGuest {
  unsigned iommu = 0, machine = 0;
  std::uint16_t viommu = 0, gid = 0, trans_id = 0, device = 0, host_domain = 0, nested = 0;
  std::optional<std::uint64_t> control;  // as the guest last wrote it
  std::unique_ptr<Guest> software;
};

// The last device of the segment's device table.
constexpr std::uint16_t kLastBdf = 0xfeff;

// As guests number theirs, all alike.
constexpr std::uint16_t kGuestDevice = 8, kGuestDomain = 7;

class Kernel {
 public:
  Kernel(const DriverUnderTest& driver, HostHardware& hardware, unsigned iommus, unsigned machines);
  Kernel(const Kernel&) = delete;

  void init(unsigned iommu);
  void uninit(unsigned iommu);
  void make_machine(unsigned number);
  void free_machine(unsigned number);

  // A device of the segment, or an IOMMU, is there: its ID is reserved.
  void plug(std::uint16_t device);
  // The same of a device that a guest's translation device ID may be in the way of.
  Answer hot_plug(unsigned iommu, std::uint16_t device);
  LiveGuest& create(unsigned iommu, unsigned machine, std::uint16_t device);
  // One more vIOMMU, whose step to a stage fails.
  Answer create_failing(unsigned iommu, std::uint64_t stage);
  void give_device(LiveGuest& guest);
  void set_up_queues(LiveGuest& guest);
  void attach(LiveGuest& guest);
  void detach(LiveGuest& guest);
  // `meanwhile` runs between the steps; `quiet`: from now on its queues are off.
  void destroy(
      LiveGuest& guest, const std::function<void(bool quiet)>& meanwhile = [](bool) {});
  // Memory of a virtual machine is taken away.
  void unmap(unsigned machine, std::uint64_t gpa, std::uint64_t bytes);

  [[nodiscard]] host::HostBooks books() const;
  std::vector<Part*> parts();
  // Of all parts, and one that counts beside them.
  std::vector<const host::Machine*> machines();
  // What is in use, and joined with the vIOMMU that uses it.
  [[nodiscard]] std::vector<std::uint64_t> ids() const;
  std::vector<std::string> take_differences();
  [[nodiscard]] const std::vector<std::unique_ptr<LiveGuest>>& guests() const { return guests_; }
  [[nodiscard]] const VirtualMachine& machine(unsigned number) const {
    return machines_.at(number).machine;
  }

 private:
  struct IommuParts {
    std::uint64_t private_root = 0;
    std::unique_ptr<Part> life, nested, words;
    std::unique_ptr<host::Machine> users;  // counts users of guests' domains
  };
  struct MachineParts {
    VirtualMachine machine;
    std::unique_ptr<Driver> driver;  // of this parent domain alone
    std::unique_ptr<Part> parent;
  };

  // Whether the machine of another IOMMU has a translation device ID; the pool is the segment's.
  [[nodiscard]] bool held_elsewhere(unsigned iommu, std::uint64_t id) const;
  // vIOMMUs that are made from now on are on the parent of this virtual machine.
  void use_parent(unsigned machine);
  // The machine of a part now; the driver before anything else is done.
  void later(Part& part, std::string_view operation, std::initializer_list<std::uint64_t> args);
  void settle();
  [[nodiscard]] host::IommuBooks books(unsigned iommu) const;
  void guests_of(unsigned iommu, host::IommuBooks& books) const;
  void words_of(unsigned iommu, host::GuestBooks& guest) const;
  [[nodiscard]] host::ParentBooks books_of(const MachineParts& machine) const;
  [[nodiscard]] const LiveGuest* find(unsigned iommu, std::uint16_t viommu) const;

  const DriverUnderTest& under_test_;
  HostHardware& hardware_;
  Driver driver_;
  std::unique_ptr<Part> iommu_init_, domain_ids_;
  std::vector<IommuParts> iommus_;
  std::set<std::uint16_t> present_, reserved_;  // device IDs of the segment
  std::vector<MachineParts> machines_;
  std::vector<std::unique_ptr<LiveGuest>> guests_;
  std::vector<std::function<void()>> later_;
};

}  // namespace amdvi::scenario
