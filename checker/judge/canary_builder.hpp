// Lays out the questions that a canary asks, from the profile and the catalogue only. Included by
// canary.cpp alone.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <amdvi/spec/COMPLETION_WAIT.gen.hpp>
#include <amdvi/spec/Command.gen.hpp>
#include <amdvi/spec/CommandBufferBase.gen.hpp>
#include <amdvi/spec/Control.gen.hpp>
#include <amdvi/spec/DeviceTableBase.gen.hpp>
#include <amdvi/spec/DeviceTableEntry.gen.hpp>
#include <amdvi/spec/INVALIDATE_DEVTAB_ENTRY.gen.hpp>
#include <amdvi/spec/INVALIDATE_INTERRUPT_TABLE.gen.hpp>
#include <amdvi/spec/INVALIDATE_IOMMU_PAGES.gen.hpp>
#include <amdvi/spec/IRTE32.gen.hpp>
#include <amdvi/spec/MessageAddress.gen.hpp>
#include <amdvi/spec/MessageData.gen.hpp>
#include <amdvi/spec/V1Pte.gen.hpp>

#include "checker/dut/adapter.hpp"
#include "checker/profile/profile.hpp"
#include "checker/vector/vector.hpp"

namespace amdvi::judge::canary {

using vector::Step;
using vector::StepKind;
using Words2 = std::array<std::uint64_t, 2>;
using Words4 = std::array<std::uint64_t, 4>;

namespace Dte = spec::field::DeviceTableEntry;

inline constexpr std::uint64_t kPage = 4096;
inline constexpr std::uint64_t kDteBytes = 32;
inline constexpr unsigned kLevels = 4;        // every device has at least four
inline constexpr unsigned kIndexBits = 9;     // of an IOVA, a level
inline constexpr unsigned kSmallestRing = 8;  // length code
inline constexpr std::uint64_t kDomain = 1;
inline constexpr std::uint64_t kData = 0xa55a;  // fits what the narrowest engine writes

// Of the interrupt. Its destination is a processor that nobody has.
inline constexpr std::uint64_t kMessageAddress = 0xFEE3C000;
inline constexpr std::uint32_t kIndex = 0x31;
inline constexpr std::uint64_t kDestination = 0x5A, kVector = 0xA7;
inline constexpr std::uint64_t kIrteBytes = 4;
inline constexpr unsigned kTableLength = 9;  // 512 entries
inline constexpr unsigned kTableAlign = 6;   // bits that IntTabRoot does not have
inline constexpr unsigned kRemap = 2;        // IntCtl

inline std::vector<std::uint8_t> bytes_of(std::span<const std::uint64_t> words) {
  std::vector<std::uint8_t> bytes(words.size() * 8);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(words[i / 8] >> (i % 8 * 8));
  }
  return bytes;
}

// Lays out one question in the window and writes it down.
class Builder {
 public:
  Builder(const profile::Profile& profile, const dut::Hello& hello)
      : device_(profile.requesters.front().device_id),
        wide_(std::find(hello.engines.begin(), hello.engines.end(), "write") !=
              hello.engines.end()),
        next_(profile.window_start) {
    vector_.group = "canary";
    table_ = take((device_ + 1) * kDteBytes);
    ring_ = take(kPage);
    target_ = take(kPage);
    iova_ = take(kPage);  // inside of the window, so that an untranslated write does no harm
  }

  std::uint64_t take(std::uint64_t length) {
    const std::uint64_t at = next_;
    next_ += (length + kPage - 1) / kPage * kPage;
    return at;
  }

  // kLevels tables that lead from iova_ to target_; the address of the first one.
  std::uint64_t map() {
    const std::uint64_t root = take(kPage);
    std::uint64_t table = root;
    for (unsigned level = kLevels; level > 0; --level) {
      const std::uint64_t next = level > 1 ? take(kPage) : target_;
      std::uint64_t entry = 0;
      spec::field::V1Pte::PR.set(entry, 1);
      spec::field::V1Pte::NextLevel.set(entry, level - 1);
      spec::field::V1Pte::PageAddress.set(entry, next / kPage);
      spec::field::V1Pte::IR.set(entry, 1);
      spec::field::V1Pte::IW.set(entry, 1);
      const std::uint64_t index = iova_ / kPage >> (kIndexBits * (level - 1));
      mem(table + index % (std::uint64_t{1} << kIndexBits) * 8, std::span(&entry, 1));
      table = next;
    }
    return root;
  }

  // An interrupt table whose entry kIndex leads elsewhere, as a device table entry.
  Words4 remap() {
    const std::uint64_t table = take(kPage);
    std::uint64_t irte = 0;
    spec::field::IRTE32::RemapEn.set(irte, 1);
    spec::field::IRTE32::Destination.set(irte, kDestination);
    spec::field::IRTE32::Vector.set(irte, kVector);
    mem(table + kIndex * kIrteBytes, std::span(&irte, 1));
    Words4 dte{};
    Dte::IV.set(dte, 1);
    Dte::IntTabLen.set(dte, kTableLength);
    Dte::IntTabRoot.set(dte, table >> kTableAlign);
    Dte::IntCtl.set(dte, kRemap);
    return dte;
  }

