// The vIOMMU of an IOMMU (viommu.md 1.3 to 1.5, 4, 6.4 and 9.6).
#include <array>
#include <map>
#include <vector>

#include "control.hpp"
#include "pools.hpp"

namespace reference {
namespace {

enum Stage { kOff, kDevData, kWindows, kGids, kPrivate, kOwnDte, kGstBuf, kVcmd, kOn };

constexpr std::uint64_t kVfBytes = 0x1000'0000, kVfctrlBytes = 0x40'0000;
constexpr std::uint64_t kBlock = 0x20'0000, kBlocks = 4;
constexpr std::uint64_t kFeatures = 0x30;
constexpr unsigned kViommuSup = 55;
constexpr unsigned kGaen = 17, kVcmdEn = 52, kViommuEn = 53, kGstBufferTrpMode = 60;
constexpr std::uint32_t kStatus = 0x04, kCapabilities = 0x34, kVendorSpecific = 0x09;

struct Iommu {
  Stage stage = kOff;
  bool down = false, guests = false;
  std::uint64_t vf = 0, vfctrl = 0;
  std::uint64_t root = 0, domain = 0;
  std::vector<Table> blocks;
};

class Iommus final : public Capability {
 public:
  explicit Iommus(const Place& where) : Capability(where) {}

  int enable_gaen(Args a, std::uint64_t&) {
    on(a).control(kGaen, true);
    return 0;
  }

  int start(Args a, std::uint64_t&) {
    Iommu& x = all_[a[0]];
    if (x.stage != kOff) return -AMDVI_EINVAL;
    const amdvi_hardware& hw = *place.hardware;
    const std::uint64_t features = hw.mmio_read(hw.user, at(a), AMDVI_HOST_MMIO, kFeatures);
    if ((features >> kViommuSup & 1) == 0 || a[2] == 0) return 0;
    if (a[3] != 0) return -AMDVI_ENOMEM;
    x.stage = kDevData;
    return 0;
  }

  int map_windows(Args a, std::uint64_t&) {
    return step(a, kDevData, [&](Iommu& x) {
      const std::uint32_t capability = find_capability(at(a));
      if (capability == 0) return -AMDVI_ENODEV;
      x.vf = base(at(a), capability + 0x08);
      x.vfctrl = base(at(a), capability + 0x10);
      if ((x.vf & x.vfctrl & 1) == 0) return -AMDVI_EINVAL;
      x.vf &= ~1ULL;
      x.vfctrl &= ~1ULL;
      place.pools->iommus[at(a)].vf_base = x.vf;
      return kernel_mapping(a, 1);
    });
  }

  int make_guest_ids(Args a, std::uint64_t&) {
    return step(a, kWindows, [](Iommu&) { return 0; });
  }

  int make_private(Args a, std::uint64_t& domain) {
    return step(a, kGids, [&](Iommu& x) {
      if (a[1] == 0) return -AMDVI_ENOMEM;
      if (const int error = place.pools->domains.alloc(x.domain); error != 0) return error;
      x.root = a[1] << 12;
      place.pools->iommus[at(a)] = {x.vf, x.root, x.domain};
      domain = x.domain;
      if (map_blocks(a)) return 0;
      place.pools->domains.give_back(x.domain);
      return -AMDVI_ENOMEM;
    });
  }

  int set_own_dte(Args a, std::uint64_t&) {
    return step(a, kPrivate, [&](Iommu& x) {
      on(a).store(own(a), {3ULL << 61 | x.root | 3 << 9 | 3, x.domain, 0, 0});
      if (!place.makes(Mistake::kOwnEntryNotFlushed)) on(a).flush_entry(own(a));
      return 0;
    });
  }

  // Set and test.
  int set_trp_mode(Args a, std::uint64_t&) {
    return step(a, kOwnDte, [&](Iommu&) {
      if (!on(a).control(kGaen)) return -AMDVI_EINVAL;
      on(a).control(kGstBufferTrpMode, true);
      const bool sticks = on(a).control(kGstBufferTrpMode);
      return sticks || place.makes(Mistake::kModeNotTested) ? 0 : -AMDVI_EINVAL;
    });
  }

