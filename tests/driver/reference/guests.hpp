// Which vIOMMUs there are, and as which GuestID hardware knows them.
#pragma once

#include <map>

#include "pools.hpp"

namespace reference {

class Guests {
 public:
  enum class State { kLive, kDying, kCleared };

  Guests() : ids_(1, kIds - 1) {}

  int create(std::uint64_t viommu);
  // From one state to the next: -EINVAL if it is not in the first.
  int change(std::uint64_t viommu, State from, State to);
  int end(std::uint64_t viommu);

  bool is(std::uint64_t viommu, State state) const;
  std::uint64_t gid(std::uint64_t viommu) const { return guests_.at(viommu).gid; }

 private:
  struct Guest {
    State state = State::kLive;
    std::uint64_t gid = 0;
  };

  LowestFree ids_;
  std::map<std::uint64_t, Guest> guests_;
};

}  // namespace reference
