#include "checker/dut/line_peer.hpp"

#include <array>

#include <fmt/core.h>

#include "checker/dut/codec.hpp"

namespace amdvi::dut {
namespace {

constexpr std::string_view kUnix = "unix:";
constexpr std::string_view kVersion = "1";
constexpr std::size_t kWindow = 64;
// A command whose output closed is given this long to be reaped.
constexpr std::chrono::milliseconds kDying{500};

PipelineOptions options(const LineConfig& config) { return {config.deadline, kWindow, "! "}; }

tl::unexpected<Failure> bad_reply(std::string_view request, std::string_view payload) {
  constexpr std::size_t kShown = 200;
  return fail(FailureKind::kAdapter,
              fmt::format("the device answered '{}' to {} (see docs/dut-protocol.md)",
                          payload.substr(0, kShown), request));
}

std::vector<std::string> split_commas(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = text.find(',');
    if (end != 0) parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return parts;
}

}  // namespace

Reply<LinePeer> LinePeer::open(const LineConfig& config) {
  const std::string_view target = config.target;
  if (target.starts_with(kUnix)) {
    auto socket = connect_unix(std::string(target.substr(kUnix.size())));
    if (!socket) return tl::unexpected(socket.error());
    return LinePeer(Pipeline(*std::move(socket), options(config)));
  }
  auto errors = LogFile::anonymous();
  if (!errors) return tl::unexpected(errors.error());
  // `exec`, so that the process we know, and kill, is the device itself.
  auto process = Process::start({{"/bin/sh", "-c", "exec " + config.target}, errors->fd(), true});
  if (!process) return tl::unexpected(process.error());
  Pipeline pipeline(LineSocket(process->take_stdio()), options(config));
  return LinePeer(std::move(pipeline), *std::move(process), *std::move(errors));
}

std::optional<std::string> LinePeer::fate() {
  return process_ ? process_->ended(kDying) : std::nullopt;
}

Reply<LineHello> parse_hello(std::string_view payload) {
  const auto words = split_words(payload);
  if (words.empty()) return bad_reply("hello", payload);
  if (words[0] != kVersion) {
    return fail(FailureKind::kAdapter,
                fmt::format("the device speaks protocol version '{}', this runner version {}",
                            words[0], kVersion));
  }
  LineHello out;
  for (const auto word : words) {
    const auto equals = word.find('=');
    if (equals == std::string_view::npos) continue;
    const auto key = word.substr(0, equals);
    const auto value = word.substr(equals + 1);
    if (key == "name") out.hello.name = value;
    if (key == "version") out.hello.version = value;
    if (key == "engines") out.hello.engines = split_commas(value);
    if (key == "buffered") out.buffered = value == "yes";
  }
  return out;
}

Reply<DmaReply> parse_dma(std::string_view payload, const DmaRequest& request) {
  const auto words = split_words(payload);
  if (words.empty()) return bad_reply("dma", payload);
  DmaReply reply;
  if (words[0] == "done") {
    reply.completed = true;
  } else if (words[0] == "abort" || words[0] == "timeout") {
    reply.completed = false;
  } else if (words[0] != "unknown") {
    return bad_reply("dma", payload);
  }
  if (words.size() < 2) return reply;
  auto data = from_hex(words[1]);
  if (!data || data->size() != request.length) return bad_reply("dma", payload);
  reply.data = *std::move(data);
  return reply;
}

Reply<std::vector<std::vector<std::uint8_t>>> parse_collected(std::string_view payload) {
  std::vector<std::vector<std::uint8_t>> out;
  for (const auto word : split_words(payload)) {
    auto data = from_hex(word);
    if (!data) return bad_reply("collect", payload);
    out.push_back(*std::move(data));
  }
  return out;
}

}  // namespace amdvi::dut
