#include "checker/dut/apic_trace.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "checker/dut/codec.hpp"

namespace amdvi::dut {
namespace {

// Where the parts of a message are, in PCs.
constexpr unsigned kDestination = 12;     // of the address, 8 bits
constexpr unsigned kDestinationMode = 2;  // of the address, 1 bit
constexpr unsigned kDelivery = 8;         // of the data, 3 bits
constexpr unsigned kTrigger = 15;         // of the data, 1 bit

struct Part {
  std::string_view name;
  std::uint32_t largest;
};
constexpr std::array<Part, 5> kParts{
    {{"dest", 0xff}, {"dest_mode", 1}, {"delivery_mode", 7}, {"vector", 0xff}, {"trigger_mode", 1}}};

std::optional<std::uint32_t> number(std::string_view text, std::uint32_t largest) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good = error == std::errc() && end == text.data() + text.size() && value <= largest;
  return good ? std::optional(value) : std::nullopt;
}

// "dest 90 dest_mode 0 delivery_mode 0 vector 167 trigger_mode 0"
std::optional<MsiReply> message(std::string_view text) {
  const auto words = split_words(text);
  if (words.size() != 2 * kParts.size()) return std::nullopt;
  std::array<std::uint32_t, kParts.size()> values{};
  for (std::size_t i = 0; i < kParts.size(); ++i) {
    const auto value = number(words[2 * i + 1], kParts[i].largest);
    if (words[2 * i] != kParts[i].name || !value) return std::nullopt;
    values[i] = *value;
  }
  const auto [destination, mode, delivery, vector, trigger] = values;
  MsiReply reply{true, destination << kDestination | mode << kDestinationMode,
                 vector | delivery << kDelivery | trigger << kTrigger, {}};
  reply.address_seen = 0xffU << kDestination | 1U << kDestinationMode;
  reply.data_seen = 0xffU | 7U << kDelivery | 1U << kTrigger;
  return reply;
}

}  // namespace

std::vector<MsiReply> apic_messages(std::string_view log) {
  std::vector<MsiReply> out;
  while (!log.empty()) {
    const std::string_view line = log.substr(0, log.find('\n'));
    log.remove_prefix(std::min(line.size() + 1, log.size()));
    const auto at = line.find(kApicTraceEvent);
    if (at == std::string_view::npos) continue;
    if (auto found = message(line.substr(at + kApicTraceEvent.size()))) out.push_back(*found);
  }
  return out;
}

}  // namespace amdvi::dut
