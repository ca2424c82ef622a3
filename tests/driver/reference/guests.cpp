#include "guests.hpp"

#include <algorithm>

namespace reference {

int Guests::create(std::uint64_t viommu) {
  if (guests_.contains(viommu)) return -AMDVI_EEXIST;
  std::uint64_t gid = 0;
  if (const int error = ids_.alloc(gid); error != 0) return error;
  guests_[viommu] = {State::kLive, gid, {}};
  return 0;
}

bool Guests::is(std::uint64_t viommu, State state) const {
  const auto guest = guests_.find(viommu);
  return guest != guests_.end() && guest->second.state == state;
}

bool Guests::has(std::uint64_t gid) const {
  return std::any_of(guests_.begin(), guests_.end(),
                     [&](const auto& guest) { return guest.second.gid == gid; });
}

int Guests::change(std::uint64_t viommu, State from, State to) {
  if (!is(viommu, from)) return -AMDVI_EINVAL;
  guests_[viommu].state = to;
  return 0;
}

int Guests::end(std::uint64_t viommu) {
  if (!is(viommu, State::kCleared)) return -AMDVI_EINVAL;
  ids_.give_back(gid(viommu));
  guests_.erase(viommu);
  return 0;
}

}  // namespace reference
