// The hardware vIOMMU of a BasicDevice: both windows, guest commands, guest logs. Its own class so
// that a device without one has nothing of it but the map of guests.
#pragma once

#include <optional>

#include <amdvi/device.hpp>
#include <amdvi/impl/mmio.hpp>
#include <amdvi/spec/VfctrlCommandControl.gen.hpp>
#include <amdvi/spec/VfctrlDevIdMapControl.gen.hpp>
#include <amdvi/spec/VfctrlDomIdMapControl.gen.hpp>
#include <amdvi/spec/VfctrlEventControl.gen.hpp>
#include <amdvi/spec/VfctrlEventLogBBase.gen.hpp>
#include <amdvi/spec/VfctrlMiscControl.gen.hpp>
#include <amdvi/spec/VfctrlPprControl.gen.hpp>
#include <amdvi/spec/VfctrlPprLogBBase.gen.hpp>
#include <amdvi/spec/viommu_state.gen.hpp>

namespace amdvi {

// Made where it is needed; all state is the device's.
template <class Domain>
class VirtualIommu {
 public:
  using Device = BasicDevice<Domain>;
  using Id = spec::RegisterId;
  using Word = spec::VfctrlWord;

  explicit VirtualIommu(Device& device) : dev_(device) {}

  // windows
  static std::uint64_t vf_read(const Device& device, std::uint32_t offset, unsigned size);
  static std::uint64_t vfctrl_read(const Device& device, std::uint32_t offset, unsigned size);
  void vf_write(std::uint32_t offset, unsigned size, std::uint64_t value);
  void vfctrl_write(std::uint32_t offset, unsigned size, std::uint64_t value);
  // After a write of Control: guests' rings start and stop with the host's enables.
  void control_changed(std::uint64_t before);

  // commands
  // false: no guest has a command that is to be processed.
  bool step();

 private:
  // What decides whether guests are served.
  struct State {
    bool active, commands, windows;
  };
  struct Enables {
    bool command, event, ppr;
  };

  static State state_of(const Device& device, std::uint64_t control);
  State state();
  static bool open(const Device& device, std::uint32_t bar, bool answering);
  static bool narrow_ignored(const Device& device, unsigned size);
  static int page_register(const Device& device, std::uint32_t offset);
  static std::uint64_t kept_bits(const Device& device, Word word);
  static bool running(const GuestState& guest, spec::Ring ring);
  static std::uint64_t ring_mask(const GuestState& guest, spec::Ring ring);
  Enables enables(const GuestState& guest, const State& state) const;
  void update_runs(GuestState& guest, const Enables& before, const Enables& now);
  void take_word(GuestState& guest, Word word, std::uint64_t value, bool resets, bool resets_b);

  Device& dev_;
};

}  // namespace amdvi
