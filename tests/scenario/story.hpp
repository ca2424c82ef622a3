// The scenario: two IOMMUs, two virtual machines with a vIOMMU on each, from boot to the last ID
// that is given back. At every quiescent point all invariants are evaluated.
#pragma once

#include <string>
#include <vector>

#include "tests/scenario/kernel.hpp"

namespace amdvi::scenario {

struct Finding {
  std::string when;
  // "11.6" an invariant of viommu.md that hardware breaks; "machine" one that the machines break;
  // "guest" what a guest notices; "answer" what the driver answered otherwise; "end" what is left.
  std::string what;
  std::string says;
};

class Story {
 public:
  explicit Story(const DriverUnderTest& driver);

  // All of it, also after findings.
  std::vector<Finding> run();

 private:
  void boot();
  void make_guests();
  void guests_work();
  void guests_fault();
  void memory_goes();
  void creations_fail();
  void one_goes_while_others_run();
  void another_comes();
  void all_go();
  void check_end();

  void guest_works(LiveGuest& guest);
  void guest_faults(LiveGuest& guest);
  // Without a fault, as far as the guest sees.
  void expect_runs(LiveGuest& guest);
  void expect_mapped_commands(const LiveGuest& guest);
  LiveGuest& guest(unsigned iommu, unsigned machine);

  void quiescent(const std::string& when);
  void expect(bool holds, const std::string& what, const std::string& says);

  HostHardware hardware_;
  Kernel kernel_;
  host::HostSight sight_;
  std::string when_;
  std::vector<Finding> findings_;
  std::vector<std::array<std::uint16_t, 3>> first_ids_;  // GuestID, TransDevID, host domain ID
};

// Whether one of these was found.
bool has(const std::vector<Finding>& findings, const std::string& what);
std::string to_text(const std::vector<Finding>& findings);

}  // namespace amdvi::scenario
