// Logs of guests, and the commands of the host about a guest.
#include <fmt/format.h>

#include "checker/generate/groups.hpp"
#include "checker/generate/viommu_scene.hpp"

namespace amdvi::generate {

namespace {

constexpr std::uint16_t kGuest = 5, kOther = 6;
constexpr std::uint16_t kGDevice = 0x0008;
// Of a request that the guest's tables translate.
constexpr vector::Pasid kPasid{true, 3, false, false};
constexpr std::uint64_t kIova = 0x1234'5000;
const std::vector<std::string> kRequires{"engine.vf", "EFR.vIommuSup"};

// Two guests; the requester is a device of the first, and its guest table has no page.
struct TwoGuests {
  ViommuScene v;

  explicit TwoGuests(const profile::Profile& profile) : v(profile) {
    v.add_guest(kGuest);
    v.add_guest(kOther);
  }
  void look() {
    v.look(kGuest);
    v.look(kOther);
    v.look_at_host();
  }
  void add_to(Collection& out, std::string group, std::string name,
              std::vector<std::string> more = {}) {
    more.insert(more.end(), kRequires.begin(), kRequires.end());
    out.add(std::move(v.scene()), {std::move(group), std::move(name), std::move(more)});
  }
};

const std::vector<std::string> kFault{"EFR.GTSup", "engine.write", "engine.pasid"};

void add_event(Collection& out, std::uint16_t gdevice, Fields dte, std::string name) {
  TwoGuests g(out.profile());
  g.v.scene().use_pasid(kPasid);
  g.v.attach(g.v.scene().device(), kGuest, gdevice, dte);
  g.v.enable();
  g.v.scene().start();
  g.v.scene().dma_write(kIova);
  g.look();
  g.add_to(out, "viommu-log", std::move(name), kFault);
}

void add_events(Collection& out) {
  for (const unsigned id : {0x0008, 0x0000, 0xFFFF, 0x0001, 0x8000}) {
    const auto gdevice = static_cast<std::uint16_t>(id);
    add_event(out, gdevice, {},
              fmt::format("A fault of guest device {:#x} is in its guest's log", gdevice));
  }
  add_event(out, kGDevice, {{"vImuEn", 0}}, "With vImuEn=0 a fault is the host's");
  add_event(out, kGDevice, {{"GuestID", kOther}}, "A fault is in the log that GuestID names");
  add_event(out, kGDevice, {{"SA", 1}}, "A suppressed fault is in no log");
  add_event(out, kGDevice, {{"IW", 0}}, "A fault of the host's entry");
  add_event(out, kGDevice, {{"Reserved_3_2", 1}}, "An illegal entry of a guest's device");
}

void add_full_log(Collection& out) {
  TwoGuests g(out.profile());
  g.v.attach(g.v.scene().device(), kGuest, kGDevice);
  g.v.enable();
  g.v.scene().vf_write(kGuest, "EventLogHead", 0x20);
  g.v.scene().start();
  g.v.scene().use_pasid(kPasid);
  g.v.scene().dma_write(kIova);
  g.v.scene().dma_write(kIova + 0x1000);
  g.v.scene().vf_read(kGuest, "EventLogTail", "tail");
  g.look();
  g.add_to(out, "viommu-log", "An event that finds no room in its guest's log is lost", kFault);
}

void add_log_off(Collection& out) {
  TwoGuests g(out.profile());
  g.v.attach(g.v.scene().device(), kGuest, kGDevice);
  g.v.enable();
  g.v.scene().vf_write(
      kGuest, "VfctrlEventControl",
      pack("VfctrlEventControl", {{"EventBase", ViommuScene::kEvent >> 12}, {"EventLen", 8}})[0]);
  g.v.scene().start();
  g.v.scene().use_pasid(kPasid);
  g.v.scene().dma_write(kIova);
  g.look();
  g.add_to(out, "viommu-log", "With EventLogEn=0 in its words a guest's log takes nothing", kFault);
}

// Page requests go to the guest's log, with the guest's DeviceID.
void add_page_request(Collection& out, std::uint16_t gdevice, Fields dte, std::string name) {
  TwoGuests g(out.profile());
  const auto more = pack("DeviceTableEntry", {{"PPR", 1}, {"I", 1}});
  g.v.attach(g.v.scene().device(), kGuest, gdevice, dte, more);
  g.v.enable({{"PPREn", 1}});
  g.v.scene().start();
  g.v.scene().page_request(kIova, true, false, kPasid);
  for (const std::uint16_t guest : {kGuest, kOther}) {
    g.v.scene().vf_read(guest, "PPRLogTail", fmt::format("ppr-tail-{:#x}", guest));
    g.v.scene().entries(g.v.guest(guest).ppr, 4096, "PPREntry", fmt::format("ppr-{:#x}", guest),
                        "the guest's PPR log");
  }
  g.look();
  g.add_to(out, "viommu-ppr", std::move(name), {"EFR.PPRSup", "engine.ppr"});
}

void add_page_requests(Collection& out) {
  for (const unsigned id : {0x0008, 0x0000, 0xFFFF}) {
    add_page_request(out, static_cast<std::uint16_t>(id), {},
                     fmt::format("A page request of guest device {:#x} is in its guest's log", id));
  }
  add_page_request(out, kGDevice, {{"GuestID", kOther}},
                   "A page request is in the log that GuestID names");
  add_page_request(out, kGDevice, {{"vImuEn", 0}}, "With vImuEn=0 a page request is no guest's");
}

void look_at_registers(Scene& scene, std::uint16_t guest) {
  for (const char* reg : {"VfctrlMiscControl", "VfctrlCommandControl", "VfctrlEventControl",
                          "VfctrlPprControl", "CommandBufferHead", "CommandBufferTail", "Status"}) {
    scene.vf_read(guest, reg, fmt::format("{}-{:#x}", reg, guest));
  }
}

// `clause`: what says which registers the command resets.
void add_reset(Collection& out, Fields fields, std::string name, std::string clause) {
  TwoGuests g(out.profile());
  g.v.enable();
  for (const std::uint16_t id : {kGuest, kOther}) {
    g.v.queue_wait(id, 0x1111, 0);
    g.v.ring(id);
  }
  g.v.scene().start();
  g.v.scene().queue(pack("RESET_VMMIO", fields, command("RESET_VMMIO", {{"GuestID", kGuest}})),
                    "RESET_VMMIO");
  g.v.wait();
  look_at_registers(g.v.scene(), kGuest);
  look_at_registers(g.v.scene(), kOther);
  g.v.queue_wait(kOther, 0x2222, 1);
  g.v.ring(kOther);
  g.v.look(kOther);
  g.v.look_at_host();
  Question question{"viommu-reset", std::move(name), kRequires};
  question.leads = {std::move(clause)};
  out.add(std::move(g.v.scene()), std::move(question));
}

void add_resets(Collection& out) {
  add_reset(out, {{"All", 1}, {"vCmd", 1}}, "RESET_VMMIO resets one guest and no other",
            "reset-vmmio.effect");
  add_reset(out, {{"All", 1}}, "RESET_VMMIO with All alone", "reset-vmmio.effect");
  add_reset(out, {{"vCmd", 1}}, "RESET_VMMIO with vCmd alone", "reset-vmmio.vcmd");
  add_reset(out, {}, "RESET_VMMIO with neither All nor vCmd", "reset-vmmio.neither");
  // All may mean every guest, vCmd cannot.
  add_reset(out, {{"vCmd", 1}, {"GuestID", 0x0405}},
            "RESET_VMMIO of a guest whose GuestID differs in its high byte", "reset-vmmio.effect");
}

void add_insert(Collection& out) {
  for (const std::uint16_t id : {kGuest, kOther}) {
    TwoGuests g(out.profile());
    g.v.enable();
    g.v.scene().start();
    g.v.scene().queue(command("INSERT_GUEST_EVENT", {{"GuestID", id}}), "INSERT_GUEST_EVENT");
    g.v.wait();
    for (const std::uint16_t guest : {kGuest, kOther}) {
      g.v.scene().vf_read(guest, "EventLogTail", fmt::format("tail-{:#x}", guest));
    }
    g.v.look_at_host();
    g.add_to(out, "viommu-log", fmt::format("INSERT_GUEST_EVENT for guest {:#x}", id));
  }
}

}  // namespace

void add_viommu_log_vectors(Collection& out) {
  add_events(out);
  add_full_log(out);
  add_log_off(out);
  add_page_requests(out);
  add_resets(out);
  add_insert(out);
}

}  // namespace amdvi::generate
