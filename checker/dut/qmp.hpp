// QEMU's machine protocol (JSON lines), as much of it as a device under test needs.
// Tested by dut_qmp_test.cpp.
#pragma once

#include <chrono>
#include <deque>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "checker/dut/line_socket.hpp"

namespace amdvi::dut {

class Qmp {
 public:
  // Takes the greeting and enters command mode.
  static Reply<Qmp> open(LineSocket socket, std::chrono::milliseconds deadline);

  [[nodiscard]] const std::string& version() const { return version_; }  // "7.2.22 (Debian ...)"

  // False under -S: no virtual clock, so no timer of a device ever fires.
  Reply<bool> running();
  Reply<void> system_reset();  // returns when the reset is done

 private:
  Qmp(LineSocket socket, std::chrono::milliseconds deadline);

  Reply<nlohmann::json> execute(std::string_view command);
  Reply<nlohmann::json> message(const Deadline& deadline);
  Reply<void> wait_event(std::string_view name);

  LineSocket socket_;
  std::chrono::milliseconds deadline_;
  std::string version_;
  std::deque<std::string> events_;  // names, not yet waited for
};

}  // namespace amdvi::dut
