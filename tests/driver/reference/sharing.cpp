// Translation device IDs of vIOMMUs: one each or, as a variant, one a virtual machine
// (viommu.md 9.2).
#include <array>
#include <map>

#include "pools.hpp"

namespace reference {
namespace {

constexpr std::uint64_t kMostUsers = 0xffff;

class Sharing final : public Capability {
 public:
  explicit Sharing(const Place& where) : Capability(where), ids_(place) {}

  int take(Args a, std::uint64_t& id) {
    if (viommus_.contains(a[0])) return -AMDVI_EEXIST;
    const bool shares = place.per_vm != 0 && !place.makes(Mistake::kNeverShared);
    const auto known = shared_.find(a[1]);
    if (shares && known != shared_.end()) {
      id = known->second;
      if (users_[id] == kMostUsers) return -AMDVI_EOVERFLOW;
    } else {
      if (const int error = ids_.alloc(id); error != 0) return error;
      if (shares) shared_[a[1]] = id;
    }
    ++users_[id];
    viommus_[a[0]] = {id, a[1]};
    return 0;
  }

  int give_back(Args a, std::uint64_t&) {
    const auto viommu = viommus_.find(a[0]);
    if (viommu == viommus_.end()) return -AMDVI_ENOENT;
    const auto [id, machine] = viommu->second;
    viommus_.erase(viommu);
    if (--users_[id] != 0 && !place.makes(Mistake::kSharedIdFreedEarly)) return 0;
    users_[id] = 0;
    shared_.erase(machine);
    return ids_.free(id);
  }

 private:
  struct Viommu {
    std::uint64_t id = 0, machine = 0;
  };

  TransIds ids_;
  std::map<std::uint64_t, Viommu> viommus_;
  std::map<std::uint64_t, std::uint64_t> shared_;  // of a virtual machine
  std::map<std::uint64_t, std::uint64_t> users_;   // of an ID
};

constexpr std::array kOperations{
    amdvi_operation{"trans_id_sharing.take", call<Sharing, &Sharing::take>},
    amdvi_operation{"trans_id_sharing.give_back", call<Sharing, &Sharing::give_back>}};

}  // namespace

Part sharing_part() {
  return {{"trans_id_sharing", make_capability<Sharing>},
          {kOperations.data(), kOperations.size()},
          false};
}

}  // namespace reference
