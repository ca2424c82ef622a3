// The PCI function: what its registers say and take, the lock of the base address, the MSI mirrors,
// and what the reset line leaves of registers and configuration.
#include <array>

#include <fmt/format.h>

#include "checker/generate/groups.hpp"

namespace amdvi::generate {

namespace {

constexpr std::uint32_t kOnes = 0xFFFFFFFF;
constexpr std::string_view kGroup = "pci";

// Where PCs have the register region, and a place where they have not.
constexpr std::uint32_t kRegion = 0xFED80000, kElsewhere = 0xFE800000;

Question question(std::string name, std::vector<std::string> needs = {}) {
  return {std::string(kGroup), std::move(name), std::move(needs)};
}

bool is_present(const Collection& out, const spec::StructureInfo& s) {
  if (s.space == "pci_vendor_capability") return out.has("EFR.vIommuSup");
  return s.name != "MiscInfo1" || out.has("header.CapExt");
}

// Registers of the function that nothing but reset and the implementation gives a value.
bool is_read_only(const spec::StructureInfo& s) {
  return std::none_of(s.fields.begin(), s.fields.end(), [](const spec::FieldInfo& f) {
    return f.kind == spec::FieldKind::kPlain && f.access != spec::Access::kRO;
  });
}

void add_values(Collection& out, const spec::StructureInfo& s) {
  const std::string name(s.name);
  // The base address stands on a clause of its own.
  const bool of_reset = s.reset_clause != nullptr;
  Scene after(out.profile());
  after.start();
  after.config_read(name, "value");
  Question q = question(fmt::format("{} of the PCI function after power-on", name), {"reset.fresh"});
  q.of_reset = of_reset;
  // That there is an MSI mapping capability is inferred.
  q.doubtful = s.space == "pci_ht_capability";
  out.add(std::move(after), q);
  if (!is_read_only(s)) return;
  for (const std::uint32_t value : {0U, kOnes}) {
    Scene written(out.profile());
    written.start();
    written.config_write(name, value);
    written.config_read(name, "value");
    Question kept = question(
        fmt::format("{} of the PCI function keeps its value when {:#x} is written", name, value));
    kept.doubtful = q.doubtful;
    out.add(std::move(written), std::move(kept));
  }
}

// One bit of each field of the MSI capability that software writes, at each of its ends.
void add_msi_writes(Collection& out) {
  struct Row {
    std::string_view reg, field;
    std::uint32_t value;
  };
  for (const Row& row : {Row{"MsiLow", "Address", 1}, Row{"MsiLow", "Address", 0x20000000},
                         Row{"MsiLow", "Address", 0x15555555}, Row{"MsiHigh", "Address", 1},
                         Row{"MsiHigh", "Address", 0x80000000}, Row{"MsiHigh", "Address", 0xA5A5A5A5},
                         Row{"MsiMessageData", "Data", 1}, Row{"MsiMessageData", "Data", 0x8000},
                         Row{"MsiMessageData", "Data", 0xA5A5}, Row{"MsiHeader", "MsiEn", 1}}) {
    Scene scene(out.profile());
    const std::string reg(row.reg);
    scene.start();
    scene.config_write(reg, static_cast<std::uint32_t>(pack(row.reg, {{row.field, row.value}})[0]));
    scene.config_read(reg, "value");
    out.add(std::move(scene),
            question(fmt::format("{}.{} keeps {:#x}", row.reg, row.field, row.value)));
  }
}

void write_base(Scene& scene, std::uint32_t low, std::uint32_t high) {
  scene.config_write("BaseAddressHigh", high);
  scene.config_write("BaseAddressLow", low);
}

void read_base(Scene& scene, std::string_view when) {
  scene.config_read("BaseAddressLow", fmt::format("low{}", when));
  scene.config_read("BaseAddressHigh", fmt::format("high{}", when));
}

void add_base_lock(Collection& out) {
  const auto enabled =
      static_cast<std::uint32_t>(pack("BaseAddressLow", {{"Enable", 1}}, {kRegion})[0]);
  Scene open(out.profile());
  open.start();
  open.reset();
  write_base(open, kElsewhere, 1);
  read_base(open, "");
  open.reset();
  out.add(std::move(open), question("The base address takes what is written while Enable=0"));

  Scene locked(out.profile());
  locked.reset();
  write_base(locked, enabled, 0);
  locked.start();
  read_base(locked, "-before");
  write_base(locked, kElsewhere, 1);
  read_base(locked, "");
  out.add(std::move(locked), question("Enable=1 keeps the base address"));

  Scene again(out.profile());
  again.reset();
  write_base(again, enabled, 0);
  again.start();
  again.config_write("BaseAddressLow", 0);
  again.config_read("BaseAddressLow", "low");
  out.add(std::move(again), question("Writing 0 does not clear Enable"));

  Scene reset(out.profile());
  write_base(reset, enabled, 0);
  reset.start();
  reset.reset();
  read_base(reset, "");
  Question q = question("Reset clears Enable and the base address");
  q.of_reset = true;
  out.add(std::move(reset), std::move(q));
}

// A refused request is noted in the status register of the function, until 1 is written there.
void add_target_abort(Collection& out) {
  const std::string reg = "PciCommandStatus";
  const auto clear = static_cast<std::uint32_t>(
      pack(reg, {{"BusMaster", 1}, {"SignaledTargetAbort", 1}})[0]);
  for (const bool refused : {false, true}) {
    Scene scene(out.profile());
    scene.program_registers();
    scene.set_dte(pack("DeviceTableEntry", {{"V", 1}, {"TV", refused ? 0 : 1}, {"IR", 1}, {"IW", 1}}));
    scene.enable();
    scene.invalidate();
    scene.config_write(reg, clear);
    scene.start();
    scene.dma_write(scene.identity());
    scene.config_read(reg, "status");
    scene.config_write(reg, clear);
    scene.config_read(reg, "cleared");
    out.add(std::move(scene),
            question(fmt::format("SignaledTargetAbort after a request that is {}",
                                 refused ? "refused" : "let through")));
  }
}

struct Mirror {
  std::string_view config, mmio;
  std::uint32_t value;
};
constexpr std::array<Mirror, 4> kMirrors{{{"MsiLow", "MsiAddressLow", 0x12345678},
                                          {"MsiHigh", "MsiAddressHigh", 0x9ABCDEF0},
                                          {"MsiMessageData", "MsiData", 0x5AA5},
                                          {"MsiHeader", "MsiCapabilityHeader", 0x10000}}};

void add_mirrors(Collection& out) {
  for (const Mirror& m : kMirrors) {
    Scene there(out.profile());
    there.start();
    there.config_write(std::string(m.config), m.value);
    there.read(std::string(m.mmio), "value", 4);
    out.add(std::move(there), question(fmt::format("{} shows what is written to {}", m.mmio, m.config)));
    Scene back(out.profile());
    back.start();
    back.write_half(std::string(m.mmio), false, m.value);
    back.config_read(std::string(m.config), "value");
    out.add(std::move(back), question(fmt::format("{} shows what is written to {}", m.config, m.mmio)));
  }
}

// Everything that runs has left its mark, when the line is pulled.
void add_reset_line(Collection& out, const spec::StructureInfo& s) {
  if (s.reset_clause == nullptr || s.space != "mmio") return;
  Scene scene(out.profile());
  scene.write("ExclusionBase", pack("ExclusionBase", {{"Base", 0xFFFFF}})[0]);
  scene.write("ExclusionLimit", pack("ExclusionLimit", {{"Limit", 0xFFFFF}})[0]);
  scene.program_registers(9, 9);
  scene.enable({{"EventIntEn", 1}, {"ComWaitIntEn", 1}});
  scene.queue(command("COMPLETION_WAIT", {{"i", 1}}), "COMPLETION_WAIT");
  scene.ring();
  scene.queue(std::vector<std::uint64_t>{0, 0}, "a command without an opcode");
  scene.ring();
  scene.start();
  scene.reset();
  scene.read(std::string(s.name), "value");
  Question q{"reset-line", fmt::format("{} after the reset line was pulled", s.name), {}};
  q.of_reset = true;
  out.add(std::move(scene), std::move(q));
}

}  // namespace

void add_pci_vectors(Collection& out) {
  for (const spec::StructureInfo& s : spec::catalogue().structures) {
    if (s.kind != spec::StructureKind::kRegister) continue;
    if (s.space.starts_with("pci_") && is_present(out, s)) add_values(out, s);
    if (s.space == "mmio" && has_register_vectors(s)) add_reset_line(out, s);
  }
  add_msi_writes(out);
  add_base_lock(out);
  add_target_abort(out);
  if (out.has("EFR.MsiCapMmioSup")) add_mirrors(out);
}

}  // namespace amdvi::generate
