#include "tests/scenario/kernel.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace amdvi::scenario {
namespace {

// Translation device IDs of the segment: each IOMMU's instance has those up to its own last one.
constexpr std::uint64_t last_bdf(unsigned iommu) { return 0xffff - 0x100 * iommu; }
constexpr unsigned kPrivateMode = 3, kParentMode = 4;
// Host domain IDs of guests: each IOMMU's from here on, the host's own below.
constexpr std::uint64_t kFirstDomain = 0x100;

std::uint16_t viommu_of(unsigned iommu, unsigned machine) {
  return static_cast<std::uint16_t>(0x10 * (iommu + 1) + machine);
}
// On the first virtual machine, and never there.
std::uint16_t stillborn(unsigned iommu) { return viommu_of(iommu, 0xf); }
std::uint64_t first_domain(unsigned iommu) { return kFirstDomain * (iommu + 1); }

// A machine whose pool of host domain IDs begins at `first`: what is below is somebody else's.
host::MachineCode from(std::string_view machine, std::string_view operation, std::uint64_t first) {
  host::MachineCode code = host::machine_named(machine);
  const auto& operations = code.info->operations;
  unsigned number = 0;
  while (operations[number].name != operation) ++number;
  code.pick = [inner = code.pick, number, first](host::MachineCode::State& state, unsigned op,
                                                 host::MachineCode::Values args,
                                                 std::uint64_t candidate) {
    return (op != number || candidate >= first) && inner(state, op, args, candidate);
  };
  return code;
}

}  // namespace

Kernel::Kernel(const DriverUnderTest& driver, HostHardware& hardware, unsigned iommus,
               unsigned machines)
    : driver_(driver), hardware_(hardware), iommus_(iommus), machines_(machines) {
  Connection& all = hardware.connect(0);
  iommu_init_ = std::make_unique<Part>(driver, "iommu_init", all,
                                       std::vector<Parameter>{{"own_device", own_device(0)}});
  domain_ids_ = std::make_unique<Part>(driver, "host_domain_ids", all);
}

std::vector<Parameter> Kernel::surroundings(unsigned iommu) const {
  std::vector<Parameter> all{{"last_bdf", last_bdf(iommu)},
                             {"own_device", own_device(iommu)},
                             {"first_domain", first_domain(iommu)},
                             {"private_domain", iommus_[iommu].private_domain},
                             {"private_root", iommus_[iommu].private_root},
                             {"private_mode", kPrivateMode},
                             {"vf_base", hardware_.iommu(iommu).vf_base}};
  const auto on = [&](std::uint16_t viommu, const VirtualMachine& machine) {
    all.push_back({fmt::format("parent_domain.{}", viommu), machine.domain});
    all.push_back({fmt::format("parent_root.{}", viommu), machine.root});
    all.push_back({fmt::format("parent_mode.{}", viommu), kParentMode});
  };
  for (unsigned m = 0; m < machines_.size(); ++m) on(viommu_of(iommu, m), machines_[m].machine);
  on(stillborn(iommu), machines_.front().machine);
  return all;
}

void Kernel::init(unsigned iommu) {
  IommuParts& parts = iommus_[iommu];
  parts.private_root = hardware_.tables().make(kPrivateMode);
  const Answer answer = iommu_init_->call("enable_gaen", {iommu}).ok()
                            ? iommu_init_->call("init", {iommu, parts.private_root / kPage, 0})
                            : Answer{};
  parts.private_domain = static_cast<std::uint16_t>(answer.result);
  domain_ids_->call("reserve", {parts.private_domain});
}

// What knows the private domain and the parents: opened when they are there.
void Kernel::open(unsigned iommu) {
  IommuParts& parts = iommus_[iommu];
  if (parts.life) return;
  Connection& one = hardware_.connect(iommu);
  const std::vector<Parameter> around = surroundings(iommu);
  parts.life = std::make_unique<Part>(driver_, "viommu_lifecycle", one, around);
  parts.nested = std::make_unique<Part>(driver_, "nested_device", one, around,
                                        from("nested_device", "nested_alloc", first_domain(iommu)));
  parts.words = std::make_unique<Part>(driver_, "vf_words", one, around);
  parts.users = std::make_unique<host::Machine>(host::machine_named("gdom_map"));
}

void Kernel::uninit(unsigned iommu) {
  settle();
  iommu_init_->call("guests_gone", {iommu});
  iommu_init_->call("uninit", {iommu});
  domain_ids_->call("free", {iommus_[iommu].private_domain});
}

void Kernel::make_machine(unsigned number) {
  MachineParts& parts = machines_[number];
  VirtualMachine& m = parts.machine;
  m.root = hardware_.tables().make(kParentMode);
  m.memory = hardware_.memory().take(kGuestMemory);
  hardware_.tables().map(m.root, 0, m.memory, kGuestMemory);
  m.domain = static_cast<std::uint16_t>(domain_ids_->call("alloc", {}).result);
  parts.parent = std::make_unique<Part>(driver_, "parent_domain", hardware_.connect(0));
  parts.parent->call("make", {m.domain, kParentMode, m.root / kPage});
}

void Kernel::free_machine(unsigned number) {
  settle();
  machines_[number].parent->call("free", {});
  domain_ids_->call("free", {machines_[number].machine.domain});
}

void Kernel::plug(std::uint16_t device) {
  present_.insert(device);
  for (unsigned i = 0; i < iommus_.size(); ++i) {
    open(i);
    if (iommus_[i].life->call("attach_device", {device}).ok()) reserved_.insert(device);
  }
}

