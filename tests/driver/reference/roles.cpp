// Who has a host domain ID (viommu.md 9.3, 9.4 and 11.21).
#include <algorithm>
#include <array>
#include <map>

#include "pools.hpp"

namespace reference {
namespace {

enum class Role { kPaging, kPrivate, kGuest };

class Roles final : public Capability {
 public:
  explicit Roles(const Place& where) : Capability(where), ids_(1, kIds - 1) {}

  int take_paging(Args, std::uint64_t& id) { return take(Role::kPaging, 0, id); }
  int take_private(Args, std::uint64_t& id) { return take(Role::kPrivate, 0, id); }
  int take_guest(Args a, std::uint64_t& id) {
    if (!parents_.contains(a[0])) return -AMDVI_EINVAL;
    return take(Role::kGuest, a[0], id);
  }

  int give_back(Args a, std::uint64_t&) {
    const auto use = uses_.find(a[0]);
    if (use == uses_.end()) return -AMDVI_EINVAL;
    const bool held = std::any_of(parents_.begin(), parents_.end(),
                                  [&](const auto& viommu) { return viommu.second == a[0]; });
    if (held && !place.makes(Mistake::kParentIdFreed)) return -AMDVI_EBUSY;
    uses_.erase(use);
    ids_.give_back(a[0]);
    return 0;
  }

  int guest_up(Args a, std::uint64_t&) {
    if (parents_.contains(a[0])) return -AMDVI_EEXIST;
    const auto parent = uses_.find(a[1]);
    if (parent == uses_.end()) return -AMDVI_EINVAL;
    const bool fits =
        parent->second.role == Role::kPaging ||
        (parent->second.role == Role::kPrivate && place.makes(Mistake::kPrivateAsParent));
    if (!fits) return -AMDVI_EINVAL;
    parents_[a[0]] = a[1];
    return 0;
  }

  int guest_down(Args a, std::uint64_t&) {
    if (!parents_.contains(a[0])) return -AMDVI_ENOENT;
    const bool has_domains = std::any_of(uses_.begin(), uses_.end(), [&](const auto& use) {
      return use.second.role == Role::kGuest && use.second.viommu == a[0];
    });
    if (has_domains) return -AMDVI_EBUSY;
    parents_.erase(a[0]);
    return 0;
  }

 private:
  struct Use {
    Role role = Role::kPaging;
    std::uint64_t viommu = 0;
  };

  int take(Role role, std::uint64_t viommu, std::uint64_t& id) {
    const int error = ids_.alloc(id);
    if (error == 0) uses_[id] = {role, viommu};
    return error;
  }

  LowestFree ids_;
  std::map<std::uint64_t, Use> uses_;
  std::map<std::uint64_t, std::uint64_t> parents_;  // of vIOMMUs
};

constexpr std::array kOperations{
    amdvi_operation{"domain_roles.take_paging", call<Roles, &Roles::take_paging>},
    amdvi_operation{"domain_roles.take_private", call<Roles, &Roles::take_private>},
    amdvi_operation{"domain_roles.take_guest", call<Roles, &Roles::take_guest>},
    amdvi_operation{"domain_roles.give_back", call<Roles, &Roles::give_back>},
    amdvi_operation{"domain_roles.guest_up", call<Roles, &Roles::guest_up>},
    amdvi_operation{"domain_roles.guest_down", call<Roles, &Roles::guest_down>}};

}  // namespace

Part roles_part() {
  return {
      {"domain_roles", make_capability<Roles>}, {kOperations.data(), kOperations.size()}, false};
}

}  // namespace reference
