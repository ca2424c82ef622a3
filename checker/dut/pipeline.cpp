#include "checker/dut/pipeline.hpp"

#include <fmt/core.h>

namespace amdvi::dut {
namespace {

// "OK" or "OK rest": the rest; nullopt for other words.
std::optional<std::string> after_word(std::string_view line, std::string_view word) {
  if (!line.starts_with(word)) return std::nullopt;
  line.remove_prefix(word.size());
  if (line.empty()) return std::string();
  if (line.front() != ' ') return std::nullopt;
  return std::string(line.substr(1));
}

Reply<std::string> classify(const std::string& line) {
  if (auto payload = after_word(line, "OK")) return *payload;
  if (auto text = after_word(line, "UNSUPPORTED")) {
    return fail(FailureKind::kUnsupported, text->empty() ? "not supported by the device" : *text);
  }
  constexpr std::size_t kShown = 200;
  return fail(FailureKind::kAdapter, fmt::format("unexpected reply '{}'", line.substr(0, kShown)));
}

}  // namespace

Pipeline::Pipeline(LineSocket socket, PipelineOptions options)
    : socket_(std::move(socket)), options_(std::move(options)) {}

Reply<void> Pipeline::post(std::string_view request) {
  if (dead_) return tl::unexpected(*dead_);
  socket_.queue(request);
  socket_.queue("\n");
  ++outstanding_;
  if (outstanding_ < options_.window) return {};
  // Half of them, so that the peer always has work in hand.
  return drain_to(options_.window / 2);
}

Reply<std::string> Pipeline::ask(std::string_view request) {
  if (dead_) return tl::unexpected(*dead_);
  socket_.queue(request);
  socket_.queue("\n");
  ++outstanding_;
  auto earlier = drain_to(1);
  if (dead_) return tl::unexpected(*dead_);
  auto reply = next_reply();
  if (!earlier) return tl::unexpected(earlier.error());
  return reply;
}

Reply<void> Pipeline::flush() {
  if (dead_) return tl::unexpected(*dead_);
  return drain_to(0);
}

// Takes every reply even if one is an error, so that requests and replies stay matched.
Reply<void> Pipeline::drain_to(std::size_t outstanding) {
  Reply<void> first_error;
  while (outstanding_ > outstanding && !dead_) {
    auto reply = next_reply();
    if (!reply && first_error) first_error = tl::unexpected(reply.error());
  }
  return first_error;
}

Reply<std::string> Pipeline::next_reply() {
  auto line = next_line();
  if (!line) {
    dead_ = line.error();
    return line;
  }
  --outstanding_;
  return classify(*line);
}

Reply<std::string> Pipeline::next_line() {
  // An endless stream of asynchronous lines is no reply either: one deadline for all of them.
  const Deadline deadline(options_.deadline);
  for (;;) {
    auto line = socket_.read_line(deadline);
    const bool async = line && !options_.async_prefix.empty() &&
                       std::string_view(*line).starts_with(options_.async_prefix);
    if (!async) return line;
    async_.push_back(std::move(*line));
    if (deadline.passed()) {
      return fail(FailureKind::kHang, "asynchronous lines but no reply before the deadline");
    }
  }
}

}  // namespace amdvi::dut
