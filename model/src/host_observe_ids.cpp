// Invariants 11, 12, 14 and 21 to 25 of viommu.md 11: IDs, their pools and who has them.
#include <algorithm>

#include "host_observe_view.hpp"

namespace amdvi::host {
namespace {

void registers_name_translation_devices(const View& view, Findings& findings) {
  for (const IommuView& iommu : view.iommus) {
    for (unsigned id = 1; id <= iommu.books.last_gid; ++id) {
      const auto gid = static_cast<std::uint16_t>(id);
      const GuestBooks* guest = iommu.guest(gid);
      const std::uint16_t named = observe_guest(iommu.hardware, gid).translation_device;
      const std::uint16_t wanted = guest != nullptr ? guest->trans_id : 0;
      findings.expect(named == wanted, 11, "{}, guest {}: TransDevID is {:#x}, not {:#x}",
                      iommu.name, gid, named, wanted);
      findings.expect(guest == nullptr || iommu.books.allocated.contains(guest->trans_id), 11,
                      "{}, guest {}: its translation device ID {:#x} is not allocated", iommu.name,
                      gid, wanted);
    }
  }
}

// Of a GuestID that lives: what its register says, which is the truth of hardware.
std::uint16_t named_by(const IommuView& iommu, const GuestBooks& guest) {
  return observe_guest(iommu.hardware, guest.gid).translation_device;
}

void translation_devices_are_nobody(const View& view, Findings& findings) {
  for (const IommuView& iommu : view.iommus) {
    for (const GuestBooks& guest : iommu.books.guests) {
      const std::uint16_t id = named_by(iommu, guest);
      findings.expect(!iommu.books.reserved.contains(id), 12,
                      "{}, guest {}: TransDevID {:#x} is reserved", iommu.name, guest.gid, id);
      findings.expect(!iommu.books.real.contains(id) && id != iommu.books.own, 12,
                      "{}, guest {}: TransDevID {:#x} is a device, an alias or an IOMMU",
                      iommu.name, guest.gid, id);
      findings.expect(id <= iommu.books.last_bdf, 12,
                      "{}, guest {}: TransDevID {:#x} is beyond the device table", iommu.name,
                      guest.gid, id);
    }
  }
}

void translation_devices_are_distinct(const View& view, Findings& findings) {
  std::map<std::pair<unsigned, std::uint16_t>, std::string> known;  // by segment and ID
  for (const IommuView& iommu : view.iommus) {
    for (const GuestBooks& guest : iommu.books.guests) {
      const std::uint16_t id = named_by(iommu, guest);
      if (id == 0) continue;
      const std::string name = fmt::format("{}, guest {}", iommu.name, guest.gid);
      const auto [first, is_new] = known.emplace(std::pair(iommu.books.segment, id), name);
      findings.expect(is_new, 14, "TransDevID {:#x} is that of {} and of {}", id, first->second,
                      name);
    }
  }
}

void domains_have_one_role(const View& view, Findings& findings) {
  std::map<std::uint16_t, std::string> role;
  const auto has = [&](std::uint16_t id, const std::string& who) {
    findings.expect(id != 0, 21, "{} has domain ID 0", who);
    const auto [known, is_new] = role.emplace(id, who);
    findings.expect(is_new || known->second == who, 21, "domain ID {} is that of {} and of {}", id,
                    known->second, who);
  };
  for (const IommuView& iommu : view.iommus) {
    if (iommu.books.on) has(iommu.own().domain, iommu.name);
  }
  for (const MapsView& map : view.maps) {
    for (const EntryFacts& entry : map.iommu.versions(map.guest.trans_id)) {
      if (entry.translates) has(entry.domain, fmt::format("parent {}", map.guest.parent));
    }
    for (const std::uint16_t host : map.hosts(view.books)) {
      has(host, map.name() + ", a domain of it");
    }
  }
}

bool nothing_mapped(const IommuView& iommu, const std::set<std::uint16_t>& live,
                    std::uint16_t gid) {
  return live.contains(gid) || (!iommu.hardware.memory(devid_slice(gid).address).has_value() &&
                                !iommu.hardware.memory(domid_slice(gid).address).has_value());
}

void guest_ids_are_those_that_live(const View& view, Findings& findings) {
  for (const IommuView& iommu : view.iommus) {
    std::set<std::uint16_t> live;
    for (const GuestBooks& guest : iommu.books.guests) {
      findings.expect(live.insert(guest.gid).second, 22, "{}: two guests have GuestID {}",
                      iommu.name, guest.gid);
    }
    findings.expect(live == iommu.books.gids, 22,
                    "{}: {} GuestIDs are allocated, and {} guests live, which are others",
                    iommu.name, iommu.books.gids.size(), live.size());
    for (unsigned id = 1; id <= iommu.books.last_gid; ++id) {
      const auto gid = static_cast<std::uint16_t>(id);
      const GuestFacts facts = observe_guest(iommu.hardware, gid);
      const bool lives = live.contains(gid);
      const bool runs = facts.command.enabled || facts.event.enabled || facts.ppr.enabled;
      findings.expect(lives || !runs, 22, "{}: queues of free GuestID {} are enabled", iommu.name,
                      gid);
      findings.expect(lives || facts.translation_device == 0, 22,
                      "{}: free GuestID {} has a translation device", iommu.name, gid);
      findings.expect(nothing_mapped(iommu, live, gid), 22,
                      "{}: tables of free GuestID {} are mapped", iommu.name, gid);
      findings.expect(lives || !iommu.sight.user_mapped(gid), 22,
                      "{}: user space can map the page of free GuestID {}", iommu.name, gid);
    }
    iommu.each_guest_entry([&](std::uint16_t device, const EntryFacts& entry) {
      findings.expect(live.contains(entry.guest), 22, "{}, device {:#x}: its guest {} is gone",
                      iommu.name, device, entry.guest);
    });
  }
}

void pool_of_translation_devices(const View& view, Findings& findings) {
  for (const IommuView& iommu : view.iommus) {
    std::set<std::uint16_t> held;
    for (const IommuView& other : view.iommus) {
      if (other.books.segment != iommu.books.segment) continue;
      for (const GuestBooks& guest : other.books.guests) held.insert(guest.trans_id);
    }
    findings.expect(held == iommu.books.allocated, 23,
                    "{}: {} translation device IDs are allocated, and guests have {}, or others",
                    iommu.name, iommu.books.allocated.size(), held.size());
    const auto reserved = [&](const std::set<std::uint16_t>& ids) {
      return std::includes(iommu.books.reserved.begin(), iommu.books.reserved.end(), ids.begin(),
                           ids.end());
    };
    findings.expect(reserved(iommu.books.in_domain), 23,
                    "{}: an attached device, or an alias of one, is not reserved", iommu.name);
    findings.expect(reserved(iommu.books.ever_reserved), 23,
                    "{}: an ID that was reserved no longer is", iommu.name);
  }
}

void users_are_counted(const View& view, Findings& findings) {
  for (const IommuView& iommu : view.iommus) {
    std::map<std::pair<std::uint16_t, std::uint16_t>, std::uint64_t> counted;
    for (const NestedBooks& nested : iommu.books.nested) ++counted[{nested.viommu, nested.domain}];
    for (const GuestBooks& guest : iommu.books.guests) {
      for (const auto& [domain, entry] : guest.domains) {
        const auto found = counted.extract({guest.viommu, domain});
        const std::uint64_t users = found.empty() ? 0 : found.mapped();
        findings.expect(users != 0 && users == entry.users, 24,
                        "{}, guest {}: domain {:#x} counts {} users and has {}", iommu.name,
                        guest.gid, domain, entry.users, users);
      }
    }
    for (const auto& [who, users] : counted) {
      findings.expect(false, 24, "{}, vIOMMU {}: {} nested domains of {:#x}, which has no entry",
                      iommu.name, who.first, users, who.second);
    }
  }
}

void parents_list_their_guests(const View& view, Findings& findings) {
  std::vector<std::set<std::uint16_t>> live(view.books.parents.size());
  for (const MapsView& map : view.maps) live.at(map.guest.parent).insert(map.guest.viommu);
  for (std::size_t i = 0; i < live.size(); ++i) {
    const ParentBooks& parent = view.books.parents[i];
    findings.expect(parent.viommus == live[i], 25,
                    "parent {}: {} vIOMMUs are on its list, and {} live on it, or others", i,
                    parent.viommus.size(), live[i].size());
    findings.expect(parent.alive || live[i].empty(), 25, "parent {} is gone and vIOMMUs are on it",
                    i);
  }
}

constexpr std::array kChecks{Check{11, registers_name_translation_devices},
                             Check{12, translation_devices_are_nobody},
                             Check{14, translation_devices_are_distinct},
                             Check{21, domains_have_one_role},
                             Check{22, guest_ids_are_those_that_live},
                             Check{23, pool_of_translation_devices},
                             Check{24, users_are_counted},
                             Check{25, parents_list_their_guests}};

}  // namespace

std::span<const Check> checks_of_ids() { return kChecks; }

}  // namespace amdvi::host
