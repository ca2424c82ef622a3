#include "checker/ivrs/ivrs.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>

#include <doctest/doctest.h>

namespace amdvi::ivrs {
namespace {

using Bytes = std::vector<std::uint8_t>;

// As QEMU 7.2 builds it for a q35 machine with amd-iommu,intremap=on and three devices.
constexpr std::string_view kQemu =
    "495652537000000001ff424f43485320425850432020202001000000425850430100000000280000"
    "000000000000000010d14000080040000000d8fe0000000000000000440000000200000002080000"
    "02100000021800000220000002f8000002fa000002fb00004800000000a00001";

// The same with intremap=off.
constexpr std::string_view kQemuNoIntremap =
    "495652536800000001f8424f43485320425850432020202001000000425850430100000000280000"
    "000000000000000010d13800080040000000d8fe0000000000000000440000000200000002080000"
    "02100000021800000220000002f8000002fa000002fb0000";

std::uint8_t digit(char c) { return static_cast<std::uint8_t>(c >= 'a' ? c - 'a' + 10 : c - '0'); }

Bytes from_hex(std::string_view hex) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(digit(hex[i]) << 4 | digit(hex[i + 1])));
  }
  return bytes;
}

void repair_checksum(Bytes& bytes) {
  bytes[9] = 0;
  bytes[9] = static_cast<std::uint8_t>(0U - std::accumulate(bytes.begin(), bytes.end(), 0U));
}

Error error_of(const Bytes& bytes) {
  const auto table = parse(bytes);
  REQUIRE_FALSE(table.has_value());
  return table.error();
}

DeviceEntry entry(EntryType type, std::uint16_t device_id) {
  DeviceEntry result;
  result.type = type;
  result.device_id = device_id;
  return result;
}

DeviceEntry alias(EntryType type, std::uint16_t device_id, std::uint16_t source) {
  DeviceEntry result = entry(type, device_id);
  result.source = source;
  return result;
}

DeviceEntry acpi_device() {
  DeviceEntry result = entry(EntryType::kAcpiHid, 0x0a5);
  result.hid = {'A', 'M', 'D', '0', '0', '2', '0', 0};
  result.uid_format = UidFormat::kString;
  result.uid = "\\_SB.FUR0";
  return result;
}

Table table_of(Ivhd block) {
  Table table;
  table.revision = 2;
  table.blocks.emplace_back(std::move(block));
  return table;
}

Ivhd every_entry() {
  Ivhd block;
  block.type = IvhdType::k40;
  block.flags = 0x31;
  block.device_id = 0x0002;
  block.capability = 0x40;
  block.mmio_base = 0xfd200000;
  block.segment = 1;
  block.info = 0x0103;
  block.features = 0x1;
  block.efr = 0x246577efa2254afa;
  block.efr2 = 0x10;
  DeviceEntry extended = entry(EntryType::kExtendedSelect, 0x300);
  extended.extended = 0x80000000;
  DeviceEntry special = entry(EntryType::kSpecial, 0);
  special.setting = 0xd7;
  special.handle = 0x21;
  special.source = 0x00a0;
  DeviceEntry hpet = special;
  hpet.variety = Variety::kHpet;
  block.entries = {entry(EntryType::kPad4, 0),
                   entry(EntryType::kAll, 0),
                   entry(EntryType::kSelect, 0x8),
                   entry(EntryType::kRangeStart, 0x10),
                   entry(EntryType::kRangeEnd, 0x1f),
                   entry(EntryType::kPad8, 0),
                   alias(EntryType::kAliasSelect, 0x100, 0xa4),
                   alias(EntryType::kAliasRangeStart, 0x200, 0xa5),
                   entry(EntryType::kRangeEnd, 0x2ff),
                   extended,
                   entry(EntryType::kExtendedRangeStart, 0x400),
                   entry(EntryType::kRangeEnd, 0x4ff),
                   special,
                   hpet,
                   acpi_device()};
  return block;
}

TEST_CASE("an IVRS of QEMU names the devices that are seen to send requests") {
  const auto table = parse(from_hex(kQemu));
  REQUIRE(table.has_value());
  CHECK(table->revision == 1);
  CHECK(table->info == 0x2800);  // PAsize 28h: 40 bits
  REQUIRE(table->blocks.size() == 1);
  const auto& block = std::get<Ivhd>(table->blocks[0]);
  CHECK(block.type == IvhdType::k10);
  CHECK(block.flags == 0xd1);
  CHECK(block.device_id == 0x0008);
  CHECK(block.capability == 0x40);
  CHECK(block.mmio_base == 0xfed80000);
  CHECK(block.features == 0x44);  // GTSup, GASup
  std::vector<std::uint16_t> seen;
  for (const Requesters& r : requesters(block)) {
    CHECK(r.first == r.last);
    seen.push_back(r.first);
  }
  CHECK(seen == std::vector<std::uint16_t>{0, 0x8, 0x10, 0x18, 0x20, 0xf8, 0xfa, 0xfb, 0xa0});
  CHECK(requesters(block).back().special == Variety::kIoapic);
}

TEST_CASE("every device that a traced boot had send a request is behind the IOMMU") {
  struct Trace {
    std::string_view ivrs;
    std::vector<std::uint16_t> senders;
  };
  // Booted with intremap on and off: who sent DMA and interrupts; the IOAPIC is in the table only
  // where its interrupts are remapped.
  for (const Trace& trace :
       {Trace{kQemu, {0x10, 0x18, 0x20, 0xa0}}, Trace{kQemuNoIntremap, {0x10, 0x18, 0x20}}}) {
    const auto table = parse(from_hex(trace.ivrs));
    REQUIRE(table.has_value());
    const auto all = requesters(std::get<Ivhd>(table->blocks.at(0)));
    for (const std::uint16_t id : trace.senders) {
      CAPTURE(id);
      CHECK(std::any_of(all.begin(), all.end(),
                        [id](const Requesters& r) { return r.first <= id && id <= r.last; }));
    }
    CHECK(build(*table) == from_hex(trace.ivrs));
  }
}

