#include <amdvi/host/observe.hpp>
#include <amdvi/spec/DevIdMapEntry.gen.hpp>
#include <amdvi/spec/DeviceTableEntry.gen.hpp>
#include <amdvi/spec/DomIdMapEntry.gen.hpp>
#include <amdvi/spec/VfctrlCommandControl.gen.hpp>
#include <amdvi/spec/VfctrlEventControl.gen.hpp>
#include <amdvi/spec/VfctrlMiscControl.gen.hpp>
#include <amdvi/spec/VfctrlPprControl.gen.hpp>
#include <amdvi/spec/VfctrlWord.gen.hpp>
#include <amdvi/spec/devid_map_slot.gen.hpp>
#include <amdvi/spec/domid_map_slot.gen.hpp>
#include <amdvi/value/concrete.hpp>

namespace amdvi::host {
namespace {

namespace f = spec::field;
using spec::VfctrlWord;

constexpr std::uint64_t kIllegalGlx = 3;
constexpr unsigned kDeviceBits = 16;

std::uint64_t word(const Hardware& hardware, std::uint16_t guest, VfctrlWord which) {
  return hardware.control(guest, static_cast<unsigned>(which));
}

class Report {
 public:
  explicit Report(std::string what) : what_(std::move(what)) {}
  void check(bool agrees, std::string_view says) {
    if (!agrees) found_.push_back(what_ + ": " + std::string(says));
  }
  void move_to(std::vector<std::string>& all) {
    all.insert(all.end(), found_.begin(), found_.end());
  }

