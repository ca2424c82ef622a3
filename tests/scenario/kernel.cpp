#include "tests/scenario/kernel.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace amdvi::scenario {
namespace {

constexpr unsigned kPrivateMode = 3, kParentMode = 4;

std::uint16_t viommu_of(unsigned iommu, unsigned machine) {
  return static_cast<std::uint16_t>(0x10 * (iommu + 1) + machine);
}
// On the first virtual machine, and never there.
std::uint16_t stillborn(unsigned iommu) { return viommu_of(iommu, 0xf); }

using Taken = std::function<bool(std::uint64_t id)>;

// A machine whose pool has others beside it: what they have taken is not free.
host::MachineCode shared(std::string_view machine, std::string_view operation, Taken taken) {
  host::MachineCode code = host::machine_named(machine);
  const auto& operations = code.info->operations;
  unsigned number = 0;
  while (operations[number].name != operation) ++number;
  code.alone = false;
  code.pick = [inner = code.pick, number, taken = std::move(taken)](
                  host::MachineCode::State& state, unsigned op, host::MachineCode::Values args,
                  std::uint64_t candidate) {
    return inner(state, op, args, candidate) && (op != number || !taken(candidate));
  };
  return code;
}

std::vector<Parameter> surroundings(HostHardware& hardware) {
  return {{"last_bdf", kLastBdf},
          {"own_device", own_device(0)},
          {"vf_base", hardware.iommu(0).vf_base},
          {"private_mode", kPrivateMode}};
}

}  // namespace

Kernel::Kernel(const DriverUnderTest& driver, HostHardware& hardware, unsigned iommus,
               unsigned machines)
    : under_test_(driver),
      hardware_(hardware),
      driver_(driver, kHost, hardware.connection(), surroundings(hardware)),
      iommus_(iommus),
      machines_(machines) {
  domain_ids_ = std::make_unique<Part>(driver_, "host_domain_ids");
  const Taken domain = [this](std::uint64_t id) {
    return domain_ids_->machine().read("used", id) != 0;
  };
  iommu_init_ = std::make_unique<Part>(driver_, "iommu_init", std::nullopt,
                                       shared("iommu_init", "make_private", domain));
  for (unsigned i = 0; i < iommus; ++i) {
    const Taken device = [this, i](std::uint64_t id) { return held_elsewhere(i, id); };
    IommuParts& parts = iommus_[i];
    parts.life = std::make_unique<Part>(driver_, "viommu_lifecycle", i,
                                        shared("viommu_lifecycle", "take_trans_id", device),
                                        std::vector<std::uint64_t>{kLastBdf});
    parts.nested = std::make_unique<Part>(driver_, "nested_device", i,
                                          shared("nested_device", "nested_alloc", domain));
    parts.words = std::make_unique<Part>(driver_, "vf_words", i, host::machine_named("vf_words"));
    parts.users = std::make_unique<host::Machine>(host::machine_named("gdom_map"));
  }
}

bool Kernel::held_elsewhere(unsigned iommu, std::uint64_t id) const {
  for (unsigned i = 0; i < iommus_.size(); ++i) {
    if (i != iommu && iommus_[i].life && iommus_[i].life->machine().read("tid_state", id) != 0) {
      return true;
    }
  }
  return false;
}

void Kernel::init(unsigned iommu) {
  IommuParts& parts = iommus_[iommu];
  parts.private_root = hardware_.tables().make(kPrivateMode);
  iommu_init_->call("enable_gaen", {iommu});
  iommu_init_->call("init", {iommu, parts.private_root / kPage, 0});
  domain_ids_->expect("reserve", {iommu_init_->machine().read("private", iommu)});
}

void Kernel::uninit(unsigned iommu) {
  settle();
  domain_ids_->expect("free", {iommu_init_->machine().read("private", iommu)});
  iommu_init_->call("guests_gone", {iommu});
  iommu_init_->call("uninit", {iommu});
}

void Kernel::make_machine(unsigned number) {
  MachineParts& parts = machines_[number];
  VirtualMachine& m = parts.machine;
  m.root = hardware_.tables().make(kParentMode);
  m.memory = hardware_.memory().take(kGuestMemory);
  hardware_.tables().map(m.root, 0, m.memory, kGuestMemory);
  m.domain = static_cast<std::uint16_t>(domain_ids_->call("alloc", {}).result);
  parts.driver = std::make_unique<Driver>(under_test_, "parent_domain", hardware_.connection());
  parts.parent = std::make_unique<Part>(*parts.driver, "parent_domain");
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
    if (iommus_[i].life->call("attach_device", {device}).ok()) reserved_.insert(device);
  }
}

void Kernel::use_parent(unsigned machine) {
  const VirtualMachine& m = machines_[machine].machine;
  driver_.call("host.use_parent", {m.domain, m.root, kParentMode});
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
  use_parent(machine);
  guest->gid = static_cast<std::uint16_t>(parts.life->call("create", {v, 0}).result);
  guest->trans_id = hardware_.translation_device(iommu, guest->gid);
  parts.nested->expect("create", {v});  // the same vIOMMU
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
  settle();
  use_parent(0);
  return iommus_[iommu].life->call("create", {stillborn(iommu), stage});
}

void Kernel::give_device(LiveGuest& guest) {
  iommus_[guest.iommu].nested->call("vdevice_init", {guest.viommu, kGuestDevice, guest.device});
}

// The guest writes base and length registers and then its Control, and the host's kernel traps it.
void Kernel::set_up_queues(LiveGuest& guest) {
  // 2 EventLogEn, 3 EventIntEn, 4 ComWaitIntEn, 12 CmdBufEn, 13 PPRLogEn, 14 PPRIntEn, 15 PPREn,
  // 39 PprAutoRspEn, 41 BlkStopMrkEn, 42 PprAutoRspAon.
  constexpr std::uint64_t kControl = 0x680'0000'f01c, kLength = 8;
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
  domain_ids_->expect("reserve", {guest.host_domain});
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
  domain_ids_->expect("free", {guest.host_domain});
}

void Kernel::destroy(LiveGuest& guest, const std::function<void(bool quiet)>& meanwhile) {
  IommuParts& parts = iommus_[guest.iommu];
  const std::uint64_t v = guest.viommu, gid = guest.gid;
  detach(guest);
  meanwhile(false);
  parts.nested->call("vdevice_destroy", {v, kGuestDevice});
  parts.nested->expect("destroy_begin", {v});
  parts.nested->expect("destroy_end", {v});
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
