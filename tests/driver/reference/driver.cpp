// A driver for the hardware vIOMMU, written from the facts: what `amdvi run --driver` must let
// pass.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include <unistd.h>

#include "guests.hpp"

namespace reference {
namespace {

// All parts that there are.
const std::vector<Part>& parts() {
  static const std::vector<Part> kParts{trans_id_part(),    guest_id_part(),      domain_id_part(),
                                        domain_map_part(),  device_map_part(),    viommu_part(),
                                        guest_entry_part(), iommu_part(),         nested_part(),
                                        words_part(),       private_space_part(), parent_part(),
                                        attach_part(),      sharing_part(),       roles_part()};
  return kParts;
}

// Everything at once: not a capability of the specification but what a whole driver is.
constexpr std::string_view kHost = "host";
constexpr std::uint32_t kIommus = 4;

struct Parameter {
  std::string_view name;
  std::uint64_t Place::*place;
};
constexpr std::array kParameters{Parameter{"last_bdf", &Place::last_bdf},
                                 Parameter{"last_gid", &Place::last_gid},
                                 Parameter{"per_vm", &Place::per_vm},
                                 Parameter{"parent_domain", &Place::parent_domain},
                                 Parameter{"parent_root", &Place::parent_root},
                                 Parameter{"parent_mode", &Place::parent_mode},
                                 Parameter{"private_domain", &Place::private_domain},
                                 Parameter{"private_root", &Place::private_root},
                                 Parameter{"vf_base", &Place::vf_base},
                                 Parameter{"own_device", &Place::own_device}};

constexpr std::string_view kMistakeOption = "mistake=";

// false: no such mistake, and an instance that is asked for one is not opened.
bool choose_mistake(std::string_view options, Place& place) {
  if (options.empty()) return true;
  if (!options.starts_with(kMistakeOption)) return false;
  for (const MistakeName& known : kMistakes) {
    if (known.name == options.substr(kMistakeOption.size())) place.mistake = known.mistake;
  }
  return place.mistake != Mistake::kNone;
}

void read_parameters(const amdvi_setup& setup, Place& place) {
  for (const amdvi_parameter& given : std::span(setup.parameters, setup.parameter_count)) {
    for (const Parameter& known : kParameters) {
      if (known.name == given.name) place.*known.place = given.value;
    }
  }
}

// What was told of IOMMU 0 says where things of another are, until it is initialised.
Place place_of(const Place& first, std::uint32_t iommu) {
  Place place = first;
  place.iommu = iommu;
  place.guests = std::make_shared<Guests>();
  place.pools->iommus[iommu] = {first.vf_base, first.private_root + iommu * 4096ULL,
                                first.private_domain - iommu};
  return place;
}

void fill(amdvi_driver& driver, Place place, std::string_view capability) {
  place.pools = std::make_shared<Pools>(place);
  place.pools->parent = {place.parent_domain, place.parent_root, place.parent_mode};
  const bool all = capability == kHost;
  for (std::uint32_t iommu = 0; iommu < (all ? kIommus : 1); ++iommu) {
    const Place here = place_of(place, iommu);
    for (const Part& part : parts()) {
      if (!all && part.offer.name != capability) continue;
      if (part.of_each_iommu) {
        driver.parts[iommu].push_back(part.offer.open(here));
      } else if (iommu == 0) {
        driver.common.push_back(part.offer.open(here));
      }
    }
  }
}

int open(const amdvi_setup* setup, amdvi_driver** driver) {
  if (setup->size < sizeof(amdvi_setup) || setup->hardware->size < sizeof(amdvi_hardware)) {
    return -AMDVI_EINVAL;
  }
  Place place;
  place.hardware = setup->hardware;
  if (!choose_mistake(setup->options, place)) return -AMDVI_EINVAL;
  if (place.makes(Mistake::kCrashes)) std::abort();
  while (place.makes(Mistake::kHangs)) pause();
  read_parameters(*setup, place);
  const std::string_view wanted = setup->capability;
  const bool known = std::any_of(parts().begin(), parts().end(),
                                 [&](const Part& part) { return part.offer.name == wanted; });
  if (!known && wanted != kHost) return -AMDVI_EOPNOTSUPP;
  auto made = std::make_unique<amdvi_driver>();
  fill(*made, place, wanted);
  *driver = made.release();
  return 0;
}

void close(amdvi_driver* driver) { delete driver; }

// The calls that follow and do not name an IOMMU are about this one.
int use_iommu(amdvi_driver* driver, const std::uint64_t* args, std::uint64_t*) {
  if (args[0] >= driver->parts.size()) return -AMDVI_ENODEV;
  driver->iommu = static_cast<std::uint32_t>(args[0]);
  return 0;
}

// vIOMMUs that are made from now on are on this parent: domain ID, root and levels.
int use_parent(amdvi_driver* driver, const std::uint64_t* args, std::uint64_t*) {
  driver->parts[0].front()->place.pools->parent = {args[0], args[1], args[2]};
  return 0;
}

const std::vector<amdvi_operation>& operations() {
  static const std::vector<amdvi_operation> kAll = [] {
    std::vector<amdvi_operation> all{{"host.use_iommu", use_iommu},
                                     {"host.use_parent", use_parent}};
    for (const Part& part : parts()) {
      all.insert(all.end(), part.operations.first, part.operations.first + part.operations.count);
    }
    return all;
  }();
  return kAll;
}

}  // namespace
}  // namespace reference

extern "C" const amdvi_driver_table* amdvi_driver_entry(std::uint32_t abi) {
  static const amdvi_driver_table kTable{
      sizeof(amdvi_driver_table),
      AMDVI_DRIVER_ABI,
      "amdvi reference driver",
      nullptr,
      reference::open,
      reference::close,
      reference::operations().data(),
      static_cast<std::uint32_t>(reference::operations().size())};
  return abi == AMDVI_DRIVER_ABI ? &kTable : nullptr;
}
