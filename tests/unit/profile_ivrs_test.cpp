// Tested here: checker/profile/from_ivrs.hpp. Numbers are worked out from core.md 8.1 to 8.3.
#include <doctest/doctest.h>

#include "checker/profile/from_ivrs.hpp"

namespace amdvi::profile {
namespace {

using ivrs::DeviceEntry;
using ivrs::EntryType;
using ivrs::Ivhd;
using ivrs::IvhdType;
using ivrs::Table;

DeviceEntry device(std::uint16_t id) {
  DeviceEntry entry;
  entry.type = EntryType::kSelect;
  entry.device_id = id;
  return entry;
}

// Flags: HtTunEn 0, IotlbSup 4, PreFSup 6, PPRSup 7.
Ivhd block_10h() {
  Ivhd block;
  block.type = IvhdType::k10;
  block.flags = 0xD1;
  block.device_id = 0x0002;
  // XTSup 0, GLXSup 2 at 4:3, GASup 6, PASmax 15 at 12:8, 4 counters 16:13, 2 banks 22:17, GATS 1
  // at 29:28, HATS 2 at 31:30.
  block.features = 1u | 2u << 3 | 1u << 6 | 15u << 8 | 4u << 13 | 2u << 17 | 1u << 28 | 2u << 30;
  block.entries = {device(0x0010), device(0x0018)};
  return block;
}

Table table_of(std::initializer_list<Ivhd> blocks) {
  Table table;
  table.info = 1;  // EFRSup
  for (const Ivhd& block : blocks) table.blocks.emplace_back(block);
  return table;
}

std::uint64_t capability(const Profile& profile, std::string_view path) {
  std::uint64_t value = 0;
  REQUIRE(get_capability(profile.config, path, value));
  return value;
}

TEST_CASE("a block of type 10h gives the features that it names") {
  const auto profile = from_ivrs(table_of({block_10h()}), "a");
  REQUIRE(profile.has_value());
  CHECK(profile->revision == "3.05");
  for (const char* set : {"header.IotlbSup", "header.HtTunnel", "header.EFRSup", "EFR.PreFSup",
                          "EFR.PPRSup", "EFR.XTSup", "EFR.GASup", "EFR.PCSup", "EFR.GATS"}) {
    CAPTURE(set);
    CHECK(capability(*profile, set) == 1);
  }
  CHECK(capability(*profile, "EFR.GLXSup") == 2);
  CHECK(capability(*profile, "EFR.HATS") == 2);
  CHECK(capability(*profile, "EFR.PASmax") == 15);
  CHECK(capability(*profile, "EFR.GTSup") == 0);
  CHECK(profile->config.counters_per_bank == 4);
  CHECK(profile->config.counter_banks == 2);
  REQUIRE(profile->requesters.size() == 2);
  CHECK(profile->requesters[1].device_id == 0x18);
}

TEST_CASE("of one IOMMU the highest type of block is believed, of others none") {
  Ivhd image = block_10h(), other = block_10h();
  image.type = IvhdType::k40;
  image.efr = std::uint64_t{1} << 63 | 1;  // SNPSup, PreFSup
  image.efr2 = 1 << 3;                     // GCR3TRPModeSup: after 3.05
  image.features = 1;                      // HATDIS
  other.type = IvhdType::k40;
  other.device_id = 0x4002;
  const auto profile = from_ivrs(table_of({block_10h(), image, other}), "b");
  REQUIRE(profile.has_value());
  CHECK(profile->config.cap.EFR.w[0].v == (std::uint64_t{1} << 63 | 1));
  CHECK(capability(*profile, "EFR2.GCR3TRPModeSup") == 1);
  CHECK(capability(*profile, "HATDIS") == 1);
  CHECK(profile->revision == "3.06");
}

TEST_CASE("the IOAPIC and an alias are requesters by the DeviceID that they send") {
  Ivhd block = block_10h();
  DeviceEntry alias = device(0x0300);
  alias.type = EntryType::kAliasSelect;
  alias.source = 0x0020;
  DeviceEntry ioapic;
  ioapic.type = EntryType::kSpecial;
  ioapic.source = 0x00A0;
  block.entries = {alias, ioapic, device(0x0020)};
  const auto profile = from_ivrs(table_of({block}), "c");
  REQUIRE(profile.has_value());
  REQUIRE(profile->requesters.size() == 2);
  CHECK(profile->requesters[0].device_id == 0x20);
  CHECK(profile->requesters[1].name == "ioapic-00a0");
}

TEST_CASE("a table without an IOMMU or without devices gives no profile") {
  CHECK(from_ivrs(Table{}, "d").error() == "the table has no IVHD: no IOMMU");
  Ivhd block = block_10h();
  block.entries.clear();
  CHECK(from_ivrs(table_of({block}), "d").error() == "no device is behind the IOMMU");
}

TEST_CASE("the profile of a table is read as it was written") {
  const auto profile = from_ivrs(table_of({block_10h()}), "from-ivrs");
  REQUIRE(profile.has_value());
  const auto read = parse(to_yaml(*profile), "from-ivrs.yaml");
  REQUIRE_MESSAGE(read.has_value(), vector::to_text(read.error()));
  CHECK(read->config.cap.EFR.w[0].v == profile->config.cap.EFR.w[0].v);
  CHECK(read->config.cap.EFR2.w[0].v == profile->config.cap.EFR2.w[0].v);
  CHECK(read->config.cap.header.w[0].v == profile->config.cap.header.w[0].v);
  CHECK(read->config.counter_banks == 2);
  CHECK(read->config.counters_per_bank == 4);
  CHECK(read->window_length == profile->window_length);
  CHECK(read->requesters.size() == 2);
  CHECK(to_yaml(*read) == to_yaml(*profile));
}

}  // namespace
}  // namespace amdvi::profile
