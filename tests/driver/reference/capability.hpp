// What the parts of the reference driver share: where they run, and how they are offered.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string_view>

#include <amdvi_driver.h>

#include "mistakes.hpp"

namespace reference {

using Args = const std::uint64_t*;

// The table from guest to system addresses.
struct Parent {
  std::uint64_t domain = 0, root = 0, mode = 0;
};

// Where an instance runs: the hardware and what it was told of it.
struct Place {
  const amdvi_hardware* hardware = nullptr;
  Mistake mistake = Mistake::kNone;
  std::uint64_t last_bdf = 0xffff;
  std::uint64_t last_gid = 0xffff;
  std::uint64_t parent_domain = 0, parent_root = 0, parent_mode = 0;
  std::uint64_t private_domain = 0, private_root = 0;
  std::uint64_t vf_base = 0;
  std::uint64_t first_domain = 1;
  std::map<std::uint64_t, Parent> parents;  // of vIOMMUs that have one of their own

  // What is done next is done for a vIOMMU.
  void enter(std::uint64_t viommu) {
    const auto own = parents.find(viommu);
    if (own == parents.end()) return;
    parent_domain = own->second.domain;
    parent_root = own->second.root;
    parent_mode = own->second.mode;
  }
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

std::unique_ptr<Capability> open_trans_ids(const Place& place);
std::unique_ptr<Capability> open_guest_ids(const Place& place);
std::unique_ptr<Capability> open_domain_ids(const Place& place);
std::unique_ptr<Capability> open_domain_map(const Place& place);
std::unique_ptr<Capability> open_device_map(const Place& place);
std::unique_ptr<Capability> open_viommus(const Place& place);
std::unique_ptr<Capability> open_guest_entry(const Place& place);

}  // namespace reference

struct amdvi_driver {
  std::unique_ptr<reference::Capability> part;
};

namespace reference {

// A method of a capability as an operation.
template <class Part, auto Method>
int call(amdvi_driver* driver, const std::uint64_t* args, std::uint64_t* result) {
  return (static_cast<Part&>(*driver->part).*Method)(args, *result);
}

Operations trans_id_operations();
Operations guest_id_operations();
Operations domain_id_operations();
Operations domain_map_operations();
Operations device_map_operations();
Operations viommu_operations();
Operations guest_entry_operations();

}  // namespace reference