  int set_vcmd(Args a, std::uint64_t&) {
    return step(a, kGstBuf, [&](Iommu&) {
      if (place.makes(Mistake::kViommuBeforeCommands)) on(a).control(kViommuEn, true);
      on(a).control(kVcmdEn, true);
      return 0;
    });
  }

  int set_viommu(Args a, std::uint64_t&) {
    return step(a, kVcmd, [&](Iommu&) { return on(a).control(kViommuEn, true), 0; });
  }

  int guest_up(Args a, std::uint64_t&) {
    Iommu& x = all_[a[0]];
    if (x.stage != kOn || x.down) return -AMDVI_ENODEV;
    x.guests = true;
    return 0;
  }
  int guests_gone(Args a, std::uint64_t&) {
    all_[a[0]].guests = false;
    return 0;
  }

  int go_down(Args a, std::uint64_t&) {
    Iommu& x = all_[a[0]];
    if (x.stage == kOff) return -AMDVI_ENOENT;
    if (x.guests) return -AMDVI_EBUSY;
    x.down = true;
    return 0;
  }

  int undo(Args a, std::uint64_t&) {
    Iommu& x = all_[a[0]];
    if (!x.down) return -AMDVI_EINVAL;
    take_back(a, x);
    x.stage = static_cast<Stage>(x.stage - 1);
    if (x.stage == kOff) x.down = false;
    return 0;
  }

  int init(Args a, std::uint64_t& domain);

  int uninit(Args a, std::uint64_t& ignored) {
    if (const int error = go_down(a, ignored); error != 0) return error;
    while (all_[a[0]].stage != kOff) undo(a, ignored);
    return 0;
  }

 private:
  static std::uint32_t at(Args a) { return static_cast<std::uint32_t>(a[0]); }
  std::uint64_t own(Args a) const { return place.own_device + a[0]; }

  // The hardware of that IOMMU.
  Control on(Args a) {
    place.iommu = at(a);
    return Control(place);
  }

  template <class Work>
  int step(Args a, Stage from, Work work) {
    Iommu& x = all_[a[0]];
    if (x.stage != from || x.down) return -AMDVI_EINVAL;
    if (const int error = work(x); error != 0) return error;
    x.stage = static_cast<Stage>(from + 1);
    return 0;
  }

  std::uint32_t config(std::uint32_t iommu, std::uint32_t offset) const {
    return place.hardware->pci_read(place.hardware->user, iommu, offset);
  }
  std::uint32_t find_capability(std::uint32_t iommu) const {
    constexpr std::uint32_t kHasList = 1U << 20;
    if ((config(iommu, kStatus) & kHasList) == 0) return 0;
    std::uint32_t at = config(iommu, kCapabilities) & 0xfc;
    while (at != 0 && (config(iommu, at) & 0xff) != kVendorSpecific) {
      at = config(iommu, at) >> 8 & 0xfc;
    }
    return at;
  }
  std::uint64_t base(std::uint32_t iommu, std::uint32_t offset) const {
    return config(iommu, offset) | std::uint64_t{config(iommu, offset + 4)} << 32;
  }

  int kernel_mapping(Args a, int on) {
    const amdvi_hardware& hw = *place.hardware;
    const Iommu& x = all_[a[0]];
    const int error = hw.kernel_mapping(hw.user, at(a), x.vf, kVfBytes, on);
    return error != 0 ? error : hw.kernel_mapping(hw.user, at(a), x.vfctrl, kVfctrlBytes, on);
  }

  bool map_blocks(Args a) {
    Iommu& x = all_[a[0]];
    for (std::uint64_t i = 0; i < kBlocks; ++i) {
      x.blocks.emplace_back(0, kBlock);
      if (x.blocks.back().map(place, i, x.root) == 0) continue;
      x.blocks.pop_back();
      unmap_blocks(a);
      return false;
    }
    return true;
  }
  void unmap_blocks(Args a) {
    Iommu& x = all_[a[0]];
    place.iommu = at(a);
    for (std::uint64_t i = x.blocks.size(); i-- > 0;) {
      x.blocks[i].unmap(place, i, x.root, x.domain);
    }
    x.blocks.clear();
  }

