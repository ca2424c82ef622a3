// A driver for the hardware vIOMMU, written from the facts: what `amdvi run --driver` must let pass.
#include <array>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include <unistd.h>

#include "capability.hpp"

namespace reference {
namespace {

constexpr std::array kOffers{
    Offer{"trans_devid_pool", open_trans_ids},   Offer{"guest_id_pool", open_guest_ids},
    Offer{"host_domain_ids", open_domain_ids},   Offer{"gdom_map", open_domain_map},
    Offer{"devid_map", open_device_map},         Offer{"viommu_lifecycle", open_viommus},
    Offer{"guest_dte_validation", open_guest_entry}};

struct Parameter {
  std::string_view name;
  std::uint64_t Place::* place;
};
constexpr std::array kParameters{
    Parameter{"last_bdf", &Place::last_bdf},
    Parameter{"last_gid", &Place::last_gid},
    Parameter{"parent_domain", &Place::parent_domain},
    Parameter{"parent_root", &Place::parent_root},
    Parameter{"parent_mode", &Place::parent_mode},
    Parameter{"private_domain", &Place::private_domain},
    Parameter{"private_root", &Place::private_root},
    Parameter{"vf_base", &Place::vf_base},
    Parameter{"first_domain", &Place::first_domain}};

struct ParentParameter {
  std::string_view name;  // and then the vIOMMU
  std::uint64_t Parent::* parent;
};
constexpr std::array kParentParameters{ParentParameter{"parent_domain.", &Parent::domain},
                                       ParentParameter{"parent_root.", &Parent::root},
                                       ParentParameter{"parent_mode.", &Parent::mode}};

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
    const std::string name = given.name;
    for (const ParentParameter& known : kParentParameters) {
      if (!name.starts_with(known.name)) continue;
      place.parents[std::stoul(name.substr(known.name.size()))].*known.parent = given.value;
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
  for (const Offer& offer : kOffers) {
    if (offer.name != setup->capability) continue;
    *driver = new amdvi_driver{offer.open(place)};
    return 0;
  }
  return -AMDVI_EOPNOTSUPP;
}

void close(amdvi_driver* driver) { delete driver; }

const std::vector<amdvi_operation>& operations() {
  static const std::vector<amdvi_operation> kAll = [] {
    std::vector<amdvi_operation> all;
    for (const auto& part :
         {trans_id_operations(), guest_id_operations(), domain_id_operations(),
          domain_map_operations(), device_map_operations(), viommu_operations(),
          guest_entry_operations()}) {
      all.insert(all.end(), part.first, part.first + part.count);
    }
    return all;
  }();
  return kAll;
}

}  // namespace
}  // namespace reference

extern "C" const amdvi_driver_table* amdvi_driver_entry(std::uint32_t abi) {
  static const amdvi_driver_table kTable{sizeof(amdvi_driver_table),
                                         AMDVI_DRIVER_ABI,
                                         "amdvi reference driver",
                                         nullptr,
                                         reference::open,
                                         reference::close,
                                         reference::operations().data(),
                                         static_cast<std::uint32_t>(reference::operations().size())};
  return abi == AMDVI_DRIVER_ABI ? &kTable : nullptr;
}
