// Virtual devices and nested domains (viommu.md 6.2, 6.3 and 9.4).
#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "control.hpp"
#include "guest_entry.hpp"
#include "guests.hpp"

namespace reference {
namespace {

using State = Guests::State;
using Dte = std::array<std::uint64_t, 4>;

class Nested final : public Capability {
 public:
  explicit Nested(const Place& where)
      : Capability(where), control_(place), guests_(*place.guests) {}

  int create(Args a, std::uint64_t& gid) {
    if (const int error = guests_.create(a[0]); error != 0) return error;
    gid = guests_.gid(a[0]);
    guests_.set_parent(a[0], place.pools->parent);
    return 0;
  }

  int vdevice_init(Args a, std::uint64_t&) {
    const Key key(a[0], a[1]);
    if (!guests_.is(a[0], State::kLive)) return -AMDVI_EINVAL;
    if (vdevices_.contains(key)) return -AMDVI_EEXIST;
    if (owners_.contains(a[2])) return -AMDVI_EBUSY;
    vdevices_[key] = a[2];
    owners_[a[2]] = key;
    control_.map_device(guests_.gid(a[0]), a[1], a[2], true);
    return 0;
  }

  int vdevice_destroy(Args a, std::uint64_t&) {
    const auto device = vdevices_.find({a[0], a[1]});
    if (device == vdevices_.end()) return -AMDVI_ENOENT;
    const bool attached = attached_.contains(device->second);
    if (attached && !place.makes(Mistake::kVdeviceGoneWhileAttached)) return -AMDVI_EBUSY;
    owners_.erase(device->second);
    vdevices_.erase(device);
    control_.map_device(guests_.gid(a[0]), a[1], 0, false);
    return 0;
  }

  // vIOMMU, nested domain, the guest's entry, EFR.GATS.
  int nested_alloc(Args a, std::uint64_t& host) {
    const auto [viommu, nested] = std::pair(a[0], a[1]);
    if (!guests_.is(viommu, State::kLive)) return -AMDVI_EINVAL;
    if (nested_.contains(nested)) return -AMDVI_EEXIST;
    std::uint64_t domain = 0;
    const int refused = check_guest_entry(place, a + 2, a[6], domain);
    if (refused != 0 && !place.makes(Mistake::kEntryUnchecked)) return refused;
    const Key key(viommu, domain);
    auto known = map_.find(key);
    if (known == map_.end()) {
      if (const int error = place.pools->domains.alloc(host); error != 0) return error;
      known = map_.emplace(key, Entry{host, 0}).first;
    }
    host = known->second.host;
    ++known->second.users;
    nested_[nested] = {key, {a[2], a[3], a[4], a[5]}, 0};
    return 0;
  }

  int attach(Args a, std::uint64_t&) {
    const auto nested = nested_.find(a[0]);
    if (nested == nested_.end()) return -AMDVI_ENOENT;
    const auto owner = owners_.find(a[1]);
    const std::uint64_t viommu = nested->second.key.first;
    const bool own = owner != owners_.end() && owner->second.first == viommu;
    if (!own && !place.makes(Mistake::kAttachWithoutVdevice)) return -AMDVI_EINVAL;
    if (a[2] != 0) return -AMDVI_EINVAL;  // PASIDs of the host
    if (attached_.contains(a[1])) return -AMDVI_EBUSY;
    const std::uint64_t host = map_.at(nested->second.key).host;
    const Dte dte = entry(nested->second, own ? owner->second.second : 0, host);
    const bool early = place.makes(Mistake::kEntryBeforeMap);
    if (early) control_.store(a[1], dte);
    control_.map_domain(guests_.gid(viommu), nested->second.key.second, host);
    if (!early) control_.store(a[1], dte);
    control_.flush_entry(a[1]);
    attached_[a[1]] = {a[0], host};
    ++nested->second.devices;
    return 0;
  }

  int detach(Args a, std::uint64_t&) {
    const auto device = attached_.find(a[0]);
    if (device == attached_.end()) return -AMDVI_ENOENT;
    control_.clear_entry(a[0]);
    control_.flush_entry(a[0]);
    if (!place.makes(Mistake::kDetachKeepsCache)) control_.flush_domain(device->second.host);
    control_.wait();
    --nested_.at(device->second.nested).devices;
    attached_.erase(device);
    return 0;
  }

