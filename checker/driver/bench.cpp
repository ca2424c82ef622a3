#include "checker/driver/bench.hpp"

#include <bit>

#include <fmt/format.h>

#include <amdvi/spec/Control.gen.hpp>
#include <amdvi/spec/ExtendedFeature.gen.hpp>
#include <amdvi/spec/INVALIDATE_DEVTAB_ENTRY.gen.hpp>
#include <amdvi/spec/INVALIDATE_IOMMU_PAGES.gen.hpp>
#include <amdvi/spec/RESET_VMMIO.gen.hpp>
#include <amdvi/spec/VfctrlCommandControl.gen.hpp>
#include <amdvi/spec/VfctrlDevIdMapControl.gen.hpp>
#include <amdvi/spec/VfctrlDomIdMapControl.gen.hpp>
#include <amdvi/spec/VfctrlEventControl.gen.hpp>
#include <amdvi/spec/VfctrlMiscControl.gen.hpp>
#include <amdvi/spec/VfctrlPprControl.gen.hpp>
#include <amdvi/spec/vfctrl_words.gen.hpp>
#include <amdvi/spec_info.hpp>
#include <amdvi/value/concrete.hpp>

namespace amdvi::driver {
namespace {

namespace f = spec::field;
using spec::HostAction;
using Word = spec::VfctrlWord;

constexpr std::uint64_t kFirstPage = 0x10'0000'0000;
constexpr std::string_view kCreates = "create";
std::uint64_t guest_stride() {
  Concrete d;
  return spec::vfctrl_words(d, Concrete::k<64>(0), Concrete::k<16>(1)).v;
}

bool enables(Word word, std::uint64_t value) {
  switch (word) {
    case Word::command:
      return f::VfctrlCommandControl::CmdBufEn.get(value) != 0;
    case Word::event:
      return f::VfctrlEventControl::EventLogEn.get(value) != 0;
    case Word::ppr:
      return f::VfctrlPprControl::PPRLogEn.get(value) != 0 ||
             f::VfctrlPprControl::PPREn.get(value) != 0;
    default:
      return false;
  }
}

bool resets_all(std::span<const std::uint64_t> words) {
  // Two sources put All at two bits: 28, and 27, the last of the reserved ones below.
  const std::uint64_t other = f::RESET_VMMIO::Reserved_27_16.get(words);
  return f::RESET_VMMIO::vCmd.get(words) != 0 &&
         (f::RESET_VMMIO::All.get(words) != 0 || std::bit_width(other) == 12);
}

}  // namespace

Bench::Bench() : hardware_(callbacks_of(*this)), next_page_(kFirstPage) {}

void Bench::begin(const vector::Step& step) {
  world_.begin(step);
  creates_ = step.call.ends_with(kCreates);
  recorder_.begin(world_.viommu(), creates_);
  disabled_.clear();
}

void Bench::end(int error, std::uint64_t result) {
  world_.end(error);
  if (creates_ && error == 0 && result != 0 && world_.viommu()) {
    recorder_.learn(*world_.viommu(), result);
  }
}

void Bench::note(std::string text) {
  if (!text.empty()) notes_.push_back(std::move(text));
}

void Bench::show(HostAction action, const std::optional<Slices::Slice>& slice) {
  if (!slice) return;
  recorder_.add(action, {slice->iommu, static_cast<std::uint64_t>(slice->region), slice->number});
}

std::uint64_t Bench::mmio_read(unsigned iommu, unsigned window, std::uint64_t offset) {
  const std::uint64_t value = registers_[{iommu, window, offset}];
  if (window != AMDVI_HOST_MMIO) return value;
  if (offset == spec::kOffset_ExtendedFeature) return world_.features();
  const bool set = f::Control::GstBufferTRPMode.get(value) != 0;
  if (offset == spec::kOffset_Control && tested_.erase(iommu) != 0 && set) {
    recorder_.add(HostAction::GST_BUFFER_TRP_MODE, {iommu, 1});
  }
  return value;
}

void Bench::mmio_write(unsigned iommu, unsigned window, std::uint64_t offset, std::uint64_t value) {
  if (window == AMDVI_HOST_MMIO && offset == spec::kOffset_Control)
    return write_host_control(iommu, value);
  registers_[{iommu, window, offset}] = value;
  if (window != AMDVI_VFCTRL) return;
  const std::uint64_t stride = guest_stride();
  write_control(offset / stride, static_cast<Word>(offset % stride / sizeof value), value);
}

void Bench::write_host_control(unsigned iommu, std::uint64_t value) {
  namespace C = f::Control;
  std::uint64_t& now = registers_[{iommu, AMDVI_HOST_MMIO, spec::kOffset_Control}];
  const std::uint64_t before = std::exchange(now, value & world_.control_mask());
  const auto changed = [&](const auto& field) { return field.get(before) != field.get(now); };
  if (C::GstBufferTRPMode.get(value) != 0 && C::GstBufferTRPMode.get(before) == 0) {
    tested_.insert(iommu);
  } else if (changed(C::GstBufferTRPMode)) {
    recorder_.add(HostAction::GST_BUFFER_TRP_MODE, {iommu, 0});
  }
  if (changed(C::vCmdEn)) recorder_.add(HostAction::VCMD_EN, {iommu, C::vCmdEn.get(now)});
  if (changed(C::vIommuEn)) recorder_.add(HostAction::VIOMMU_EN, {iommu, C::vIommuEn.get(now)});
}

void Bench::write_control(std::uint64_t guest, Word word, std::uint64_t value) {
  switch (word) {
    case Word::devid_map:
      return write_devid_map(guest, value);
    case Word::domid_map:
      return write_domid_map(guest, value);
    case Word::misc:
      return recorder_.add(HostAction::WRITE_TRANS_DEVID,
                           {guest, f::VfctrlMiscControl::TransDevID.get(value)});
    case Word::command:
    case Word::event:
    case Word::ppr:
      return write_queue(guest, word, value);
    default:
      return;
  }
}

void Bench::write_devid_map(std::uint64_t guest, std::uint64_t value) {
  namespace M = f::VfctrlDevIdMapControl;
  if (M::Write.get(value) == 0) {
    notes_.push_back(fmt::format("VFCTRL 0x00 of guest {:#x} is written without Write", guest));
    return;
  }
  const std::uint64_t valid = M::Valid.get(value);
  recorder_.add({HostAction::WRITE_DEVID_MAP,
                 HostAction::CLEAR_DEVID_MAP,
                 guest,
                 M::GDeviceID.get(value),
                 valid == 0,
                 {M::HDeviceID.get(value), valid}});
}

void Bench::write_domid_map(std::uint64_t guest, std::uint64_t value) {
  namespace M = f::VfctrlDomIdMapControl;
  if (M::Write.get(value) == 0 || M::Valid.get(value) == 0) {
    notes_.push_back(
        fmt::format("VFCTRL 0x08 of guest {:#x} is written without Write and Valid", guest));
    return;
  }
  const std::uint64_t host = M::HDomainID.get(value);
  const bool parent = host == kParentDomain;
  recorder_.add({HostAction::WRITE_DOMID_MAP,
                 HostAction::FILL_DOMID_MAP,
                 guest,
                 M::GDomainID.get(value),
                 parent,
                 {parent ? 0 : host}});
}

void Bench::write_queue(std::uint64_t guest, Word word, std::uint64_t value) {
  recorder_.add(word == Word::command ? HostAction::WRITE_COMMAND_CONTROL
                : word == Word::event ? HostAction::WRITE_EVENT_CONTROL
                                      : HostAction::WRITE_PPR_CONTROL,
                {guest, value});
  if (enables(word, value)) {
    recorder_.add_once(HostAction::ENABLE_QUEUES, {guest});
    return;
  }
  auto& disabled = disabled_[guest];
  disabled[static_cast<std::size_t>(word) - static_cast<std::size_t>(Word::command)] = true;
  if (disabled == std::array{true, true, true}) {
    recorder_.add_once(HostAction::DISABLE_QUEUES, {guest});
  }
}

void Bench::submit(unsigned iommu, std::span<const std::uint32_t, 4> command) {
  const std::array<std::uint64_t, 2> words{command[0] | std::uint64_t{command[1]} << 32,
                                           command[2] | std::uint64_t{command[3]} << 32};
  const spec::StructureInfo* info = spec::command_of(words[0]);
  const std::string_view name = info != nullptr ? info->name : "";
  if (name == "COMPLETION_WAIT") {
    wait(iommu);
  } else if (name == "INVALIDATE_DEVTAB_ENTRY") {
    invalidate_entry(iommu, f::INVALIDATE_DEVTAB_ENTRY::DeviceID.get(words));
  } else if (name == "RESET_VMMIO" && resets_all(words)) {
    reset(iommu, f::RESET_VMMIO::GuestID.get(words));
  } else if (name == "INVALIDATE_IOMMU_ALL") {
    invalidate(iommu, kPrivateDomain - iommu, 0, ~std::uint64_t{0});
  } else if (name == "INVALIDATE_IOMMU_PAGES") {
    invalidate_pages(iommu, words);
  } else {
    note(fmt::format("command {:#x} is not one of those a driver needs here", words[0]));
  }
}

void Bench::reset(unsigned iommu, std::uint64_t guest) {
  const std::uint64_t stride = guest_stride();
  std::erase_if(registers_, [&](const auto& entry) {
    const auto& [at, window, offset] = entry.first;
    return at == iommu && window == AMDVI_VFCTRL && offset / stride == guest;
  });
  recorder_.add(HostAction::RESET_VMMIO, {guest});
}

void Bench::invalidate_entry(unsigned iommu, std::uint64_t device) {
  recorder_.add(HostAction::INVALIDATE_DEVTAB_ENTRY, {device});
  recorder_.add(HostAction::INVALIDATE_ENTRY, {iommu, device});
  if (device == kOwnDevice + iommu) recorder_.add(HostAction::INVALIDATE_OWN_DTE, {iommu});
}

void Bench::invalidate_pages(unsigned iommu, std::span<const std::uint64_t> words) {
  namespace I = f::INVALIDATE_IOMMU_PAGES;
  if (I::GN.get(words) != 0) return;
  // With S=1 the lowest zero of the address says how much is meant.
  const std::uint64_t page = I::Address.get(words);
  const unsigned bits = I::S.get(words) == 0 ? 0 : std::countr_one(page) + 1U;
  const std::uint64_t pages = spec::low_bits(bits);
  invalidate(iommu, I::DomainID.get(words), (page & ~pages) << kPageBits,
             ((page | pages) << kPageBits) | (kPage - 1));
}

void Bench::invalidate(unsigned iommu, std::uint64_t domain, std::uint64_t first,
                       std::uint64_t last) {
  slices_.invalidate(iommu, domain, first, last);
  const auto& slice = world_.slice();
  if (slice && domain == kPrivateDomain - iommu && Slices::covers(first, last, *slice)) {
    show(HostAction::INVALIDATE_PRIVATE, slice);
  }
  const bool all = first == 0 && last == ~std::uint64_t{0};
  if (all) recorder_.add(HostAction::INVALIDATE_IOMMU_PAGES, {domain});
  const auto& gone = world_.unmapped();
  const bool enough = gone ? first <= gone->first && gone->second <= last : all;
  if (enough) recorder_.add(HostAction::INVALIDATE_DOMAIN, {iommu, domain});
}

void Bench::wait(unsigned iommu) {
  slices_.wait(iommu);
  recorder_.add(HostAction::COMPLETION_WAIT, {});
  recorder_.add(HostAction::WAIT_ON, {iommu});
}

std::uint32_t Bench::pci_read(unsigned iommu, std::uint32_t offset) const {
  return world_.pci(iommu, offset);
}

}  // namespace amdvi::driver
