// Sizes and offsets of the table that reading and building share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "checker/ivrs/ivrs.hpp"

namespace amdvi::ivrs {

constexpr std::size_t kHeaderSize = 48;
constexpr std::size_t kChecksumAt = 9;
constexpr std::size_t kIvhd10Size = 24;
constexpr std::size_t kIvhdSize = 40;  // 11h, 40h
constexpr std::size_t kIvmdSize = 32;
constexpr std::size_t kHidSize = 22;  // without the UID

constexpr std::size_t ivhd_size(IvhdType type) {
  return type == IvhdType::k10 ? kIvhd10Size : kIvhdSize;
}

// Bytes of an entry of this type, a UID apart; nullopt: the type is reserved.
constexpr std::optional<std::size_t> entry_size(std::uint8_t type) {
  switch (static_cast<EntryType>(type)) {
    case EntryType::kPad4:
    case EntryType::kAll:
    case EntryType::kSelect:
    case EntryType::kRangeStart:
    case EntryType::kRangeEnd:
      return 4;
    case EntryType::kPad8:
    case EntryType::kAliasSelect:
    case EntryType::kAliasRangeStart:
    case EntryType::kExtendedSelect:
    case EntryType::kExtendedRangeStart:
    case EntryType::kSpecial:
      return 8;
    case EntryType::kAcpiHid:
      return kHidSize;
  }
  return std::nullopt;
}

}  // namespace amdvi::ivrs
