// The executable reference model of one AMD IOMMU. A value: copying a Device saves its state.
// Not thread-safe; two devices share nothing. Tested by tests/unit/device_*_test.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>

#include <amdvi/config.hpp>
#include <amdvi/guest_state.hpp>
#include <amdvi/impl/types.hpp>
#include <amdvi/interrupt.hpp>
#include <amdvi/memory.hpp>
#include <amdvi/observer.hpp>
#include <amdvi/request.hpp>
#include <amdvi/spec/AddressClass.gen.hpp>
#include <amdvi/spec/Control.gen.hpp>
#include <amdvi/spec/CounterSourceCode.gen.hpp>
#include <amdvi/spec/DeviceTableEntry.gen.hpp>
#include <amdvi/spec/DteOutcome.gen.hpp>
#include <amdvi/spec/EventCause.gen.hpp>
#include <amdvi/spec/InterruptRequest.gen.hpp>
#include <amdvi/spec/MemoryRequest.gen.hpp>
#include <amdvi/spec/PprOutcome.gen.hpp>
#include <amdvi/spec/SpecialRequestOutcome.gen.hpp>
#include <amdvi/spec/registers.gen.hpp>
#include <amdvi/value/concrete.hpp>
#include <amdvi/value/decide.hpp>
#include <amdvi/value/explain.hpp>

namespace amdvi {

template <class Domain>
class VirtualIommu;

// `Domain` is Concrete (fast), Explain (records every rule and atom) or one of a test's own.
template <class Domain>
class BasicDevice {
 public:
  // Neither memory nor observer is owned; both must outlive the device. Power-on state.
  BasicDevice(const Config& config, Memory& memory, Observer* observer = nullptr);

  // A copy that works on other memory: together with a copy of the memory, a snapshot.
  BasicDevice copy_onto(Memory& memory, Observer* observer = nullptr) const;

  void reset();

  // Naturally aligned accesses of 4 or 8 bytes (1 and 2 are undefined by the specification and
  // act on their bytes only). `offset` is in the MMIO region.
  // Reads change nothing, but they are counted (CSOURCE 14h): the const one looks unseen.
  std::uint64_t mmio_read(std::uint64_t offset, unsigned size) const;
  std::uint64_t mmio_read(std::uint64_t offset, unsigned size);
  void mmio_write(std::uint64_t offset, unsigned size, std::uint64_t value);

  // The windows of the hardware vIOMMU, by offset from the base address in their BAR: a page for
  // each guest (16-bit GuestID), and 64 bytes of control words for each guest.
  std::uint64_t vf_read(std::uint32_t offset, unsigned size) const;
  void vf_write(std::uint32_t offset, unsigned size, std::uint64_t value);
  std::uint64_t vfctrl_read(std::uint32_t offset, unsigned size) const;
  void vfctrl_write(std::uint32_t offset, unsigned size, std::uint64_t value);

  // Takes one command, the host's first, then of the guests in turn; false: nothing to take, or
  // the host's command processor halted.
  bool step();
  // Until all command processors are idle.
  void run();

  Translation translate(const Request& request);
  // A translation request: what of the access in `request` the device may do, by its own cache.
  AtsAnswer ats_translate(const Request& request);
  // A request whose address the device already translated.
  Translation translated(const Request& request);
  // A page request. Answers go to the observer: automatic ones now, others by command.
  spec::PprOutcome ppr(const PageRequest& request);
  // Translates and moves data, page by page. false: a part was aborted; parts before it moved. A
  // write to the interrupt range is an interrupt request.
  bool dma_write(std::uint16_t device_id, std::uint64_t address, std::span<const std::uint8_t>);
  bool dma_read(std::uint16_t device_id, std::uint64_t address, std::span<std::uint8_t>);

  // A posted 4-byte write to the interrupt range. Reports its faults as translate() does.
  InterruptResult interrupt(const InterruptRequest& request);

  // Port I/O at request.address, and a system management message; `intx`: of the INTx class.
  // How they are told apart from memory on the wire is not modelled.
  Translation port_io(const Request& request);
  Translation system_management(const Request& request, bool intx);

  // The PCI configuration space of the function, by aligned dwords; below 0x100.
  std::uint32_t config_read(std::uint16_t offset) const;
  void config_write(std::uint16_t offset, std::uint32_t value);

  // What firmware's SNP initialisation does to the registers: they are locked until reset.
  void lock_for_snp() { snp_locked_ = true; }

  Domain& domain() { return d_; }
  const Config& config() const { return config_; }

 private:
  friend class VirtualIommu<Domain>;
  template <unsigned W>
  using Bv = typename Domain::template Bv<W>;
  using Dte = spec::DeviceTableEntry<Domain>;
  using Masks = std::array<spec::RegisterMasks, spec::kRegisters.size()>;

