#include "checker/driver/recorder.hpp"

#include <algorithm>

namespace amdvi::driver {
namespace {

constexpr unsigned kCountBits = 8;
constexpr std::size_t kMapEntries = 0x1'0000;
// Of a map that was half written: enough to see that something is wrong.
constexpr std::size_t kMostEntries = 64;
constexpr std::uint64_t kNobody = ~std::uint64_t{0};

}  // namespace

void Recorder::begin(std::optional<std::uint64_t> viommu, bool creates) {
  entries_.clear();
  sweeps_.clear();
  viommu_ = viommu;
  if (!creates || !viommu) return;
  std::erase_if(viommus_, [&](const auto& known) { return known.second == *viommu; });
}

std::vector<std::uint64_t> Recorder::end() {
  std::vector<std::uint64_t> words;
  std::size_t count = 0;
  for (const Entry& entry : entries_) {
    if (entry.folded || ++count > kMostEntries) continue;
    words.push_back(static_cast<std::uint64_t>(entry.action) << kCountBits | entry.args.size());
    words.insert(words.end(), entry.args.begin(), entry.args.end());
  }
  return words;
}

void Recorder::add(spec::HostAction action, std::vector<std::uint64_t> args) {
  entries_.push_back({action, std::move(args)});
}

void Recorder::add_once(spec::HostAction action, std::vector<std::uint64_t> args) {
  const bool there = std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.action == action && entry.args == args;
  });
  if (!there) add(action, std::move(args));
}

// A driver chooses the GuestIDs of its vIOMMUs: whoever's call touches one first has it.
std::uint64_t Recorder::viommu_of(std::uint64_t guest_id) {
  const auto known = viommus_.find(guest_id);
  if (known != viommus_.end()) return known->second;
  if (!viommu_) return kNobody;
  const bool has_another = std::any_of(viommus_.begin(), viommus_.end(),
                                       [&](const auto& other) { return other.second == *viommu_; });
  if (has_another) return kNobody;
  viommus_[guest_id] = *viommu_;
  return *viommu_;
}

void Recorder::add(const MapWrite& write) {
  std::vector<std::uint64_t> args{viommu_of(write.guest_id), write.index};
  args.insert(args.end(), write.rest.begin(), write.rest.end());
  add(write.action, std::move(args));
  Sweep& sweep = sweeps_[{write.whole, write.guest_id}];
  sweep.seen.resize(kMapEntries);
  if (!write.nothing || sweep.seen[write.index]) {
    sweep = {};  // not one sweep over the map
    return;
  }
  sweep.seen[write.index] = true;
  sweep.entries.push_back(entries_.size() - 1);
  if (++sweep.count < kMapEntries) return;
  for (const std::size_t entry : sweep.entries) entries_[entry].folded = true;
  sweep = {};
  add(write.whole, {write.guest_id});
}

}  // namespace amdvi::driver
