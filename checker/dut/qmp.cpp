#include "checker/dut/qmp.hpp"

#include <algorithm>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace amdvi::dut {
namespace {

using Json = nlohmann::json;

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

int number_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_integer() ? found->get<int>() : 0;
}

tl::unexpected<Failure> not_qmp(std::string_view line) {
  constexpr std::size_t kShown = 200;
  return fail(FailureKind::kAdapter, fmt::format("QMP: unexpected '{}'", line.substr(0, kShown)));
}

// The greeting's version object as one string; empty if the greeting is not QEMU's.
std::string version_text(const Json& greeting) {
  const auto pointer = Json::json_pointer("/QMP/version/qemu");
  if (!greeting.contains(pointer)) return {};
  const Json& numbers = greeting[pointer];
  std::string text = fmt::format("{}.{}.{}", number_at(numbers, "major"),
                                 number_at(numbers, "minor"), number_at(numbers, "micro"));
  const std::string package = text_at(greeting["QMP"]["version"], "package");
  return package.empty() ? text : fmt::format("{} ({})", text, package);
}

}  // namespace

Qmp::Qmp(LineSocket socket, std::chrono::milliseconds deadline)
    : socket_(std::move(socket)), deadline_(deadline) {}

Reply<Qmp> Qmp::open(LineSocket socket, std::chrono::milliseconds deadline) {
  Qmp qmp(std::move(socket), deadline);
  const auto greeting = qmp.message(Deadline(deadline));
  if (!greeting) return tl::unexpected(greeting.error());
  qmp.version_ = version_text(*greeting);
  if (qmp.version_.empty()) return not_qmp("no greeting");
  if (auto ready = qmp.execute("qmp_capabilities"); !ready) return tl::unexpected(ready.error());
  return qmp;
}

Reply<bool> Qmp::running() {
  return execute("query-status").map([](const Json& status) {
    return text_at(status, "status") == "running";
  });
}

Reply<void> Qmp::system_reset() {
  events_.clear();
  if (auto done = execute("system_reset"); !done) return tl::unexpected(done.error());
  return wait_event("RESET");
}

Reply<Json> Qmp::execute(std::string_view command) {
  socket_.queue(Json{{"execute", command}}.dump() + "\n");
  const Deadline deadline(deadline_);
  for (;;) {
    auto got = message(deadline);
    if (!got) return got;
    if (got->contains("return")) return (*got)["return"];
    if (got->contains("error")) {
      return fail(FailureKind::kAdapter,
                  fmt::format("QMP {}: {}", command, text_at((*got)["error"], "desc")));
    }
    if (!got->contains("event")) return not_qmp(got->dump());
    events_.push_back(text_at(*got, "event"));
  }
}

Reply<Json> Qmp::message(const Deadline& deadline) {
  const auto line = socket_.read_line(deadline);
  if (!line) return tl::unexpected(line.error());
  Json parsed = Json::parse(*line, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) return not_qmp(*line);
  return parsed;
}

Reply<void> Qmp::wait_event(std::string_view name) {
  const Deadline deadline(deadline_);
  for (;;) {
    const auto found = std::find(events_.begin(), events_.end(), name);
    if (found != events_.end()) {
      events_.erase(found);
      return {};
    }
    const auto got = message(deadline);
    if (!got) return tl::unexpected(got.error());
    events_.push_back(text_at(*got, "event"));
  }
}

}  // namespace amdvi::dut
