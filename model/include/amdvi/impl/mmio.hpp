// BasicDevice: registers. Included where a BasicDevice is instantiated.
#pragma once

#include <utility>

#include <amdvi/device.hpp>
#include <amdvi/impl/counters.hpp>
#include <amdvi/spec/CommandBufferBase.gen.hpp>
#include <amdvi/spec/CommandBufferTail.gen.hpp>
#include <amdvi/spec/CounterConfiguration.gen.hpp>
#include <amdvi/spec/ExtendedFeature.gen.hpp>
#include <amdvi/spec/GALogTail.gen.hpp>
#include <amdvi/spec/Reserved1FF8.gen.hpp>
#include <amdvi/spec/Status.gen.hpp>
#include <amdvi/spec/register_write.gen.hpp>

namespace amdvi {

namespace detail {

// The byte offset that a pointer register is given: its reserved bits are no part of it.
inline std::uint64_t pointer_offset(spec::Ring ring, std::uint64_t value) {
  return ring == spec::Ring::ga ? spec::field::GALogTail::Tail.get(value) << 3
                                : spec::field::CommandBufferTail::Tail.get(value) << 4;
}

// Index of the register that holds byte `offset`, or -1.
inline int register_at(std::uint64_t offset) {
  static_assert(spec::kRegisters[0].offset == 0);
  std::size_t low = 0, high = spec::kRegisters.size();
  while (low < high) {
    const std::size_t mid = (low + high) / 2;
    if (spec::kRegisters[mid].offset <= offset) {
      low = mid + 1;
    } else {
      high = mid;
    }
  }
  const spec::RegisterDesc& desc = spec::kRegisters[low - 1];
  return offset < desc.offset + desc.width / 8 ? static_cast<int>(low - 1) : -1;
}

// reg.access.scratch-offset: accesses to this register are counted.
inline bool is_counted(std::uint64_t offset) {
  return offset >= spec::kOffset_Reserved1FF8 && offset < spec::kOffset_Reserved1FF8 + 8;
}

// The value of a register after a write. Only a 1 that was written clears: the untouched half of a
// 32-bit access writes nothing.
constexpr std::uint64_t masked(std::uint64_t value, const spec::RegisterMasks& m,
                               std::uint64_t merged, std::uint64_t written) {
  value = (value & ~m.rw) | (merged & m.rw);
  value |= written & m.w1s;
  return value & ~(written & m.w1c);
}

}  // namespace detail

template <class Domain>
BasicDevice<Domain>::BasicDevice(const Config& config, Memory& memory, Observer* observer)
    : config_(config), memory_(&memory), observer_(observer) {
  // The domain's copies of the records: every leaf from its concrete twin, in the same order.
  std::array<std::uint64_t, 256> leaves{};
  std::size_t n = 0;
  const auto save = [&](std::string_view, auto& leaf) { leaves[n++] = leaf.v; };
  config_.cap.visit("cap", save);
  config_.opt.visit("opt", save);
  n = 0;
  const auto load = [&]<class Leaf>(std::string_view, Leaf& leaf) { leaf = Leaf{leaves[n++]}; };
  cap_.visit("cap", load);
  opt_.visit("opt", load);
  dte_cap_ = cap_;
  switch (static_cast<spec::DteRsvRevision>(config_.opt.dte_rsv_revision.v)) {
    case spec::DteRsvRevision::profile:
      break;
    case spec::DteRsvRevision::r3_05:
      dte_cap_.Revision.v = 0x305;
      break;
    case spec::DteRsvRevision::r3_06:
      dte_cap_.Revision.v = 0x306;
      break;
    case spec::DteRsvRevision::r3_11:
      dte_cap_.Revision.v = 0x311;
      break;
  }
  auto masks = std::make_shared<Masks>();
  for (std::size_t i = 0; i < masks->size(); ++i) {
    (*masks)[i] = spec::kRegisters[i].masks(config_.cap);
  }
  apply_options(*masks);
  limit_smi_filters(*masks);
  masks_ = std::move(masks);
  if (spec::field::ExtendedFeature::MarcSup.get(config_.cap.EFR.w[0].v) != 0) {
    marc_enable_ = spec::field::Control::MarcEn.mask();
  }
  counters_.writable = detail::counter_masks();
  make_pci_masks();
  reset();
}

// Options that say which bits of a register can be written and what they are after reset.
template <class Domain>
void BasicDevice<Domain>::apply_options(Masks& masks) const {
  const spec::Options<Concrete>& opt = config_.opt;
  spec::RegisterMasks& control = masks[static_cast<std::size_t>(spec::RegisterId::Control)];
  if (opt.control_reset.v == static_cast<std::uint64_t>(spec::ControlReset::coherent_only)) {
    control.reset = spec::field::Control::Coherent.mask();
  }
  if (opt.unsupported_control_bits.v ==
      static_cast<std::uint64_t>(spec::UnsupportedControlBits::as_written)) {
    spec::Capabilities<Concrete> all = config_.cap;
    all.EFR.w[0].v = all.EFR2.w[0].v = all.header.w[0].v = ~std::uint64_t{0};
    all.EFR.w[0].v &= ~spec::field::ExtendedFeature::SmiFSup.mask();  // its one known value: 1
    spec::field::ExtendedFeature::SmiFSup.set(all.EFR.w[0].v, 1);
    const auto id = static_cast<std::size_t>(spec::RegisterId::Control);
    control.rw |= spec::kRegisters[id].masks(all).rw;
  }
  if (opt.reserved_readback.v == static_cast<std::uint64_t>(spec::ReservedReadback::as_written)) {
    for (std::size_t i = 0; i < masks.size(); ++i) {
      spec::RegisterMasks& m = masks[i];
      if (spec::kRegisters[i].role == spec::RegisterRole::read_only) continue;
      m.rw |= spec::low_bits(spec::kRegisters[i].width) & ~(m.w1c | m.w1s | m.hw | m.ro);
    }
  }
  if (opt.exclusion_limit_readback.v ==
      static_cast<std::uint64_t>(spec::ExclusionLimitReadback::as_written)) {
    masks[static_cast<std::size_t>(spec::RegisterId::ExclusionLimit)].rw |= 0xFFF;
  }
  if (opt.hw_event_writable.v == 0) {
    masks[static_cast<std::size_t>(spec::RegisterId::HwEventUpper)].rw = 0;
    masks[static_cast<std::size_t>(spec::RegisterId::HwEventLower)].rw = 0;
  }
  if (opt.gst_buffer_trp_mode.v == 0) {
    control.rw &= ~spec::field::Control::GstBufferTRPMode.mask();
  }
}

template <class Domain>
BasicDevice<Domain> BasicDevice<Domain>::copy_onto(Memory& memory, Observer* observer) const {
  BasicDevice copy = *this;
  copy.memory_ = &memory;
  copy.observer_ = observer;
  copy.update_watched();
  return copy;
}

template <class Domain>
void BasicDevice<Domain>::reset() {
  for (std::size_t i = 0; i < regs_.size(); ++i) regs_[i] = masks(i).reset;
  reg(spec::RegisterId::ExtendedFeature) = config_.cap.EFR.w[0].v;
  reg(spec::RegisterId::ExtendedFeature2) = config_.cap.EFR2.w[0].v;
  fault_logged_.clear();
  guests_ = {};
  snp_locked_ = false;
  fetched_ = 0;
  reset_counters();
  reset_pci();
}

template <class Domain>
void BasicDevice<Domain>::reset_counters() {
  namespace N = spec::field::CounterConfiguration;
  const bool there = spec::field::ExtendedFeature::PCSup.get(config_.cap.EFR.w[0].v) != 0;
  std::uint64_t& shape = reg(spec::RegisterId::CounterConfiguration);
  N::NCounter.set(shape, there ? config_.counters_per_bank : 0);
  N::NCounterBanks.set(shape, there ? config_.counter_banks : 0);
  counters_.per_bank = N::NCounter.get(shape);
  counters_.blocks.assign(counters_.per_bank * N::NCounterBanks.get(shape), {});
  update_watched();
}

template <class Domain>
std::uint64_t BasicDevice<Domain>::mmio_read(std::uint64_t offset, unsigned size) {
  if (counters_.on && detail::is_counted(offset)) {
    count(spec::CounterSourceCode::accesses_1ff8, nullptr);
  }
  return std::as_const(*this).mmio_read(offset, size);
}

template <class Domain>
std::uint64_t BasicDevice<Domain>::mmio_read(std::uint64_t offset, unsigned size) const {
  if (const detail::CounterBlock* block = counters_.at(offset)) {
    if (ignored_size(size)) return 0;
    const std::uint64_t value = (*block)[offset % detail::kCounterStride / 8];
    return (value >> offset % 8 * 8) & spec::low_bits(size * 8);
  }
  const int index = detail::register_at(offset);
  const bool ones =
      config_.opt.unmapped_read.v == static_cast<std::uint64_t>(spec::UnmappedRead::ones);
  if (index < 0) return ones ? spec::low_bits(size * 8) : 0;
  const auto i = static_cast<std::size_t>(index);
  if (!masks(i).present || ignored_size(size)) return 0;
  const unsigned shift = static_cast<unsigned>(offset - spec::kRegisters[i].offset) * 8;
  return (regs_[i] >> shift) & spec::low_bits(size * 8);
}

template <class Domain>
void BasicDevice<Domain>::mmio_write(std::uint64_t offset, unsigned size, std::uint64_t value) {
  if (ignored_size(size)) return;
  if (offset >= detail::kCounterBase && counter_write(offset, size, value)) return;
  if (counters_.on && detail::is_counted(offset)) {
    count(spec::CounterSourceCode::accesses_1ff8, nullptr);
  }
  const int index = detail::register_at(offset);
  if (index < 0) return;
  const auto i = static_cast<std::size_t>(index);
  const unsigned shift = static_cast<unsigned>(offset - spec::kRegisters[i].offset) * 8;
  // reg.access.half: the other half keeps its value, and the effect is that of the merged value.
  const std::uint64_t lane = spec::low_bits(size * 8) << shift;
  const std::uint64_t written = (value << shift) & lane;
  const bool has_effect = spec::kRegisters[i].role == spec::RegisterRole::ring_base ||
                          spec::kRegisters[i].role == spec::RegisterRole::control;
  if (has_effect && size < 8) tell(spec::Behaviour::HalfEffect);
  write_register(i, (regs_[i] & ~lane) | written, written);
}

template <class Domain>
bool BasicDevice<Domain>::ignored_size(unsigned size) const {
  return size < 4 &&
         config_.opt.narrow_access.v == static_cast<std::uint64_t>(spec::NarrowAccess::ignored);
}

template <class Domain>
void BasicDevice<Domain>::write_register(std::size_t index, std::uint64_t merged,
                                         std::uint64_t written) {
  if (write_refused(index, merged)) return;
  const spec::RegisterDesc& desc = spec::kRegisters[index];
  const bool is_pointer =
      desc.role == spec::RegisterRole::hw_pointer || desc.role == spec::RegisterRole::sw_pointer;
  const typename spec::register_write<Domain>::In in{
      d_.template k<5>(static_cast<std::uint64_t>(desc.role)),
      flag(masks(index).present),
      flag(spec::field::Control::IommuEn.get(reg(spec::RegisterId::Control)) != 0),
      flag(ring_running(desc.ring)),
      d_.template k<4>(spec::field::CommandBufferBase::Len.get(merged)),
      d_.template k<19>(is_pointer ? detail::pointer_offset(desc.ring, merged) : 0),
      d_.template k<19>(ring_mask(desc.ring)),
      opt_};
  const auto decided = decide_here<spec::register_write>(in);
  const auto outcome = static_cast<spec::RegisterWrite>(decided.out.outcome.v);
  if (outcome == spec::RegisterWrite::ignore) return;
  const std::uint64_t before = regs_[index];
  apply_masks(index, merged, written);
  if (outcome == spec::RegisterWrite::take_and_reset_pointers) reset_pointers(desc.ring);
  after_write(static_cast<spec::RegisterId>(index), before);
}

template <class Domain>
void BasicDevice<Domain>::apply_masks(std::size_t index, std::uint64_t merged,
                                      std::uint64_t written) {
  regs_[index] = detail::masked(regs_[index], masks(index), merged, written);
}

template <class Domain>
void BasicDevice<Domain>::after_write(spec::RegisterId id, std::uint64_t before) {
  if (id == spec::RegisterId::Control) {
    update_run_bits(before);
    update_ppr_run(before);
    update_other_logs(before);
    if (!guests_.by_id.empty()) VirtualIommu<Domain>(*this).control_changed(before);
  }
  copy_from_mirror(id);
  if (id == spec::RegisterId::ExclusionLimit &&
      config_.opt.exclusion_limit_readback.v ==
          static_cast<std::uint64_t>(spec::ExclusionLimitReadback::ones)) {
    reg(id) |= 0xFFF;
  }
}

}  // namespace amdvi