  using Context = detail::Context;
  using Checked = detail::Checked;
  using GuestEntry = detail::GuestEntry;
  using LogRing = detail::LogRing;
  using PciSpace = detail::PciSpace;
  using PciMasks = detail::PciMasks;
  using Words2 = std::array<std::uint64_t, 2>;

  // mmio
  void apply_options(Masks& masks) const;
  bool ignored_size(unsigned size) const;
  const spec::RegisterMasks& masks(std::size_t index) const { return (*masks_)[index]; }
  std::uint64_t reg(spec::RegisterId id) const { return regs_[static_cast<std::size_t>(id)]; }
  std::uint64_t& reg(spec::RegisterId id) { return regs_[static_cast<std::size_t>(id)]; }
  void write_register(std::size_t index, std::uint64_t merged, std::uint64_t written);
  void apply_masks(std::size_t index, std::uint64_t merged, std::uint64_t written);
  void after_write(spec::RegisterId id, std::uint64_t before);
  void reset_pointers(spec::Ring ring);
  void update_run_bits(std::uint64_t control_before);
  bool ring_running(spec::Ring ring) const;
  std::uint64_t ring_mask(spec::Ring ring) const;

  // rings
  bool write_refused(std::size_t index, std::uint64_t merged);
  void limit_smi_filters(Masks& masks) const;
  void update_other_logs(std::uint64_t control_before);
  LogRing event_ring() const;
  LogRing ppr_ring() const;
  bool swap_log(const LogRing& full);
  detail::DualLog dual_log(std::uint64_t code);
  unsigned segment_bits() const;
  bool segment_too_large(std::size_t index, std::uint64_t merged) const;

  // marc
  bool marc_enabled() const { return (reg(spec::RegisterId::Control) & marc_enable_) != 0; }
  [[gnu::noinline]] std::optional<Translation> marc(const Request& request, Context& context);
  Translation relocated(const Request& request, Context& context, std::uint64_t address);

  // counters
  void reset_counters();
  [[gnu::cold]] bool counter_write(std::uint64_t offset, unsigned size, std::uint64_t value);
  bool bank_locked(std::size_t bank, std::size_t which) const;
  void update_watched();
  [[gnu::cold]] void saw_table_read(TableKind kind, const Context& context, std::uint64_t spa,
                                    std::span<const std::uint64_t> words);
  [[gnu::cold]] void count(spec::CounterSourceCode source, const Context* context);
  [[gnu::cold]] void count_request(const Checked& checked, const Translation& t,
                                   const Context& context);
  [[gnu::cold]] void count_command(std::uint64_t opcode);
  [[gnu::cold]] void count_interrupt(const InterruptRequest& request, const Context& context,
                                     const InterruptResult& result);
  void advance(detail::CounterBlock& block);

  // pci
  void make_pci_masks();
  void reset_pci();
  void pci_capabilities(PciSpace& reset) const;
  void copy_to_mirrors();
  void copy_from_mirror(spec::RegisterId id);
  void signal_target_abort(spec::EventCause cause, const Context& context);

  // interrupt
  InterruptResult check_interrupt(const InterruptRequest& request, Context& context);
  InterruptResult read_entry(const InterruptRequest& request, Context& context, unsigned index);
  InterruptResult apply_entry(const InterruptRequest& request, Context& context,
                              const Words2& words, bool wide);
  template <class Out>
  InterruptResult deliver(const InterruptRequest& request, Context& context, const Out& out);
  template <class Out>
  InterruptResult post(const InterruptRequest& request, const Words2& words, const Out& out);
  InterruptResult interrupt_fault(spec::EventCause cause, Context& context);
  bool smi_allowed(const InterruptRequest& request);
  bool logs_interrupt_fault(const Context& context);
  void log_guest_interrupt(const InterruptRequest& request, std::uint32_t tag);
  void append_ga_entry(std::uint64_t entry);
  void send(InterruptCause cause);

  // special_request
  Translation special_request(const Request& request, Context& context,
                              spec::SpecialRequestOutcome outcome);

  // translate
  bool fetch_dte(const Request& request, Context& context);
  // true: the address alone decided, see `done`.
  bool classify(const Request& request, Context& context, Translation& done);
  Context context_of(const Request& request) const;
  Dte dte_of(const Context& context);
  Checked check_dte(const Request& request, Context& context);
  // Not inlined: the walk is faster without them.
  [[gnu::cold]] void announce(TableKind kind, const Context& context, std::uint64_t address,
                              unsigned level);
  // What the request's device table entry makes of it.
  Translation by_entry(const Request& request, Context& context);
  Translation follow(Checked checked, const Request& request, Context& context);
  Translation walk(const Request& request, Context& context);
  // `spa`: where the entry is.
  Translation leaf(const Request& request, Context& context, std::uint64_t spa, std::uint64_t pte,
                   unsigned level);
  static bool updates(const Context& context) {
    return spec::field::DeviceTableEntry::HAD.get(context.dte) != 0;
  }
  [[gnu::cold]] Translation abort(spec::EventCause cause, Context& context);
  [[gnu::noinline]] bool host_update(Context& context, std::uint64_t spa, std::uint64_t pte,
                                     bool leaf, bool write);
  bool set_bits(Context& context, TableKind kind, std::uint64_t spa, std::uint64_t bits);
  bool dma_interrupt(std::uint16_t device_id, std::uint64_t address,
                     std::span<const std::uint8_t> bytes);
  bool dma(std::uint16_t device_id, std::uint64_t address, std::size_t length, bool is_write,
           std::uint8_t* to, const std::uint8_t* from);

