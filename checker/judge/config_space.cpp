#include "checker/judge/config_space.hpp"

#include <algorithm>

#include <amdvi/spec/CapabilityHeader.gen.hpp>
#include <amdvi/spec/PciCapabilityPointer.gen.hpp>
#include <amdvi/spec/PciCommandStatus.gen.hpp>
#include <amdvi/spec/registers.gen.hpp>

namespace amdvi::judge {
namespace {

using Place = std::optional<std::uint16_t>;

// A capability takes at least 4 of the 192 bytes after the header: more steps than that is a loop.
constexpr unsigned kMostCapabilities = 48;

const spec::StructureInfo* header_of(std::string_view space) {
  for (const spec::StructureInfo& s : spec::catalogue().structures) {
    if (s.kind == spec::StructureKind::kRegister && s.space == space && s.offset == 0) return &s;
  }
  return nullptr;
}

// Whether `header` has the value that the specification gives a field, if it has the field.
bool agrees(const spec::StructureInfo& info, std::string_view name, std::uint64_t header) {
  const spec::FieldInfo* field = spec::find_field(info, name);
  return field == nullptr || spec::field_value(*field, std::span(&header, 1)) == field->reset;
}

// The first capability of the right id and type; if there is none, the first of the right id.
dut::Reply<Place> find(dut::Adapter& adapter, const spec::StructureInfo& header) {
  namespace S = spec::field::PciCommandStatus;
  const auto status = adapter.config_read(spec::kOffset_PciCommandStatus);
  if (!status) return tl::unexpected(status.error());
  if (S::CapList.get(std::uint64_t{*status}) == 0) return Place();
  const auto first = adapter.config_read(spec::kOffset_PciCapabilityPointer);
  if (!first) return tl::unexpected(first.error());
  std::uint64_t at = spec::field::PciCapabilityPointer::Pointer.get(std::uint64_t{*first});
  Place of_id;
  for (unsigned i = 0; at != 0 && i < kMostCapabilities; ++i) {
    const auto place = static_cast<std::uint16_t>(at & 0xFC);
    const auto value = adapter.config_read(place);
    if (!value) return tl::unexpected(value.error());
    if (agrees(header, "CapId", *value)) {
      if (agrees(header, "CapType", *value)) return Place(place);
      if (!of_id) of_id = place;
    }
    at = spec::field::CapabilityHeader::CapPtr.get(std::uint64_t{*value});
  }
  return of_id;
}

}  // namespace

dut::Reply<Place> config_offset(dut::Adapter& adapter, const spec::StructureInfo& info) {
  const auto offset = static_cast<std::uint16_t>(info.offset);
  if (info.space == "pci_header") return Place(offset);
  const spec::StructureInfo* header = header_of(info.space);
  if (header == nullptr) return Place();
  return find(adapter, *header).map([offset](const Place& base) {
    return base ? Place(static_cast<std::uint16_t>(*base + offset)) : Place();
  });
}

bool is_msi_mirror(const spec::StructureInfo& info) {
  return info.space == "mmio" &&
         std::any_of(spec::kRegisters.begin(), spec::kRegisters.end(), [&](const auto& desc) {
           return desc.offset == info.offset && desc.role == spec::RegisterRole::msi_mirror;
         });
}

}  // namespace amdvi::judge
