// The executable reference model of one AMD IOMMU. A value: copying a Device saves its state.
// Not thread-safe; two devices share nothing. Tested by tests/unit/device_*_test.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <set>
#include <span>

#include <amdvi/config.hpp>
#include <amdvi/memory.hpp>
#include <amdvi/observer.hpp>
#include <amdvi/spec/AddressClass.gen.hpp>
#include <amdvi/spec/Control.gen.hpp>
#include <amdvi/spec/DeviceTableEntry.gen.hpp>
#include <amdvi/spec/EventCause.gen.hpp>
#include <amdvi/spec/MemoryRequest.gen.hpp>
#include <amdvi/spec/registers.gen.hpp>
#include <amdvi/value/concrete.hpp>
#include <amdvi/value/decide.hpp>
#include <amdvi/value/explain.hpp>

namespace amdvi {

// An upstream memory request. Every byte of it lies in one 4 KiB page for translate(); dma()
// splits longer ones.
struct Request {
  std::uint16_t device_id = 0;  // bus 15:8, device 7:3, function 2:0
  std::uint64_t address = 0;    // IOVA, bytes
  bool read = false;
  bool write = false;  // both: an atomic
  bool posted = true;  // writes only
};

struct Translation {
  bool ok = false;                // false: target abort
  std::uint64_t spa = 0;          // system physical address, if ok
  std::uint64_t offset_mask = 0;  // address bits that pass through: page size - 1
  bool interrupt = false;         // an interrupt request: not memory, not handled by dma()
};

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
  std::uint64_t mmio_read(std::uint64_t offset, unsigned size) const;
  void mmio_write(std::uint64_t offset, unsigned size, std::uint64_t value);

  // Takes one command if the command processor runs and there is one; false: it was idle.
  bool step();
  // Until the command processor is idle.
  void run();

  Translation translate(const Request& request);
  // Translates and moves data, page by page. false: a part was aborted; parts before it moved.
  bool dma_write(std::uint16_t device_id, std::uint64_t address, std::span<const std::uint8_t>);
  bool dma_read(std::uint16_t device_id, std::uint64_t address, std::span<std::uint8_t>);

  Domain& domain() { return d_; }
  const Config& config() const { return config_; }

 private:
  template <unsigned W>
  using Bv = typename Domain::template Bv<W>;
  using Dte = spec::DeviceTableEntry<Domain>;
  using Words4 = std::array<std::uint64_t, 4>;
  using Masks = std::array<spec::RegisterMasks, spec::kRegisters.size()>;

  // What a fault report needs of the entry it was found with.
  struct Context {
    const Request* request;
    bool have_dte = false;
    Words4 dte{};
    std::uint64_t address = 0;  // event operand
    bool PR = false, PE = false, RZ = false;
    unsigned type = 0;  // hardware error or invalid request type
  };

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

  // translate
  bool fetch_dte(const Request& request, Context& context);
  Translation check_dte(const Request& request, Context& context);
  Translation walk(const Request& request, Context& context);
  Translation leaf(const Request& request, Context& context, std::uint64_t pte, unsigned level);
  Translation abort(spec::EventCause cause, const Context& context);
  bool dma(std::uint16_t device_id, std::uint64_t address, std::size_t length, bool is_write,
           std::uint8_t* to, const std::uint8_t* from);

  // command
  bool take_command(std::uint64_t ring, std::uint64_t offset);
  bool execute(std::uint64_t opcode, std::span<const std::uint64_t> words);
  bool completion_wait(std::span<const std::uint64_t> words);
  void halt(spec::EventCause cause, std::uint64_t address);

  // log
  void report(spec::EventCause cause, const Context& context);
  void append(std::span<const std::uint64_t> entry);
  void overflow();
  void raise(InterruptCause cause);
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

  Domain d_;
  Config config_;
  spec::Capabilities<Domain> cap_;
  spec::Capabilities<Domain> dte_cap_;  // cap_ at the revision whose reserved bits entries have
  spec::Options<Domain> opt_;
  Memory* memory_;
  Observer* observer_;
  std::shared_ptr<const Masks> masks_;  // constant after construction: copies share them
  std::array<std::uint64_t, spec::kRegisters.size()> regs_{};
  std::set<std::uint16_t> fault_logged_;  // DeviceIDs whose cached entry has reported (SE)
};

using Device = BasicDevice<Concrete>;
using ExplainingDevice = BasicDevice<Explain>;

extern template class BasicDevice<Concrete>;
extern template class BasicDevice<Explain>;

}  // namespace amdvi
