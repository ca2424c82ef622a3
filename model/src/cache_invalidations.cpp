#include <algorithm>
#include <array>

#include <amdvi/cache.hpp>
#include <amdvi/spec/COMPLETION_WAIT.gen.hpp>
#include <amdvi/spec/CachedObject.gen.hpp>
#include <amdvi/spec/Command.gen.hpp>
#include <amdvi/spec/DeviceTableBase.gen.hpp>
#include <amdvi/spec/DeviceTableEntry.gen.hpp>
#include <amdvi/spec/Gcr3Entry.gen.hpp>
#include <amdvi/spec/IRTE32.gen.hpp>
#include <amdvi/spec/V1Pte.gen.hpp>
#include <amdvi/spec/V2Entry.gen.hpp>
#include <amdvi/spec/default_offset_mask.gen.hpp>
#include <amdvi/spec/encoded_offset_mask.gen.hpp>
#include <amdvi/spec/invalidation_drops.gen.hpp>

namespace amdvi {

namespace {

struct Span {
  std::uint64_t first;
  std::uint64_t last;
};

// The last 4 KiB of 52 bits.
constexpr std::uint64_t kLastPage = 0xF'FFFF'FFFF'F000;

bool is_page(const TableUse& use, std::uint64_t entry) {
  if (use.kind == TableKind::kV1Table) {
    const std::uint64_t next = spec::field::V1Pte::NextLevel.get(entry);
    return next == 0 || next == 7;
  }
  if (use.kind == TableKind::kV2Table) {
    return use.level == 1 || spec::field::V2Entry::PS.get(entry) != 0;
  }
  return false;
}

bool is_present(const TableUse& use, std::uint64_t entry) {
  switch (use.kind) {
    case TableKind::kV1Table:
      return spec::field::V1Pte::PR.get(entry) != 0;
    case TableKind::kV2Table:
      return spec::field::V2Entry::P.get(entry) != 0;
    case TableKind::kGcr3Table:
      return spec::field::Gcr3Entry::V.get(entry) != 0;
    case TableKind::kInterruptTable:
      return spec::field::IRTE32::RemapEn.get(entry) != 0;  // the same bit in all formats
    default:
      return true;
  }
}

spec::CachedObject object_of(const TableUse& use, std::uint64_t entry) {
  if (use.kind == TableKind::kDeviceTable) return spec::CachedObject::device_entry;
  if (use.kind == TableKind::kInterruptTable) return spec::CachedObject::interrupt_entry;
  const bool page = is_page(use, entry);
  if (use.kind == TableKind::kV1Table) {
    return page ? spec::CachedObject::host_page : spec::CachedObject::host_directory;
  }
  return page ? spec::CachedObject::guest_page : spec::CachedObject::guest_directory;
}

// The addresses that the entry translates.
Span span_of(const TableUse& use, std::uint64_t entry) {
  Concrete d;
  std::uint64_t mask = ~std::uint64_t{0};
  if (use.kind == TableKind::kV1Table || use.kind == TableKind::kV2Table) {
    mask = spec::default_offset_mask<Concrete>(d, Concrete::k<3>(use.level)).v;
  }
  if (use.kind == TableKind::kV1Table && spec::field::V1Pte::NextLevel.get(entry) == 7) {
    const std::uint64_t address = spec::field::V1Pte::PageAddress.get(entry) << 12;
    mask |= spec::encoded_offset_mask<Concrete>(d, Concrete::k<64>(address)).v;
  }
  return {use.address & ~mask, use.address | mask};
}

bool drops_object(std::span<const std::uint64_t> words, const TableUse& use,
                  spec::CachedObject object, Span span) {
  Concrete d;
  const spec::invalidation_drops<Concrete>::In in{
      {{Concrete::k<64>(words[0]), Concrete::k<64>(words[1])}},
      Concrete::k<3>(static_cast<std::uint64_t>(object)),
      Concrete::k<16>(use.device_id),
      Concrete::k<16>(use.domain),
      Concrete::k<20>(use.pasid),
      Concrete::k<64>(span.first),
      Concrete::k<64>(span.last)};
  return decide<spec::invalidation_drops>(d, in).out.drops.v != 0;
}

}  // namespace

void CachingDevice::Invalidations::command(std::span<const std::uint64_t> words) {
  if (spec::field::Command::opcode.get(words) == spec::kOpcode_COMPLETION_WAIT) {
    complete_.insert(complete_.end(), issued_.begin(), issued_.end());
    issued_.clear();
    return;
  }
  issued_.push_back({{words[0], words[1]}, history_->tick(), false, {}, {}});
}

// A guest's wait completes that guest's commands only.
void CachingDevice::Invalidations::guest_command(const GuestCommand& command) {
  std::vector<Command>& issued = guest_issued_[command.guest];
  if (spec::field::Command::opcode.get(command.mapped) == spec::kOpcode_COMPLETION_WAIT) {
    complete_.insert(complete_.end(), issued.begin(), issued.end());
    issued.clear();
    return;
  }
  issued.push_back({{command.mapped[0], command.mapped[1]},
                    history_->tick(),
                    command.limited,
                    {command.devices.begin(), command.devices.end()},
                    {command.domains.begin(), command.domains.end()}});
}

bool CachingDevice::Invalidations::reaches(const Command& command, const TableUse& use) {
  if (!command.limited) return true;
  const bool by_device =
      use.kind == TableKind::kDeviceTable || use.kind == TableKind::kInterruptTable;
  return by_device
             ? std::binary_search(command.devices.begin(), command.devices.end(), use.device_id)
             : std::binary_search(command.domains.begin(), command.domains.end(), use.domain);
}

bool CachingDevice::Invalidations::drops(const Command& command, const TableUse& use,
                                         const History::Version& version) const {
  if (version.until > command.time || !reaches(command, use)) return false;
  const std::uint64_t entry = version.words[0];
  return drops_object(command.words, use, object_of(use, entry), span_of(use, entry));
}

// What is cached of one address. Of a host entry that a nested translation used that is the guest
// part too.
bool CachingDevice::Invalidations::drops_page(const Command& command, const TableUse& use,
                                              spec::CachedObject page, std::uint64_t address,
                                              History::Time until) {
  return until <= command.time && reaches(command, use) &&
         drops_object(command.words, use, page, {address, address});
}

// cache.domain-tag: nothing can be cached for a domain before an entry of the device table names
// it.
History::Time CachingDevice::Invalidations::domain_since(std::uint16_t domain) const {
  namespace B = spec::field::DeviceTableBase;
  const std::uint64_t first = B::Base.get(device_table_) << 12;
  const std::uint64_t last = first + ((B::Size.get(device_table_) + 1) << 12) - 1;
  return history_->since(first, last, [&](std::uint64_t spa, std::uint64_t value) {
    const std::array<std::uint64_t, 4> entry{0, value};
    return spa % 32 == 8 && spec::field::DeviceTableEntry::DomainID.get(entry) == domain;
  });
}

// cmd.invalidate-iommu-pages.nested: what a nested translation used goes for certain only when both
// its stages were invalidated after it became old.
bool CachingDevice::Invalidations::is_dropped(const TableUse& use,
                                              const History::Version& version) const {
  bool host = false, guest = !use.nested;
  for (const Command& command : complete_) {
    host = host || drops(command, use, version);
    guest =
        guest || drops_page(command, use, spec::CachedObject::guest_page, use.gva, version.until);
  }
  return host && guest;
}

// cache.translation: whether a page that was found through what is old may still be cached.
bool CachingDevice::Invalidations::page_is_kept(const TableUse& use, spec::CachedObject page,
                                                History::Time until) const {
  return std::none_of(complete_.begin(), complete_.end(), [&](const Command& command) {
    return drops_page(command, use, page, use.address, until);
  });
}

// cache.translation: those made with an old entry of the device table carry its DomainID, and are
// used as long as the entry that is there now has the same.
bool CachingDevice::Invalidations::entry_outlived(const Copy& copy) const {
  namespace E = spec::field::DeviceTableEntry;
  const auto translates = [](const History::Version& version) {
    return E::V.get(version.words) != 0 && E::TV.get(version.words) != 0;
  };
  const bool low_half = copy.spa % 32 == 0;
  if (!low_half || !translates(copy.version) || !translates(copy.newest)) return false;
  const auto domain = static_cast<std::uint16_t>(E::DomainID.get(copy.version.words));
  if (domain != E::DomainID.get(copy.newest.words)) return false;
  TableUse page = copy.use;
  page.domain = domain;
  const auto kept = [&](spec::CachedObject object, std::uint64_t address) {
    page.address = address;
    return page_is_kept(page, object, copy.version.until);
  };
  if (E::GV.get(copy.version.words) == 0) {
    return kept(spec::CachedObject::host_page, copy.use.gva);
  }
  if (kept(spec::CachedObject::guest_page, copy.use.gva)) return true;
  // Which guest physical addresses it went through nobody knows any more: all have to be dropped.
  return E::Mode.get(copy.version.words) != 0 &&
         (kept(spec::CachedObject::host_page, 0) || kept(spec::CachedObject::host_page, kLastPage));
}

bool CachingDevice::Invalidations::outlived(const Copy& copy) const {
  if (copy.options.translations_outlive.v == 0) return false;
  switch (object_of(copy.use, copy.version.words[0])) {
    case spec::CachedObject::device_entry:
      return entry_outlived(copy);
    case spec::CachedObject::host_directory:
      return page_is_kept(copy.use, spec::CachedObject::host_page, copy.version.until);
    case spec::CachedObject::guest_directory:
      return page_is_kept(copy.use, spec::CachedObject::guest_page, copy.version.until);
    default:
      return false;
  }
}

bool CachingDevice::Invalidations::may_be_used(const Copy& copy, bool np_cache) const {
  const History::Version& version = copy.version;
  if (version.until == History::kNow) return true;
  if (!np_cache && !is_present(copy.use, version.words[0])) return false;
  const bool translation =
      copy.use.kind != TableKind::kDeviceTable && copy.use.kind != TableKind::kInterruptTable;
  if (translation && version.until <= domain_since(copy.use.domain)) return false;
  return !is_dropped(copy.use, version) || outlived(copy);
}

}  // namespace amdvi
