// The hardware vIOMMU of a BasicDevice: both windows, guest commands, guest logs. Its own class so
// that a device without one has nothing of it but the map of guests.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <amdvi/device.hpp>
#include <amdvi/impl/log.hpp>
#include <amdvi/impl/mmio.hpp>
#include <amdvi/spec/GuestCommandOutcome.gen.hpp>
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
  using Context = typename Device::Context;

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
  void reset_vmmio(std::span<const std::uint64_t> words);
  void insert_event(std::span<const std::uint64_t> words);

  // logs
  // An event of a device with vImuEn; true: the host's log gets it.
  bool route(spec::EventCause cause, const Context& context, const detail::EventWriter& entry);
  // A page request of a device with vImuEn; none: it is the host's.
  std::optional<spec::PprOutcome> page_request(const PageRequest& request, Context& context);

 private:
  // What decides whether guests are served.
  struct State {
    bool active, commands, windows;
  };
  struct Enables {
    bool command, event, ppr;
  };
  // What an access of the IOMMU itself came to; not ok: `failed_at` is the system address of the
  // table entry that could not be read, if that was why.
  struct Reached {
    bool ok = false;
    std::uint64_t spa = 0;
    std::uint64_t failed_at = 0;
  };
  struct Mapping {
    bool readable = false, valid = false;
    std::uint16_t host = 0;
  };
  // What the vIOMMU does for a guest when it accesses memory; kLooking reports no fault.
  enum class Doing { kCommand, kEvent, kPointer, kLooking };
  // A command being carried out.
  struct Guest {
    std::uint16_t id;
    GuestState& state;
  };
  using Words2 = std::array<std::uint64_t, 2>;
  // Where the bits and registers of one of the two kinds of logs are.
  struct Log {
    spec::Ring a, b;
    Id head_a, tail_a, head_b, tail_b;
    spec::BitField<1, 64> run, overflow, overflow_b, active, interrupt;
    InterruptCause cause;
  };

  static State state_of(const Device& device, std::uint64_t control);
  State state();
  void show_word(std::uint16_t id, Word word);
  static bool open(const Device& device, std::uint32_t bar, bool answering);
  static bool narrow_ignored(const Device& device, unsigned size);
  static int page_register(const Device& device, std::uint32_t offset);
  static std::uint64_t kept_bits(const Device& device, Word word);
  static bool running(const GuestState& guest, spec::Ring ring);
  static std::uint64_t ring_mask(const GuestState& guest, spec::Ring ring);
  Enables enables(const GuestState& guest, const State& state) const;
  void update_runs(GuestState& guest, const Enables& before, const Enables& now);
  void take_word(GuestState& guest, Word word, std::uint64_t value, bool resets, bool resets_b);

  // private address space and guest memory
  Reached through(std::uint16_t device, std::uint64_t address, bool write, Doing doing);
  Reached reach_private(std::uint64_t address, bool write, Doing doing);
  Reached reach_guest(const GuestState& guest, std::uint64_t address, bool write, Doing doing);
  Reached reach_buffer(Guest guest, spec::Ring ring, std::uint64_t offset, bool write, Doing doing);
  bool private_write(std::uint16_t id, std::uint64_t address, std::span<const std::uint64_t> words);
  bool private_read(std::uint16_t id, std::uint64_t address, std::span<std::uint64_t> words);
  void private_fault(std::uint16_t id, std::uint64_t address, const Reached& reached);
  bool loud(Doing doing) const;
  const char* flag_of(Doing doing) const;
  void store_entry(std::uint16_t id, Word word, std::uint64_t value);
  void set_dirty(std::uint16_t id);
  std::uint64_t slot(std::uint16_t id, bool device, std::uint16_t index);
  Mapping lookup(std::uint16_t id, bool device, std::uint16_t index);
  std::vector<std::uint16_t> mapped_ids(std::uint16_t id, bool device);

  // commands
  static bool pending(const GuestState& guest);
  void take_command(Guest guest);
  bool fetch(Guest guest, std::uint64_t offset, std::uint64_t gpa);
  bool judge(Guest guest, const Words2& words, std::uint64_t gpa);
  bool not_for_guests(Guest guest, spec::GuestCommandOutcome outcome, std::uint64_t gpa);
  bool map_ids(Guest guest, Words2& words, std::string_view field, std::uint64_t gpa, bool& halts);
  bool execute(Guest guest, const Words2& issued, const Words2& words, std::uint64_t gpa);
  void invalidate_all(Guest guest, bool limited, GuestCommand& command);
  bool completion_wait(Guest guest, const Words2& words);
  void access_error(Guest guest, std::uint64_t address, const Reached& reached);
  void halt(Guest guest);
  bool refuse(Guest guest, spec::EventCause cause, std::uint64_t address, std::uint64_t device = 0);

  // logs
  static Log event_log();
  static Log ppr_log();
  static std::uint64_t ring_base(const GuestState& guest, spec::Ring ring);
  spec::LogOutcome append(Guest guest, const Log& log, std::span<const std::uint64_t> entry);
  bool store(Guest guest, spec::Ring ring, std::uint64_t offset,
             std::span<const std::uint64_t> entry);
  bool swap(Guest guest, const Log& log);
  void overflow(Guest guest, const Log& log);
  void stored(Guest guest, const Log& log, std::span<const std::uint64_t> entry);
  void warn_early(Guest guest, bool is_b);
  void notify(Guest guest, InterruptCause cause);
  bool send_extended(std::uint16_t id, std::uint64_t type);
  bool interrupt_enabled(const GuestState& guest, InterruptCause cause) const;
  void hardware_error(std::uint16_t id, std::uint64_t address, std::uint64_t spa, Doing doing);
  void log_fault(std::uint16_t id, std::uint64_t address, const Reached& reached);
  spec::Control<Domain> control_of(const GuestState& guest);
  GuestState& guest_state(std::uint16_t id) { return dev_.guests_.by_id[id]; }

  Device& dev_;
};

}  // namespace amdvi
