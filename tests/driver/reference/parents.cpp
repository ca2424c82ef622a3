// A parent domain: entries that walk its table, and what is cached of it (viommu.md 6.5, 7
// and 9.5).
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "control.hpp"
#include "pools.hpp"

namespace reference {
namespace {

enum class Phase { kQuiet, kGrowing, kUnmapped };
constexpr std::uint64_t kMostLevels = 6;

class Parents final : public Capability {
 public:
  explicit Parents(const Place& where) : Capability(where) {}

  int make(Args a, std::uint64_t&) {
    if (alive_) return -AMDVI_EEXIST;
    if (a[0] == 0 || a[1] == 0 || a[1] > kMostLevels || a[2] == 0) return -AMDVI_EINVAL;
    alive_ = true;
    parent_ = {a[0], a[2] << 12, a[1]};
    return 0;
  }

  int free(Args, std::uint64_t&) {
    if (!alive_) return -AMDVI_ENOENT;
    if (!links_.empty() && !place.makes(Mistake::kParentFreedInUse)) return -AMDVI_EBUSY;
    if (phase_ != Phase::kQuiet) return -AMDVI_EBUSY;
    alive_ = false;
    return 0;
  }

  int link(Args a, std::uint64_t&) {
    if (!alive_) return -AMDVI_ENOENT;
    if (links_.contains(a[0])) return -AMDVI_EEXIST;
    if (phase_ != Phase::kQuiet || entries_.contains(a[2])) return -AMDVI_EBUSY;
    links_[a[0]] = {static_cast<std::uint32_t>(a[1]), a[2]};
    entries_[a[2]] = {false, a[0], parent_};
    store(a[2]);
    return 0;
  }

  int attach(Args a, std::uint64_t&) {
    if (!links_.contains(a[0])) return -AMDVI_ENOENT;
    if (a[2] == 0 || a[2] == parent_.domain) return -AMDVI_EINVAL;
    if (phase_ != Phase::kQuiet || entries_.contains(a[1])) return -AMDVI_EBUSY;
    entries_[a[1]] = {true, a[0], {a[2], parent_.root, parent_.mode}};
    store(a[1]);
    return 0;
  }

  int detach(Args a, std::uint64_t&) {
    const auto entry = entries_.find(a[0]);
    if (entry == entries_.end() || !entry->second.nested) return -AMDVI_ENOENT;
    if (phase_ != Phase::kQuiet) return -AMDVI_EBUSY;
    leave(a[0]);
    return 0;
  }

  int unlink(Args a, std::uint64_t&) {
    const auto link = links_.find(a[0]);
    if (link == links_.end()) return -AMDVI_ENOENT;
    const bool in_use = std::any_of(entries_.begin(), entries_.end(), [&](const auto& entry) {
      return entry.second.nested && entry.second.viommu == a[0];
    });
    if (in_use || phase_ != Phase::kQuiet) return -AMDVI_EBUSY;
    leave(link->second.trans_id);
    links_.erase(link);
    return 0;
  }

  int grow(Args a, std::uint64_t&) {
    if (!alive_) return -AMDVI_ENOENT;
    if (phase_ != Phase::kQuiet) return -AMDVI_EBUSY;
    if (parent_.mode == kMostLevels) return -AMDVI_EINVAL;
    if (a[0] == 0) return -AMDVI_ENOMEM;
    parent_.root = a[0] << 12;
    ++parent_.mode;
    phase_ = Phase::kGrowing;
    return 0;
  }
  int grow_entry(Args a, std::uint64_t&) {
    if (phase_ != Phase::kGrowing) return -AMDVI_EINVAL;
    const auto entry = entries_.find(a[0]);
    if (entry == entries_.end()) return -AMDVI_ENOENT;
    entry->second.table.root = parent_.root;
    entry->second.table.mode = parent_.mode;
    store(a[0]);
    return 0;
  }
  int grow_end(Args, std::uint64_t&) {
    if (phase_ != Phase::kGrowing) return -AMDVI_EINVAL;
    for (const auto& [device, entry] : entries_) {
      if (forgotten(entry)) continue;
      if (entry.table.root != parent_.root || entry.table.mode != parent_.mode) return -AMDVI_EBUSY;
    }
    phase_ = Phase::kQuiet;
    return 0;
  }
  int grow_all(Args a, std::uint64_t& ignored) {
    if (const int error = grow(a, ignored); error != 0) return error;
    for (const auto& [device, entry] : entries_) {
      if (!forgotten(entry)) grow_entry(&device, ignored);
    }
    return grow_end(a, ignored);
  }

  int unmap(Args, std::uint64_t&) { return begin_unmap(0, 1ULL << 47); }

