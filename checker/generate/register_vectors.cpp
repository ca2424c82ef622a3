// Registers: what reads back of what is written, 64 bits at once and in halves, reset values, and
// what writing a base does to its pointers.
#include <fmt/format.h>

#include <amdvi/spec/registers.gen.hpp>

#include "checker/generate/groups.hpp"

namespace amdvi::generate {

namespace {

// Rings and tables of a stopped device may be written freely.
constexpr std::uint64_t kOnes = ~std::uint64_t{0};

const spec::RegisterDesc* desc_of(const spec::StructureInfo& s) {
  for (const spec::RegisterDesc& d : spec::kRegisters) {
    if (d.offset == s.offset) return &d;
  }
  return nullptr;
}

// The smallest value of a field that the register keeps: rings need a legal length.
std::uint64_t base_value(const spec::StructureInfo& s) {
  std::uint64_t value = 0;
  for (const spec::FieldInfo& f : s.fields) {
    if (f.name == "Len") spec::set_field(f, std::span(&value, 1), 8);
  }
  return value;
}

// All ones, or the largest value that has a meaning: what a reserved one reads back as is not said.
std::uint64_t largest_legal(const spec::FieldInfo& f) {
  std::uint64_t largest = f.values.empty() ? kOnes : 0;
  for (const spec::ValueName& v : f.values) {
    if (v.name != "reserved") largest = std::max(largest, v.value);
  }
  return largest;
}

// Whether every IOMMU has the field. That an enable of a feature keeps what is written while what
// it depends on is off is nowhere stated.
bool is_basic(const spec::StructureInfo& s, const spec::FieldInfo& f) {
  std::uint64_t bits = 0;
  spec::set_field(f, std::span(&bits, 1), kOnes);
  const spec::RegisterMasks least = desc_of(s)->masks(default_config().cap);
  if (!least.present) return false;
  return f.kind != spec::FieldKind::kPlain || (bits & ~(least.rw | least.ro | least.w1c)) == 0;
}

void add_write(Collection& out, const spec::StructureInfo& s, std::uint64_t value, std::string name,
               bool doubtful) {
  Scene scene(out.profile());
  const unsigned bytes = s.width / 8;
  scene.start();
  if (bytes == 8) {
    scene.write(std::string(s.name), value);
  } else {
    scene.write_half(std::string(s.name), false, value);
  }
  scene.read(std::string(s.name), "value", bytes);
  out.add(std::move(scene), {"registers", std::move(name), {}, false, doubtful});
}

void add_fields(Collection& out, const spec::StructureInfo& s) {
  const spec::RegisterMasks masks = desc_of(s)->masks(out.profile().config.cap);
  for (const spec::FieldInfo& f : s.fields) {
    std::uint64_t value = base_value(s);
    spec::set_field(f, std::span(&value, 1), largest_legal(f));
    const bool enables = s.name == "Control" && (f.name == "IommuEn" || f.name == "CmdBufEn");
    if ((value & ~base_value(s) & (masks.rw | masks.ro | masks.w1c)) == 0 &&
        f.kind == spec::FieldKind::kPlain) {
      continue;  // absent on this device
    }
    if (f.name == "Size" && s.name != "DeviceTableBase") continue;  // a segment has its own limit
    if (enables) continue;  // covered by the command and log groups, with tables in place
    add_write(out, s, value,
              fmt::format("{}.{}: written ones read back by its access kind", s.name, f.name),
              !is_basic(s, f));
  }
}

void add_halves(Collection& out, const spec::StructureInfo& s) {
  const spec::RegisterMasks masks = desc_of(s)->masks(out.profile().config.cap);
  if (s.width != 64 || masks.rw >> 32 == 0 || s.name == "Control") return;
  for (const bool high : {false, true}) {
    Scene scene(out.profile());
    const std::uint64_t value = (0x000A5A5A5A5A5000 & masks.rw) | base_value(s);
    scene.write(std::string(s.name), value);
    scene.start();
    scene.write_half(std::string(s.name), high,
                     high ? (base_value(s) >> 32 | 0x1234) : (0x77777000 & masks.rw));
    scene.read(std::string(s.name), "value");
    out.add(std::move(scene), {"registers",
                               fmt::format("{}: a 32-bit write of the {} half keeps the other",
                                           s.name, high ? "high" : "low"),
                               {}});
  }
}

void add_reset(Collection& out, const spec::StructureInfo& s) {
  if (s.reset_clause == nullptr) return;
  Scene scene(out.profile());
  scene.start();
  scene.read(std::string(s.name), "value");
  out.add(std::move(scene),
          {"reset-values", fmt::format("{} after power-on", s.name), {"reset.fresh"}, true});
}

void add_base_write(Collection& out, std::string_view base, std::string_view head,
                    std::string_view tail) {
  Scene scene(out.profile());
  scene.program_registers();
  scene.write(std::string(head), 0x40);
  scene.write(std::string(tail), 0x40);
  scene.start();
  scene.read(std::string(head), "head-before");
  scene.read(std::string(tail), "tail-before");
  scene.write(std::string(base),
              pack(base, {{"Base", scene.take(8192, 8192) >> 12}, {"Len", 9}})[0]);
  scene.read(std::string(head), "head");
  scene.read(std::string(tail), "tail");
  out.add(std::move(scene),
          {"registers", fmt::format("Writing {} sets its head and tail to 0", base), {}});
}

}  // namespace

bool has_register_vectors(const spec::StructureInfo& s) {
  // Those that every IOMMU has.
  static constexpr std::array kNames{"DeviceTableBase", "CommandBufferBase", "EventLogBase",
                                     "Control",         "ExclusionBase",     "ExclusionLimit",
                                     "ExtendedFeature", "CommandBufferHead", "CommandBufferTail",
                                     "EventLogHead",    "EventLogTail",      "Status"};
  return std::any_of(kNames.begin(), kNames.end(), [&](const char* n) { return s.name == n; });
}

namespace {

// Registers of features, of which one of several that are alike. The mirrors of the MSI capability
// have a group of their own; what the device specific registers keep is the implementation's, and
// an SMI filter may be locked for good.
bool is_of_feature(const Collection& out, const spec::StructureInfo& s) {
  const spec::RegisterDesc* desc = desc_of(s);
  const bool one = s.name.find('[') == std::string_view::npos || s.name.ends_with("[0]");
  const bool device_specific = s.name == "DSFX" || s.name == "DSCX" || s.name == "DSSX";
  const bool lockable = s.name.starts_with("SmiFilter");
  return desc != nullptr && one && !device_specific && !lockable && !has_register_vectors(s) &&
         desc->role != spec::RegisterRole::msi_mirror &&
         desc->masks(out.profile().config.cap).present;
}

}  // namespace

void add_register_vectors(Collection& out) {
  for (const spec::StructureInfo& s : spec::catalogue().structures) {
    if (s.kind != spec::StructureKind::kRegister || s.space != "mmio") continue;
    if (is_of_feature(out, s)) add_fields(out, s);
    if (!has_register_vectors(s)) continue;
    add_fields(out, s);
    add_halves(out, s);
    add_reset(out, s);
  }
  add_base_write(out, "CommandBufferBase", "CommandBufferHead", "CommandBufferTail");
  add_base_write(out, "EventLogBase", "EventLogHead", "EventLogTail");
}

}  // namespace amdvi::generate
