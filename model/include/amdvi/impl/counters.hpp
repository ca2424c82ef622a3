// BasicDevice: performance counters. Nothing here runs unless a counter has a source.
#pragma once

#include <algorithm>

#include <amdvi/device.hpp>
#include <amdvi/spec/CountedEvent.gen.hpp>
#include <amdvi/spec/Counter.gen.hpp>
#include <amdvi/spec/CounterDeviceIDMatch.gen.hpp>
#include <amdvi/spec/CounterDomainMatch.gen.hpp>
#include <amdvi/spec/CounterPasidMatch.gen.hpp>
#include <amdvi/spec/CounterReport.gen.hpp>
#include <amdvi/spec/CounterSource.gen.hpp>
#include <amdvi/spec/INVALIDATE_DEVTAB_ENTRY.gen.hpp>
#include <amdvi/spec/INVALIDATE_INTERRUPT_TABLE.gen.hpp>
#include <amdvi/spec/INVALIDATE_IOMMU_ALL.gen.hpp>
#include <amdvi/spec/V1Pte.gen.hpp>
#include <amdvi/spec/counter_match.gen.hpp>

namespace amdvi {

namespace detail {

// reg.counter.blocks
inline constexpr std::uint64_t kCounterBase = 0x40000, kCounterBank = 0x1000,
                               kCounterStride = 0x100;
// Indices in a block.
inline constexpr std::size_t kCount = 0, kSource = 1, kPasidMatch = 2, kDomainMatch = 3,
                             kDeviceMatch = 4, kReport = 5;

// The block that holds `offset`; null: there is none.
inline const CounterBlock* Counters::at(std::uint64_t offset) const {
  if (offset < kCounterBase || per_bank == 0) return nullptr;
  const std::uint64_t bank = (offset - kCounterBase) / kCounterBank;
  const std::uint64_t counter = offset % kCounterBank / kCounterStride;
  const std::uint64_t index = bank * per_bank + counter;
  if (counter >= per_bank || index >= blocks.size()) return nullptr;
  return offset % kCounterStride < sizeof(CounterBlock) ? &blocks[index] : nullptr;
}

// Every bit of the six registers that software may write.
inline CounterBlock counter_masks() {
  CounterBlock masks{};
  for (const spec::StructureInfo& s : spec::catalogue().structures) {
    if (s.space != "counter_block") continue;
    for (const spec::FieldInfo& f : s.fields) {
      if (f.access == spec::Access::kRW) {
        spec::set_field(f, std::span(&masks[s.offset / 8], 1), ~std::uint64_t{0});
      }
    }
  }
  return masks;
}

}  // namespace detail

// A write to a register of a counter block. false: there is none at `offset`.
template <class Domain>
bool BasicDevice<Domain>::counter_write(std::uint64_t offset, unsigned size, std::uint64_t value) {
  detail::CounterBlock* block = counters_.at(offset);
  if (block == nullptr) return false;
  tell(spec::Behaviour::CounterBlocks);
  const std::size_t which = offset % detail::kCounterStride / 8;
  const unsigned shift = static_cast<unsigned>(offset % 8) * 8;
  const std::uint64_t lane = (spec::low_bits(size * 8) << shift) & counters_.writable[which];
  if (bank_locked((offset - detail::kCounterBase) / detail::kCounterBank, which)) {
    tell(spec::Behaviour::BankLocked);
    return true;
  }
  const bool off = spec::field::CounterSource::CSOURCE.get((*block)[detail::kSource]) == 0;
  if (which == detail::kCount && off) {
    tell(spec::Behaviour::CounterGatedWrite);
    if (config_.opt.counter_write_without_source.v ==
        static_cast<std::uint64_t>(spec::CounterWriteWithoutSource::lost)) {
      return true;
    }
  }
  (*block)[which] = ((*block)[which] & ~lane) | (value << shift & lane);
  if (which == detail::kSource) update_watched();
  return true;
}

// reg.counter-lock.semantics: bit b of a lock register locks one kind of match register of bank b.
template <class Domain>
bool BasicDevice<Domain>::bank_locked(std::size_t bank, std::size_t which) const {
  const auto locks = [&](spec::RegisterId id) { return (reg(id) >> bank & 1) != 0; };
  switch (which) {
    case detail::kPasidMatch:
      return locks(spec::RegisterId::CounterPasidBankLock);
    case detail::kDomainMatch:
      return locks(spec::RegisterId::CounterDomainBankLock);
    case detail::kDeviceMatch:
      return locks(spec::RegisterId::CounterDeviceIDBankLock);
    default:
      return false;
  }
}

template <class Domain>
void BasicDevice<Domain>::update_watched() {
  counters_.on = std::any_of(counters_.blocks.begin(), counters_.blocks.end(), [](const auto& b) {
    return spec::field::CounterSource::CSOURCE.get(b[detail::kSource]) != 0;
  });
  watched_ = observer_ != nullptr || counters_.on;
}

template <class Domain>
void BasicDevice<Domain>::count(spec::CounterSourceCode source, const Context* context) {
  if (!counters_.on) return;
  spec::CountedEvent<Domain> event{};
  event.source = d_.template k<8>(static_cast<std::uint64_t>(source));
  if (context != nullptr) {
    const Request& who = *(context->origin != nullptr ? context->origin : context->request);
    event.has_device = event.has_domain = flag(true);
    event.has_domain = flag(context->have_dte);
    event.DeviceID = d_.template k<16>(who.device_id);
    event.DomainID = d_.template k<16>(spec::field::DeviceTableEntry::DomainID.get(context->dte));
    event.has_pasid = flag(context->GN);
    event.PASID = d_.template k<20>(context->pasid);
  }
  for (detail::CounterBlock& block : counters_.blocks) {
    const auto out = decide_here<spec::counter_match>({event,
                                                       {{word(block[detail::kSource])}},
                                                       {{word(block[detail::kPasidMatch])}},
                                                       {{word(block[detail::kDomainMatch])}},
                                                       {{word(block[detail::kDeviceMatch])}},
                                                       opt_})
                         .out;
    if (out.counts.v != 0) advance(block);
  }
}

template <class Domain>
void BasicDevice<Domain>::advance(detail::CounterBlock& block) {
  namespace C = spec::field::Counter;
  namespace R = spec::field::CounterReport;
  tell(spec::Behaviour::Counted);
  const std::uint64_t most = C::Count.mask();
  const bool wraps = block[detail::kCount] == most;
  if (wraps && config_.opt.counter_at_maximum.v ==
                   static_cast<std::uint64_t>(spec::CounterAtMaximum::saturate)) {
    return;
  }
  block[detail::kCount] = (block[detail::kCount] + 1) & most;
  if (!wraps || R::CERE.get(block[detail::kReport]) == 0) return;
  tell(spec::Behaviour::CounterWrapped);
  const Request none{};
  Context context{&none};
  context.address = R::EventNote.get(block[detail::kReport]);
  report(spec::EventCause::event_counter_zero, context);
}

// reg.counter.counting: without a cache every read of an entry is a miss.
template <class Domain>
void BasicDevice<Domain>::saw_table_read(TableKind kind, const Context& context, std::uint64_t spa,
                                         std::span<const std::uint64_t> words) {
  using Source = spec::CounterSourceCode;
  if (observer_ != nullptr) observer_->table_read(kind, spa, words);
  if (!counters_.on) return;
  if (kind == TableKind::kDeviceTable) {
    count(context.interrupt ? Source::interrupt_dte_miss : Source::dte_miss, &context);
    return;
  }
  count(Source::table_reads, &context);
  if (kind != TableKind::kV1Table) {
    count(Source::table_reads_guest, &context);
    return;
  }
  if (context.origin != nullptr) count(Source::table_reads_nested, &context);
  const std::uint64_t next = spec::field::V1Pte::NextLevel.get(words[0]);
  count(next == 0 || next == 7 ? Source::pte_miss : Source::pde_miss, &context);
}

template <class Domain>
void BasicDevice<Domain>::count_request(const Checked& checked, const Translation& t,
                                        const Context& context) {
  using Source = spec::CounterSourceCode;
  if (!t.ok) return;  // abort() counted it
  const bool through_tables =
      checked.outcome == spec::DteOutcome::walk || checked.outcome == spec::DteOutcome::guest;
  count(through_tables     ? Source::translations
        : checked.excluded ? Source::exclusion_pass
                           : Source::untranslated_pass,
        &context);
}

template <class Domain>
void BasicDevice<Domain>::count_command(std::uint64_t opcode) {
  using Source = spec::CounterSourceCode;
  count(Source::commands, nullptr);
  // 02h to 05h and INVALIDATE_IOMMU_ALL.
  const bool drops = (opcode >= spec::kOpcode_INVALIDATE_DEVTAB_ENTRY &&
                      opcode <= spec::kOpcode_INVALIDATE_INTERRUPT_TABLE) ||
                     opcode == spec::kOpcode_INVALIDATE_IOMMU_ALL;
  if (drops) count(Source::invalidations, nullptr);
}

template <class Domain>
void BasicDevice<Domain>::count_interrupt(const InterruptRequest& request, const Context& context,
                                          const InterruptResult& result) {
  using Source = spec::CounterSourceCode;
  constexpr std::uint32_t kSmi = 2;  // delivery mode
  if ((request.data >> 8 & 7) == kSmi) {
    count(Source::smi_received, &context);
    if (result.kind == InterruptResult::Kind::kAborted) count(Source::smi_blocked, &context);
  }
  if (result.kind == InterruptResult::Kind::kRemapped) {
    count(Source::interrupts_non_guest, &context);
  }
  if (result.kind == InterruptResult::Kind::kPosted) count(Source::interrupts_guest, &context);
}

}  // namespace amdvi
