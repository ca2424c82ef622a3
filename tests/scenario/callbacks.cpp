// From the C ABI to hardware that runs.
#include <span>

#include "tests/scenario/hardware.hpp"

namespace amdvi::scenario {
namespace {

constexpr unsigned kWord = 8;

HostHardware& host_of(void* user) { return *static_cast<HostHardware*>(user); }
Iommu& iommu_of(void* user, std::uint32_t number) { return host_of(user).iommu(number); }

void set_registers(amdvi_hardware& hardware) {
  hardware.mmio_read = [](void* user, std::uint32_t number, amdvi_window window,
                          std::uint64_t offset) -> std::uint64_t {
    Device& device = iommu_of(user, number).device;
    const auto at = static_cast<std::uint32_t>(offset);
    if (window == AMDVI_VF) return device.vf_read(at, kWord);
    if (window == AMDVI_VFCTRL) return device.vfctrl_read(at, kWord);
    return device.mmio_read(offset, kWord);
  };
  hardware.mmio_write = [](void* user, std::uint32_t number, amdvi_window window,
                           std::uint64_t offset, std::uint64_t value) {
    Device& device = iommu_of(user, number).device;
    const auto at = static_cast<std::uint32_t>(offset);
    if (window == AMDVI_VF) return device.vf_write(at, kWord, value);
    if (window == AMDVI_VFCTRL) {
      return host_of(user).control_write(iommu_of(user, number), at, value);
    }
    host_of(user).mmio_write(iommu_of(user, number), offset, value);
  };
  hardware.submit = [](void* user, std::uint32_t number, const std::uint32_t* c) {
    constexpr unsigned kHalf = 32;
    const std::array<std::uint64_t, 2> command{c[0] | std::uint64_t{c[1]} << kHalf,
                                               c[2] | std::uint64_t{c[3]} << kHalf};
    return iommu_of(user, number).submit(command) ? 0 : -AMDVI_EBUSY;
  };
  hardware.wait = [](void* user, std::uint32_t number) {
    return iommu_of(user, number).wait() ? 0 : -AMDVI_EINVAL;
  };
  hardware.dte_store = [](void* user, std::uint32_t number, std::uint16_t device,
                          const std::uint64_t* dte) {
    host_of(user).dte_store(iommu_of(user, number), device, {dte[0], dte[1], dte[2], dte[3]});
  };
}

void set_memory(amdvi_hardware& hardware) {
  hardware.mem_alloc = [](void* user, std::uint64_t bytes, std::uint64_t* spa) {
    *spa = host_of(user).memory().allocate(bytes);
    return 0;
  };
  hardware.mem_free = [](void* user, std::uint64_t spa) { host_of(user).mem_free(spa); };
  hardware.mem_uncached = [](void* user, std::uint64_t spa, int on) {
    return host_of(user).memory().set_uncached(spa, on != 0) ? 0 : -AMDVI_EINVAL;
  };
  hardware.table_map = [](void* user, std::uint64_t root, std::uint64_t address, std::uint64_t spa,
                          std::uint64_t bytes) {
    if (!host_of(user).tables().known(root)) return -AMDVI_EINVAL;
    host_of(user).tables().map(root, address, spa, bytes);
    return 0;
  };
  hardware.table_unmap = [](void* user, std::uint64_t root, std::uint64_t address,
                            std::uint64_t bytes) {
    if (host_of(user).tables().known(root)) host_of(user).table_unmap(root, address, bytes);
  };
  hardware.pci_read = [](void* user, std::uint32_t number, std::uint32_t offset) {
    return iommu_of(user, number).device.config_read(static_cast<std::uint16_t>(offset));
  };
  hardware.kernel_mapping = [](void* user, std::uint32_t number, std::uint64_t spa, std::uint64_t,
                               int on) {
    auto& mapped = iommu_of(user, number).kernel_mapped;
    if (on != 0) return mapped.insert(spa).second ? 0 : -AMDVI_EBUSY;
    return mapped.erase(spa) != 0 ? 0 : -AMDVI_EINVAL;
  };
  hardware.user_mapping = [](void* user, std::uint64_t spa, std::uint64_t bytes, int on) {
    return host_of(user).user_mapping(spa, bytes, on != 0) ? 0 : -AMDVI_EINVAL;
  };
}

}  // namespace

amdvi_hardware callbacks_of(HostHardware& host) {
  amdvi_hardware hardware{};
  hardware.size = sizeof hardware;
  hardware.user = &host;
  set_registers(hardware);
  set_memory(hardware);
  return hardware;
}

}  // namespace amdvi::scenario
