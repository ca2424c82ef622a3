// Devices of guests (viommu.md 3.1 and 9.5).
#include <array>
#include <map>
#include <set>
#include <utility>

#include "control.hpp"
#include "guests.hpp"

namespace reference {
namespace {

using State = Guests::State;

class DeviceMap final : public Capability {
 public:
  explicit DeviceMap(const Place& where) : Capability(where), control_(place) {}

  int create(Args a, std::uint64_t&) { return guests_.create(a[0]); }

  int vdevice_init(Args a, std::uint64_t&) {
    const Key key(a[0], a[1]);
    if (!guests_.is(a[0], State::kLive)) return -AMDVI_EINVAL;
    if (devices_.contains(key)) return -AMDVI_EEXIST;
    if (taken_.contains(a[2]) && !place.makes(Mistake::kDeviceTwice)) return -AMDVI_EBUSY;
    devices_[key] = a[2];
    taken_.insert(a[2]);
    control_.map_device(guests_.gid(a[0]), a[1], a[2], true);
    return 0;
  }

  int vdevice_destroy(Args a, std::uint64_t&) {
    const auto device = devices_.find({a[0], a[1]});
    if (device == devices_.end()) return -AMDVI_ENOENT;
    taken_.erase(device->second);
    devices_.erase(device);
    control_.map_device(guests_.gid(a[0]), a[1], 0, place.makes(Mistake::kClearToDeviceZero));
    return 0;
  }

  int destroy_begin(Args a, std::uint64_t&) {
    return guests_.change(a[0], State::kLive, State::kDying);
  }

  int destroy_clear(Args a, std::uint64_t&) {
    const int error = guests_.change(a[0], State::kDying, State::kCleared);
    if (error != 0) return error;
    std::erase_if(devices_, [&](const auto& device) {
      if (device.first.first != a[0]) return false;
      if (!place.makes(Mistake::kDeviceStaysTaken)) taken_.erase(device.second);
      return true;
    });
    return 0;
  }

  int destroy_end(Args a, std::uint64_t&) { return guests_.end(a[0]); }

 private:
  using Key = std::pair<std::uint64_t, std::uint64_t>;  // vIOMMU and its device

  Control control_;
  Guests guests_;
  std::map<Key, std::uint64_t> devices_;
  std::set<std::uint64_t> taken_;
};

constexpr std::array kOperations{
    amdvi_operation{"devid_map.create", call<DeviceMap, &DeviceMap::create>},
    amdvi_operation{"devid_map.vdevice_init", call<DeviceMap, &DeviceMap::vdevice_init>},
    amdvi_operation{"devid_map.vdevice_destroy", call<DeviceMap, &DeviceMap::vdevice_destroy>},
    amdvi_operation{"devid_map.destroy_begin", call<DeviceMap, &DeviceMap::destroy_begin>},
    amdvi_operation{"devid_map.destroy_clear", call<DeviceMap, &DeviceMap::destroy_clear>},
    amdvi_operation{"devid_map.destroy_end", call<DeviceMap, &DeviceMap::destroy_end>}};

}  // namespace

Part device_map_part() {
  return {{"devid_map", make_capability<DeviceMap>}, {kOperations.data(), kOperations.size()}};
}

}  // namespace reference
