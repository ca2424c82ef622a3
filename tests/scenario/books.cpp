// What the machines beside a driver say of the host: the books that hardware is held against.
#include <amdvi/spec/IommuStage.gen.hpp>
#include <amdvi/spec/TransIdState.gen.hpp>
#include <amdvi/spec/ViommuStage.gen.hpp>

#include "tests/scenario/kernel.hpp"

namespace amdvi::scenario {
namespace {

constexpr unsigned kIdBits = 16;
constexpr std::uint64_t kLengthMask = 0xf, kEnable = 1 << 8;

// Of a joined id: what it belongs to, and the number there.
std::uint16_t owner(std::uint64_t joined) { return static_cast<std::uint16_t>(joined >> kIdBits); }
std::uint16_t number(std::uint64_t joined) { return static_cast<std::uint16_t>(joined); }

template <class Enum>
bool is(std::uint64_t value, Enum wanted) {
  return value == static_cast<std::uint64_t>(wanted);
}

}  // namespace

const LiveGuest* Kernel::find(unsigned iommu, std::uint16_t viommu) const {
  for (const auto& guest : guests_) {
    if (guest->iommu == iommu && guest->viommu == viommu) return guest.get();
  }
  return nullptr;
}

void Kernel::words_of(unsigned iommu, host::GuestBooks& guest) const {
  const host::Machine& m = iommus_[iommu].words->machine();
  const auto queue = [&](std::string_view word, std::string_view base) {
    const std::uint64_t value = m.read(word, guest.gid);
    return host::QueueFacts{(value & kEnable) != 0, static_cast<unsigned>(value & kLengthMask),
                            m.read(base, guest.gid)};
  };
  guest.command = queue("command", "command_base");
  guest.event = queue("event", "event_base");
  guest.ppr = queue("ppr", "ppr_base");
  guest.words = {m.read("command", guest.gid), m.read("event", guest.gid),
                 m.read("ppr", guest.gid)};
}

void Kernel::guests_of(unsigned iommu, host::IommuBooks& books) const {
  const IommuParts& parts = iommus_[iommu];
  const host::Machine& life = parts.life->machine();
  for (const auto& [viommu, stage] : parts.life->entries("stage")) {
    if (!is(stage, spec::ViommuStage::LIVE)) continue;
    host::GuestBooks guest;
    guest.viommu = number(viommu);
    guest.gid = number(life.read("gid", viommu));
    guest.trans_id = number(life.read("tid", viommu));
    for (const auto& [index, there] : parts.nested->entries("vdev")) {
      if (owner(index) != viommu) continue;
      guest.devices[number(index)] = number(parts.nested->machine().read("hdev", index));
    }
    for (const auto& [index, host] : parts.nested->entries("hdom")) {
      if (owner(index) != viommu) continue;
      guest.domains[number(index)] = {number(host), parts.users->read("users", index)};
    }
    words_of(iommu, guest);
    if (const LiveGuest* known = find(iommu, guest.viommu); known != nullptr) {
      guest.parent = known->machine;
      guest.guest_control = known->control;
    }
    books.guests.push_back(std::move(guest));
  }
}

host::IommuBooks Kernel::books(unsigned iommu) const {
  const IommuParts& parts = iommus_[iommu];
  const host::Machine& init = iommu_init_->machine();
  host::IommuBooks books;
  books.on = is(init.read("stage", iommu), spec::IommuStage::ON);
  books.own = own_device(iommu);
  books.last_bdf = kLastBdf;
  books.private_domain = number(init.read("private", iommu));
  books.private_root = init.read("root", iommu);
  books.real = books.in_domain = present_;
  books.ever_reserved = reserved_;
  if (!parts.life) return books;
  guests_of(iommu, books);
  for (const auto& [gid, used] : parts.life->entries("gid_used")) books.gids.insert(number(gid));
  for (const IommuParts& other : iommus_) {  // of the same segment
    if (!other.life) continue;
    for (const auto& [id, state] : other.life->entries("tid_state")) {
      auto& set = is(state, spec::TransIdState::RESERVED) ? books.reserved : books.allocated;
      set.insert(number(id));
    }
  }
  const host::Machine& nested = parts.nested->machine();
  for (const auto& [id, there] : parts.nested->entries("nested")) {
    const std::uint64_t key = nested.read("key", id);
    books.nested.push_back({owner(key), number(key)});
  }
  for (const auto& [device, on] : parts.nested->entries("on")) {
    const std::uint64_t key = nested.read("key", nested.read("at", device));
    books.attached[number(device)] = {owner(key), number(key), true};
  }
  return books;
}

host::ParentBooks Kernel::books_of(const MachineParts& machine) const {
  host::ParentBooks books;
  if (!machine.parent) return books;
  const host::Machine& m = machine.parent->machine();
  books.alive = m.read("alive") != 0;
  books.domain = number(m.read("domain"));
  books.mode = static_cast<unsigned>(m.read("mode"));
  books.root = m.read("root");
  for (const auto& [viommu, linked] : machine.parent->entries("linked")) {
    books.viommus.insert(number(viommu));
  }
  return books;
}

host::HostBooks Kernel::books() const {
  host::HostBooks all;
  for (unsigned i = 0; i < iommus_.size(); ++i) all.iommus.push_back(books(i));
  for (const MachineParts& machine : machines_) all.parents.push_back(books_of(machine));
  for (const auto& [id, used] : domain_ids_->entries("used")) all.domains.insert(number(id));
  return all;
}

std::vector<Part*> Kernel::parts() {
  std::vector<Part*> all{iommu_init_.get(), domain_ids_.get()};
  for (IommuParts& iommu : iommus_) {
    for (auto* part : {&iommu.life, &iommu.nested, &iommu.words}) {
      if (*part) all.push_back(part->get());
    }
  }
  for (MachineParts& machine : machines_) {
    if (machine.parent) all.push_back(machine.parent.get());
  }
  return all;
}

std::vector<const host::Machine*> Kernel::machines() {
  std::vector<const host::Machine*> all;
  for (const Part* part : parts()) all.push_back(&part->machine());
  for (const IommuParts& iommu : iommus_) {
    if (iommu.users) all.push_back(iommu.users.get());
  }
  return all;
}

std::vector<std::uint64_t> Kernel::ids() const {
  std::set<std::uint64_t> all{0, 1, 2, kGuestDevice, kGuestDomain};
  for (const auto& guest : guests_) {
    const std::uint64_t v = guest->viommu;
    all.insert({v, guest->gid, guest->trans_id, guest->device, guest->host_domain,
                v << kIdBits | kGuestDevice, v << kIdBits | kGuestDomain});
  }
  return {all.begin(), all.end()};
}

std::vector<std::string> Kernel::take_differences() {
  std::vector<std::string> all;
  for (Part* part : parts()) {
    for (std::string& one : part->take_differences()) {
      all.push_back(std::move(one));
    }
  }
  return all;
}

}  // namespace amdvi::scenario
