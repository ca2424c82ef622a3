#include "checker/driver/bench.hpp"

#include <bit>

#include <fmt/format.h>

#include <amdvi/spec/DeviceTableEntry.gen.hpp>
#include <amdvi/spec/INVALIDATE_DEVTAB_ENTRY.gen.hpp>
#include <amdvi/spec/INVALIDATE_IOMMU_PAGES.gen.hpp>
#include <amdvi/spec/RESET_VMMIO.gen.hpp>
#include <amdvi/spec/VfctrlCommandControl.gen.hpp>
#include <amdvi/spec/VfctrlDevIdMapControl.gen.hpp>
#include <amdvi/spec/VfctrlDomIdMapControl.gen.hpp>
#include <amdvi/spec/VfctrlEventControl.gen.hpp>
#include <amdvi/spec/VfctrlMiscControl.gen.hpp>
#include <amdvi/spec/VfctrlPprControl.gen.hpp>
#include <amdvi/spec/vf_page.gen.hpp>
#include <amdvi/spec/vfctrl_words.gen.hpp>
#include <amdvi/spec_info.hpp>
#include <amdvi/value/concrete.hpp>

namespace amdvi::driver {
namespace {

namespace f = spec::field;
using spec::HostAction;

// Nothing is at these addresses: drivers only pass them on. The domain IDs are ones that no vector
// gets as the result of an allocation.
constexpr std::uint64_t kParentDomain = 0xffff;
constexpr std::uint64_t kParentRoot = 0x1'0000'0000;
constexpr std::uint64_t kParentMode = 4;
constexpr std::uint64_t kPrivateDomain = 0xfffe;
constexpr std::uint64_t kPrivateRoot = 0x2'0000'0000;
constexpr std::uint64_t kPrivateMode = 3;
constexpr std::uint64_t kVfBase = 0xfd'0000'0000;
constexpr std::uint64_t kFirstPage = 0x10'0000'0000;

constexpr unsigned kPageBits = 12;
constexpr std::uint64_t kPage = std::uint64_t{1} << kPageBits;

// Words of a guest in the VFCTRL window, by their place (viommu.md 3).
enum ControlWord : unsigned { kDevIdMap, kDomIdMap, kMisc, kEventB, kCommand, kEvent, kPpr, kPprB };

std::uint64_t guest_stride() {
  Concrete d;
  return spec::vfctrl_words(d, Concrete::k<64>(0), Concrete::k<16>(1)).v;
}

std::uint64_t page_of_guest(std::uint64_t guest) {
  Concrete d;
  return spec::vf_page(d, Concrete::k<64>(kVfBase), Concrete::k<16>(guest)).v;
}

bool enables(unsigned word, std::uint64_t value) {
  switch (word) {
    case kCommand:
      return f::VfctrlCommandControl::CmdBufEn.get(value) != 0;
    case kEvent:
      return f::VfctrlEventControl::EventLogEn.get(value) != 0;
    case kPpr:
      return f::VfctrlPprControl::PPRLogEn.get(value) != 0 ||
             f::VfctrlPprControl::PPREn.get(value) != 0;
    default:
      return false;
  }
}

bool translates_for_guest(std::span<const std::uint64_t, 4> dte) {
  namespace D = f::DeviceTableEntry;
  return D::V.get(dte) != 0 && D::TV.get(dte) != 0 && D::IR.get(dte) != 0 && D::IW.get(dte) != 0 &&
         D::Mode.get(dte) == kParentMode && D::HostPTRoot.get(dte) == kParentRoot >> kPageBits &&
         D::DomainID.get(dte) == kParentDomain && D::GV.get(dte) == 0 && D::vImuEn.get(dte) == 0;
}

bool resets_all(std::span<const std::uint64_t> words) {
  // Two sources put All at two bits: 28, and 27, the last of the reserved ones below.
  const std::uint64_t other = f::RESET_VMMIO::Reserved_27_16.get(words);
  return f::RESET_VMMIO::vCmd.get(words) != 0 &&
         (f::RESET_VMMIO::All.get(words) != 0 || std::bit_width(other) == 12);
}

}  // namespace

Bench::Bench() : hardware_(callbacks_of(*this)), next_page_(kFirstPage) {}

std::vector<vector::Argument> Bench::surroundings() {
  return {{"parent_domain", kParentDomain}, {"parent_root", kParentRoot},
          {"parent_mode", kParentMode},     {"private_domain", kPrivateDomain},
          {"private_root", kPrivateRoot},   {"private_mode", kPrivateMode},
          {"vf_base", kVfBase}};
}

void Bench::begin(std::optional<std::uint64_t> viommu, bool creates) {
  recorder_.begin(viommu, creates);
  disabled_.clear();
}

void Bench::show(const std::optional<Slices::Event>& event, std::string note) {
  if (event) recorder_.add(event->action, {event->guest_id});
  if (!note.empty()) notes_.push_back(std::move(note));
}

std::uint64_t Bench::mmio_read(unsigned window, std::uint64_t offset) const {
  const auto known = registers_.find({window, offset});
  return known != registers_.end() ? known->second : 0;
}

void Bench::mmio_write(unsigned window, std::uint64_t offset, std::uint64_t value) {
  registers_[{window, offset}] = value;
  if (window != AMDVI_VFCTRL) return;
  const std::uint64_t stride = guest_stride();
  write_control(offset / stride, static_cast<unsigned>(offset % stride / sizeof value), value);
}

void Bench::write_control(std::uint64_t guest, unsigned word, std::uint64_t value) {
  switch (word) {
    case kDevIdMap:
      return write_devid_map(guest, value);
    case kDomIdMap:
      return write_domid_map(guest, value);
    case kMisc:
      return recorder_.add(HostAction::WRITE_TRANS_DEVID,
                           {guest, f::VfctrlMiscControl::TransDevID.get(value)});
    case kCommand:
    case kEvent:
    case kPpr:
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
  recorder_.add({HostAction::WRITE_DEVID_MAP, HostAction::CLEAR_DEVID_MAP, guest,
                 M::GDeviceID.get(value), valid == 0, {M::HDeviceID.get(value), valid}});
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
  recorder_.add({HostAction::WRITE_DOMID_MAP, HostAction::FILL_DOMID_MAP, guest,
                 M::GDomainID.get(value), parent, {parent ? 0 : host}});
}

void Bench::write_queue(std::uint64_t guest, unsigned word, std::uint64_t value) {
  if (enables(word, value)) {
    recorder_.add_once(HostAction::ENABLE_QUEUES, {guest});
    return;
  }
  auto& disabled = disabled_[guest];
  disabled[word - kCommand] = true;
  if (disabled == std::array{true, true, true}) {
    recorder_.add_once(HostAction::DISABLE_QUEUES, {guest});
  }
}

void Bench::submit(std::span<const std::uint32_t, 4> command) {
  const std::array<std::uint64_t, 2> words{command[0] | std::uint64_t{command[1]} << 32,
                                           command[2] | std::uint64_t{command[3]} << 32};
  const spec::StructureInfo* info = spec::command_of(words[0]);
  const std::string_view name = info != nullptr ? info->name : "";
  if (name == "COMPLETION_WAIT") {
    wait();
  } else if (name == "INVALIDATE_DEVTAB_ENTRY") {
    recorder_.add(HostAction::INVALIDATE_DEVTAB_ENTRY,
                  {f::INVALIDATE_DEVTAB_ENTRY::DeviceID.get(words)});
  } else if (name == "RESET_VMMIO" && resets_all(words)) {
    recorder_.add(HostAction::RESET_VMMIO, {f::RESET_VMMIO::GuestID.get(words)});
  } else if (name == "INVALIDATE_IOMMU_ALL") {
    slices_.invalidate(0, ~std::uint64_t{0});
  } else if (name == "INVALIDATE_IOMMU_PAGES") {
    namespace I = f::INVALIDATE_IOMMU_PAGES;
    if (I::DomainID.get(words) != kPrivateDomain || I::GN.get(words) != 0) return;
    // With S=1 the lowest zero of the address says how much is meant.
    const std::uint64_t page = I::Address.get(words);
    const unsigned bits = I::S.get(words) == 0 ? 0 : std::countr_one(page) + 1U;
    const std::uint64_t pages = spec::low_bits(bits);
    slices_.invalidate((page & ~pages) << kPageBits,
                       ((page | pages) << kPageBits) | (kPage - 1));
  } else {
    notes_.push_back(fmt::format("command {:#x} is not one of those a driver needs here", words[0]));
  }
}

void Bench::wait() {
  slices_.wait();
  recorder_.add(HostAction::COMPLETION_WAIT, {});
}

void Bench::dte_store(std::uint16_t device, std::span<const std::uint64_t, 4> dte) {
  namespace D = f::DeviceTableEntry;
  if (translates_for_guest(dte)) {
    recorder_.add(HostAction::SET_TRANSLATE_DTE, {device});
  } else if (D::V.get(dte) == 0 || D::TV.get(dte) == 0) {
    recorder_.add(HostAction::CLEAR_TRANSLATE_DTE, {device});
  } else {
    notes_.push_back(fmt::format(
        "the entry of device {:#x} is neither a translation entry of the parent nor clear", device));
  }
}

int Bench::mem_alloc(std::uint64_t bytes, std::uint64_t& spa) {
  const std::uint64_t pages = (bytes + kPage - 1) / kPage;
  if (pages == 0) return -AMDVI_EINVAL;
  spa = next_page_;
  next_page_ += pages * kPage;
  slices_.allocate(spa, pages * kPage);
  return 0;
}

void Bench::mem_free(std::uint64_t spa) {
  std::string note;
  const auto event = slices_.free(spa, note);
  show(event, std::move(note));
}

int Bench::mem_uncached(std::uint64_t spa, bool on) {
  return slices_.set_uncached(spa, on) ? 0 : -AMDVI_EINVAL;
}

int Bench::table_map(std::uint64_t root, std::uint64_t address, std::uint64_t spa,
                     std::uint64_t bytes) {
  if (root != kPrivateRoot && root != kParentRoot) return -AMDVI_EINVAL;
  if (root == kParentRoot) return 0;
  std::string note;
  const auto event = slices_.map(address, spa, bytes, note);
  show(event, std::move(note));
  return 0;
}

void Bench::table_unmap(std::uint64_t root, std::uint64_t address, std::uint64_t bytes) {
  if (root == kPrivateRoot) slices_.unmap(address, bytes);
}

int Bench::user_mapping(std::uint64_t spa, std::uint64_t bytes, bool on) {
  const std::uint64_t guest = (spa - kVfBase) / kPage;
  if (bytes != kPage || spa < kVfBase || page_of_guest(guest) != spa) return -AMDVI_EINVAL;
  recorder_.add(on ? HostAction::MAP_MMIO : HostAction::UNMAP_MMIO, {guest});
  return 0;
}

}  // namespace amdvi::driver
