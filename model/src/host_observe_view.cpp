#include "host_observe_view.hpp"

#include <algorithm>

#include <amdvi/spec/PrivateRegion.gen.hpp>
#include <amdvi/spec/V1Pte.gen.hpp>
#include <amdvi/spec/private_slice.gen.hpp>
#include <amdvi/spec/private_slice_size.gen.hpp>
#include <amdvi/value/concrete.hpp>

namespace amdvi::host {
namespace {

namespace P = spec::field::V1Pte;

constexpr unsigned kPageBits = 12, kLevelBits = 9, kHighestMode = 6;
constexpr std::uint64_t kEncodedSize = 7, kWord = 8;
constexpr std::size_t kIds = 0x1'0000;

using Read = std::function<std::optional<std::uint64_t>(std::uint64_t)>;

class Walk {
 public:
  explicit Walk(const Read& read) : read_(read) {}

  void table(std::uint64_t spa, unsigned level, std::uint64_t address, bool writable) {
    const unsigned shift = kPageBits + kLevelBits * (level - 1);
    for (std::uint64_t i = 0; i < 1U << kLevelBits; ++i) {
      const std::uint64_t entry = read_(spa + i * kWord).value_or(0);
      if (P::PR.get(entry) == 0) continue;
      const std::uint64_t here = address + (i << shift);
      const bool may = writable && P::IR.get(entry) != 0 && P::IW.get(entry) != 0;
      const auto next = static_cast<unsigned>(P::NextLevel.get(entry));
      if (next == 0 || next == kEncodedSize) {
        all_.push_back({here, std::uint64_t{1} << shift, page(entry, here), may});
      } else if (next < level) {
        table(P::PageAddress.get(entry) << kPageBits, next, here, may);
      }
    }
  }
  std::vector<Leaf> take() { return std::move(all_); }

 private:
  // An encoded size: ones from bit 12 up to the highest bit below the page's number.
  static std::uint64_t page(std::uint64_t entry, std::uint64_t address) {
    const std::uint64_t number = P::PageAddress.get(entry);
    if (P::NextLevel.get(entry) != kEncodedSize) return number << kPageBits;
    const std::uint64_t size = ((number ^ (number + 1)) + 1) << kPageBits;
    return ((number << kPageBits) & ~(size - 1)) | (address & (size - 1));
  }

  const Read& read_;
  std::vector<Leaf> all_;
};

std::vector<std::vector<EntryFacts>> read_entries(const IommuSight& sight, std::uint16_t last) {
  std::vector<std::vector<EntryFacts>> all(last + std::size_t{1});
  for (std::size_t device = 0; device < all.size(); ++device) {
    for (const Entry& dte : sight.entries(static_cast<std::uint16_t>(device))) {
      all[device].push_back(facts_of(dte));
    }
  }
  return all;
}

std::optional<std::uint64_t> read_through(const std::vector<Leaf>& leaves, const Read& memory,
                                          std::uint64_t address) {
  auto leaf = std::upper_bound(leaves.begin(), leaves.end(), address,
                               [](std::uint64_t a, const Leaf& l) { return a < l.address; });
  if (leaf == leaves.begin()) return std::nullopt;
  --leaf;
  if (address - leaf->address >= leaf->bytes) return std::nullopt;
  return memory(leaf->spa + (address - leaf->address));
}

Range slice(spec::PrivateRegion region, std::uint16_t gid) {
  Concrete d;
  const auto number = Concrete::k<3>(static_cast<std::uint64_t>(region));
  return {spec::private_slice<Concrete>(d, number, Concrete::k<16>(gid)).v,
          spec::private_slice_size<Concrete>(d, number).v};
}

}  // namespace

Range devid_slice(std::uint16_t gid) { return slice(spec::PrivateRegion::devid_map, gid); }
Range domid_slice(std::uint16_t gid) { return slice(spec::PrivateRegion::domid_map, gid); }

std::vector<Leaf> leaves(const Read& memory, std::uint64_t root, unsigned mode) {
  Walk walk(memory);
  if (mode > 0 && mode <= kHighestMode) walk.table(root << kPageBits, mode, 0, true);
  return walk.take();
}

const GuestBooks* IommuView::guest(std::uint16_t gid) const {
  const auto found = std::find_if(books.guests.begin(), books.guests.end(),
                                  [&](const GuestBooks& g) { return g.gid == gid; });
  return found != books.guests.end() ? &*found : nullptr;
}

const GuestBooks* IommuView::viommu(std::uint16_t number) const {
  const auto found = std::find_if(books.guests.begin(), books.guests.end(),
                                  [&](const GuestBooks& g) { return g.viommu == number; });
  return found != books.guests.end() ? &*found : nullptr;
}

std::string MapsView::name() const { return fmt::format("{}, guest {}", iommu.name, guest.gid); }

std::set<std::uint16_t> MapsView::hosts(const HostBooks& books) const {
  std::set<std::uint16_t> all;
  for (const auto& host : domains) {
    if (host && *host != books.parents.at(guest.parent).domain) all.insert(*host);
  }
  return all;
}

View::View(const HostSight& what, const HostBooks& says) : sight(what), books(says) {
  iommus.reserve(books.iommus.size());
  for (std::size_t i = 0; i < books.iommus.size(); ++i) {
    const IommuSight& iommu = sight.iommus.at(i);
    iommus.push_back({iommu,
                      books.iommus[i],
                      fmt::format("IOMMU {}", i),
                      read_entries(iommu, books.iommus[i].last_bdf),
                      {},
                      {}});
    IommuView& view = iommus.back();
    if (view.own().translates) {
      view.leaves = leaves(sight.memory, view.own().root, view.own().mode);
    }
    view.hardware.control = iommu.control;
    view.hardware.memory = [&view, this](std::uint64_t address) {
      return read_through(view.leaves, sight.memory, address);
    };
  }
  for (const IommuView& iommu : iommus) {
    for (const GuestBooks& guest : iommu.books.guests) {
      MapsView map{iommu, guest, {}, {}};
      for (std::size_t id = 0; id < kIds; ++id) {
        const auto number = static_cast<std::uint16_t>(id);
        map.devices.push_back(observe_device(iommu.hardware, guest.gid, number));
        map.domains.push_back(observe_domain(iommu.hardware, guest.gid, number));
      }
      maps.push_back(std::move(map));
    }
  }
}

namespace {

std::vector<Check> all_checks() {
  std::vector<Check> all;
  for (const auto& some : {checks_of_entries(), checks_of_maps(), checks_of_ids(),
                           checks_of_words(), checks_of_memory()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace

std::vector<Broken> broken_invariants(const HostSight& sight, const HostBooks& books) {
  const View view(sight, books);
  Findings findings;
  for (const Check& check : all_checks()) check.run(view, findings);
  std::vector<Broken> all = findings.take();
  std::stable_sort(all.begin(), all.end(),
                   [](const Broken& a, const Broken& b) { return a.number < b.number; });
  return all;
}

std::span<const unsigned> decided_invariants() {
  static const std::vector<unsigned> kAll = [] {
    std::vector<unsigned> all;
    for (const Check& check : all_checks()) all.push_back(check.number);
    std::sort(all.begin(), all.end());
    return all;
  }();
  return kAll;
}

}  // namespace amdvi::host
