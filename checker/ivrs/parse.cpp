#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "checker/ivrs/layout.hpp"

namespace amdvi::ivrs {
namespace {

using Bytes = std::span<const std::uint8_t>;

tl::unexpected<Error> wrong(std::size_t at, std::string what) {
  return tl::unexpected(Error{at, std::move(what)});
}

template <class T>
T number(Bytes bytes, std::size_t at) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>(value | static_cast<T>(static_cast<T>(bytes[at + i]) << (8 * i)));
  }
  return value;
}

template <std::size_t N>
void copy(Bytes bytes, std::size_t at, std::array<char, N>& to) {
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), N, to.begin());
}

void read_tail(Bytes bytes, DeviceEntry& entry) {
  switch (entry.type) {
    case EntryType::kAliasSelect:
    case EntryType::kAliasRangeStart:
      entry.source = number<std::uint16_t>(bytes, 5);
      break;
    case EntryType::kExtendedSelect:
    case EntryType::kExtendedRangeStart:
      entry.extended = number<std::uint32_t>(bytes, 4);
      break;
    case EntryType::kSpecial:
      entry.handle = bytes[4];
      entry.source = number<std::uint16_t>(bytes, 5);
      entry.variety = static_cast<Variety>(bytes[7]);
      break;
    case EntryType::kAcpiHid:
      copy(bytes, 4, entry.hid);
      copy(bytes, 12, entry.cid);
      entry.uid_format = static_cast<UidFormat>(bytes[20]);
      entry.uid.assign(bytes.begin() + kHidSize, bytes.end());
      break;
    default:
      break;
  }
}

// The entry at the start of `bytes`, which lie at `at` in the table; its size is added to `size`.
Result<DeviceEntry> read_entry(Bytes bytes, std::size_t at, std::size_t& size) {
  const auto fixed = entry_size(bytes[0]);
  if (!fixed) return wrong(at, fmt::format("device entry type {:#04x} is reserved", bytes[0]));
  std::size_t length = *fixed;
  if (length == kHidSize && bytes.size() >= kHidSize) length += bytes[21];
  if (bytes.size() < length) return wrong(at, "the device entry ends behind its block");
  DeviceEntry entry;
  entry.type = static_cast<EntryType>(bytes[0]);
  entry.device_id = number<std::uint16_t>(bytes, 1);
  entry.setting = bytes[3];
  read_tail(bytes.first(length), entry);
  if (entry.type == EntryType::kSpecial && (bytes[7] < 1 || bytes[7] > 2)) {
    return wrong(at + 7, fmt::format("variety {} is neither IOAPIC nor HPET", bytes[7]));
  }
  if (entry.type == EntryType::kAcpiHid && bytes[20] > 2) {
    return wrong(at + 20, fmt::format("UID format {} is reserved", bytes[20]));
  }
  if (entry.uid_format == UidFormat::kInteger && entry.uid.size() != 8) {
    return wrong(at + 21, "a UID that is a number has 8 bytes");
  }
  size += length;
  return entry;
}

bool starts_range(EntryType type) {
  return type == EntryType::kRangeStart || type == EntryType::kAliasRangeStart ||
         type == EntryType::kExtendedRangeStart;
}

// A range has a start, then its end, and nothing but padding between them.
Result<void> check_ranges(const Ivhd& block, std::size_t at) {
  const DeviceEntry* start = nullptr;
  for (const DeviceEntry& entry : block.entries) {
    const bool is_pad = entry.type == EntryType::kPad4 || entry.type == EntryType::kPad8;
    if (entry.type == EntryType::kRangeEnd) {
      if (start == nullptr) return wrong(at, "a range ends that did not start");
      if (entry.device_id < start->device_id) return wrong(at, "a range ends before its start");
      start = nullptr;
    } else if (start != nullptr && !is_pad) {
      return wrong(at, "a range starts and has no end");
    } else if (starts_range(entry.type)) {
      start = &entry;
    }
  }
  if (start != nullptr) return wrong(at, "a range starts and has no end");
  return {};
}

