// From C to a Bench: nothing but the change of language.
#include "checker/driver/bench.hpp"

namespace amdvi::driver {
namespace {

Bench& bench(void* user) { return *static_cast<Bench*>(user); }

void set_registers(amdvi_hardware& hardware) {
  hardware.mmio_read = [](void* user, std::uint32_t iommu, amdvi_window window,
                          std::uint64_t offset) {
    return bench(user).mmio_read(iommu, window, offset);
  };
  hardware.mmio_write = [](void* user, std::uint32_t iommu, amdvi_window window,
                           std::uint64_t offset, std::uint64_t value) {
    bench(user).mmio_write(iommu, window, offset, value);
  };
  hardware.submit = [](void* user, std::uint32_t iommu, const std::uint32_t* command) {
    bench(user).submit(iommu, std::span<const std::uint32_t, 4>(command, 4));
    return 0;
  };
  hardware.wait = [](void* user, std::uint32_t iommu) {
    bench(user).wait(iommu);
    return 0;
  };
  hardware.dte_store = [](void* user, std::uint32_t iommu, std::uint16_t device,
                          const std::uint64_t* dte) {
    bench(user).dte_store(iommu, device, std::span<const std::uint64_t, 4>(dte, 4));
  };
  hardware.pci_read = [](void* user, std::uint32_t iommu, std::uint32_t offset) {
    return bench(user).pci_read(iommu, offset);
  };
}

void set_memory(amdvi_hardware& hardware) {
  hardware.mem_alloc = [](void* user, std::uint64_t bytes, std::uint64_t* spa) {
    return bench(user).mem_alloc(bytes, *spa);
  };
  hardware.mem_free = [](void* user, std::uint64_t spa) { bench(user).mem_free(spa); };
  hardware.mem_uncached = [](void* user, std::uint64_t spa, int on) {
    return bench(user).mem_uncached(spa, on != 0);
  };
  hardware.table_map = [](void* user, std::uint64_t root, std::uint64_t address, std::uint64_t spa,
                          std::uint64_t bytes) {
    return bench(user).table_map(root, address, spa, bytes);
  };
  hardware.table_unmap = [](void* user, std::uint64_t root, std::uint64_t address,
                            std::uint64_t bytes) { bench(user).table_unmap(root, address, bytes); };
  hardware.user_mapping = [](void* user, std::uint64_t spa, std::uint64_t bytes, int on) {
    return bench(user).user_mapping(spa, bytes, on != 0);
  };
  hardware.kernel_mapping = [](void* user, std::uint32_t iommu, std::uint64_t spa,
                               std::uint64_t bytes, int on) {
    return bench(user).kernel_mapping(iommu, spa, bytes, on != 0);
  };
}

}  // namespace

amdvi_hardware callbacks_of(Bench& bench) {
  amdvi_hardware hardware{};
  hardware.size = sizeof hardware;
  hardware.user = &bench;
  set_registers(hardware);
  set_memory(hardware);
  return hardware;
}

}  // namespace amdvi::driver
