// The groups of device vectors: each function adds its vectors to a collection.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "checker/generate/expect.hpp"

namespace amdvi::generate {

class Collection {
 public:
  explicit Collection(const profile::Profile& profile) : profile_(profile) {}
  const profile::Profile& profile() const { return profile_; }
  unsigned host_levels() const;                 // of page tables, from EFR.HATS
  bool has(std::string_view capability) const;  // "EFR.IASup" is not 0

  void add(Scene scene, Question question);
  std::vector<vector::Vector> take() { return std::move(vectors_); }

 private:
  const profile::Profile& profile_;
  std::vector<vector::Vector> vectors_;
  std::set<std::string> ids_;
};

void add_dte_vectors(Collection& out);        // every rule of the device table entry check
void add_walk_vectors(Collection& out);       // every Mode, level and page size
void add_walk_faults(Collection& out);        // every refusal of the v1 walk at every level
void add_request_vectors(Collection& out);    // address classes, exclusion, table bounds, copies
void add_command_vectors(Collection& out);    // every opcode, every reserved bit, rings, halts
void add_log_vectors(Collection& out);        // event log ring, overflow, suppression
void add_interrupt_vectors(Collection& out);  // device table check, remapping entries, bounds
void add_guest_vectors(Collection& out);      // guest tables, alone and behind host tables
void add_ats_vectors(Collection& out);        // translation requests, translated requests, IOTLBs
void add_ppr_vectors(Collection& out);        // page requests, their log, answers
void add_guest_interrupts(Collection& out);   // entries with GuestMode=1, the GA log
void add_cache_vectors(Collection& out);      // old and new entries, what each command drops
void add_viommu_register_vectors(Collection& out);  // control words and pages of guests
void add_viommu_log_vectors(Collection& out);       // of add_viommu_vectors
void add_viommu_dual_log_vectors(Collection& out);  // of add_viommu_vectors: log B of guests
void add_viommu_vectors(Collection& out);  // commands, maps and logs of guests, the host's commands
void add_own_interrupt_vectors(Collection& out);  // the IOMMU's own interrupts
void add_pci_vectors(Collection& out);       // configuration space, the MSI mirrors, the reset line
void add_dual_log_vectors(Collection& out);  // event log B and PPR log B, the automatic switch
void add_marc_vectors(Collection& out);      // MARC apertures
void add_register_vectors(Collection& out);  // access kinds, reset values, base writes

// Whether an MMIO register is one of those that register vectors ask about.
bool has_register_vectors(const spec::StructureInfo& s);

// Requests by device() at `iova`, a read and a write, and everything one can see of it.
void act_and_look(Scene& scene, std::uint64_t iova, bool is_write);

}  // namespace amdvi::generate
