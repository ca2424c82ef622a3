#include "checker/profile/from_ivrs.hpp"

#include <algorithm>
#include <set>
#include <variant>

#include <fmt/format.h>

#include <amdvi/spec/CapabilityHeader.gen.hpp>
#include <amdvi/spec/ExtendedFeature.gen.hpp>
#include <amdvi/spec/ExtendedFeature2.gen.hpp>

#include "checker/profile/revision.hpp"

namespace amdvi::profile {
namespace {

using ivrs::Ivhd;
using ivrs::IvhdType;

// IVinfo bit 0 and the flags of a block.
constexpr std::uint32_t kInfoEfrSup = 1;
constexpr unsigned kHtTunEn = 0, kIotlbSup = 4, kPreFSup = 6, kPprSup = 7;

std::uint64_t bits(std::uint64_t value, unsigned hi, unsigned lo) {
  return value >> lo & ((std::uint64_t{2} << (hi - lo)) - 1);
}

// The block to believe: of one IOMMU the highest type is authoritative.
const Ivhd* best_block(const ivrs::Table& table) {
  const Ivhd* best = nullptr;
  for (const auto& block : table.blocks) {
    const auto* ivhd = std::get_if<Ivhd>(&block);
    if (ivhd == nullptr) continue;
    if (best == nullptr || (ivhd->device_id == best->device_id && ivhd->segment == best->segment &&
                            ivhd->type > best->type)) {
      best = ivhd;
    }
  }
  return best;
}

// Features as a block of type 10h tells them: only those that older software needs.
std::uint64_t efr_of_features(const Ivhd& block) {
  namespace E = spec::field::ExtendedFeature;
  const std::uint64_t f = block.features;
  std::uint64_t efr = 0;
  E::PreFSup.set(efr, bits(block.flags, kPreFSup, kPreFSup));
  E::PPRSup.set(efr, bits(block.flags, kPprSup, kPprSup));
  E::XTSup.set(efr, bits(f, 0, 0));
  E::NXSup.set(efr, bits(f, 1, 1));
  E::GTSup.set(efr, bits(f, 2, 2));
  E::GLXSup.set(efr, bits(f, 4, 3));
  E::IASup.set(efr, bits(f, 5, 5));
  E::GASup.set(efr, bits(f, 6, 6));
  E::HESup.set(efr, bits(f, 7, 7));
  E::PASmax.set(efr, bits(f, 12, 8));
  E::PCSup.set(efr, bits(f, 16, 13) != 0 ? 1 : 0);
  E::GATS.set(efr, bits(f, 29, 28));
  E::HATS.set(efr, bits(f, 31, 30));
  return efr;
}

void set_config(const ivrs::Table& table, const Ivhd& block, Config& config) {
  namespace H = spec::field::CapabilityHeader;
  const bool image = block.type != IvhdType::k10;
  std::uint64_t header = 0;
  H::CapId.set(header, 0x0F);
  H::CapType.set(header, 3);
  H::CapRev.set(header, 1);
  H::IotlbSup.set(header, bits(block.flags, kIotlbSup, kIotlbSup));
  H::HtTunnel.set(header, bits(block.flags, kHtTunEn, kHtTunEn));
  H::EFRSup.set(header, image || (table.info & kInfoEfrSup) != 0 ? 1 : 0);
  config.cap.header.w[0].v = static_cast<std::uint32_t>(header);
  config.cap.EFR.w[0].v = image ? block.efr : efr_of_features(block);
  config.cap.EFR2.w[0].v = image ? block.efr2 : 0;
  config.cap.HATDIS.v = image ? bits(block.features, 0, 0) : 0;
  config.counters_per_bank = static_cast<unsigned>(bits(block.features, 16, 13));
  config.counter_banks = static_cast<unsigned>(bits(block.features, 22, 17));
}

bool has_all(std::string_view structure, std::uint64_t value, std::string_view revision) {
  std::uint64_t known = 0;
  for (const auto& field : spec::find_structure(structure)->fields) {
    if (field.kind != spec::FieldKind::kPlain || !in_revision(field, revision)) continue;
    spec::set_field(field, std::span(&known, 1), ~std::uint64_t{0});
  }
  return (value & ~known) == 0;
}

std::string oldest_revision(const Config& config) {
  const std::vector<std::string> all = revisions();
  const auto fits = [&](const std::string& revision) {
    return has_all("ExtendedFeature", config.cap.EFR.w[0].v, revision) &&
           has_all("ExtendedFeature2", config.cap.EFR2.w[0].v, revision);
  };
  const auto found = std::find_if(all.begin(), all.end(), fits);
  return found == all.end() ? all.back() : *found;
}

std::vector<Requester> requesters_of(const Ivhd& block) {
  std::vector<Requester> result;
  std::set<std::uint16_t> ids;
  for (const ivrs::Requesters& r : ivrs::requesters(block)) {
    const std::uint16_t id = r.source.value_or(r.first);
    if (!ids.insert(id).second) continue;
    const char* kind = !r.special                             ? "dev"
                       : *r.special == ivrs::Variety::kIoapic ? "ioapic"
                                                              : "hpet";
    result.push_back({fmt::format("{}-{:04x}", kind, id), id, "model"});
  }
  return result;
}

// "  PreFSup: 1", one line a field that is not 0 and that the revision has.
std::string fields_yaml(std::string_view structure, std::uint64_t value,
                        std::string_view revision) {
  std::string text;
  for (const auto& field : spec::find_structure(structure)->fields) {
    const std::uint64_t v = spec::field_value(field, std::span(&value, 1));
    if (field.kind != spec::FieldKind::kPlain || v == 0 || !in_revision(field, revision)) continue;
    text += fmt::format("\n  {}: {:#x}", field.name, v);
  }
  return text.empty() ? " {}" : text;
}

}  // namespace

tl::expected<Profile, std::string> from_ivrs(const ivrs::Table& table, const std::string& name) {
  const Ivhd* block = best_block(table);
  if (block == nullptr) return tl::unexpected(std::string("the table has no IVHD: no IOMMU"));
  Profile profile;
  profile.config = default_config();
  profile.name = name;
  profile.title = fmt::format("The IOMMU at {:#06x} of an IVRS table, block {:02x}h",
                              block->device_id, static_cast<unsigned>(block->type));
  set_config(table, *block, profile.config);
  profile.revision = oldest_revision(profile.config);
  set_capability(profile.config, "Revision", revision_code(profile.revision).value_or(0));
  profile.window_start = 0x1000000;
  profile.window_length = 0x1E000000;
  profile.requesters = requesters_of(*block);
  if (profile.requesters.empty())
    return tl::unexpected(std::string("no device is behind the IOMMU"));
  return profile;
}

std::string to_yaml(const Profile& profile) {
  const spec::Capabilities<Concrete>& cap = profile.config.cap;
  std::string text = fmt::format("kind: profile\nname: {}\ntitle: \"{}\"\nrevision: \"{}\"\n",
                                 profile.name, profile.title, profile.revision);
  text += fmt::format("header:{}\n",
                      fields_yaml("CapabilityHeader", cap.header.w[0].v, profile.revision));
  text += fmt::format("EFR:{}\n", fields_yaml("ExtendedFeature", cap.EFR.w[0].v, profile.revision));
  text +=
      fmt::format("EFR2:{}\n", fields_yaml("ExtendedFeature2", cap.EFR2.w[0].v, profile.revision));
  text += fmt::format("platform: {{SnpEnabled: {}, SnpMode0Sup: {}, HATDIS: {}}}\n",
                      cap.SnpEnabled.v, cap.SnpMode0Sup.v, cap.HATDIS.v);
  text += fmt::format("counters: {{banks: {}, per_bank: {}}}\n", profile.config.counter_banks,
                      profile.config.counters_per_bank);
  text += fmt::format("memory: {{start: {:#018x}, length: {:#018x}}}\nrequesters:\n",
                      profile.window_start, profile.window_length);
  for (const Requester& r : profile.requesters) {
    text += fmt::format("  - {{name: {}, device_id: {:#06x}, engine: {}}}\n", r.name, r.device_id,
                        r.engine);
  }
  return text + "options: {}\n";
}

}  // namespace amdvi::profile
