// Messages as the words that steps observe.
#pragma once

#include <cstdint>
#include <vector>

namespace amdvi::vector {

struct AtsBits {
  static constexpr std::uint64_t kSuccess = 1, kRead = 2, kWrite = 4, kExec = 8, kUntranslated = 16;
  static constexpr std::uint64_t kRights = kRead | kWrite | kExec;
};

// Of any type with the members of an answer; `address` is where the address asked for leads.
template <class Answer>
std::vector<std::uint64_t> ats_words(const Answer& a, std::uint64_t address) {
  using Bits = AtsBits;
  if (!a.ok) return {0, 0, 0};
  const std::uint64_t bits = Bits::kSuccess | (a.read ? Bits::kRead : 0) |
                             (a.write ? Bits::kWrite : 0) | (a.exec ? Bits::kExec : 0) |
                             (a.untranslated_only ? Bits::kUntranslated : 0);
  return {bits, address, a.offset_mask};
}

// DeviceID 15:0, group 31:16, PASID there 32, response code 39:36, PASID 59:40.
template <class Response>
std::uint64_t response_word(const Response& r) {
  return r.device_id | std::uint64_t{r.group} << 16 | std::uint64_t{r.has_pasid} << 32 |
         std::uint64_t{r.code} << 36 | std::uint64_t{r.pasid} << 40;
}

// DeviceID 15:0, queue 31:16, PASID there 32, PASID 59:40; first address; size less 1.
template <class Invalidation>
void put_invalidation(std::vector<std::uint64_t>& words, const Invalidation& i,
                      std::uint16_t queue) {
  words.push_back(i.device_id | std::uint64_t{queue} << 16 | std::uint64_t{i.has_pasid} << 32 |
                  std::uint64_t{i.pasid} << 40);
  words.insert(words.end(), {i.first, i.offset_mask});
}

inline constexpr std::uint64_t kMessageArrived = 1;

inline std::vector<std::uint64_t> message_words(std::uint64_t address, std::uint64_t data) {
  return {kMessageArrived, address, data};
}
inline std::vector<std::uint64_t> doorbell_words(std::uint64_t processor) {
  return {2, processor, 0};
}

}  // namespace amdvi::vector
