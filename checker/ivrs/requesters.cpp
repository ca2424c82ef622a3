#include "checker/ivrs/ivrs.hpp"

namespace amdvi::ivrs {
namespace {

constexpr std::uint16_t kLastDeviceId = 0xffff;

bool is_alias(EntryType type) {
  return type == EntryType::kAliasSelect || type == EntryType::kAliasRangeStart;
}

Requesters from(const DeviceEntry& entry, std::uint16_t last) {
  Requesters result{entry.device_id, last, {}, {}};
  if (is_alias(entry.type)) result.source = entry.source;
  return result;
}

}  // namespace

std::vector<Requesters> requesters(const Ivhd& block) {
  std::vector<Requesters> all;
  const DeviceEntry* start = nullptr;
  for (const DeviceEntry& entry : block.entries) {
    switch (entry.type) {
      case EntryType::kAll:
        all.push_back({0, kLastDeviceId, {}, {}});
        break;
      case EntryType::kSelect:
      case EntryType::kAliasSelect:
      case EntryType::kExtendedSelect:
      case EntryType::kAcpiHid:
        all.push_back(from(entry, entry.device_id));
        break;
      case EntryType::kRangeStart:
      case EntryType::kAliasRangeStart:
      case EntryType::kExtendedRangeStart:
        start = &entry;
        break;
      case EntryType::kRangeEnd:
        if (start != nullptr) all.push_back(from(*start, entry.device_id));
        start = nullptr;
        break;
      case EntryType::kSpecial:
        all.push_back({entry.source, entry.source, {}, entry.variety});
        break;
      case EntryType::kPad4:
      case EntryType::kPad8:
        break;
    }
  }
  return all;
}

}  // namespace amdvi::ivrs