  int invalidate_parent(Args a, std::uint64_t&) {
    if (phase_ != Phase::kUnmapped) return -AMDVI_EINVAL;
    const auto iommu = static_cast<std::uint32_t>(a[0]);
    on(iommu).flush_domain(parent_.domain);
    send(iommu, [](const Entry& entry) { return !entry.nested; });
    return 0;
  }
  int invalidate_nested(Args a, std::uint64_t&) {
    if (phase_ != Phase::kUnmapped) return -AMDVI_EINVAL;
    const auto iommu = static_cast<std::uint32_t>(a[0]);
    on(iommu).flush_domain(a[1]);
    send(iommu, [&](const Entry& entry) { return entry.nested && entry.table.domain == a[1]; });
    return 0;
  }
  int wait(Args a, std::uint64_t&) {
    if (phase_ != Phase::kUnmapped) return -AMDVI_EINVAL;
    if (!place.makes(Mistake::kUnmapNotAwaited)) on(static_cast<std::uint32_t>(a[0])).wait();
    std::erase_if(stale_, [&](std::uint64_t device) {
      return sent_.contains(device) && home(entries_.at(device)) == a[0];
    });
    return 0;
  }
  int unmap_end(Args, std::uint64_t&) {
    if (phase_ != Phase::kUnmapped) return -AMDVI_EINVAL;
    if (!stale_.empty() && !place.makes(Mistake::kUnmapForgetsParent)) return -AMDVI_EBUSY;
    phase_ = Phase::kQuiet;
    return 0;
  }
  int unmap_all(Args a, std::uint64_t& ignored) {
    if (const int error = begin_unmap(a[0], a[1]); error != 0) return error;
    std::set<std::pair<std::uint64_t, std::uint64_t>> domains;  // on which IOMMU
    std::set<std::uint64_t> iommus;
    for (const auto& [device, entry] : entries_) {
      iommus.insert(home(entry));
      if (entry.nested) domains.emplace(home(entry), entry.table.domain);
    }
    for (const std::uint64_t iommu : iommus) {
      if (!place.makes(Mistake::kUnmapForgetsParent)) invalidate_parent(&iommu, ignored);
    }
    for (const auto& [iommu, domain] : domains) {
      const std::array<std::uint64_t, 2> both{iommu, domain};
      invalidate_nested(both.data(), ignored);
    }
    for (const std::uint64_t iommu : iommus) wait(&iommu, ignored);
    return unmap_end(a, ignored);
  }

 private:
  struct Link {
    std::uint32_t iommu = 0;
    std::uint64_t trans_id = 0;
  };
  struct Entry {
    bool nested = false;
    std::uint64_t viommu = 0;
    Parent table;  // with the domain ID of the entry
  };

  Control on(std::uint32_t iommu) {
    place.iommu = iommu;
    return Control(place);
  }
  std::uint32_t home(const Entry& entry) const { return links_.at(entry.viommu).iommu; }

  void store(std::uint64_t device) {
    const Entry& entry = entries_.at(device);
    on(home(entry)).set_entry(device, entry.table);
    on(home(entry)).flush_entry(device);
  }

  void leave(std::uint64_t device) {
    const Entry& entry = entries_.at(device);
    const Control control = on(home(entry));
    if (!place.makes(Mistake::kRootLeftOnUnlink)) control.clear_entry(device);
    control.flush_entry(device);
    control.flush_domain(entry.table.domain);
    control.wait();
    entries_.erase(device);
  }

  bool forgotten(const Entry& entry) const {
    return place.makes(entry.nested ? Mistake::kGrowthForgetsNested
                                    : Mistake::kGrowthForgetsTranslate);
  }

  int begin_unmap(std::uint64_t address, std::uint64_t bytes) {
    if (!alive_) return -AMDVI_ENOENT;
    if (phase_ != Phase::kQuiet) return -AMDVI_EBUSY;
    place.hardware->table_unmap(place.hardware->user, parent_.root, address, bytes);
    phase_ = Phase::kUnmapped;
    for (const auto& [device, entry] : entries_) stale_.insert(device);
    sent_.clear();
    return 0;
  }

  template <class Which>
  void send(std::uint32_t iommu, Which which) {
    for (const auto& [device, entry] : entries_) {
      if (home(entry) == iommu && which(entry)) sent_.insert(device);
    }
  }

  bool alive_ = false;
  Parent parent_;
  Phase phase_ = Phase::kQuiet;
  std::map<std::uint64_t, Link> links_;
  std::map<std::uint64_t, Entry> entries_;
  std::set<std::uint64_t> stale_, sent_;
};

constexpr std::array kOperations{
    amdvi_operation{"parent_domain.make", call<Parents, &Parents::make>},
    amdvi_operation{"parent_domain.free", call<Parents, &Parents::free>},
    amdvi_operation{"parent_domain.link", call<Parents, &Parents::link>},
    amdvi_operation{"parent_domain.attach", call<Parents, &Parents::attach>},
    amdvi_operation{"parent_domain.detach", call<Parents, &Parents::detach>},
    amdvi_operation{"parent_domain.unlink", call<Parents, &Parents::unlink>},
    amdvi_operation{"parent_domain.grow", call<Parents, &Parents::grow>},
    amdvi_operation{"parent_domain.grow_entry", call<Parents, &Parents::grow_entry>},
    amdvi_operation{"parent_domain.grow_end", call<Parents, &Parents::grow_end>},
    amdvi_operation{"parent_domain.grow_all", call<Parents, &Parents::grow_all>},
    amdvi_operation{"parent_domain.unmap", call<Parents, &Parents::unmap>},
    amdvi_operation{"parent_domain.invalidate_parent", call<Parents, &Parents::invalidate_parent>},
    amdvi_operation{"parent_domain.invalidate_nested", call<Parents, &Parents::invalidate_nested>},
    amdvi_operation{"parent_domain.wait", call<Parents, &Parents::wait>},
    amdvi_operation{"parent_domain.unmap_end", call<Parents, &Parents::unmap_end>},
    amdvi_operation{"parent_domain.unmap_all", call<Parents, &Parents::unmap_all>}};

}  // namespace

Part parent_part() {
  return {
      {"parent_domain", make_capability<Parents>}, {kOperations.data(), kOperations.size()}, false};
}

}  // namespace reference
