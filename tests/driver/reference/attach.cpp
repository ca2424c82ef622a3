// Attaching devices: their IDs and aliases are reserved first (viommu.md 9.2).
#include <array>
#include <map>
#include <set>

#include "control.hpp"
#include "pools.hpp"

namespace reference {
namespace {

enum class Step { kIdle, kOwn, kIvrs };

struct Device {
  std::uint64_t ivrs = 0;
  std::set<std::uint64_t> aliases;
  Step step = Step::kIdle;
  std::uint64_t wanted = 0, domain = 0;
  bool on = false;
};

class Attach final : public Capability {
 public:
  explicit Attach(const Place& where)
      : Capability(where), control_(place), ids_(place.pools->trans_ids) {}

  int iommu_found(Args a, std::uint64_t&) { return ids_.reserve(a[0]); }

  int plug(Args a, std::uint64_t&) {
    if (devices_.contains(a[0])) return -AMDVI_EEXIST;
    devices_[a[0]].ivrs = a[1];
    return 0;
  }
  int plug_alias(Args a, std::uint64_t&) {
    const auto device = devices_.find(a[0]);
    if (device == devices_.end()) return -AMDVI_ENODEV;
    if (busy(device->second)) return -AMDVI_EBUSY;
    device->second.aliases.insert(a[1]);
    return 0;
  }
  int unplug(Args a, std::uint64_t&) {
    const auto device = devices_.find(a[0]);
    if (device == devices_.end()) return -AMDVI_ENODEV;
    if (busy(device->second)) return -AMDVI_EBUSY;
    devices_.erase(device);
    return 0;
  }

  int attach_own(Args a, std::uint64_t&) {
    const auto device = devices_.find(a[0]);
    if (device == devices_.end()) return -AMDVI_ENODEV;
    if (device->second.step != Step::kIdle) return -AMDVI_EINVAL;
    if (device->second.on && device->second.domain == a[1]) return 0;
    if (const int error = reserve(a[0], a[2]); error != 0) return error;
    device->second.step = Step::kOwn;
    device->second.wanted = a[1];
    return 0;
  }
  int attach_ivrs(Args a, std::uint64_t&) {
    const auto device = devices_.find(a[0]);
    if (device == devices_.end() || device->second.step != Step::kOwn) return -AMDVI_EINVAL;
    if (const int error = reserve(device->second.ivrs, a[1]); error != 0) return error;
    device->second.step = Step::kIvrs;
    return 0;
  }
  int attach_alias(Args a, std::uint64_t&) {
    const auto device = devices_.find(a[0]);
    if (device == devices_.end() || device->second.step != Step::kIvrs) return -AMDVI_EINVAL;
    if (!device->second.aliases.contains(a[1])) return -AMDVI_EINVAL;
    return reserve(a[1], a[2]);
  }
  int attach_finish(Args a, std::uint64_t&) {
    const auto found = devices_.find(a[0]);
    if (found == devices_.end() || found->second.step != Step::kIvrs) return -AMDVI_EINVAL;
    Device& device = found->second;
    for (const std::uint64_t alias : device.aliases) {
      if (!ids_.reserved(alias) && !place.makes(Mistake::kAliasForgotten)) return -AMDVI_EINVAL;
    }
    device.on = true;
    device.domain = device.wanted;
    device.step = Step::kIdle;
    control_.set_entry(a[0], {device.domain, place.parent_root, place.parent_mode});
    control_.flush_entry(a[0]);
    return 0;
  }
  int attach_fails(Args a, std::uint64_t&) {
    const auto device = devices_.find(a[0]);
    if (device == devices_.end() || device->second.step == Step::kIdle) return -AMDVI_EINVAL;
    device->second.step = Step::kIdle;
    return 0;
  }

  // Reservation number a[2] cannot be stored, if it is not 0.
  int attach(Args a, std::uint64_t& ignored) {
    std::uint64_t number = 0;
    const auto ask = [&](int (Attach::*step)(Args, std::uint64_t&), std::uint64_t argument) {
      const std::uint64_t fails = ++number == a[2] ? 1 : 0;
      const std::array<std::uint64_t, 3> args = step == &Attach::attach_ivrs
                                                    ? std::array{a[0], fails, std::uint64_t{0}}
                                                    : std::array{a[0], argument, fails};
      return (this->*step)(args.data(), ignored);
    };
    int error = ask(&Attach::attach_own, a[1]);
    if (error != 0 || devices_.at(a[0]).step == Step::kIdle) return error;
    error = ask(&Attach::attach_ivrs, 0);
    if (!place.makes(Mistake::kAliasForgotten)) {
      for (const std::uint64_t alias : devices_.at(a[0]).aliases) {
        if (error == 0) error = ask(&Attach::attach_alias, alias);
      }
    }
    if (error == 0) return attach_finish(a, ignored);
    if (place.makes(Mistake::kAttachRollsBack)) ids_.unreserve(a[0]);
    attach_fails(a, ignored);
    return error;
  }

  int detach(Args a, std::uint64_t&) {
    const auto device = devices_.find(a[0]);
    if (device == devices_.end() || !device->second.on) return -AMDVI_ENOENT;
    device->second.on = false;
    if (place.makes(Mistake::kDetachUnreserves)) ids_.unreserve(a[0]);
    control_.clear_entry(a[0]);
    control_.flush_entry(a[0]);
    return 0;
  }

  int alloc(Args a, std::uint64_t& id) {
    const int error = ids_.alloc(id);
    if (error != 0 || a[0] == 0) return error;
    ids_.free(id);
    return -AMDVI_ENOMEM;
  }
  int free(Args a, std::uint64_t&) { return ids_.free(a[0]); }

 private:
  static bool busy(const Device& device) { return device.on || device.step != Step::kIdle; }

  int reserve(std::uint64_t id, std::uint64_t no_memory) {
    if (no_memory != 0 && !ids_.allocated(id) && !ids_.reserved(id)) return -AMDVI_ENOMEM;
    const int error = ids_.reserve(id);
    return place.makes(Mistake::kBusyIgnored) ? 0 : error;
  }

  Control control_;
  TransIds& ids_;
  std::map<std::uint64_t, Device> devices_;
};

constexpr std::array kOperations{
    amdvi_operation{"device_attach.iommu_found", call<Attach, &Attach::iommu_found>},
    amdvi_operation{"device_attach.plug", call<Attach, &Attach::plug>},
    amdvi_operation{"device_attach.plug_alias", call<Attach, &Attach::plug_alias>},
    amdvi_operation{"device_attach.unplug", call<Attach, &Attach::unplug>},
    amdvi_operation{"device_attach.attach_own", call<Attach, &Attach::attach_own>},
    amdvi_operation{"device_attach.attach_ivrs", call<Attach, &Attach::attach_ivrs>},
    amdvi_operation{"device_attach.attach_alias", call<Attach, &Attach::attach_alias>},
    amdvi_operation{"device_attach.attach_finish", call<Attach, &Attach::attach_finish>},
    amdvi_operation{"device_attach.attach_fails", call<Attach, &Attach::attach_fails>},
    amdvi_operation{"device_attach.attach", call<Attach, &Attach::attach>},
    amdvi_operation{"device_attach.detach", call<Attach, &Attach::detach>},
    amdvi_operation{"device_attach.alloc", call<Attach, &Attach::alloc>},
    amdvi_operation{"device_attach.free", call<Attach, &Attach::free>}};

}  // namespace

Part attach_part() {
  return {{"device_attach", make_capability<Attach>}, {kOperations.data(), kOperations.size()}};
}

}  // namespace reference