TEST_CASE("what is parsed is built again byte for byte") {
  const Bytes bytes = from_hex(kQemu);
  const auto table = parse(bytes);
  REQUIRE(table.has_value());
  CHECK(build(*table) == bytes);
}

TEST_CASE("every device entry type survives build and parse") {
  const Table table = table_of(every_entry());
  const Bytes bytes = build(table);
  const auto again = parse(bytes);
  REQUIRE(again.has_value());
  CHECK(build(*again) == bytes);
  const auto& block = std::get<Ivhd>(again->blocks[0]);
  CHECK(block.efr == 0x246577efa2254afa);
  CHECK(block.efr2 == 0x10);
  REQUIRE(block.entries.size() == 15);
  CHECK(block.entries[6].source == 0xa4);
  CHECK(block.entries[9].extended == 0x80000000);
  CHECK(block.entries[12].handle == 0x21);
  CHECK(block.entries[13].variety == Variety::kHpet);
  CHECK(block.entries[14].uid == "\\_SB.FUR0");
}

TEST_CASE("ranges and aliases become requesters") {
  const auto all = requesters(every_entry());
  REQUIRE(all.size() == 10);
  CHECK(all[0].last == 0xffff);
  CHECK((all[2].first == 0x10 && all[2].last == 0x1f && !all[2].source));
  CHECK((all[3].first == 0x100 && all[3].source == 0xa4));
  CHECK((all[4].first == 0x200 && all[4].last == 0x2ff && all[4].source == 0xa5));
  CHECK((all[6].first == 0x400 && all[6].last == 0x4ff));
  CHECK(all[9].first == 0x0a5);
}

TEST_CASE("entries of types 10h start at byte 24 and of 11h at byte 40") {
  for (const auto& [type, size] : {std::pair{IvhdType::k10, 24}, {IvhdType::k11, 40}}) {
    Ivhd block;
    block.type = type;
    block.entries = {entry(EntryType::kSelect, 0x1234)};
    const Bytes bytes = build(table_of(block));
    CHECK(bytes.size() == 48U + static_cast<unsigned>(size) + 4U);
    CHECK(bytes[50] == size + 4);
    CHECK(bytes[48U + static_cast<unsigned>(size)] == 0x02);
  }
}

TEST_CASE("an IVMD has its range at bytes 16 and 24") {
  Table table;
  table.blocks.emplace_back(Ivmd{IvmdType::kRange, 0x7, 0x10, 0x1f, 2, 0x123456789000, 0x4000});
  const Bytes bytes = build(table);
  REQUIRE(bytes.size() == 80);
  CHECK((bytes[48] == 0x22 && bytes[49] == 0x07 && bytes[50] == 32));
  CHECK((bytes[52] == 0x10 && bytes[54] == 0x1f && bytes[56] == 2));
  CHECK((bytes[65] == 0x90 && bytes[69] == 0x12 && bytes[73] == 0x40));
  const auto again = parse(bytes);
  REQUIRE(again.has_value());
  const auto& block = std::get<Ivmd>(again->blocks[0]);
  CHECK(block.start == 0x123456789000);
  CHECK(block.last_device_id == 0x1f);
}

TEST_CASE("a table that is wrong says where") {
  Bytes bytes = from_hex(kQemu);
  bytes.back() ^= 1;
  CHECK(error_of(bytes).at == 9);
  bytes.pop_back();
  CHECK(error_of(bytes).at == 4);
  bytes[0] = 'X';
  CHECK(error_of(bytes).what == "not signed IVRS");
  CHECK(error_of(Bytes(47)).what == "an IVRS has 48 bytes or more");
  CHECK(error_of({}).at == 0);
}

TEST_CASE("a block that is wrong says where") {
  const auto broken = [](std::size_t at, std::uint8_t value) {
    Bytes bytes = from_hex(kQemu);
    bytes[at] = value;
    repair_checksum(bytes);
    return error_of(bytes);
  };
  CHECK(broken(48, 0x12).what == "block type 0x12 is unknown");
  CHECK(broken(50, 0x41).what == "the block does not fit in the table");
  CHECK(broken(50, 0x03).at == 48);
  CHECK(broken(50, 0x14).what == "an IVHD has 24 bytes or more");
  CHECK(broken(72, 0x80).what == "device entry type 0x80 is reserved");
  CHECK(broken(72, 0x04).what == "a range ends that did not start");
  CHECK(broken(72, 0x03).what == "a range starts and has no end");
  CHECK(broken(104, 0xf0).what == "the device entry ends behind its block");
  CHECK(broken(111, 3).what == "variety 3 is neither IOAPIC nor HPET");
}

TEST_CASE("no prefix of a table is read beyond its end") {
  const Bytes whole = build(table_of(every_entry()));
  for (std::size_t size = 48; size < whole.size(); ++size) {
    Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    part[4] = static_cast<std::uint8_t>(size);
    part[5] = static_cast<std::uint8_t>(size >> 8);
    if (size > 51) part[50] = static_cast<std::uint8_t>(size - 48);
    repair_checksum(part);
    static_cast<void>(parse(part));  // the address sanitizer is the judge
  }
}

}  // namespace
}  // namespace amdvi::ivrs
