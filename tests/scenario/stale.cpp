#include "tests/scenario/stale.hpp"

#include <algorithm>
#include <bit>

namespace amdvi::scenario {
namespace {

enum Opcode : unsigned { kWait = 1, kEntry = 2, kPages = 3, kAll = 8 };
constexpr unsigned kOpcodeBit = 60, kDomainBit = 32, kPageBits = 12;
constexpr std::uint64_t kId = 0xffff, kSize = 1;

struct Span {
  std::uint64_t first, last;
};

// INVALIDATE_IOMMU_PAGES: with S=1 the lowest zero from bit 12 on says how many pages.
Span pages_of(std::uint64_t operand) {
  const std::uint64_t number = operand >> kPageBits;
  const unsigned ones = (operand & kSize) != 0 ? std::countr_one(number) + 1U : 0;
  const unsigned bits = std::min(kPageBits + ones, 63U);
  const std::uint64_t bytes = std::uint64_t{1} << bits;
  const std::uint64_t first = (number << kPageBits) & ~(bytes - 1);
  return {first, first + bytes - 1};
}

}  // namespace

void StaleCopies::overwritten(std::uint16_t device, const host::Entry& old) {
  entries_[device].push_back({old});
}

void StaleCopies::unmapped(const host::Stale& what) { translations_.push_back({what}); }

void StaleCopies::command(std::span<const std::uint64_t> words) {
  const auto domain = static_cast<std::uint16_t>(words[0] >> kDomainBit);
  switch (static_cast<unsigned>(words[0] >> kOpcodeBit)) {
    case kWait:
      return drop_sent();
    case kEntry:
      for (auto& copy : entries_[static_cast<std::uint16_t>(words[0] & kId)]) copy.sent = true;
      return;
    case kPages: {
      const Span span = pages_of(words[1]);
      for (auto& copy : translations_) {
        copy.sent = copy.sent || (copy.what.domain == domain && copy.what.address >= span.first &&
                                  copy.what.address + copy.what.bytes - 1 <= span.last);
      }
      return;
    }
    case kAll:
      for (auto& [device, copies] : entries_) {
        for (auto& copy : copies) copy.sent = true;
      }
      for (auto& copy : translations_) copy.sent = true;
      return;
    default:
      return;
  }
}

void StaleCopies::drop_sent() {
  const auto sent = [](const auto& copy) { return copy.sent; };
  for (auto& [device, copies] : entries_) std::erase_if(copies, sent);
  std::erase_if(translations_, sent);
}

std::vector<host::Entry> StaleCopies::entries(std::uint16_t device) const {
  std::vector<host::Entry> all;
  const auto found = entries_.find(device);
  if (found == entries_.end()) return all;
  for (const auto& copy : found->second) all.push_back(copy.what);
  return all;
}

std::vector<host::Stale> StaleCopies::translations() const {
  std::vector<host::Stale> all;
  for (const auto& copy : translations_) all.push_back(copy.what);
  return all;
}

}  // namespace amdvi::scenario