Result<Ivhd> read_ivhd(Bytes bytes, std::size_t at) {
  Ivhd block;
  block.type = static_cast<IvhdType>(bytes[0]);
  const std::size_t head = ivhd_size(block.type);
  if (bytes.size() < head) return wrong(at + 2, fmt::format("an IVHD has {} bytes or more", head));
  block.flags = bytes[1];
  block.device_id = number<std::uint16_t>(bytes, 4);
  block.capability = number<std::uint16_t>(bytes, 6);
  block.mmio_base = number<std::uint64_t>(bytes, 8);
  block.segment = number<std::uint16_t>(bytes, 16);
  block.info = number<std::uint16_t>(bytes, 18);
  block.features = number<std::uint32_t>(bytes, 20);
  if (block.type != IvhdType::k10) {
    block.efr = number<std::uint64_t>(bytes, 24);
    block.efr2 = number<std::uint64_t>(bytes, 32);
  }
  for (std::size_t offset = head; offset < bytes.size();) {
    const auto entry = read_entry(bytes.subspan(offset), at + offset, offset);
    if (!entry) return tl::unexpected(entry.error());
    block.entries.push_back(*entry);
  }
  if (const auto ranges = check_ranges(block, at); !ranges) return tl::unexpected(ranges.error());
  return block;
}

Result<Ivmd> read_ivmd(Bytes bytes, std::size_t at) {
  if (bytes.size() != kIvmdSize) return wrong(at + 2, "an IVMD has 32 bytes");
  Ivmd block;
  block.type = static_cast<IvmdType>(bytes[0]);
  block.flags = bytes[1];
  block.device_id = number<std::uint16_t>(bytes, 4);
  block.last_device_id = number<std::uint16_t>(bytes, 6);
  block.segment = number<std::uint16_t>(bytes, 8);
  block.start = number<std::uint64_t>(bytes, 16);
  block.length = number<std::uint64_t>(bytes, 24);
  return block;
}

Result<void> read_block(Bytes bytes, std::size_t at, Table& table) {
  switch (bytes[0]) {
    case 0x10:
    case 0x11:
    case 0x40: {
      auto block = read_ivhd(bytes, at);
      if (!block) return tl::unexpected(block.error());
      table.blocks.emplace_back(std::move(*block));
      return {};
    }
    case 0x20:
    case 0x21:
    case 0x22: {
      const auto block = read_ivmd(bytes, at);
      if (!block) return tl::unexpected(block.error());
      table.blocks.emplace_back(*block);
      return {};
    }
    default:
      return wrong(at, fmt::format("block type {:#04x} is unknown", bytes[0]));
  }
}

Result<Table> read_header(Bytes bytes) {
  if (bytes.size() < kHeaderSize) return wrong(0, "an IVRS has 48 bytes or more");
  if (!std::equal(bytes.begin(), bytes.begin() + 4, "IVRS")) return wrong(0, "not signed IVRS");
  if (number<std::uint32_t>(bytes, 4) != bytes.size()) {
    return wrong(4, fmt::format("the length field is {}, but there are {} bytes",
                                number<std::uint32_t>(bytes, 4), bytes.size()));
  }
  const unsigned sum = std::accumulate(bytes.begin(), bytes.end(), 0U);
  if (sum % 256 != 0) return wrong(kChecksumAt, "the checksum is wrong");
  if (bytes[8] < 1 || bytes[8] > 2)
    return wrong(8, fmt::format("revision {} is unknown", bytes[8]));
  Table table;
  table.revision = bytes[8];
  copy(bytes, 10, table.oem_id);
  copy(bytes, 16, table.oem_table_id);
  table.oem_revision = number<std::uint32_t>(bytes, 24);
  copy(bytes, 28, table.creator_id);
  table.creator_revision = number<std::uint32_t>(bytes, 32);
  table.info = number<std::uint32_t>(bytes, 36);
  return table;
}

}  // namespace

Result<Table> parse(std::span<const std::uint8_t> bytes) {
  auto table = read_header(bytes);
  for (std::size_t at = kHeaderSize; table && at < bytes.size();) {
    const std::size_t left = bytes.size() - at;
    const std::size_t length = left < 4 ? 0 : number<std::uint16_t>(bytes, at + 2);
    if (length < 4 || length > left) return wrong(at, "the block does not fit in the table");
    const auto read = read_block(bytes.subspan(at, length), at, *table);
    if (!read) return tl::unexpected(read.error());
    at += length;
  }
  return table;
}

}  // namespace amdvi::ivrs
