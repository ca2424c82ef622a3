// `amdvi spec ivrs`: an ACPI IVRS table in words.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include <fmt/format.h>

#include "checker/cli/commands.hpp"
#include "checker/cli/output.hpp"
#include "checker/ivrs/ivrs.hpp"
#include "checker/profile/from_ivrs.hpp"
#include "checker/vector/hex.hpp"

namespace amdvi::cli {
namespace {

using Bytes = std::vector<std::uint8_t>;

std::optional<Bytes> read(const std::string& what) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(what, error)) return vector::parse_bytes(what);
  std::ifstream file(what, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

std::string requester_text(const ivrs::Requesters& r) {
  std::string text = r.first == r.last ? fmt::format("  {:#06x}", r.first)
                                       : fmt::format("  {:#06x} to {:#06x}", r.first, r.last);
  if (r.source) text += fmt::format(" as {:#06x}", *r.source);
  if (r.special) text += *r.special == ivrs::Variety::kIoapic ? " (IOAPIC)" : " (HPET)";
  return text + '\n';
}

std::string block_text(const ivrs::Ivhd& block) {
  std::string text = fmt::format(
      "IVHD {:02x}h: IOMMU {:#06x} of segment {}, capability {:#x}, MMIO {:#x}, flags {:#04x}, {} "
      "{:#x}\n",
      static_cast<unsigned>(block.type), block.device_id, block.segment, block.capability,
      block.mmio_base, block.flags, block.type == ivrs::IvhdType::k10 ? "features" : "attributes",
      block.features);
  if (block.type != ivrs::IvhdType::k10) {
    text += fmt::format("  EFR {:#018x}, EFR2 {:#018x}\n", block.efr, block.efr2);
  }
  for (const auto& r : ivrs::requesters(block)) text += requester_text(r);
  return text;
}

std::string block_text(const ivrs::Ivmd& block) {
  return fmt::format(
      "IVMD {:02x}h: {:#x} bytes at {:#x}, flags {:#x}, DeviceID {:#06x}, to {:#06x}\n",
      static_cast<unsigned>(block.type), block.length, block.start, block.flags, block.device_id,
      block.last_device_id);
}

}  // namespace

int spec_ivrs(const SpecArgs& args) {
  const auto bytes = read(args.what);
  if (!bytes) return bad_input(fmt::format("'{}' is neither a file nor hex digits", args.what));
  const auto table = ivrs::parse(*bytes);
  if (!table) {
    return bad_input(fmt::format("byte {}: {}", table.error().at, table.error().what));
  }
  if (!args.profile.empty()) {
    const auto profile = profile::from_ivrs(*table, args.profile);
    if (!profile) return bad_input(profile.error());
    print(profile::to_yaml(*profile));
    return kConforms;
  }
  std::string text = fmt::format("IVRS revision {}, IVinfo {:#x}\n", table->revision, table->info);
  for (const auto& block : table->blocks) {
    text += std::visit([](const auto& b) { return block_text(b); }, block);
  }
  print(text);
  return kConforms;
}

}  // namespace amdvi::cli
