#include "checker/generate/viommu_scene.hpp"

#include <fmt/format.h>

#include <amdvi/spec/private_slice.gen.hpp>
#include <amdvi/value/concrete.hpp>

namespace amdvi::generate {

namespace {

using spec::PrivateRegion;

constexpr std::uint64_t kPageBytes = 4096;
constexpr std::uint64_t kLargePage = std::uint64_t{1} << 21;
constexpr unsigned kPrivateLevels = 3;  // the last window ends at 320 GiB
constexpr unsigned kMemoryLevels = 3;
constexpr unsigned kDeviceEntry = 16, kDomainEntry = 8;  // bytes, of the maps
constexpr std::uint64_t kDirtyStatus = 0x40'0000, kDirtyBytes = 0x2000;
constexpr unsigned kLength = 8;  // of rings: 256 entries
constexpr unsigned kSlots = 8;   // of what COMPLETION_WAITs store

std::uint64_t slice(PrivateRegion region, std::uint16_t guest) {
  Concrete d;
  return spec::private_slice<Concrete>(d, Concrete::k<3>(static_cast<std::uint64_t>(region)),
                                       Concrete::k<16>(guest))
      .v;
}

}  // namespace

ViommuScene::ViommuScene(const profile::Profile& profile)
    : scene_(profile), private_(scene_, kPrivateLevels, "private address space") {
  scene_.program_registers();
  store_ = scene_.take(kPageBytes);
  scene_.zero(store_, kPageBytes, "completion store of the host");
  for (std::uint64_t at = 0; at < kDirtyBytes; at += kPageBytes) {
    const std::uint64_t spa = back(kDirtyStatus + at, "dirty status of command buffers");
    if (at == 0) dirty_ = spa;
  }
}

std::string ViommuScene::label(std::string_view what, std::uint16_t guest) const {
  return guests_.size() == 1 ? std::string(what) : fmt::format("{}-{:#x}", what, guest);
}

// A page of memory behind a private address, unless there is one.
std::uint64_t ViommuScene::back(std::uint64_t address, std::string note) {
  if (private_.has(address)) return 0;
  const std::uint64_t spa = scene_.take(kPageBytes);
  scene_.zero(spa, kPageBytes, std::move(note));
  private_.map(address & ~(kPageBytes - 1), spa);
  return spa;
}

void ViommuScene::add_guest(std::uint16_t id) {
  GuestScene& guest = guests_[id];
  const auto number = static_cast<std::uint16_t>(guests_.size() - 1);
  guest.id = id;
  guest.translator = static_cast<std::uint16_t>(kFirstTranslator + number);
  guest.domain = static_cast<std::uint16_t>(kFirstDomain + number);
  guest.memory =
      std::make_unique<HostTable>(scene_, kMemoryLevels, fmt::format("memory of guest {:#x}", id));
  back(slice(PrivateRegion::mmio, id), "backing of guest registers");
  place_rings(guest);
}

// Whether GstBufferTRPMode is there or not, a ring is found: by guest physical address, or in the
// guest's slice.
std::uint64_t ViommuScene::place(GuestScene& guest, std::uint64_t gpa, PrivateRegion region,
                                 std::string_view what) {
  const std::uint64_t spa =
      back(slice(region, guest.id), fmt::format("{} of guest {:#x}", what, guest.id));
  guest.memory->map(gpa, spa);
  return spa;
}

void ViommuScene::back_second_logs(std::uint16_t id) {
  GuestScene& guest = guests_.at(id);
  guest.event_b = place(guest, kEventB, PrivateRegion::event_b, "event log B");
  guest.ppr_b = place(guest, kPprB, PrivateRegion::ppr_b, "PPR log B");
}

void ViommuScene::place_rings(GuestScene& guest) {
  guest.command = place(guest, kCommand, PrivateRegion::command, "command ring");
  guest.event = place(guest, kEvent, PrivateRegion::event, "event log");
  guest.ppr = place(guest, kPpr, PrivateRegion::ppr, "PPR log");
  for (std::uint64_t* page : {&guest.page}) {
    *page = scene_.take(kPageBytes);
    scene_.zero(*page, kPageBytes, fmt::format("memory of guest {:#x}", guest.id));
  }
  guest.memory->map(kPage, guest.page);
  const std::uint64_t tables = scene_.take(kPageBytes);
  scene_.zero(tables, kPageBytes, fmt::format("Gcr3Entry, none of guest {:#x} is valid", guest.id));
  guest.memory->map(kTables, tables);
}

void ViommuScene::back_device(std::uint16_t guest, std::uint16_t gdevice) {
  back(slice(PrivateRegion::devid_map, guest) + std::uint64_t{kDeviceEntry} * gdevice, "DevID map");
}

void ViommuScene::back_domain(std::uint16_t guest, std::uint16_t gdomain) {
  back(slice(PrivateRegion::domid_map, guest) + std::uint64_t{kDomainEntry} * gdomain, "DomID map");
}

void ViommuScene::back_maps(std::uint16_t guest) {
  for (const PrivateRegion region : {PrivateRegion::devid_map, PrivateRegion::domid_map}) {
    const std::uint64_t spa = scene_.take(kLargePage, kLargePage);
    scene_.zero(spa, kLargePage, "maps of guests");
    private_.map(slice(region, guest) & ~(kLargePage - 1), spa, 2);
  }
}

void ViommuScene::attach(std::uint16_t device, std::uint16_t guest, std::uint16_t gdevice,
                         Fields more, const std::vector<std::uint64_t>& under) {
  GuestScene& g = guests_.at(guest);
  auto nested = pack("DeviceTableEntry",
                     {{"GV", 1},
                      {"GIoV", 1},
                      {"GCR3TRP", kTables >> 12},
                      {"vImuEn", 1},
                      {"GDeviceID", gdevice},
                      {"GuestID", guest}},
                     g.memory->dte(static_cast<std::uint16_t>(g.domain + 0x10)));
  for (std::size_t i = 0; i < under.size(); ++i) nested[i] |= under[i];
  scene_.use_device(device);
  scene_.set_dte(pack("DeviceTableEntry", more, nested));
}

void ViommuScene::write_words(const GuestScene& guest) {
  const auto word = [&](std::string reg, Fields fields) {
    const std::uint64_t value = pack(reg, fields)[0];
    scene_.vf_write(guest.id, std::move(reg), value);
  };
  word("VfctrlMiscControl", {{"TransDevID", guest.translator}});
  word("VfctrlCommandControl", {{"ComBase", kCommand >> 12}, {"ComLen", kLength}, {"CmdBufEn", 1}});
  word("VfctrlEventControl",
       {{"EventBase", kEvent >> 12}, {"EventLen", kLength}, {"EventLogEn", 1}});
  word("VfctrlPprControl",
       {{"PprBase", kPpr >> 12}, {"PprLen", kLength}, {"PPRLogEn", 1}, {"PPREn", 1}});
}

void ViommuScene::enable(Fields more) {
  const std::uint16_t requester = scene_.device();
  scene_.use_device(scene_.profile().config.own_device_id);
  scene_.set_dte(private_.dte(kPrivateDomain));
  for (auto& [id, guest] : guests_) {
    scene_.use_device(guest.translator);
    scene_.set_dte(guest.memory->dte(guest.domain));
  }
  scene_.use_device(requester);
  const auto control = pack("Control", {{"IommuEn", 1},
                                        {"EventLogEn", 1},
                                        {"CmdBufEn", 1},
                                        {"GTEn", 1},
                                        {"GAEn", 1},
                                        {"vCmdEn", 1},
                                        {"vIommuEn", 1},
                                        {"GCR3TRPMode", 1},
                                        {"GstBufferTRPMode", 1}});
  scene_.write("Control", pack("Control", more, control)[0]);
  for (const auto& [id, guest] : guests_) write_words(guest);
  scene_.queue(command("INVALIDATE_IOMMU_ALL", {}), "INVALIDATE_IOMMU_ALL");
  wait();
}

void ViommuScene::start_at(std::uint16_t guest, std::uint64_t offset) {
  guests_.at(guest).tail = offset;
  const auto word =
      pack("VfctrlCommandControl", {{"ComBase", kCommand >> 12}, {"ComLen", kLength}});
  // The head of a ring that runs is not software's.
  scene_.vf_write(guest, "VfctrlCommandControl", word[0]);
  scene_.vf_write(guest, "CommandBufferHead", offset);
  scene_.vf_write(guest, "CommandBufferTail", offset);
  scene_.vf_write(guest, "VfctrlCommandControl",
                  pack("VfctrlCommandControl", {{"CmdBufEn", 1}}, word)[0]);
}

void ViommuScene::change_own_entry(Fields fields) {
  const std::uint16_t requester = scene_.device();
  scene_.use_device(scene_.profile().config.own_device_id);
  scene_.set_dte(pack("DeviceTableEntry", fields, private_.dte(kPrivateDomain)));
  scene_.use_device(requester);
  scene_.queue(command("INVALIDATE_IOMMU_ALL", {}), "INVALIDATE_IOMMU_ALL");
  wait();
}

void ViommuScene::wait() {
  scene_.queue(command("COMPLETION_WAIT",
                       {{"s", 1}, {"StoreAddress", store_ >> 3}, {"StoreData", ++waits_}}),
               "COMPLETION_WAIT");
  scene_.ring();
}

void ViommuScene::map_device(std::uint16_t guest, std::uint16_t gdevice, std::uint16_t device,
                             bool valid) {
  scene_.vf_write(
      guest, "VfctrlDevIdMapControl",
      pack("VfctrlDevIdMapControl",
           {{"Write", 1}, {"GDeviceID", gdevice}, {"HDeviceID", device}, {"Valid", valid}})[0]);
}

void ViommuScene::map_domain(std::uint16_t guest, std::uint16_t gdomain, std::uint16_t domain,
                             bool valid) {
  scene_.vf_write(
      guest, "VfctrlDomIdMapControl",
      pack("VfctrlDomIdMapControl",
           {{"Write", 1}, {"GDomainID", gdomain}, {"HDomainID", domain}, {"Valid", valid}})[0]);
}

void ViommuScene::queue(std::uint16_t guest, std::span<const std::uint64_t> words,
                        std::string note) {
  GuestScene& g = guests_.at(guest);
  scene_.mem(g.command + g.tail, words, std::move(note));
  g.tail = (g.tail + 16) % kPageBytes;
}

void ViommuScene::queue_wait(std::uint16_t guest, std::uint64_t data, unsigned slot, Fields more) {
  const auto plain =
      command("COMPLETION_WAIT",
              {{"s", 1}, {"StoreAddress", (kPage + 8 * slot) >> 3}, {"StoreData", data}});
  queue(guest, pack("COMPLETION_WAIT", more, plain), "COMPLETION_WAIT");
}

void ViommuScene::ring(std::uint16_t guest) {
  scene_.vf_write(guest, "CommandBufferTail", guests_.at(guest).tail);
  scene_.settle();
}

void ViommuScene::look(std::uint16_t guest) {
  const GuestScene& g = guests_.at(guest);
  scene_.peek(g.page, kSlots * 8, label("guest-stores", guest),
              "what the guest's COMPLETION_WAITs stored");
  scene_.vf_read(guest, "Status", label("guest-status", guest));
  scene_.entries(g.event, kPageBytes, "", label("guest-events", guest), "the guest's event log");
}

void ViommuScene::look_at_dirty_status() {
  constexpr std::uint32_t kBytes = 40;
  scene_.peek(dirty_, kBytes, "dirty", "dirty status of command buffers");
}

void ViommuScene::look_at_host() {
  scene_.read("Status", "status");
  scene_.events();
}

}  // namespace amdvi::generate