  // guest
  [[gnu::noinline]] Translation guest(const Request& request, Context& context);
  std::optional<std::uint64_t> guest_root(Context& context, unsigned levels);
  Translation guest_walk(const Request& request, Context& context, std::uint64_t table,
                         unsigned levels);
  Translation guest_leaf(const Request& request, Context& context, std::uint64_t page,
                         std::uint64_t offset_mask);
  std::optional<GuestEntry> guest_entry(Context& context, std::uint64_t gpa, bool through_host,
                                        TableKind kind, unsigned level);
  bool guest_update(Context& context, const GuestEntry& entry, bool leaf, bool write);
  Translation host_stage(Context& context, std::uint64_t gpa, bool read, bool write);
  Translation nested_access(const Request& access, Context& context, bool walks, bool present);

  // ats
  bool ats_without_entry(Context& context);
  bool ats_probe(const Request& probe, AtsAnswer& answer, bool& permitted);

  // ppr
  spec::PprOutcome page_request(const PageRequest& request, Context& context);
  spec::PprOutcome finish_ppr(spec::PprOutcome outcome, const PageRequest& request,
                              Context& context, std::uint64_t auto_code);
  static bool is_virtual(const Context& context);
  bool append_ppr(const PageRequest& request);
  bool store_ppr(const PageRequest& request, const LogRing& log);
  void warn_early(const LogRing& log);
  void auto_response(const PageRequest& request, const Context& context, std::uint64_t code);
  void update_ppr_run(std::uint64_t control_before);
  void complete_ppr(std::span<const std::uint64_t> words);
  bool invalidate_iotlb(std::span<const std::uint64_t> words);
  bool iotlb_answered(std::span<const std::uint64_t> words);

  // command
  std::optional<std::uint64_t> next_command();
  bool step_host();
  bool take_command(std::uint64_t ring, std::uint64_t offset);
  bool execute(std::uint64_t opcode, std::span<const std::uint64_t> words);
  bool completion_wait(std::span<const std::uint64_t> words);
  void halt(spec::EventCause cause, std::uint64_t address);

  // log
  void report(spec::EventCause cause, const Context& context);
  void append(std::span<const std::uint64_t> entry);
  void overflow(const LogRing& ring);
  void latch_hardware_error(spec::EventCause cause, std::span<const std::uint64_t> entry);
  void raise(InterruptCause cause, bool was_set);
  unsigned hardware_error_type() const;

  template <template <class> class Decision>
  auto decide_here(const typename Decision<Domain>::In& in) {
    auto result = decide<Decision>(d_, in);
    if (observer_ != nullptr) observer_->rule(Decision<Domain>::info(), result.rule);
    return result;
  }
  void tell(spec::Behaviour behaviour) {
    if (observer_ != nullptr) observer_->behaviour(behaviour);
  }
  Bv<64> word(std::uint64_t v) { return Domain::template k<64>(v); }
  Bv<1> flag(bool v) { return Domain::template k<1>(v ? 1 : 0); }
  spec::Control<Domain> control() { return {{word(reg(spec::RegisterId::Control))}}; }
  spec::MemoryRequest<Domain> request_of(const Request& request);
  spec::InterruptRequest<Domain> request_of(const InterruptRequest& request);

  Domain d_;
  Config config_;
  spec::Capabilities<Domain> cap_;
  spec::Capabilities<Domain> dte_cap_;  // cap_ at the revision whose reserved bits entries have
  spec::Options<Domain> opt_;
  Memory* memory_;
  Observer* observer_;
  std::shared_ptr<const Masks> masks_;  // constant after construction: copies share them
  std::array<std::uint64_t, spec::kRegisters.size()> regs_{};
  std::shared_ptr<const PciMasks> pci_masks_;  // constant after construction
  PciSpace pci_{};
  GuestStates guests_;
  bool snp_locked_ = false;
  std::uint64_t marc_enable_ = 0;  // MarcEn where there are apertures
  std::uint64_t fetched_ = 0;      // commands at and after head - 16 * fetched_ still to be done
  detail::Counters counters_;
  bool watched_ = false;                  // someone listens, or counts
  std::set<std::uint16_t> fault_logged_;  // DeviceIDs whose cached entry has reported (SE)
};

using Device = BasicDevice<Concrete>;
using ExplainingDevice = BasicDevice<Explain>;

extern template class BasicDevice<Concrete>;
extern template class BasicDevice<Explain>;

}  // namespace amdvi