  void take_back(Args a, Iommu& x) {
    switch (x.stage) {
      case kOn:
        return on(a).control(kViommuEn, false);
      case kVcmd:
        return on(a).control(kVcmdEn, false);
      case kGstBuf:
        return on(a).control(kGstBufferTrpMode, false);
      case kOwnDte:
        if (!place.makes(Mistake::kOwnEntryLeft)) on(a).clear_entry(own(a));
        return on(a).flush_entry(own(a));
      case kPrivate:
        unmap_blocks(a);
        if (!place.makes(Mistake::kPrivateDomainLeft)) place.pools->domains.give_back(x.domain);
        return;
      case kWindows:
        kernel_mapping(a, 0);
        return;
      default:
        return;
    }
  }

  std::map<std::uint64_t, Iommu> all_;
};

// The step to stage a[2] fails, if it is not 0.
int Iommus::init(Args a, std::uint64_t& domain) {
  using Step = int (Iommus::*)(Args, std::uint64_t&);
  constexpr std::array<Step, 8> kSteps{
      &Iommus::start,       &Iommus::map_windows,  &Iommus::make_guest_ids, &Iommus::make_private,
      &Iommus::set_own_dte, &Iommus::set_trp_mode, &Iommus::set_vcmd,       &Iommus::set_viommu};
  const std::array<std::uint64_t, 4> wanted{a[0], 1, 1, 0};
  std::uint64_t ignored = 0;
  for (std::uint64_t i = 0; i < kSteps.size(); ++i) {
    int error = -AMDVI_ENOMEM;
    if (i + 1 != a[2]) {
      error = (this->*kSteps[i])(i == 0 ? wanted.data() : a, i + 1 == kPrivate ? domain : ignored);
    }
    if (error == 0 && all_[a[0]].stage == kOff) return 0;  // there is no vIOMMU
    if (error == 0) continue;
    if (i > 0) uninit(a, ignored);
    return error;
  }
  return 0;
}

constexpr std::array kOperations{
    amdvi_operation{"iommu_init.enable_gaen", call<Iommus, &Iommus::enable_gaen>},
    amdvi_operation{"iommu_init.start", call<Iommus, &Iommus::start>},
    amdvi_operation{"iommu_init.map_windows", call<Iommus, &Iommus::map_windows>},
    amdvi_operation{"iommu_init.make_guest_ids", call<Iommus, &Iommus::make_guest_ids>},
    amdvi_operation{"iommu_init.make_private", call<Iommus, &Iommus::make_private>},
    amdvi_operation{"iommu_init.set_own_dte", call<Iommus, &Iommus::set_own_dte>},
    amdvi_operation{"iommu_init.set_trp_mode", call<Iommus, &Iommus::set_trp_mode>},
    amdvi_operation{"iommu_init.set_vcmd", call<Iommus, &Iommus::set_vcmd>},
    amdvi_operation{"iommu_init.set_viommu", call<Iommus, &Iommus::set_viommu>},
    amdvi_operation{"iommu_init.guest_up", call<Iommus, &Iommus::guest_up>},
    amdvi_operation{"iommu_init.guests_gone", call<Iommus, &Iommus::guests_gone>},
    amdvi_operation{"iommu_init.go_down", call<Iommus, &Iommus::go_down>},
    amdvi_operation{"iommu_init.undo", call<Iommus, &Iommus::undo>},
    amdvi_operation{"iommu_init.init", call<Iommus, &Iommus::init>},
    amdvi_operation{"iommu_init.uninit", call<Iommus, &Iommus::uninit>}};

}  // namespace

Part iommu_part() {
  return {{"iommu_init", make_capability<Iommus>}, {kOperations.data(), kOperations.size()}, false};
}

}  // namespace reference
