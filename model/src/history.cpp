#include <algorithm>
#include <functional>

#include <amdvi/cache.hpp>

namespace amdvi {

bool History::read(std::uint64_t spa, std::span<std::uint8_t> bytes) {
  return memory_->read(spa, bytes);
}

bool History::write(std::uint64_t spa, std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return true;
  const std::uint64_t first = spa & ~std::uint64_t{7};
  const std::uint64_t last = (spa + bytes.size() - 1) & ~std::uint64_t{7};
  std::vector<std::uint64_t> before;
  for (std::uint64_t at = first; at <= last; at += 8) {
    std::uint64_t value = 0;
    memory_->read64(at, value);
    before.push_back(value);
  }
  if (!memory_->write(spa, bytes)) return false;
  tick();
  for (std::size_t i = 0; i < before.size(); ++i) {
    std::uint64_t value = 0;
    memory_->read64(first + 8 * i, value);
    if (value != before[i]) old_[first + 8 * i].push_back({before[i], now_});
  }
  return true;
}

// What the word held just before `time`.
std::uint64_t History::word_before(std::uint64_t spa, Time time) {
  if (const auto found = old_.find(spa); found != old_.end()) {
    for (const Old& old : found->second) {
      if (old.until >= time) return old.value;
    }
  }
  std::uint64_t value = 0;
  memory_->read64(spa, value);
  return value;
}

std::vector<History::Version> History::versions(std::uint64_t spa, std::size_t count) {
  std::vector<Time> ends{kNow};
  for (std::size_t i = 0; i < count; ++i) {
    const auto found = old_.find(spa + 8 * i);
    if (found == old_.end()) continue;
    for (const Old& old : found->second) ends.push_back(old.until);
  }
  std::sort(ends.begin(), ends.end(), std::greater<>());
  ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
  std::vector<Version> all;
  for (const Time end : ends) {
    Version v{{}, end};
    for (std::size_t i = 0; i < count; ++i) v.words.push_back(word_before(spa + 8 * i, end));
    all.push_back(std::move(v));
  }
  return all;
}

History::Time History::since(std::uint64_t first, std::uint64_t last,
                             const std::function<bool(std::uint64_t, std::uint64_t)>& wanted) {
  Time earliest = kNow;
  for (auto it = old_.lower_bound(first); it != old_.end() && it->first <= last; ++it) {
    Time begin = 0;
    for (const Old& old : it->second) {
      if (wanted(it->first, old.value)) earliest = std::min(earliest, begin);
      begin = old.until;
    }
    std::uint64_t value = 0;
    memory_->read64(it->first, value);
    if (wanted(it->first, value)) earliest = std::min(earliest, begin);
  }
  return earliest == kNow ? 0 : earliest;
}

}  // namespace amdvi
