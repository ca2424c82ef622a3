// Domains of guests (viommu.md 9.4).
#include <array>
#include <map>
#include <set>
#include <utility>

#include "control.hpp"
#include "guests.hpp"

namespace reference {
namespace {

using State = Guests::State;

constexpr std::uint64_t kMostUsers = 0xffff;

class DomainMap final : public Capability {
 public:
  explicit DomainMap(const Place& where) : Capability(where), control_(place), ids_(1, kIds - 1) {}

  int host_alloc(Args, std::uint64_t& id) {
    const int error = ids_.alloc(id);
    if (error == 0) hosts_.insert(id);
    return error;
  }

  int host_free(Args a, std::uint64_t&) {
    const bool own = hosts_.erase(a[0]) != 0;
    if (!own && !place.makes(Mistake::kHostFreesGuestDomain)) return -AMDVI_EINVAL;
    return ids_.give_back(a[0]) ? 0 : -AMDVI_EINVAL;
  }

  int create(Args a, std::uint64_t&) { return guests_.create(a[0]); }

  int nested_alloc(Args a, std::uint64_t& host) {
    const auto [viommu, domain, nested] = std::tuple(a[0], a[1], a[2]);
    const bool dying_too =
        place.makes(Mistake::kNestedOfDyingGuest) && guests_.is(viommu, State::kDying);
    if (!guests_.is(viommu, State::kLive) && !dying_too) return -AMDVI_EINVAL;
    if (nested_.contains(nested)) return -AMDVI_EEXIST;
    const Key key(place.makes(Mistake::kEntrySharedByGuests) ? 0 : viommu, domain);
    const auto known = map_.find(key);
    if (known == map_.end()) {
      if (const int error = ids_.alloc(host); error != 0) return error;
      map_[key] = {host, 1};
      control_.map_domain(guests_.gid(viommu), domain, host);
    } else {
      if (known->second.users == kMostUsers && !place.makes(Mistake::kUsersWrap)) {
        return -AMDVI_EOVERFLOW;
      }
      if (!place.makes(Mistake::kShareUncounted)) ++known->second.users;
      host = known->second.host;
    }
    nested_[nested] = {viommu, key};
    return 0;
  }

  int nested_free(Args a, std::uint64_t&) {
    const auto nested = nested_.find(a[0]);
    if (nested == nested_.end()) return -AMDVI_ENOENT;
    const auto [viommu, key] = nested->second;
    nested_.erase(nested);
    const auto entry = map_.find(key);
    if (entry == map_.end() || --entry->second.users != 0) return 0;
    if (!place.makes(Mistake::kStaleEntry)) {
      control_.map_domain(guests_.gid(viommu), key.second, place.parent_domain);
    }
    ids_.give_back(entry->second.host);
    map_.erase(entry);
    return 0;
  }

  int destroy_begin(Args a, std::uint64_t&) {
    return guests_.change(a[0], State::kLive, State::kDying);
  }

  int destroy_clear(Args a, std::uint64_t&) {
    const int error = guests_.change(a[0], State::kDying, State::kCleared);
    if (error != 0) return error;
    std::erase_if(nested_, [&](const auto& one) { return one.second.viommu == a[0]; });
    std::erase_if(map_, [&](const auto& entry) {
      if (entry.first.first != a[0]) return false;
      if (!place.makes(Mistake::kClearLeaksDomains)) ids_.give_back(entry.second.host);
      return true;
    });
    return 0;
  }

  int destroy_end(Args a, std::uint64_t&) { return guests_.end(a[0]); }

 private:
  using Key = std::pair<std::uint64_t, std::uint64_t>;  // vIOMMU and domain
  struct Entry {
    std::uint64_t host = 0;
    std::uint64_t users = 0;
  };
  struct Nested {
    std::uint64_t viommu = 0;
    Key key;
  };

  Control control_;
  Guests guests_;
  LowestFree ids_;
  std::set<std::uint64_t> hosts_;
  std::map<Key, Entry> map_;
  std::map<std::uint64_t, Nested> nested_;
};

constexpr std::array kOperations{
    amdvi_operation{"gdom_map.host_alloc", call<DomainMap, &DomainMap::host_alloc>},
    amdvi_operation{"gdom_map.host_free", call<DomainMap, &DomainMap::host_free>},
    amdvi_operation{"gdom_map.create", call<DomainMap, &DomainMap::create>},
    amdvi_operation{"gdom_map.nested_alloc", call<DomainMap, &DomainMap::nested_alloc>},
    amdvi_operation{"gdom_map.nested_free", call<DomainMap, &DomainMap::nested_free>},
    amdvi_operation{"gdom_map.destroy_begin", call<DomainMap, &DomainMap::destroy_begin>},
    amdvi_operation{"gdom_map.destroy_clear", call<DomainMap, &DomainMap::destroy_clear>},
    amdvi_operation{"gdom_map.destroy_end", call<DomainMap, &DomainMap::destroy_end>}};

}  // namespace

Part domain_map_part() {
  return {{"gdom_map", make_capability<DomainMap>}, {kOperations.data(), kOperations.size()}};
}

}  // namespace reference
