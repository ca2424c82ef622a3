// Invariants 1 to 5, 10, 13, 15 and 16 of viommu.md 11: device table entries.
#include "host_observe_view.hpp"

namespace amdvi::host {
namespace {

constexpr unsigned kPrivateLevels = 3;

void guests_are_allocated(const View& view, Findings& findings) {
  for (const IommuView& iommu : view.iommus) {
    iommu.each_guest_entry([&](std::uint16_t device, const EntryFacts& entry) {
      findings.expect(entry.guest != 0 && iommu.books.gids.contains(entry.guest), 1,
                      "{}, device {:#x}: GuestID {} of its entry is not allocated", iommu.name,
                      device, entry.guest);
    });
  }
}

void devices_are_those_of_the_guest(const View& view, Findings& findings) {
  for (const IommuView& iommu : view.iommus) {
    iommu.each_guest_entry([&](std::uint16_t device, const EntryFacts& entry) {
      const GuestBooks* guest = iommu.guest(entry.guest);
      const auto known = [&] {
        if (guest == nullptr) return false;
        const auto found = guest->devices.find(entry.guest_device);
        return found != guest->devices.end() && found->second == device;
      };
      findings.expect(known(), 2, "{}, device {:#x}: its guest has no device {:#x} that is it",
                      iommu.name, device, entry.guest_device);
      findings.expect(
          observe_device(iommu.hardware, entry.guest, entry.guest_device) == device, 2,
          "{}, device {:#x}: the DevID map of guest {} names another one, or none, for {:#x}",
          iommu.name, device, entry.guest, entry.guest_device);
    });
  }
}

void entries_are_complete(const View& view, Findings& findings) {
  for (const IommuView& iommu : view.iommus) {
    iommu.each_guest_entry([&](std::uint16_t device, const EntryFacts& entry) {
      const auto attached = iommu.books.attached.find(device);
      const bool rooted = attached != iommu.books.attached.end() && attached->second.rooted;
      findings.expect(entry.translates && entry.complete, 3,
                      "{}, device {:#x}: its entry cannot translate for a guest", iommu.name,
                      device);
      findings.expect(!rooted || entry.gcr3 != 0, 3, "{}, device {:#x}: no GCR3 table", iommu.name,
                      device);
    });
  }
}

void roots_are_the_parents(const View& view, Findings& findings) {
  for (const IommuView& iommu : view.iommus) {
    const auto expect = [&](const char* what, std::uint16_t device, const EntryFacts& entry,
                            const GuestBooks& guest) {
      const ParentBooks& parent = view.parent(guest);
      findings.expect(entry.root == parent.root && entry.mode == parent.mode, 4,
                      "{}, {} {:#x}: Mode {} and root {:#x} are not those of the parent",
                      iommu.name, what, device, entry.mode, entry.root);
    };
    iommu.each_guest_entry([&](std::uint16_t device, const EntryFacts& entry) {
      const GuestBooks* guest = iommu.guest(entry.guest);
      if (guest != nullptr) expect("device", device, entry, *guest);
    });
    for (const GuestBooks& guest : iommu.books.guests) {
      for (const EntryFacts& entry : iommu.versions(guest.trans_id)) {
        expect("translation device", guest.trans_id, entry, guest);
      }
    }
  }
}

// Host domain ID of the domain that a device is attached to; 0: none.
std::uint16_t domain_of(const IommuView& iommu, std::uint16_t device) {
  const auto attached = iommu.books.attached.find(device);
  if (attached == iommu.books.attached.end()) return 0;
  const GuestBooks* guest = iommu.viommu(attached->second.viommu);
  if (guest == nullptr) return 0;
  const auto domain = guest->domains.find(attached->second.domain);
  return domain != guest->domains.end() ? domain->second.host : 0;
}

void domains_are_those_of_the_guest(const View& view, Findings& findings) {
  for (const IommuView& iommu : view.iommus) {
    iommu.each_guest_entry([&](std::uint16_t device, const EntryFacts& entry) {
      const GuestBooks* guest = iommu.guest(entry.guest);
      findings.expect(entry.domain != 0 && entry.domain == domain_of(iommu, device), 5,
                      "{}, device {:#x}: DomainID {} is not that of its nested domain", iommu.name,
                      device, entry.domain);
      findings.expect(guest == nullptr || entry.domain != view.parent(*guest).domain, 5,
                      "{}, device {:#x}: DomainID {} is that of the parent", iommu.name, device,
                      entry.domain);
    });
  }
}

void no_map_reaches_a_device_of_another(const View& view, Findings& findings) {
  for (const MapsView& map : view.maps) {
    for (std::size_t id = 0; id < map.devices.size(); ++id) {
      if (!map.devices[id]) continue;
      for (const EntryFacts& entry : map.iommu.versions(*map.devices[id])) {
        findings.expect(!entry.for_guest || entry.guest == map.guest.gid, 10,
                        "{}: its device {:#x} is device {:#x}, which guest {} has", map.name(), id,
                        *map.devices[id], entry.guest);
      }
    }
  }
}

void translation_entries_are_hosts(const View& view, Findings& findings) {
  for (const IommuView& iommu : view.iommus) {
    for (const GuestBooks& guest : iommu.books.guests) {
      for (const EntryFacts& entry : iommu.versions(guest.trans_id)) {
        findings.expect(entry.translates && entry.permits && !entry.nested && !entry.for_guest, 13,
                        "{}, translation device {:#x}: not an entry of the host", iommu.name,
                        guest.trans_id);
        findings.expect(entry.domain == view.parent(guest).domain, 13,
                        "{}, translation device {:#x}: DomainID {} is not the parent's", iommu.name,
                        guest.trans_id, entry.domain);
      }
    }
  }
}

void free_ids_have_no_root(const View& view, Findings& findings) {
  for (const IommuView& iommu : view.iommus) {
    for (std::size_t id = 0; id < iommu.entries.size(); ++id) {
      const auto device = static_cast<std::uint16_t>(id);
      if (iommu.books.reserved.contains(device) || iommu.books.allocated.contains(device)) continue;
      for (const EntryFacts& entry : iommu.entries[id]) {
        findings.expect(!entry.translates, 15, "{}, free device ID {:#x}: a root is left behind",
                        iommu.name, id);
      }
    }
  }
}

void own_entries_are_private(const View& view, Findings& findings) {
  for (const IommuView& iommu : view.iommus) {
    if (!iommu.books.on) continue;
    for (const EntryFacts& entry : iommu.versions(iommu.books.own)) {
      findings.expect(
          entry.translates && entry.mode >= kPrivateLevels && !entry.nested && !entry.for_guest, 16,
          "{}: its own entry cannot translate all private addresses", iommu.name);
      findings.expect(entry.root == iommu.books.private_root, 16,
                      "{}: root {:#x} of its own entry is not the private one", iommu.name,
                      entry.root);
      findings.expect(entry.domain == iommu.books.private_domain, 16,
                      "{}: DomainID {} of its own entry is not the private one", iommu.name,
                      entry.domain);
    }
  }
}

constexpr std::array kChecks{
    Check{1, guests_are_allocated},           Check{2, devices_are_those_of_the_guest},
    Check{3, entries_are_complete},           Check{4, roots_are_the_parents},
    Check{5, domains_are_those_of_the_guest}, Check{10, no_map_reaches_a_device_of_another},
    Check{13, translation_entries_are_hosts}, Check{15, free_ids_have_no_root},
    Check{16, own_entries_are_private}};

}  // namespace

std::span<const Check> checks_of_entries() { return kChecks; }

}  // namespace amdvi::host