  int nested_free(Args a, std::uint64_t&) {
    const auto nested = nested_.find(a[0]);
    if (nested == nested_.end()) return -AMDVI_ENOENT;
    const bool in_use = nested->second.devices != 0;
    if (in_use && !place.makes(Mistake::kNestedFreedWhileAttached)) return -AMDVI_EBUSY;
    const Key key = nested->second.key;
    nested_.erase(nested);
    Entry& entry = map_.at(key);
    if (--entry.users != 0) return 0;
    control_.map_domain(guests_.gid(key.first), key.second, guests_.parent(key.first).domain);
    place.pools->domains.give_back(entry.host);
    map_.erase(key);
    return 0;
  }

  int destroy_begin(Args a, std::uint64_t&) {
    if (!guests_.is(a[0], State::kLive)) return -AMDVI_EINVAL;
    const auto of_it = [&](const auto& one) { return one.second.key.first == a[0]; };
    if (std::any_of(nested_.begin(), nested_.end(), of_it)) return -AMDVI_EBUSY;
    return guests_.change(a[0], State::kLive, State::kDying);
  }

  int destroy_end(Args a, std::uint64_t&) {
    if (!guests_.is(a[0], State::kDying)) return -AMDVI_EINVAL;
    const auto of_it = [&](const auto& one) { return one.first.first == a[0]; };
    if (std::any_of(vdevices_.begin(), vdevices_.end(), of_it)) return -AMDVI_EBUSY;
    guests_.change(a[0], State::kDying, State::kCleared);
    return guests_.end(a[0]);
  }

 private:
  using Key = std::pair<std::uint64_t, std::uint64_t>;  // vIOMMU, and its device or domain
  struct Entry {
    std::uint64_t host = 0;
    std::uint64_t users = 0;
  };
  struct Domain {
    Key key;
    Dte guest{};
    std::uint64_t devices = 0;
  };
  struct Attached {
    std::uint64_t nested = 0;
    std::uint64_t host = 0;
  };

  // PPR, GIoV, GLX and the root of the guest's tables are the guest's to say; GV is always 1.
  Dte entry(const Domain& nested, std::uint64_t guest_device, std::uint64_t host) const {
    constexpr std::uint64_t kGuest0 = 1ULL << 52 | 1ULL << 54 | 3ULL << 56 | 7ULL << 58;
    constexpr std::uint64_t kGuest1 = 0xffffULL << 16 | ~0ULL << 43;
    const std::uint64_t more = place.makes(Mistake::kGuestBitsCopied) ? 1ULL << 33 : 0;  // SE
    const Parent& parent = guests_.parent(nested.key.first);
    const Dte& guest = nested.guest;
    return {3ULL << 61 | 1ULL << 55 | parent.root | parent.mode << 9 | 3 | (guest[0] & kGuest0),
            (guest[1] & (kGuest1 | more)) | host, guest[2] & 3ULL << 54,
            guests_.gid(nested.key.first) << 32 | guest_device << 16 | 1ULL << 15};
  }

  Control control_;
  Guests& guests_;
  std::map<Key, std::uint64_t> vdevices_;
  std::map<std::uint64_t, Key> owners_;  // by host device
  std::map<Key, Entry> map_;
  std::map<std::uint64_t, Domain> nested_;
  std::map<std::uint64_t, Attached> attached_;  // by host device
};

constexpr std::array kOperations{
    amdvi_operation{"nested_device.create", call<Nested, &Nested::create>},
    amdvi_operation{"nested_device.vdevice_init", call<Nested, &Nested::vdevice_init>},
    amdvi_operation{"nested_device.vdevice_destroy", call<Nested, &Nested::vdevice_destroy>},
    amdvi_operation{"nested_device.nested_alloc", call<Nested, &Nested::nested_alloc>},
    amdvi_operation{"nested_device.attach", call<Nested, &Nested::attach>},
    amdvi_operation{"nested_device.detach", call<Nested, &Nested::detach>},
    amdvi_operation{"nested_device.nested_free", call<Nested, &Nested::nested_free>},
    amdvi_operation{"nested_device.destroy_begin", call<Nested, &Nested::destroy_begin>},
    amdvi_operation{"nested_device.destroy_end", call<Nested, &Nested::destroy_end>}};

}  // namespace

Part nested_part() {
  return {{"nested_device", make_capability<Nested>}, {kOperations.data(), kOperations.size()}};
}

}  // namespace reference
