// Guests of the hardware vIOMMU at work: their commands, the maps behind them, their logs. What the
// sources leave open is accepted in all its forms; the format of a map's entries is never looked
// at.
#include <fmt/format.h>

#include "checker/generate/groups.hpp"
#include "checker/generate/viommu_scene.hpp"

namespace amdvi::generate {

namespace {

using Words = std::vector<std::uint64_t>;

constexpr std::uint16_t kGuest = 5, kOther = 6;
constexpr std::uint16_t kGDevice = 0x0008, kGDomain = 0x0003, kHostDomain = 0x0031;
const std::vector<std::string> kRequires{"engine.vf", "EFR.vIommuSup"};

// One guest with a device and a domain of its own, mapped.
struct OneGuest {
  ViommuScene v;
  std::uint16_t device;

  explicit OneGuest(const profile::Profile& profile) : v(profile), device(v.scene().device()) {
    v.add_guest(kGuest);
    v.back_device(kGuest, kGDevice);
    v.back_domain(kGuest, kGDomain);
  }
  void map() {
    v.map_device(kGuest, kGDevice, device);
    v.map_domain(kGuest, kGDomain, kHostDomain);
  }
  void look() {
    v.look(kGuest);
    v.look_at_host();
  }
  void add_to(Collection& out, std::string group, std::string name) {
    out.add(std::move(v.scene()), {std::move(group), std::move(name), kRequires});
  }
};

// A command of a guest between two COMPLETION_WAITs: what ran and what did not.
void add_command(Collection& out, const Words& words, std::string name) {
  OneGuest g(out.profile());
  g.v.enable();
  g.map();
  g.v.scene().start();
  g.v.queue_wait(kGuest, 0x1111, 0);
  const spec::StructureInfo* info = spec::command_of(words[0]);
  g.v.queue(kGuest, words, std::string(info != nullptr ? info->name : "Command"));
  g.v.queue_wait(kGuest, 0x2222, 1);
  g.v.ring(kGuest);
  g.v.scene().vf_read(kGuest, "CommandBufferHead", "head");
  g.look();
  g.add_to(out, "viommu-commands", std::move(name));
}

void add_commands(Collection& out) {
  for (std::uint64_t opcode = 0; opcode < 16; ++opcode) {
    const spec::StructureInfo* info = spec::find_command(static_cast<std::uint32_t>(opcode));
    Words words = pack("Command", {{"opcode", opcode}});
    if (info != nullptr) {
      for (const spec::FieldInfo& f : info->fields) {
        if (f.name == "DeviceID") spec::set_field(f, words, kGDevice);
        if (f.name == "DomainID") spec::set_field(f, words, kGDomain);
      }
    }
    add_command(out, words,
                info != nullptr ? fmt::format("{} of a guest", info->name)
                                : fmt::format("Reserved opcode {:#x} of a guest", opcode));
  }
  Words reserved = command("INVALIDATE_DEVTAB_ENTRY", {{"DeviceID", kGDevice}});
  reserved[0] |= std::uint64_t{1} << 16;
  add_command(out, reserved, "A reserved bit in a guest's command");
}

void add_completion_waits(Collection& out) {
  for (unsigned bits = 0; bits < 8; ++bits) {
    OneGuest g(out.profile());
    g.v.enable();
    g.v.scene().start();
    g.v.queue_wait(kGuest, 0x1122334455667788, 0,
                   {{"s", bits & 1}, {"i", bits >> 1 & 1}, {"f", bits >> 2}});
    g.v.ring(kGuest);
    g.look();
    g.add_to(out, "viommu-completion-wait",
             fmt::format("COMPLETION_WAIT of a guest with s={}, i={}, f={}", bits & 1,
                         bits >> 1 & 1, bits >> 2));
  }
}

// Guest memory that the store cannot reach, by what a host does to a guest that goes.
template <class Change>
void add_after(Collection& out, std::string name, Change change) {
  OneGuest g(out.profile());
  g.v.enable();
  g.map();
  g.v.scene().start();
  g.v.queue_wait(kGuest, 0x1111, 0);
  g.v.ring(kGuest);
  change(g.v);
  g.v.queue_wait(kGuest, 0x2222, 1);
  g.v.ring(kGuest);
  g.look();
  g.add_to(out, "viommu-destroy", std::move(name));
}

void add_destroy(Collection& out) {
  add_after(out, "A guest goes on if nothing is taken from it", [](ViommuScene&) {});
  add_after(out, "Nothing of a guest reaches memory once its translation entry is gone",
            [](ViommuScene& v) {
              v.scene().use_device(v.guest(kGuest).translator);
              v.scene().set_dte(pack("DeviceTableEntry", {{"V", 1}, {"TV", 0}}));
              v.scene().queue(command("INVALIDATE_IOMMU_ALL", {}), "INVALIDATE_IOMMU_ALL");
              v.wait();
            });
  add_after(out, "Nothing of a guest reaches memory once TransDevID is 0",
            [](ViommuScene& v) { v.scene().vf_write(kGuest, "VfctrlMiscControl", 0); });
  add_after(out, "CmdBufEn off stops a guest's commands", [](ViommuScene& v) {
    v.scene().vf_write(
        kGuest, "VfctrlCommandControl",
        pack("VfctrlCommandControl", {{"ComBase", ViommuScene::kCommand >> 12}, {"ComLen", 8}})[0]);
  });
}

void add_enables(Collection& out) {
  for (const char* off : {"vCmdEn", "vIommuEn", "IommuEn", "GAEn", "CmdBufEn"}) {
    OneGuest g(out.profile());
    g.v.enable();
    g.v.scene().start();
    const auto on = pack("Control", {{"IommuEn", 1},
                                     {"EventLogEn", 1},
                                     {"CmdBufEn", 1},
                                     {"GTEn", 1},
                                     {"GAEn", 1},
                                     {"vCmdEn", 1},
                                     {"vIommuEn", 1},
                                     {"GCR3TRPMode", 1},
                                     {"GstBufferTRPMode", 1}});
    g.v.scene().write("Control", pack("Control", {{off, 0}}, on)[0]);
    g.v.queue_wait(kGuest, 0x1111);
    g.v.ring(kGuest);
    g.v.look(kGuest);
    g.add_to(out, "viommu-commands", fmt::format("Commands of a guest with {}=0 in Control", off));
  }
}

// IDs 0, each single bit and all ones.
std::vector<std::uint16_t> telling_ids() {
  std::vector<std::uint16_t> ids{0, 0xFFFF};
  for (unsigned bit = 0; bit < 16; ++bit) ids.push_back(static_cast<std::uint16_t>(1u << bit));
  return ids;
}

Words flush(std::uint16_t gdomain) {
  return command("INVALIDATE_IOMMU_PAGES",
                 {{"DomainID", gdomain}, {"S", 1}, {"PDE", 1}, {"Address", 0x7FFFFFFFFFFFF}});
}

// `mapped` is in the DomID map, `used` in a command.
void add_domain(Collection& out, std::uint16_t mapped, std::uint16_t used, std::string name,
                bool removed = false) {
  OneGuest g(out.profile());
  g.v.back_domain(kGuest, mapped);
  g.v.back_domain(kGuest, used);
  g.v.enable();
  g.v.map_domain(kGuest, mapped, kHostDomain);
  g.v.scene().start();
  if (removed) g.v.map_domain(kGuest, mapped, 0, false);
  g.v.queue(kGuest, flush(used), "INVALIDATE_IOMMU_PAGES");
  g.v.queue_wait(kGuest, 0x2222, 1);
  g.v.ring(kGuest);
  g.look();
  g.add_to(out, "viommu-maps", std::move(name));
}

void add_device(Collection& out, std::uint16_t mapped, std::uint16_t used, std::string name) {
  OneGuest g(out.profile());
  g.v.back_device(kGuest, mapped);
  g.v.back_device(kGuest, used);
  g.v.enable();
  g.v.map_device(kGuest, mapped, g.device);
  g.v.scene().start();
  g.v.queue(kGuest, command("INVALIDATE_DEVTAB_ENTRY", {{"DeviceID", used}}),
            "INVALIDATE_DEVTAB_ENTRY");
  g.v.queue_wait(kGuest, 0x2222, 1);
  g.v.ring(kGuest);
  g.look();
  g.add_to(out, "viommu-maps", std::move(name));
}

void add_maps(Collection& out) {
  for (const std::uint16_t id : telling_ids()) {
    add_domain(out, id, id, fmt::format("Guest domain {:#x} is mapped", id));
    add_device(out, id, id, fmt::format("Guest device {:#x} is mapped", id));
    const auto near = static_cast<std::uint16_t>(id ^ kGDomain);
    add_domain(out, id, near, fmt::format("Guest domain {:#x} is not mapped, {:#x} is", near, id));
    add_device(out, id, near, fmt::format("Guest device {:#x} is not mapped, {:#x} is", near, id));
  }
  add_domain(out, kGDomain, kGDomain, "A mapping that was removed is missing", true);
}

// Which host device a guest's DeviceID leads to is seen by what devices receive.
void add_received(Collection& out, std::uint16_t gdevice, std::uint16_t device, const Words& words,
                  std::string name, std::string engine) {
  OneGuest g(out.profile());
  g.v.back_device(kGuest, gdevice);
  g.v.enable();
  g.v.map_device(kGuest, gdevice, device);
  g.v.scene().start();
  g.v.queue(kGuest, words, std::string(spec::command_of(words[0])->name));
  g.v.queue_wait(kGuest, 0x2222, 1);
  g.v.ring(kGuest);
  if (engine == "engine.ats") g.v.scene().invalidations();
  if (engine == "engine.ppr") g.v.scene().responses();
  g.look();
  std::vector<std::string> needs = kRequires;
  needs.push_back(std::move(engine));
  out.add(std::move(g.v.scene()), {"viommu-maps", std::move(name), std::move(needs)});
}

void add_receivers(Collection& out) {
  for (const std::uint16_t id : telling_ids()) {
    for (const profile::Requester& r : out.profile().requesters) {
      add_received(
          out, id, r.device_id,
          command("INVALIDATE_IOTLB_PAGES",
                  {{"DeviceID", id}, {"QueueID", id}, {"Maxpend", 1}, {"Address", 0x1234}}),
          fmt::format("INVALIDATE_IOTLB_PAGES of guest device {:#x} goes to {:#x}", id,
                      r.device_id),
          "engine.ats");
    }
    const std::uint16_t device = out.profile().requesters.front().device_id;
    add_received(
        out, id, device, command("COMPLETE_PPR_REQUEST", {{"DeviceID", id}, {"CompletionTag", 5}}),
        fmt::format("COMPLETE_PPR_REQUEST of guest device {:#x} goes to {:#x}", id, device),
        "engine.ppr");
  }
}

// A mapping of one guest is none of another.
void add_map_isolation(Collection& out) {
  ViommuScene v(out.profile());
  v.add_guest(kGuest);
  v.add_guest(kOther);
  for (const std::uint16_t id : {kGuest, kOther}) v.back_domain(id, kGDomain);
  v.enable();
  v.map_domain(kGuest, kGDomain, kHostDomain);
  v.scene().start();
  for (const std::uint16_t id : {kGuest, kOther}) {
    v.queue(id, flush(kGDomain), "INVALIDATE_IOMMU_PAGES");
    v.queue_wait(id, 0x2222, 1);
    v.ring(id);
  }
  v.look(kGuest);
  v.look(kOther);
  v.look_at_host();
  out.add(std::move(v.scene()),
          {"viommu-maps", "The map of one guest is not that of another", kRequires});
}

// The private address space is the IOMMU's own entry's.
void add_own_entry(Collection& out) {
  struct Way {
    std::string_view name;
    Fields fields;
  };
  for (const Way& way : {Way{"without IR", {{"IR", 0}}}, Way{"with TV=0", {{"TV", 0}}},
                         Way{"with Mode=0", {{"Mode", 0}, {"TV", 0}}}}) {
    OneGuest g(out.profile());
    g.v.enable();
    g.map();
    g.v.change_own_entry(way.fields);
    g.v.scene().start();
    g.v.queue(kGuest, flush(kGDomain), "INVALIDATE_IOMMU_PAGES");
    g.v.queue_wait(kGuest, 0x2222, 1);
    g.v.ring(kGuest);
    g.look();
    g.add_to(out, "viommu-maps", fmt::format("The IOMMU's own entry {}", way.name));
  }
}

void add_invalidate_all(Collection& out) {
  OneGuest g(out.profile());
  g.v.back_maps(kGuest);
  g.v.enable();
  g.map();
  g.v.scene().start();
  g.v.queue(kGuest, command("INVALIDATE_IOMMU_ALL", {}), "INVALIDATE_IOMMU_ALL");
  g.v.queue_wait(kGuest, 0x2222, 1);
  g.v.ring(kGuest);
  g.look();
  g.add_to(out, "viommu-commands", "INVALIDATE_IOMMU_ALL of a guest with whole maps");
}

void add_ring_wrap(Collection& out) {
  OneGuest g(out.profile());
  g.v.enable();
  g.v.start_at(kGuest, 4096 - 16);
  g.v.scene().start();
  g.v.queue_wait(kGuest, 0x1111, 0);
  g.v.queue_wait(kGuest, 0x2222, 1);
  g.v.ring(kGuest);
  g.v.scene().vf_read(kGuest, "CommandBufferHead", "head");
  g.look();
  g.add_to(out, "viommu-commands", "A guest's command ring wraps after its last entry");
}

// Which bit a guest's doorbell sets, if any is kept; a guest of the same low byte has another.
void add_dirty_status(Collection& out) {
  for (const unsigned id : {0x0000U, 0x0005U, 0x0100U, 0x0105U}) {
    const auto guest = static_cast<std::uint16_t>(id);
    ViommuScene v(out.profile());
    v.add_guest(guest);
    v.enable();
    v.scene().start();
    v.queue_wait(guest, 0x1111);
    v.ring(guest);
    v.look(guest);
    v.look_at_dirty_status();
    out.add(std::move(v.scene()),
            {"viommu-commands", fmt::format("The dirty status of guest {:#x}", guest), kRequires});
  }
}

}  // namespace

void add_viommu_vectors(Collection& out) {
  if (!out.has("EFR.vIommuSup")) return;
  add_commands(out);
  add_completion_waits(out);
  add_destroy(out);
  add_enables(out);
  add_maps(out);
  add_receivers(out);
  add_map_isolation(out);
  add_own_entry(out);
  add_invalidate_all(out);
  add_ring_wrap(out);
  add_dirty_status(out);
  add_viommu_log_vectors(out);
  add_viommu_dual_log_vectors(out);
}

}  // namespace amdvi::generate
