// Which vIOMMUs there are, and as which GuestID hardware knows them.
#pragma once

#include <map>

#include "pools.hpp"

namespace reference {

class Guests {
 public:
  enum class State { kLive, kDying, kCleared };

  Guests() : ids_(1, kIds - 1) {}

  LowestFree& ids() { return ids_; }

  int create(std::uint64_t viommu);
  // It lives, and somebody else has given it its GuestID.
  void adopt(std::uint64_t viommu, std::uint64_t gid, const Parent& parent) {
    guests_[viommu] = {State::kLive, gid, parent};
  }
  void set_parent(std::uint64_t viommu, const Parent& parent) {
    guests_.at(viommu).parent = parent;
  }
  void forget(std::uint64_t viommu) { guests_.erase(viommu); }
  // From one state to the next: -EINVAL if it is not in the first.
  int change(std::uint64_t viommu, State from, State to);
  int end(std::uint64_t viommu);

  bool is(std::uint64_t viommu, State state) const;
  bool has(std::uint64_t gid) const;
  std::uint64_t gid(std::uint64_t viommu) const { return guests_.at(viommu).gid; }
  const Parent& parent(std::uint64_t viommu) const { return guests_.at(viommu).parent; }

 private:
  struct Guest {
    State state = State::kLive;
    std::uint64_t gid = 0;
    Parent parent;
  };

  LowestFree ids_;
  std::map<std::uint64_t, Guest> guests_;
};

}  // namespace reference
