// Invariants 6 to 9 of viommu.md 11: the maps of guests.
#include "host_observe_view.hpp"

namespace amdvi::host {
namespace {

// Of a map with thousands of wrong entries the first few say enough.
constexpr unsigned kEnough = 4;

void domain_maps_are_total(const View& view, Findings& findings) {
  for (const MapsView& map : view.maps) {
    unsigned wrong = 0;
    for (std::size_t id = 0; id < map.domains.size() && wrong < kEnough; ++id) {
      const auto domain = map.guest.domains.find(static_cast<std::uint16_t>(id));
      const std::uint16_t wanted =
          domain != map.guest.domains.end() ? domain->second.host : view.parent(map.guest).domain;
      if (map.domains[id] == wanted) continue;
      ++wrong;
      findings.expect(map.domains[id].has_value(), 6, "{}: its domain {:#x} is not mapped",
                      map.name(), id);
      findings.expect(!map.domains[id], 6, "{}: its domain {:#x} is {}, not {}", map.name(), id,
                      map.domains[id].value_or(0), wanted);
    }
  }
}

void mapped_domains_are_allocated(const View& view, Findings& findings) {
  for (const MapsView& map : view.maps) {
    std::set<std::uint16_t> named = map.hosts(view.books);
    named.insert(view.parent(map.guest).domain);
    for (const std::uint16_t host : named) {
      findings.expect(view.books.domains.contains(host), 7,
                      "{}: its DomID map names {}, which is not allocated", map.name(), host);
    }
  }
}

void guests_share_no_domain(const View& view, Findings& findings) {
  std::map<std::uint16_t, const MapsView*> owner;
  for (const MapsView& map : view.maps) {
    for (const std::uint16_t host : map.hosts(view.books)) {
      const auto [known, is_new] = owner.emplace(host, &map);
      findings.expect(is_new, 8, "host domain ID {} is that of {} and of {}", host,
                      known->second->name(), map.name());
    }
  }
}

void device_maps_are_the_devices(const View& view, Findings& findings) {
  for (const MapsView& map : view.maps) {
    std::map<std::uint16_t, std::size_t> known;
    unsigned wrong = 0;
    for (std::size_t id = 0; id < map.devices.size() && wrong < kEnough; ++id) {
      const auto device = map.guest.devices.find(static_cast<std::uint16_t>(id));
      const bool known_device = device != map.guest.devices.end();
      const bool right =
          known_device ? map.devices[id] == device->second : !map.devices[id].has_value();
      wrong += right ? 0 : 1;
      findings.expect(right, 9, "{}: entry {:#x} of its DevID map is {}", map.name(), id,
                      map.devices[id] ? fmt::format("device {:#x}", *map.devices[id]) : "none");
      if (!map.devices[id]) continue;
      const auto [first, is_new] = known.emplace(*map.devices[id], id);
      findings.expect(is_new, 9, "{}: its devices {:#x} and {:#x} are the same", map.name(),
                      first->second, id);
      findings.expect(map.iommu.books.real.contains(*map.devices[id]), 9,
                      "{}: its device {:#x} is not behind the IOMMU", map.name(), id);
    }
  }
}

constexpr std::array kChecks{
    Check{6, domain_maps_are_total}, Check{7, mapped_domains_are_allocated},
    Check{8, guests_share_no_domain}, Check{9, device_maps_are_the_devices}};

}  // namespace

std::span<const Check> checks_of_maps() { return kChecks; }

}  // namespace amdvi::host