Answer Kernel::hot_plug(unsigned iommu, std::uint16_t device) {
  return iommus_[iommu].life->call("attach_device", {device});
}

LiveGuest& Kernel::create(unsigned iommu, unsigned machine, std::uint16_t device) {
  settle();
  IommuParts& parts = iommus_[iommu];
  auto guest = std::make_unique<LiveGuest>();
  guest->iommu = iommu;
  guest->machine = machine;
  guest->device = device;
  guest->viommu = viommu_of(iommu, machine);
  guest->nested = guest->viommu;
  const std::uint16_t v = guest->viommu;
  iommu_init_->call("guest_up", {iommu});
  guest->gid = static_cast<std::uint16_t>(parts.life->call("create", {v, 0}).result);
  guest->trans_id = hardware_.translation_device(iommu, guest->gid);
  parts.nested->call("create", {v});
  parts.users->run("create", {v});
  parts.words->call("reset", {guest->gid});
  parts.words->call("set_trans", {guest->gid, guest->trans_id});
  machines_[machine].parent->call("link", {v, iommu, guest->trans_id});
  guest->software = std::make_unique<Guest>(hardware_, hardware_.iommu(iommu), guest->gid,
                                            machines_[machine].machine, kMiB * (1 + iommu));
  guests_.push_back(std::move(guest));
  return *guests_.back();
}

Answer Kernel::create_failing(unsigned iommu, std::uint64_t stage) {
  return iommus_[iommu].life->call("create", {stillborn(iommu), stage});
}

void Kernel::give_device(LiveGuest& guest) {
  iommus_[guest.iommu].nested->call("vdevice_init", {guest.viommu, kGuestDevice, guest.device});
}

// The guest writes base and length registers and then its Control, and the host's kernel traps it.
void Kernel::set_up_queues(LiveGuest& guest) {
  // 12 CmdBufEn, 2 EventLogEn, 3 EventIntEn, 13 PPRLogEn, 15 PPREn.
  constexpr std::uint64_t kControl = 0xb00c, kLength = 8;
  Part& words = *iommus_[guest.iommu].words;
  const std::uint64_t gid = guest.gid;
  const Guest& software = *guest.software;
  words.call("command_queue", {gid, software.commands() / kPage, kLength, 0, 0});
  words.call("event_queue", {gid, software.events() / kPage, kLength, 0, 0});
  words.call("ppr_queue", {gid, software.pages() / kPage, kLength, 0, 0, 0, 0, 0, 0});
  words.call("control_write", {gid, kControl});
  guest.control = kControl;
}

void Kernel::attach(LiveGuest& guest) {
  IommuParts& parts = iommus_[guest.iommu];
  const host::Entry e = guest.software->entry(kGuestDomain);
  const Answer made =
      parts.nested->call("nested_alloc", {guest.viommu, guest.nested, e[0], e[1], e[2], e[3], 0});
  parts.users->run("nested_alloc", {guest.viommu, kGuestDomain, guest.nested});
  guest.host_domain = static_cast<std::uint16_t>(made.result);
  domain_ids_->call("reserve", {guest.host_domain});
  machines_[guest.machine].parent->call("attach", {guest.viommu, guest.device, guest.host_domain});
  parts.nested->call("attach", {guest.nested, guest.device, 0});
}

void Kernel::detach(LiveGuest& guest) {
  settle();
  IommuParts& parts = iommus_[guest.iommu];
  parts.nested->call("detach", {guest.device});
  later(*machines_[guest.machine].parent, "detach", {guest.device});
  parts.nested->call("nested_free", {guest.nested});
  parts.users->run("nested_free", {guest.nested});
  domain_ids_->call("free", {guest.host_domain});
}

void Kernel::destroy(LiveGuest& guest, const std::function<void(bool quiet)>& meanwhile) {
  IommuParts& parts = iommus_[guest.iommu];
  const std::uint64_t v = guest.viommu, gid = guest.gid;
  detach(guest);
  meanwhile(false);
  parts.nested->call("vdevice_destroy", {v, kGuestDevice});
  parts.nested->call("destroy_begin", {v});
  parts.nested->call("destroy_end", {v});
  for (const char* step : {"destroy_begin", "destroy_clear", "destroy_end"}) {
    parts.users->run(step, {v});
  }
  parts.life->call("go_down", {v});
  while (parts.life->machine().read("stage", v) != 0) {
    meanwhile(true);
    parts.life->call("undo", {v});
  }
  later(*machines_[guest.machine].parent, "unlink", {v});
  later(*parts.words, "disable_queues", {gid});
  later(*parts.words, "set_trans", {gid, 0});
  later(*parts.words, "release", {gid});
  std::erase_if(guests_, [&](const auto& one) { return one.get() == &guest; });
}

void Kernel::later(Part& part, std::string_view operation,
                   std::initializer_list<std::uint64_t> args) {
  part.expect(operation, args);
  later_.push_back([&part, name = std::string(operation), words = std::vector(args)] {
    part.drive(name, words);
  });
}

void Kernel::settle() {
  for (const auto& act : std::exchange(later_, {})) act();
}

void Kernel::unmap(unsigned machine, std::uint64_t gpa, std::uint64_t bytes) {
  settle();
  machines_[machine].parent->call("unmap_all", {gpa, bytes});
}

}  // namespace amdvi::scenario