  // With `root`, or to pass through if it is 0.
  void enable(std::uint64_t root, const Words4& interrupts = {}) {
    Words4 dte = interrupts;
    Dte::V.set(dte, 1);
    Dte::TV.set(dte, 1);
    Dte::IR.set(dte, 1);
    Dte::IW.set(dte, 1);
    Dte::DomainID.set(dte, kDomain);
    if (root != 0) Dte::Mode.set(dte, kLevels);
    Dte::HostPTRoot.set(dte, root / kPage);
    mem(table_ + device_ * kDteBytes, dte);
    std::uint64_t base = 0;
    spec::field::DeviceTableBase::Base.set(base, table_ / kPage);
    spec::field::DeviceTableBase::Size.set(base, ((device_ + 1) * kDteBytes - 1) / kPage);
    write("DeviceTableBase", base);
    std::uint64_t ring = 0;
    spec::field::CommandBufferBase::Base.set(ring, ring_ / kPage);
    spec::field::CommandBufferBase::Len.set(ring, kSmallestRing);
    write("CommandBufferBase", ring);
    std::uint64_t control = 0;
    spec::field::Control::IommuEn.set(control, 1);
    spec::field::Control::CmdBufEn.set(control, 1);
    write("Control", control);
  }

  void invalidate() {
    Words2 entry{};
    spec::field::Command::opcode.set(entry, spec::kOpcode_INVALIDATE_DEVTAB_ENTRY);
    spec::field::INVALIDATE_DEVTAB_ENTRY::DeviceID.set(entry, device_);
    Words2 pages{};
    namespace Inv = spec::field::INVALIDATE_IOMMU_PAGES;
    spec::field::Command::opcode.set(pages, spec::kOpcode_INVALIDATE_IOMMU_PAGES);
    Inv::DomainID.set(pages, kDomain);
    Inv::S.set(pages, 1);
    Inv::PDE.set(pages, 1);
    Inv::Address.set(pages, spec::low_bits(63) >> 12);  // with S: everything
    Words2 table{};
    spec::field::Command::opcode.set(table, spec::kOpcode_INVALIDATE_INTERRUPT_TABLE);
    spec::field::INVALIDATE_INTERRUPT_TABLE::DeviceID.set(table, device_);
    Words2 wait{};
    spec::field::Command::opcode.set(wait, spec::kOpcode_COMPLETION_WAIT);
    std::uint64_t tail = 0;
    for (const Words2& command : {entry, pages, table, wait}) {
      mem(ring_ + tail, command);
      tail += sizeof command;
    }
    write("CommandBufferTail", tail);
    add(StepKind::kSettle);
  }

  // Sends an interrupt and claims that it arrives as remap() says.
  vector::Vector ask_message(std::string name) {
    Step& msi = add(StepKind::kMsi);
    msi.device = device_;
    msi.at = kMessageAddress;
    msi.value = kIndex;
    msi.label = "message";
    vector_.name = std::move(name);
    namespace A = spec::field::MessageAddress;
    std::uint64_t address = 0, data = 0, address_mask = 0, data_mask = 0;
    A::Destination_7_0.set(address, kDestination);
    A::Destination_7_0.set(address_mask, ~std::uint64_t{0});
    spec::field::MessageData::Vector.set(data, kVector);
    spec::field::MessageData::Vector.set(data_mask, ~std::uint64_t{0});
    vector_.checks.push_back({"message",
                              "message",
                              {"interrupt", ""},
                              vector::Trust::kMust,
                              {},
                              {{{{1, ~std::uint64_t{0}}, {address, address_mask}, {data, data_mask}},
                                false,
                                "a remapped message",
                                {}}}});
    return std::move(vector_);
  }

  // Writes to iova_ and claims that the data lands at `where`.
  vector::Vector ask(std::uint64_t where, std::string name) {
    Step& dma = add(StepKind::kDma);
    dma.device = device_;
    dma.at = iova_;
    dma.is_write = true;
    dma.bytes = bytes_of(std::span(&kData, 1));
    if (!wide_) dma.bytes.resize(4);
    Step& peek = add(StepKind::kPeek);
    peek.at = where;
    peek.length = 8;
    peek.label = "target";
    vector_.name = std::move(name);
    vector_.checks.push_back({"target",
                              "target",
                              {"memory", ""},
                              vector::Trust::kMust,
                              {},
                              {{{{kData, ~std::uint64_t{0}}}, false, "the data", {}}}});
    return std::move(vector_);
  }

  std::uint64_t target() const { return target_; }
  std::uint64_t iova() const { return iova_; }

 private:
  Step& add(StepKind kind) {
    vector_.steps.emplace_back().kind = kind;
    return vector_.steps.back();
  }
  void mem(std::uint64_t at, std::span<const std::uint64_t> words) {
    Step& step = add(StepKind::kMem);
    step.at = at;
    step.bytes = bytes_of(words);
  }
  void write(std::string reg, std::uint64_t value) {
    Step& step = add(StepKind::kWrite);
    step.reg = std::move(reg);
    step.value = value;
  }

  vector::Vector vector_;
  std::uint16_t device_;
  bool wide_;
  std::uint64_t next_;
  std::uint64_t table_ = 0, ring_ = 0, target_ = 0, iova_ = 0;
};

}  // namespace amdvi::judge::canary
