// VirtualIommu: the private address space of the IOMMU, the maps in it, and guest memory.
#pragma once

#include <amdvi/impl/viommu.hpp>
#include <amdvi/spec/PrivateRegion.gen.hpp>
#include <amdvi/spec/devid_map_slot.gen.hpp>
#include <amdvi/spec/dirty_status_bit.gen.hpp>
#include <amdvi/spec/dirty_status_byte.gen.hpp>
#include <amdvi/spec/domid_map_slot.gen.hpp>
#include <amdvi/spec/map_entry.gen.hpp>
#include <amdvi/spec/map_entry_id.gen.hpp>
#include <amdvi/spec/map_entry_valid.gen.hpp>
#include <amdvi/spec/private_slice.gen.hpp>
#include <amdvi/spec/private_slice_size.gen.hpp>

namespace amdvi {

namespace detail {

// The window of the private address space with the slices of a ring.
constexpr spec::PrivateRegion region_of(spec::Ring ring) {
  switch (ring) {
    case spec::Ring::ppr:
      return spec::PrivateRegion::ppr;
    case spec::Ring::ppr_b:
      return spec::PrivateRegion::ppr_b;
    case spec::Ring::event:
      return spec::PrivateRegion::event;
    case spec::Ring::event_b:
      return spec::PrivateRegion::event_b;
    default:
      return spec::PrivateRegion::command;
  }
}

inline std::uint64_t slice_of(spec::PrivateRegion region, std::uint16_t guest) {
  Concrete d;
  return spec::private_slice<Concrete>(d, Concrete::k<3>(static_cast<std::uint64_t>(region)),
                                       Concrete::k<16>(guest))
      .v;
}

}  // namespace detail

// An access through the entry of `device`. An option says whether its faults are that device's.
template <class Domain>
typename VirtualIommu<Domain>::Reached VirtualIommu<Domain>::through(std::uint16_t device,
                                                                     std::uint64_t address,
                                                                     bool write, Doing doing) {
  const Request request{device, address, !write, write};
  Context context = dev_.context_of(request);
  context.quiet = !loud(doing);
  context.virtual_flag = flag_of(doing);
  Translation t;
  if (dev_.fetch_dte(request, context)) {
    t = dev_.follow(dev_.check_dte(request, context), request, context);
  }
  return {t.ok, t.spa, context.error && context.address != address ? context.address : 0};
}

template <class Domain>
typename VirtualIommu<Domain>::Reached VirtualIommu<Domain>::reach_private(std::uint64_t address,
                                                                           bool write,
                                                                           Doing doing) {
  dev_.tell(spec::Behaviour::PrivateTranslation);
  const Reached reached = through(dev_.config_.own_device_id, address, write, doing);
  dev_.tell(reached.ok ? spec::Behaviour::PrivatePages : spec::Behaviour::PrivateOutOfReach);
  if (dev_.observer_ != nullptr) {
    dev_.observer_->private_access({address, write, reached.ok, reached.spa});
  }
  return reached;
}

template <class Domain>
typename VirtualIommu<Domain>::Reached VirtualIommu<Domain>::reach_guest(const GuestState& guest,
                                                                         std::uint64_t address,
                                                                         bool write, Doing doing) {
  const auto device = static_cast<std::uint16_t>(
      spec::field::VfctrlMiscControl::TransDevID.get(guest.word(Word::misc)));
  if (device == 0 && dev_.config_.opt.trans_dev_id_zero.v ==
                         static_cast<std::uint64_t>(spec::TransDevIdZero::none)) {
    return {};
  }
  dev_.tell(spec::Behaviour::GuestTranslation);
  return through(device, address, write, doing);
}

// Where `offset` in a guest's ring is.
template <class Domain>
typename VirtualIommu<Domain>::Reached VirtualIommu<Domain>::reach_buffer(Guest guest,
                                                                          spec::Ring ring,
                                                                          std::uint64_t offset,
                                                                          bool write, Doing doing) {
  dev_.tell(spec::Behaviour::GuestBuffers);
  if (spec::field::Control::GstBufferTRPMode.get(dev_.reg(Id::Control)) != 0) {
    return reach_guest(guest.state, ring_base(guest.state, ring) + offset, write, doing);
  }
  return reach_private(detail::slice_of(detail::region_of(ring), guest.id) + offset, write, doing);
}

// Whether faults of such an access are IO_PAGE_FAULTs, or the like, of the device it goes through.
template <class Domain>
bool VirtualIommu<Domain>::loud(Doing doing) const {
  const auto is = [](const auto& option, auto value) {
    return option.v == static_cast<std::uint64_t>(value);
  };
  const auto& opt = dev_.config_.opt;
  switch (doing) {
    case Doing::kCommand:
      return is(opt.guest_access_error, spec::GuestAccessError::io_page_fault);
    case Doing::kEvent:
      return is(opt.guest_log_fault, spec::GuestLogFault::io_page_fault);
    case Doing::kPointer:
      return is(opt.private_fault, spec::PrivateFault::io_page_fault);
    case Doing::kLooking:
      break;
  }
  return false;
}

// event.viommu-flags.set: the field of an event that tells of it; nullptr: none.
template <class Domain>
const char* VirtualIommu<Domain>::flag_of(Doing doing) const {
  if (dev_.config_.opt.viommu_event_flags.v ==
      static_cast<std::uint64_t>(spec::ViommuEventFlags::zero)) {
    return nullptr;
  }
  return doing == Doing::kCommand ? "vCmd" : doing == Doing::kEvent ? "vEvent" : "vPtr";
}

// Words of one page. false: they are not stored, and that was reported.
template <class Domain>
bool VirtualIommu<Domain>::private_write(std::uint16_t id, std::uint64_t address,
                                         std::span<const std::uint64_t> words) {
  Reached reached = reach_private(address, true, Doing::kPointer);
  for (std::size_t i = 0; reached.ok && i < words.size(); ++i) {
    if (!dev_.memory_->write64(reached.spa + 8 * i, words[i])) reached = {false, 0, reached.spa};
  }
  if (!reached.ok) private_fault(id, address, reached);
  return reached.ok;
}

template <class Domain>
bool VirtualIommu<Domain>::private_read(std::uint16_t id, std::uint64_t address,
                                        std::span<std::uint64_t> words) {
  Reached reached = reach_private(address, false, Doing::kPointer);
  if (reached.ok && !dev_.memory_->read64(reached.spa, words)) reached = {false, 0, reached.spa};
  if (!reached.ok) {
    private_fault(id, address, reached);
  } else if (dev_.observer_ != nullptr) {
    const auto kind = words.size() == 2 ? TableKind::kDevIdMap : TableKind::kDomIdMap;
    dev_.observer_->table_read(kind, reached.spa, words);
  }
  return reached.ok;
}

template <class Domain>
void VirtualIommu<Domain>::private_fault(std::uint16_t id, std::uint64_t address,
                                         const Reached& reached) {
  if (dev_.config_.opt.private_fault.v ==
      static_cast<std::uint64_t>(spec::PrivateFault::hardware_error)) {
    hardware_error(id, address, reached.failed_at, Doing::kPointer);
  }
}

template <class Domain>
std::uint64_t VirtualIommu<Domain>::slot(std::uint16_t id, bool device, std::uint16_t index) {
  const auto guest = Domain::template k<16>(id);
  const auto entry = Domain::template k<16>(index);
  return device ? spec::devid_map_slot<Domain>(dev_.d_, guest, entry).v
                : spec::domid_map_slot<Domain>(dev_.d_, guest, entry).v;
}

// vfctrl.map.write: the entry that a map word with Write=1 describes goes to memory.
template <class Domain>
void VirtualIommu<Domain>::store_entry(std::uint16_t id, Word word, std::uint64_t value) {
  namespace D = spec::field::VfctrlDevIdMapControl;
  namespace G = spec::field::VfctrlDomIdMapControl;
  const bool device = word == Word::devid_map;
  const auto index = static_cast<std::uint16_t>((device ? D::GDeviceID : G::GDomainID).get(value));
  const std::uint64_t host = (device ? D::HDeviceID : G::HDomainID).get(value);
  const std::uint64_t valid = (device ? D::Valid : G::Valid).get(value);
  dev_.tell(spec::Behaviour::MapWriteAtOnce);
  if (valid == 0) dev_.tell(spec::Behaviour::MapEntryRemoved);
  const Words2 entry{spec::map_entry<Domain>(dev_.d_, Domain::template k<16>(host),
                                             Domain::template k<1>(valid), dev_.opt_)
                         .v,
                     0};
  private_write(id, slot(id, device, index), std::span(entry).first(device ? 2 : 1));
}

template <class Domain>
typename VirtualIommu<Domain>::Mapping VirtualIommu<Domain>::lookup(std::uint16_t id, bool device,
                                                                    std::uint16_t index) {
  Words2 words{};
  if (!private_read(id, slot(id, device, index), std::span(words).first(device ? 2 : 1))) return {};
  const auto entry = dev_.word(words[0]);
  return {true, spec::map_entry_valid<Domain>(dev_.d_, entry, dev_.opt_).v != 0,
          static_cast<std::uint16_t>(spec::map_entry_id<Domain>(dev_.d_, entry, dev_.opt_).v)};
}

// Every host ID that a map of a guest names, sorted. Pages that cannot be reached name none.
template <class Domain>
std::vector<std::uint16_t> VirtualIommu<Domain>::mapped_ids(std::uint16_t id, bool device) {
  constexpr std::uint64_t kPage = 4096;
  Concrete d;
  const auto region = device ? spec::PrivateRegion::devid_map : spec::PrivateRegion::domid_map;
  const std::uint64_t size =
      spec::private_slice_size<Concrete>(d, Concrete::k<3>(static_cast<std::uint64_t>(region))).v;
  std::vector<bool> named(0x10000);
  for (std::uint64_t at = 0; at < size; at += kPage) {
    const Reached page = reach_private(detail::slice_of(region, id) + at, false, Doing::kLooking);
    std::array<std::uint64_t, kPage / 8> words{};
    if (!page.ok || !dev_.memory_->read64(page.spa, std::span(words))) continue;
    for (std::size_t i = 0; i < words.size(); i += device ? 2 : 1) {
      const auto entry = Concrete::k<64>(words[i]);
      if (spec::map_entry_valid<Concrete>(d, entry, dev_.config_.opt).v == 0) continue;
      named[spec::map_entry_id<Concrete>(d, entry, dev_.config_.opt).v] = true;
    }
  }
  std::vector<std::uint16_t> ids;
  for (std::size_t i = 0; i < named.size(); ++i) {
    if (named[i]) ids.push_back(static_cast<std::uint16_t>(i));
  }
  return ids;
}

// private.dirty-status: the guest has given commands.
template <class Domain>
void VirtualIommu<Domain>::set_dirty(std::uint16_t id) {
  if (dev_.config_.opt.command_dirty_status.v ==
      static_cast<std::uint64_t>(spec::CommandDirtyStatus::not_kept)) {
    return;
  }
  dev_.tell(spec::Behaviour::DirtyStatusSet);
  const auto guest = Domain::template k<16>(id);
  const std::uint64_t address = spec::dirty_status_byte<Domain>(dev_.d_, guest, dev_.opt_).v;
  const std::uint64_t shift = spec::dirty_status_bit<Domain>(dev_.d_, guest).v + (address % 8) * 8;
  std::uint64_t word = 0;
  const Reached reached = reach_private(address & ~std::uint64_t{7}, true, Doing::kPointer);
  if (!reached.ok || !dev_.memory_->read64(reached.spa, word) ||
      !dev_.memory_->write64(reached.spa, word | std::uint64_t{1} << shift)) {
    private_fault(id, address, reached);
  }
}

}  // namespace amdvi
