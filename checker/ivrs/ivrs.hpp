// The ACPI table "IVRS": how firmware tells of IOMMUs, of the devices behind each, and of memory
// that must be mapped one to one or left alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <tl/expected.hpp>

namespace amdvi::ivrs {

// What is wrong with a table, and at which of its bytes.
struct Error {
  std::size_t at = 0;
  std::string what;
};
template <class T>
using Result = tl::expected<T, Error>;

enum class EntryType : std::uint8_t {
  kPad4 = 0x00,
  kAll = 0x01,
  kSelect = 0x02,
  kRangeStart = 0x03,
  kRangeEnd = 0x04,
  kPad8 = 0x40,
  kAliasSelect = 0x42,
  kAliasRangeStart = 0x43,
  kExtendedSelect = 0x46,
  kExtendedRangeStart = 0x47,
  kSpecial = 0x48,
  kAcpiHid = 0xf0,
};

enum class Variety : std::uint8_t { kIoapic = 1, kHpet = 2 };
enum class UidFormat : std::uint8_t { kNone = 0, kInteger = 1, kString = 2 };

// One device entry of an IVHD. Members that its type does not have stay 0.
struct DeviceEntry {
  EntryType type = EntryType::kPad4;
  std::uint16_t device_id = 0;
  std::uint8_t setting = 0;    // INITPass 0, EIntPass 1, NMIPass 2, SysMgt 5:4, Lint0Pass 6, 1 7
  std::uint16_t source = 0;    // alias and special entries: the DeviceID of requests
  std::uint32_t extended = 0;  // bit 31: no ATS
  std::uint8_t handle = 0;     // special entries: APIC id or HPET number
  Variety variety = Variety::kIoapic;
  std::array<char, 8> hid{};
  std::array<char, 8> cid{};
  UidFormat uid_format = UidFormat::kNone;
  std::string uid;  // bytes
};

enum class IvhdType : std::uint8_t { k10 = 0x10, k11 = 0x11, k40 = 0x40 };

struct Ivhd {
  IvhdType type = IvhdType::k10;
  std::uint8_t flags = 0;
  std::uint16_t device_id = 0;
  std::uint16_t capability = 0;
  std::uint64_t mmio_base = 0;
  std::uint16_t segment = 0;
  std::uint16_t info = 0;      // MsiNum 4:0, UnitID 12:8
  std::uint32_t features = 0;  // 10h: features; else attributes
  std::uint64_t efr = 0;       // not of 10h
  std::uint64_t efr2 = 0;      // not of 10h
  std::vector<DeviceEntry> entries;
};

enum class IvmdType : std::uint8_t { kAll = 0x20, kOne = 0x21, kRange = 0x22 };

struct Ivmd {
  IvmdType type = IvmdType::kAll;
  std::uint8_t flags = 0;  // Unity 0, IR 1, IW 2, ExclusionRange 3
  std::uint16_t device_id = 0;
  std::uint16_t last_device_id = 0;  // of kRange
  std::uint16_t segment = 0;
  std::uint64_t start = 0;
  std::uint64_t length = 0;
};

struct Table {
  std::uint8_t revision = 1;  // 1: fixed types 10h and 11h; 2: 40h too
  std::array<char, 6> oem_id{};
  std::array<char, 8> oem_table_id{};
  std::uint32_t oem_revision = 0;
  std::array<char, 4> creator_id{};
  std::uint32_t creator_revision = 0;
  std::uint32_t info = 0;
  std::vector<std::variant<Ivhd, Ivmd>> blocks;
};

Result<Table> parse(std::span<const std::uint8_t> bytes);

// Lengths and the checksum are computed. An entry's type decides which of its members are stored.
std::vector<std::uint8_t> build(const Table& table);

// DeviceIDs whose requests the IOMMU of the block sees: [first, last], each as itself unless
// `source` says that all of them appear as that DeviceID.
struct Requesters {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  std::optional<std::uint16_t> source;
  std::optional<Variety> special;
};
std::vector<Requesters> requesters(const Ivhd& block);

}  // namespace amdvi::ivrs
