// Interrupt requests up to the choice of the remapping entry: a smallest case for each rule of the
// device table entry check, each reserved bit alone, the bounds of tables, suppression.
#include <fmt/format.h>

#include "checker/generate/ask.hpp"
#include "checker/generate/interrupt_scene.hpp"

namespace amdvi::generate {

namespace {

constexpr std::uint32_t kIndexBits = 0x7FF;

bool is_wide(const Words& control) { return (control[0] & pack("Control", {{"GAEn", 1}})[0]) != 0; }

Ask& near_good(Ask& ask, const InterruptScene& scene) {
  ask.prefer("dte", "DeviceTableEntry", scene.dte());
  ask.prefer("req.address", kMessageAddress).prefer("req.data", kMessageData);
  return ask.fix("req.has_pasid", 0);  // no engine sends one
}

// What the decision was asked about, as a program.
void ask_device(Collection& out, InterruptScene scene, const Answer& answer, bool smi_allowed,
                Question question) {
  const Words control = answer.onto("ctl", control_with());
  const auto data = static_cast<std::uint32_t>(answer.value("req.data"));
  const EntryFormat format = is_wide(control) ? EntryFormat::k128 : EntryFormat::k32;
  scene.entry(format, data & kIndexBits, good_entry(format));
  if (smi_allowed) {
    const Words filter = pack("SmiFilter[0]", {{"SmiDID", scene.scene().device()}, {"SmiDV", 1}});
    scene.scene().write("SmiFilter[0]", filter[0]);
  }
  const Words dte = answer.onto("dte", scene.dte());
  std::move(scene).ask(out, dte, control, answer.value("req.address"), data, std::move(question));
}

void add_rules(Collection& out, Ask& ask) {
  const spec::DecisionInfo& info = ask.info();
  for (unsigned rule = 0; rule < info.rules.size(); ++rule) {
    for (const bool smi_allowed : {false, true}) {
      InterruptScene scene(out.profile());
      const auto answer = near_good(ask, scene).fix("smi_allowed", smi_allowed ? 1 : 0).rule(rule);
      if (!answer) continue;
      const spec::RuleInfo& r = info.rules[rule];
      ask_device(
          out, std::move(scene), *answer, smi_allowed,
          {"interrupt-check",
           fmt::format("{}: an interrupt of a device that an SMI filter {}",
                       r.text.empty() ? r.id : r.text, smi_allowed ? "names" : "does not name"),
           {}});
    }
  }
  ask.fix("smi_allowed", 0);
}

// For each condition an interrupt that fares otherwise if the condition is stuck.
void add_conditions(Collection& out, Ask& ask) {
  for (unsigned atom = 0; atom < ask.info().atoms.size(); ++atom) {
    if (ask.is_choice(atom)) continue;
    for (unsigned bits = 0; bits < 4; ++bits) {
      const bool stuck = (bits & 1) != 0, smi_allowed = (bits & 2) != 0;
      InterruptScene scene(out.profile());
      const auto answer =
          near_good(ask, scene).fix("smi_allowed", smi_allowed ? 1 : 0).telling(atom, stuck);
      if (!answer) continue;
      ask_device(out, std::move(scene), *answer, smi_allowed,
                 {"interrupt-conditions",
                  fmt::format("Whether {} is not always {:d} for an interrupt{}",
                              ask.info().atoms[atom].text, stuck,
                              smi_allowed ? " that an SMI filter names" : ""),
                  {}});
    }
  }
  ask.fix("smi_allowed", 0);
}

// Each delivery mode, with every combination of what may let it pass.
void add_delivery_modes(Collection& out) {
  for (std::uint32_t mode = 0; mode < 8; ++mode) {
    for (const bool pass : {false, true}) {
      for (const bool logical : {false, true}) {
        InterruptScene scene(out.profile());
        scene.entry(EntryFormat::k32, mode << 8 | kMessageData, good_entry(EntryFormat::k32));
        const Words dte = scene.dte({{"NMIPass", pass}, {"InitPass", pass}, {"EIntPass", pass}});
        std::move(scene).ask(
            out, dte, control_with(), kMessageAddress | (logical ? 4U : 0U),
            mode << 8 | kMessageData,
            {"interrupt-check",
             fmt::format("Delivery mode {} to a {} destination, the pass bits are {:d}", mode,
                         logical ? "logical" : "physical", pass),
             {}});
      }
    }
  }
}

// Each bit that some rule reserves, alone in an entry that is otherwise good.
void add_reserved_bits(Collection& out, Ask& ask) {
  for (const spec::InputInfo& input : ask.info().inputs) {
    if (input.structure != "DeviceTableEntry") continue;
    for (unsigned bit = 0; bit < input.width; ++bit) {
      for (const std::string_view rule :
           {"reserved-high", "reserved-high-revision", "feature-reserved"}) {
        InterruptScene scene(out.profile());
        const auto answer =
            near_good(ask, scene).fix(input.name, std::uint64_t{1} << bit).rule(rule);
        ask.free(input.name);
        if (!answer) continue;
        ask_device(out, std::move(scene), *answer, false,
                   {"interrupt-reserved",
                    fmt::format("Bit {} of DTE.{} alone makes the entry illegal for an interrupt",
                                bit, input.field),
                    {}});
      }
    }
  }
}

// The last index of a table and the first beyond it.
void add_bounds(Collection& out, EntryFormat format, bool mode_2k) {
  const unsigned longest = mode_2k ? 11 : 9;
  for (unsigned length = 0; length <= longest; ++length) {
    for (const std::uint32_t index : {(1U << length) - 1, 1U << length}) {
      if (index > (mode_2k ? kIndexBits : 511U)) continue;
      InterruptScene scene(out.profile());
      scene.entry(format, index, good_entry(format));
      const Words dte = scene.dte({{"IntTabLen", length}});
      const Words control = control_with(
          {{"GAEn", format == EntryFormat::k128}, {"NumIntRemapMode", mode_2k ? 1 : 0}});
      std::move(scene).ask(out, dte, control, kMessageAddress | (mode_2k ? 4U : 0U), index,
                           {"interrupt-bounds",
                            fmt::format("IntTabLen {}: index {} of an {} table{}", length, index,
                                        entry_structure(format), mode_2k ? " of up to 2048" : ""),
                            {}});
    }
  }
}

// Another requester has an entry and a table of its own, in a device table of two pages.
void add_other_requester(Collection& out, const profile::Requester& other) {
  InterruptScene first(out.profile());
  Scene& scene = first.scene();
  const std::uint64_t devices = scene.take(8192), table = scene.take(4096);
  const auto entry = [&](std::uint16_t id, const Words& dte) {
    scene.mem(devices + std::uint64_t{32} * id, dte,
              fmt::format("DeviceTableEntry of device {:#06x}", id));
    scene.queue(command("INVALIDATE_DEVTAB_ENTRY", {{"DeviceID", id}}), "INVALIDATE_DEVTAB_ENTRY");
    scene.queue(command("INVALIDATE_INTERRUPT_TABLE", {{"DeviceID", id}}),
                "INVALIDATE_INTERRUPT_TABLE");
  };
  scene.zero(devices, 8192, "device table of two pages");
  first.entry(EntryFormat::k32, kMessageData, good_entry(EntryFormat::k32));
  scene.mem(table + 4 * kMessageData,
            pack("IRTE32", {{"RemapEn", 1}, {"Destination", 0x6B}, {"Vector", 0xC4}}), "IRTE32");
  scene.program_registers();
  scene.write("DeviceTableBase",
              pack("DeviceTableBase", {{"Base", devices >> 12}, {"Size", 1}})[0]);
  scene.write("Control", control_with()[0]);
  entry(scene.device(), first.dte());
  scene.use_device(other.device_id);
  entry(other.device_id, first.dte({{"IntTabRoot", table >> 6}}));
  scene.invalidate();
  scene.start();
  scene.msi(kMessageAddress, kMessageData);
  scene.events();
  out.add(std::move(scene), {"interrupt-check",
                             fmt::format("Requester {} has interrupts of its own", other.name),
                             {"engine.msi"}});
}

void add_other_requesters(Collection& out) {
  const auto& all = out.profile().requesters;
  for (const profile::Requester& other : all) {
    const bool sends = other.engine == "model" || other.engine == "ioapic";
    if (sends && other.device_id != all.front().device_id && other.device_id < 0x100) {
      add_other_requester(out, other);
    }
  }
}

void add_outside(Collection& out) {
  const Words off = pack("Control", {{"IommuEn", 0}}, control_with());
  InterruptScene disabled(out.profile());
  disabled.entry(EntryFormat::k32, kMessageData, good_entry(EntryFormat::k32));
  const Words dte = disabled.dte();
  disabled.scene().program_registers();
  disabled.scene().set_dte(dte);
  disabled.scene().write("Control", off[0]);
  disabled.scene().start();
  disabled.scene().msi(kMessageAddress, kMessageData);
  disabled.scene().events();
  out.add(std::move(disabled.scene()),
          {"interrupt-check", "With IommuEn=0 an interrupt passes unchanged", {"engine.msi"}});

  InterruptScene beyond(out.profile());
  if (!beyond.scene().use_requester_beyond_table(true)) return;
  beyond.scene().program_registers();
  beyond.scene().enable();
  beyond.scene().start();
  beyond.scene().msi(kMessageAddress, kMessageData);
  beyond.scene().events();
  out.add(std::move(beyond.scene()),
          {"interrupt-check", "An interrupt of a device beyond the device table", {"engine.msi"}});
}

}  // namespace

void add_interrupt_vectors(Collection& out) {
  InterruptScene scene(out.profile());
  Ask ask("dte_interrupt_check", out.profile().config);
  add_rules(out, ask);
  add_reserved_bits(out, near_good(ask, scene));
  add_conditions(out, ask);
  add_delivery_modes(out);
  add_outside(out);
  add_other_requesters(out);
  add_bounds(out, EntryFormat::k32, false);
  if (out.has("EFR.GASup")) add_bounds(out, EntryFormat::k128, false);
  if (out.has("EFR2.NumIntRemapSup")) add_bounds(out, EntryFormat::k32, true);
  add_interrupt_entries(out);
}

}  // namespace amdvi::generate
