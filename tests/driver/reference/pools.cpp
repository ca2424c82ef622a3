#include "pools.hpp"

#include <algorithm>
#include <array>

namespace reference {

int TransIds::reserve(std::uint64_t id) {
  if (slots_[id] == Slot::kAllocated && !place_.makes(Mistake::kReserveSteals)) return -AMDVI_EBUSY;
  if (slots_[id] == Slot::kReserved && place_.makes(Mistake::kReserveOnce)) return -AMDVI_EBUSY;
  slots_[id] = Slot::kReserved;
  return 0;
}

int TransIds::alloc(std::uint64_t& id) {
  const std::uint64_t last = place_.makes(Mistake::kAllocBeyondTable) ? kIds - 1 : place_.last_bdf;
  if (place_.makes(Mistake::kAllocUpwards)) {
    id = 1;
    while (id <= last && slots_[id] != Slot::kFree) ++id;
    if (id > last) return -AMDVI_ENOSPC;
    slots_[id] = Slot::kAllocated;
    return 0;
  }
  top_ = std::min(top_, last);
  while (top_ != 0 && slots_[top_] != Slot::kFree) --top_;
  if (top_ == 0) {  // 0 in VFCTRL says that there is no translation device
    id = static_cast<std::uint16_t>(-AMDVI_ENOSPC);
    return place_.makes(Mistake::kErrorIsAnId) ? 0 : -AMDVI_ENOSPC;
  }
  id = top_;
  slots_[id] = Slot::kAllocated;
  return 0;
}

int TransIds::free(std::uint64_t id) {
  const bool was_free = slots_[id] == Slot::kFree;
  const bool allowed =
      place_.makes(Mistake::kFreeUnreserves) ? !was_free : slots_[id] == Slot::kAllocated;
  if (!allowed) return -AMDVI_EINVAL;
  slots_[id] = Slot::kFree;
  top_ = std::max(top_, id);
  return 0;
}

void TransIds::unreserve(std::uint64_t id) {
  slots_[id] = Slot::kFree;
  top_ = std::max(top_, id);
}

int LowestFree::alloc(std::uint64_t& id) {
  while (next_ <= last_ && used_[next_]) ++next_;
  if (next_ > last_) return -AMDVI_ENOSPC;
  id = next_;
  used_[id] = true;
  return 0;
}

bool LowestFree::take(std::uint64_t id) {
  if (used_[id]) return false;
  used_[id] = true;
  return true;
}

bool LowestFree::give_back(std::uint64_t id) {
  if (!used_[id]) return false;
  used_[id] = false;
  if (id >= first_) next_ = std::min(next_, id);
  return true;
}

namespace {

struct TransIdPool final : Capability {
  explicit TransIdPool(const Place& where) : Capability(where), ids(place) {}
  int reserve(Args a, std::uint64_t&) { return ids.reserve(a[0]); }
  int alloc(Args, std::uint64_t& id) { return ids.alloc(id); }
  int free(Args a, std::uint64_t&) { return ids.free(a[0]); }

  TransIds ids;
};

struct GuestIdPool final : Capability {
  explicit GuestIdPool(const Place& where)
      : Capability(where), ids(place.makes(Mistake::kGuestIdZero) ? 0 : 1, place.last_gid) {}

  int alloc(Args, std::uint64_t& id) {
    const int error = ids.alloc(id);
    if (error == 0) live[id] = true;
    return error;
  }
  // What hardware finds by the GuestID is gone.
  int retire(Args a, std::uint64_t&) {
    if (!live[a[0]]) return -AMDVI_EINVAL;
    live[a[0]] = false;
    return 0;
  }
  int free(Args a, std::uint64_t&) {
    if (live[a[0]] && !place.makes(Mistake::kGuestIdEarly)) return -AMDVI_EBUSY;
    if (ids.give_back(a[0])) return 0;
    return place.makes(Mistake::kGuestIdTwice) ? 0 : -AMDVI_EINVAL;
  }

  LowestFree ids;
  std::vector<bool> live = std::vector<bool>(kIds);
};

struct DomainIdPool final : Capability {
  explicit DomainIdPool(const Place& where) : Capability(where), ids(1, kIds - 1) {}

  int alloc(Args, std::uint64_t& id) { return ids.alloc(id); }
  int reserve(Args a, std::uint64_t&) {
    if (a[0] == 0 && !place.makes(Mistake::kDomainIdZero)) return -AMDVI_EINVAL;
    if (ids.take(a[0])) return 0;
    return place.makes(Mistake::kReserveUsedDomain) ? 0 : -AMDVI_ENOSPC;
  }
  int free(Args a, std::uint64_t&) {
    if (ids.give_back(a[0])) return 0;
    return place.makes(Mistake::kDomainFreedTwice) ? 0 : -AMDVI_EINVAL;
  }

  LowestFree ids;
};

constexpr std::array kTransIds{
    amdvi_operation{"trans_devid_pool.reserve", call<TransIdPool, &TransIdPool::reserve>},
    amdvi_operation{"trans_devid_pool.alloc", call<TransIdPool, &TransIdPool::alloc>},
    amdvi_operation{"trans_devid_pool.free", call<TransIdPool, &TransIdPool::free>}};
constexpr std::array kGuestIds{
    amdvi_operation{"guest_id_pool.alloc", call<GuestIdPool, &GuestIdPool::alloc>},
    amdvi_operation{"guest_id_pool.retire", call<GuestIdPool, &GuestIdPool::retire>},
    amdvi_operation{"guest_id_pool.free", call<GuestIdPool, &GuestIdPool::free>}};
constexpr std::array kDomainIds{
    amdvi_operation{"host_domain_ids.alloc", call<DomainIdPool, &DomainIdPool::alloc>},
    amdvi_operation{"host_domain_ids.reserve", call<DomainIdPool, &DomainIdPool::reserve>},
    amdvi_operation{"host_domain_ids.free", call<DomainIdPool, &DomainIdPool::free>}};

}  // namespace

Part trans_id_part() {
  return {{"trans_devid_pool", make_capability<TransIdPool>}, {kTransIds.data(), kTransIds.size()}};
}
Part guest_id_part() {
  return {{"guest_id_pool", make_capability<GuestIdPool>}, {kGuestIds.data(), kGuestIds.size()}};
}
Part domain_id_part() {
  return {{"host_domain_ids", make_capability<DomainIdPool>},
          {kDomainIds.data(), kDomainIds.size()}};
}

}  // namespace reference
