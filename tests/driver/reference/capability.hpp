// What the parts of the reference driver share: where they run, and how they are offered.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include <amdvi_driver.h>

#include "mistakes.hpp"

namespace reference {

using Args = const std::uint64_t*;

class Pools;
class Guests;

// The table from guest to system addresses that a vIOMMU is made on.
struct Parent {
  std::uint64_t domain = 0, root = 0, mode = 0;
};

// Where an instance runs: the hardware and what it was told of it.
struct Place {
  const amdvi_hardware* hardware = nullptr;
  std::uint32_t iommu = 0;
  Mistake mistake = Mistake::kNone;
  std::uint64_t last_bdf = 0xffff;
  std::uint64_t last_gid = 0xffff;
  std::uint64_t per_vm = 0;
  std::uint64_t parent_domain = 0, parent_root = 0, parent_mode = 0;
  std::uint64_t private_domain = 0, private_root = 0;
  std::uint64_t vf_base = 0;
  std::uint64_t own_device = 0;
  std::shared_ptr<Pools> pools;    // of all IOMMUs
  std::shared_ptr<Guests> guests;  // of this one

  bool makes(Mistake one) const { return mistake == one; }
};

// One capability of one instance.
struct Capability {
  explicit Capability(const Place& where) : place(where) {}
  Capability(const Capability&) = delete;
  Capability& operator=(const Capability&) = delete;
  virtual ~Capability() = default;

  Place place;
};

struct Operations {
  const amdvi_operation* first;
  std::uint32_t count;
};

struct Offer {
  std::string_view name;
  std::unique_ptr<Capability> (*open)(const Place& place);
};

struct Part {
  Offer offer;
  Operations operations;
  bool of_each_iommu = true;
};

Part trans_id_part();
Part guest_id_part();
Part domain_id_part();
Part domain_map_part();
Part device_map_part();
Part viommu_part();
Part guest_entry_part();
Part iommu_part();
Part nested_part();
Part words_part();
Part private_space_part();
Part parent_part();
Part attach_part();
Part sharing_part();
Part roles_part();

template <class Kind>
std::unique_ptr<Capability> make_capability(const Place& place) {
  return std::make_unique<Kind>(place);
}

}  // namespace reference

// An instance: one capability or, as "host", all of them, which then share their pools.
struct amdvi_driver {
  std::map<std::uint32_t, std::vector<std::unique_ptr<reference::Capability>>> parts;  // by IOMMU
  std::vector<std::unique_ptr<reference::Capability>> common;
  std::uint32_t iommu = 0;  // that calls are about which do not say it

  template <class Kind>
  Kind& find() {
    for (auto* list : {&common, &parts[iommu]}) {
      for (const auto& part : *list) {
        if (auto* kind = dynamic_cast<Kind*>(part.get())) return *kind;
      }
    }
    std::abort();  // an operation of another capability than that which was opened
  }
};

namespace reference {

// A method of a capability as an operation.
template <class Kind, auto Method>
int call(amdvi_driver* driver, const std::uint64_t* args, std::uint64_t* result) {
  return (driver->find<Kind>().*Method)(args, *result);
}

}  // namespace reference
