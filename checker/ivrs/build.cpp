#include <numeric>

#include "checker/ivrs/layout.hpp"

namespace amdvi::ivrs {
namespace {

using Bytes = std::vector<std::uint8_t>;

template <class T>
void add(Bytes& to, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    to.push_back(static_cast<std::uint8_t>(value >> (8 * i) & 0xff));
  }
}

template <std::size_t N>
void add(Bytes& to, const std::array<char, N>& text) {
  to.insert(to.end(), text.begin(), text.end());
}

void put_length(Bytes& to, std::size_t at, std::size_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    to[at + i] = static_cast<std::uint8_t>(value >> (8 * i) & 0xff);
  }
}

void add_source(Bytes& to, std::uint8_t before, std::uint16_t source, std::uint8_t after) {
  add(to, before);
  add(to, source);
  add(to, after);
}

void add_hid(Bytes& to, const DeviceEntry& entry) {
  add(to, entry.hid);
  add(to, entry.cid);
  add(to, static_cast<std::uint8_t>(entry.uid_format));
  add(to, static_cast<std::uint8_t>(entry.uid.size()));
  to.insert(to.end(), entry.uid.begin(), entry.uid.end());
}

void add_entry(Bytes& to, const DeviceEntry& entry) {
  add(to, static_cast<std::uint8_t>(entry.type));
  add(to, entry.device_id);
  add(to, entry.setting);
  switch (entry.type) {
    case EntryType::kAliasSelect:
    case EntryType::kAliasRangeStart:
      return add_source(to, 0, entry.source, 0);
    case EntryType::kExtendedSelect:
    case EntryType::kExtendedRangeStart:
      return add(to, entry.extended);
    case EntryType::kSpecial:
      return add_source(to, entry.handle, entry.source, static_cast<std::uint8_t>(entry.variety));
    case EntryType::kAcpiHid:
      return add_hid(to, entry);
    case EntryType::kPad8:
      return add(to, std::uint32_t{0});
    default:
      return;
  }
}

void add_block(Bytes& to, const Ivhd& block) {
  const std::size_t at = to.size();
  add(to, static_cast<std::uint8_t>(block.type));
  add(to, block.flags);
  add(to, std::uint16_t{0});
  add(to, block.device_id);
  add(to, block.capability);
  add(to, block.mmio_base);
  add(to, block.segment);
  add(to, block.info);
  add(to, block.features);
  if (block.type != IvhdType::k10) {
    add(to, block.efr);
    add(to, block.efr2);
  }
  for (const DeviceEntry& entry : block.entries) add_entry(to, entry);
  put_length(to, at + 2, to.size() - at, 2);
}

void add_block(Bytes& to, const Ivmd& block) {
  add(to, static_cast<std::uint8_t>(block.type));
  add(to, block.flags);
  add(to, static_cast<std::uint16_t>(kIvmdSize));
  add(to, block.device_id);
  add(to, block.last_device_id);
  add(to, block.segment);
  add(to, std::array<char, 6>{});
  add(to, block.start);
  add(to, block.length);
}

}  // namespace

std::vector<std::uint8_t> build(const Table& table) {
  Bytes to = {'I', 'V', 'R', 'S', 0, 0, 0, 0, table.revision, 0};
  add(to, table.oem_id);
  add(to, table.oem_table_id);
  add(to, table.oem_revision);
  add(to, table.creator_id);
  add(to, table.creator_revision);
  add(to, table.info);
  add(to, std::uint64_t{0});
  for (const auto& block : table.blocks) {
    std::visit([&to](const auto& b) { add_block(to, b); }, block);
  }
  put_length(to, 4, to.size(), 4);
  const unsigned sum = std::accumulate(to.begin(), to.end(), 0U);
  to[kChecksumAt] = static_cast<std::uint8_t>(0U - sum);
  return to;
}

}  // namespace amdvi::ivrs
