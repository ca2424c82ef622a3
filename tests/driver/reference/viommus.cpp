// Making a vIOMMU and taking it down (viommu.md 9.5 and 9.7).
#include <array>
#include <map>

#include "control.hpp"
#include "guests.hpp"

namespace reference {
namespace {

enum Stage { kNone, kGid, kMmap, kTransId, kReset, kTransDte, kTransReg, kDevTbl, kDomTbl, kLive };

constexpr std::uint64_t kPage = 4096;

struct Viommu {
  Stage stage = kNone;
  bool down = false;
  std::uint64_t gid = 0, tid = 0;
  Parent parent;
  Table devices{0x10'0000'0000, 0x10'0000};
  Table domains{0x20'0000'0000, 0x8'0000};
};

class Viommus final : public Capability {
 public:
  explicit Viommus(const Place& where)
      : Capability(where),
        control_(place),
        gids_(place.guests->ids()),
        tids_(place.pools->trans_ids) {}

  int attach_device(Args a, std::uint64_t&) { return tids_.reserve(a[0]); }

  int take_gid(Args a, std::uint64_t& gid) {
    Viommu& v = all_[a[0]];
    if (v.stage != kNone) return -AMDVI_EINVAL;
    if (const int error = gids_.alloc(v.gid); error != 0) return error;
    gid = v.gid;
    v.parent = place.pools->parent;
    v.stage = kGid;
    return 0;
  }
  int map_mmio(Args a, std::uint64_t&) {
    return step(a, kGid, [&](Viommu& v) { return user_mapping(v, 1); });
  }
  int take_trans_id(Args a, std::uint64_t& tid) {
    return step(a, kMmap, [&](Viommu& v) {
      const int error = tids_.alloc(v.tid);
      tid = v.tid;
      return error;
    });
  }
  int reset_vmmio(Args a, std::uint64_t&) {
    return step(a, kTransId, [&](Viommu& v) { return control_.reset(v.gid), 0; });
  }
  int set_trans_dte(Args a, std::uint64_t&) {
    return step(a, kReset, [&](Viommu& v) {
      if (place.makes(Mistake::kRegisterBeforeEntry)) control_.translate_by(v.gid, v.tid);
      control_.set_entry(v.tid, v.parent);
      control_.flush_entry(v.tid);
      return 0;
    });
  }
  int set_trans_reg(Args a, std::uint64_t&) {
    return step(a, kTransDte, [&](Viommu& v) {
      if (!place.makes(Mistake::kRegisterBeforeEntry)) control_.translate_by(v.gid, v.tid);
      return 0;
    });
  }
  int map_devid_table(Args a, std::uint64_t&) {
    return step(a, kTransReg,
                [&](Viommu& v) { return v.devices.map(place, v.gid, known().private_root); });
  }
  int map_domid_table(Args a, std::uint64_t&) {
    return step(a, kDevTbl,
                [&](Viommu& v) { return v.domains.map(place, v.gid, known().private_root); });
  }
  int fill_maps(Args a, std::uint64_t&) {
    return step(a, kDomTbl, [&](Viommu& v) {
      write_maps(v);
      place.guests->adopt(a[0], v.gid, v.parent);
      return 0;
    });
  }

  int enable_queues(Args a, std::uint64_t&) {
    Viommu& v = all_[a[0]];
    if (v.stage != kLive) return -AMDVI_EINVAL;
    control_.enable_queues(v.gid, true);
    return 0;
  }

  int go_down(Args a, std::uint64_t&) {
    Viommu& v = all_[a[0]];
    if (v.stage == kNone) return -AMDVI_ENOENT;
    if (v.stage == kLive) {
      if (!place.makes(Mistake::kQueuesLeftRunning)) control_.enable_queues(v.gid, false);
      write_maps(v);
      place.guests->forget(a[0]);
      v.stage = kDomTbl;
    }
    v.down = true;
    return 0;
  }

  // Takes back the last stage.
  int undo(Args a, std::uint64_t&) {
    Viommu& v = all_[a[0]];
    if (!v.down) return -AMDVI_EINVAL;
    take_back(v);
    v.stage = static_cast<Stage>(v.stage - 1);
    if (v.stage == kNone) v.down = false;
    return 0;
  }

  // The step to stage a[1] fails, if it is not 0.
  int create(Args a, std::uint64_t& gid) {
    std::uint64_t ignored = 0;
    for (std::uint64_t i = 0; i < kSteps.size(); ++i) {
      const int error =
          i + 1 == a[1] ? -AMDVI_ENOMEM : (this->*kSteps[i])(a, i == 0 ? gid : ignored);
      if (error == 0) continue;
      // A vIOMMU that was there before this call stays.
      if (i > 0) destroy(a, ignored);
      return error;
    }
    return 0;
  }

  int destroy(Args a, std::uint64_t& ignored) {
    if (const int error = go_down(a, ignored); error != 0) return error;
    while (all_[a[0]].stage != kNone) undo(a, ignored);
    return 0;
  }

 private:
  using Step = int (Viommus::*)(Args, std::uint64_t&);
  static const std::array<Step, 9> kSteps;

  template <class Work>
  int step(Args a, Stage from, Work work) {
    Viommu& v = all_[a[0]];
    if (v.stage != from || v.down) return -AMDVI_EINVAL;
    if (const int error = work(v); error != 0) return error;
    v.stage = static_cast<Stage>(from + 1);
    return 0;
  }

  const Pools::Known& known() const { return place.pools->iommus[place.iommu]; }

  int user_mapping(const Viommu& v, int on) const {
    return place.hardware->user_mapping(place.hardware->user, known().vf_base + v.gid * kPage,
                                        kPage, on);
  }

  void write_maps(const Viommu& v) const {
    control_.fill_domains(v.gid, v.parent.domain);
    control_.clear_devices(v.gid);
  }

  void take_back(Viommu& v) {
    switch (v.stage) {
      case kDomTbl:
        return v.domains.unmap(place, v.gid, known().private_root, known().private_domain);
      case kDevTbl:
        return v.devices.unmap(place, v.gid, known().private_root, known().private_domain);
      case kTransReg:
        if (!place.makes(Mistake::kRegisterNotCleared)) control_.translate_by(v.gid, 0);
        return;
      case kTransDte:
        if (!place.makes(Mistake::kRootLeftBehind)) control_.clear_entry(v.tid);
        return control_.flush_entry(v.tid);
      case kTransId:
        if (!place.makes(Mistake::kUnwindForgetsTransId)) tids_.free(v.tid);
        return;
      case kMmap:
        if (!place.makes(Mistake::kUnwindForgetsMapping)) user_mapping(v, 0);
        return;
      case kGid:
        if (!place.makes(Mistake::kUnwindForgetsGuestId)) gids_.give_back(v.gid);
        return;
      default:
        return;
    }
  }

  Control control_;
  LowestFree& gids_;
  TransIds& tids_;
  std::map<std::uint64_t, Viommu> all_;
};

const std::array<Viommus::Step, 9> Viommus::kSteps{
    &Viommus::take_gid,        &Viommus::map_mmio,        &Viommus::take_trans_id,
    &Viommus::reset_vmmio,     &Viommus::set_trans_dte,   &Viommus::set_trans_reg,
    &Viommus::map_devid_table, &Viommus::map_domid_table, &Viommus::fill_maps};

constexpr std::array kOperations{
    amdvi_operation{"viommu_lifecycle.attach_device", call<Viommus, &Viommus::attach_device>},
    amdvi_operation{"viommu_lifecycle.take_gid", call<Viommus, &Viommus::take_gid>},
    amdvi_operation{"viommu_lifecycle.map_mmio", call<Viommus, &Viommus::map_mmio>},
    amdvi_operation{"viommu_lifecycle.take_trans_id", call<Viommus, &Viommus::take_trans_id>},
    amdvi_operation{"viommu_lifecycle.reset_vmmio", call<Viommus, &Viommus::reset_vmmio>},
    amdvi_operation{"viommu_lifecycle.set_trans_dte", call<Viommus, &Viommus::set_trans_dte>},
    amdvi_operation{"viommu_lifecycle.set_trans_reg", call<Viommus, &Viommus::set_trans_reg>},
    amdvi_operation{"viommu_lifecycle.map_devid_table", call<Viommus, &Viommus::map_devid_table>},
    amdvi_operation{"viommu_lifecycle.map_domid_table", call<Viommus, &Viommus::map_domid_table>},
    amdvi_operation{"viommu_lifecycle.fill_maps", call<Viommus, &Viommus::fill_maps>},
    amdvi_operation{"viommu_lifecycle.enable_queues", call<Viommus, &Viommus::enable_queues>},
    amdvi_operation{"viommu_lifecycle.go_down", call<Viommus, &Viommus::go_down>},
    amdvi_operation{"viommu_lifecycle.undo", call<Viommus, &Viommus::undo>},
    amdvi_operation{"viommu_lifecycle.create", call<Viommus, &Viommus::create>},
    amdvi_operation{"viommu_lifecycle.destroy", call<Viommus, &Viommus::destroy>}};

}  // namespace

Part viommu_part() {
  return {{"viommu_lifecycle", make_capability<Viommus>}, {kOperations.data(), kOperations.size()}};
}

}  // namespace reference