 private:
  std::string what_;
  std::vector<std::string> found_;
};

}  // namespace

EntryFacts observe_entry(const Hardware& hardware, std::uint16_t device) {
  return facts_of(hardware.entry(device));
}

EntryFacts facts_of(const Entry& dte) {
  namespace D = f::DeviceTableEntry;
  EntryFacts facts;
  facts.nested = D::GV.get(dte) != 0;
  facts.permits = D::IR.get(dte) != 0 && D::IW.get(dte) != 0;
  facts.gcr3 = D::GCR3TRP.get(dte);
  facts.translates = D::V.get(dte) != 0 && D::TV.get(dte) != 0;
  facts.for_guest = D::vImuEn.get(dte) != 0;
  facts.complete = facts.nested && facts.permits && D::GLX.get(dte) != kIllegalGlx &&
                   D::GuestPagingMode.get(dte) <= 1;
  facts.guest = static_cast<std::uint16_t>(D::GuestID.get(dte));
  facts.guest_device = static_cast<std::uint16_t>(D::GDeviceID.get(dte));
  facts.domain = static_cast<std::uint16_t>(D::DomainID.get(dte));
  facts.mode = static_cast<unsigned>(D::Mode.get(dte));
  facts.root = D::HostPTRoot.get(dte);
  return facts;
}

GuestFacts observe_guest(const Hardware& hardware, std::uint16_t guest) {
  namespace C = f::VfctrlCommandControl;
  namespace E = f::VfctrlEventControl;
  namespace P = f::VfctrlPprControl;
  const std::uint64_t misc = word(hardware, guest, VfctrlWord::misc);
  const std::uint64_t command = word(hardware, guest, VfctrlWord::command);
  const std::uint64_t event = word(hardware, guest, VfctrlWord::event);
  const std::uint64_t ppr = word(hardware, guest, VfctrlWord::ppr);
  const auto length = [](std::uint64_t value) { return static_cast<unsigned>(value); };
  return {static_cast<std::uint16_t>(f::VfctrlMiscControl::TransDevID.get(misc)),
          {C::CmdBufEn.get(command) != 0, length(C::ComLen.get(command)), C::ComBase.get(command)},
          {E::EventLogEn.get(event) != 0, length(E::EventLen.get(event)), E::EventBase.get(event)},
          {P::PPRLogEn.get(ppr) != 0, length(P::PprLen.get(ppr)), P::PprBase.get(ppr)}};
}

std::optional<std::uint16_t> observe_device(const Hardware& hardware, std::uint16_t guest,
                                            std::uint16_t guest_device) {
  Concrete d;
  const auto slot =
      spec::devid_map_slot(d, Concrete::k<16>(guest), Concrete::k<16>(guest_device)).v;
  const std::array<std::uint64_t, 2> entry{hardware.memory(slot).value_or(0), 0};
  if (f::DevIdMapEntry::Valid.get(entry) == 0) return std::nullopt;
  return static_cast<std::uint16_t>(f::DevIdMapEntry::HDeviceID.get(entry));
}

std::optional<std::uint16_t> observe_domain(const Hardware& hardware, std::uint16_t guest,
                                            std::uint16_t guest_domain) {
  Concrete d;
  const auto slot =
      spec::domid_map_slot(d, Concrete::k<16>(guest), Concrete::k<16>(guest_domain)).v;
  const std::uint64_t entry = hardware.memory(slot).value_or(0);
  if (f::DomIdMapEntry::Valid.get(entry) == 0) return std::nullopt;
  return static_cast<std::uint16_t>(f::DomIdMapEntry::HDomainID.get(entry));
}

std::vector<std::string> disagreements(const Machine& nested_device, const Hardware& hardware,
                                       std::span<const std::uint16_t> devices) {
  const Machine& m = nested_device;
  std::vector<std::string> all;
  for (const std::uint16_t device : devices) {
    Report report("device " + std::to_string(device));
    const EntryFacts entry = observe_entry(hardware, device);
    const bool attached = m.read("on", device) != 0;
    report.check(entry.for_guest == attached, "vImuEn");
    if (entry.for_guest && attached) {
      report.check(entry.translates && entry.complete, "an entry of a guest that cannot translate");
      report.check(entry.guest == m.read("e_gid", device), "GuestID");
      report.check(entry.guest_device == m.read("e_gdev", device), "GDeviceID");
      report.check(entry.domain == m.read("e_domain", device), "DomainID");
      report.check(observe_device(hardware, entry.guest, entry.guest_device) == device,
                   "the DevID map of its guest names another one, or none");
      const GuestFacts guest = observe_guest(hardware, entry.guest);
      report.check(guest.command.legal() && guest.event.legal() && guest.ppr.legal(),
                   "a queue of its guest is enabled without a buffer");
    }
    if (m.read("taken", device) != 0) {
      const std::uint64_t owner = m.read("owner", device);
      const auto gid = static_cast<std::uint16_t>(m.read("gid", owner >> kDeviceBits));
      report.check(observe_device(hardware, gid, static_cast<std::uint16_t>(owner)) == device,
                   "the DevID map of the guest that has it");
    }
    report.move_to(all);
  }
  return all;
}

std::vector<std::string> disagreements_of_life(const Machine& viommu_lifecycle,
                                               const Hardware& hardware,
                                               std::span<const std::uint16_t> guests,
                                               std::span<const std::uint16_t> devices) {
  const Machine& m = viommu_lifecycle;
  std::vector<std::string> all;
  for (const std::uint16_t guest : guests) {
    Report report("guest " + std::to_string(guest));
    const GuestFacts facts = observe_guest(hardware, guest);
    report.check(facts.translation_device == m.read("reg", guest), "TransDevID");
    const bool runs = facts.command.enabled || facts.event.enabled || facts.ppr.enabled;
    report.check(!runs || m.read("queues", guest) != 0, "queues are enabled");
    report.move_to(all);
  }
  for (const std::uint16_t device : devices) {
    Report report("device " + std::to_string(device));
    const EntryFacts entry = observe_entry(hardware, device);
    const bool root = m.read("root", device) != 0;
    report.check(!root || (entry.translates && !entry.for_guest), "a translation entry");
    report.check(root || !entry.translates, "a root is left behind");
    report.move_to(all);
  }
  return all;
}

}  // namespace amdvi::host
