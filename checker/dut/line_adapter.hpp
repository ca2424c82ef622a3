// A device under test behind the line protocol of docs/dut-protocol.md: a command that the runner
// starts and talks to over its stdin and stdout, or a server on a unix socket.
// Tested by dut_line_adapter_test.cpp.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "checker/dut/adapter.hpp"

namespace amdvi::dut {

struct LineConfig {
  std::string target;  // "unix:/path", else a command line for /bin/sh
  std::chrono::milliseconds deadline{3000};
};

std::unique_ptr<Adapter> make_line_adapter(LineConfig config);

}  // namespace amdvi::dut
