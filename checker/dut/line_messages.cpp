// Replies of the line protocol about interrupts, translations and messages to devices.
#include <optional>

#include <fmt/core.h>

#include "checker/dut/codec.hpp"
#include "checker/dut/failure.hpp"
#include "checker/dut/line_peer.hpp"

namespace amdvi::dut {
namespace {

using Words = std::vector<std::string_view>;

tl::unexpected<Failure> bad_reply(std::string_view request, std::string_view payload) {
  return fail(FailureKind::kAdapter,
              fmt::format("the device answered '{}' to {} (see docs/dut-protocol.md)",
                          payload.substr(0, 200), request));
}

// Numbers [first, first + count) of a reply; `none` stands for 0. nullopt: one is not a number.
std::optional<std::vector<std::uint64_t>> numbers(const Words& words, std::size_t first,
                                                  std::size_t count) {
  std::vector<std::uint64_t> result;
  for (std::size_t i = first; i < first + count; ++i) {
    const auto value = words[i] == "none" ? 0 : from_hex_number(words[i]);
    if (!value) return std::nullopt;
    result.push_back(*value);
  }
  return result;
}

}  // namespace

Reply<MsiReply> parse_msi(std::string_view payload) {
  const Words words = split_words(payload);
  if (words.size() == 1 && words[0] == "none") return MsiReply{};
  // An adapter that does not see all bits of a message says which it sees.
  const bool partly = words.size() == 5 && words[0] == "message";
  const bool message = partly || (words.size() == 3 && words[0] == "message");
  const bool doorbell = words.size() == 2 && words[0] == "doorbell";
  const auto values = message || doorbell ? numbers(words, 1, words.size() - 1) : std::nullopt;
  if (!values) return bad_reply("msi", payload);
  if (message) {
    MsiReply reply{true, (*values)[0], static_cast<std::uint32_t>((*values)[1]), {}};
    if (partly) reply.address_seen = (*values)[2];
    if (partly) reply.data_seen = static_cast<std::uint32_t>((*values)[3]);
    return reply;
  }
  return MsiReply{false, 0, 0, static_cast<std::uint32_t>((*values)[0])};
}

Reply<AtsReply> parse_ats(std::string_view payload) {
  const Words words = split_words(payload);
  if (words.size() == 1 && words[0] == "refused") return AtsReply{};
  const auto values = words.size() == 3 ? numbers(words, 1, 2) : std::nullopt;
  if (!values || words[0].find_first_not_of("rwxu-") != std::string_view::npos) {
    return bad_reply("ats", payload);
  }
  const auto has = [&](char right) { return words[0].find(right) != std::string_view::npos; };
  return AtsReply{true, has('r'), has('w'), has('x'), has('u'), (*values)[0], (*values)[1]};
}

Reply<std::vector<PriResponse>> parse_responses(std::string_view payload) {
  constexpr std::size_t kEach = 4;
  const Words words = split_words(payload);
  std::vector<PriResponse> out;
  if (words.size() % kEach != 0) return bad_reply("responses", payload);
  for (std::size_t i = 0; i < words.size(); i += kEach) {
    const auto v = numbers(words, i, kEach);
    if (!v) return bad_reply("responses", payload);
    out.push_back({static_cast<std::uint16_t>((*v)[0]), words[i + 3] != "none",
                   static_cast<std::uint32_t>((*v)[3]), static_cast<std::uint16_t>((*v)[1]),
                   static_cast<unsigned>((*v)[2])});
  }
  return out;
}

Reply<std::vector<AtsInvalidation>> parse_invalidations(std::string_view payload) {
  constexpr std::size_t kEach = 5;
  const Words words = split_words(payload);
  std::vector<AtsInvalidation> out;
  if (words.size() % kEach != 0) return bad_reply("invalidations", payload);
  for (std::size_t i = 0; i < words.size(); i += kEach) {
    const auto v = numbers(words, i, kEach);
    if (!v) return bad_reply("invalidations", payload);
    out.push_back({static_cast<std::uint16_t>((*v)[0]), static_cast<std::uint16_t>((*v)[1]),
                   words[i + 2] != "none", static_cast<std::uint32_t>((*v)[2]), (*v)[3], (*v)[4]});
  }
  return out;
}

}  // namespace amdvi::dut
