// One running QEMU process and the two sockets it connected to. Its private directory is gone by
// the time start() returns, so that not even a killed runner leaves anything behind.
#pragma once

#include <string>
#include <vector>

#include "checker/dut/log_file.hpp"
#include "checker/dut/process.hpp"
#include "checker/dut/qemu_config.hpp"
#include "checker/dut/qmp.hpp"
#include "checker/dut/qtest.hpp"

namespace amdvi::dut {

// Refuses configurations that cannot work, before anything is started.
Reply<void> check_config(const QemuConfig& config);

class QemuSession {
 public:
  static Reply<QemuSession> start(const QemuConfig& config);

  Process& process() { return process_; }
  Qtest& qtest() { return qtest_; }
  Qmp& qmp() { return qmp_; }
  [[nodiscard]] const Qmp& qmp() const { return qmp_; }

  // From here on log() starts afresh.
  void mark_logs();
  // What the local APICs were sent since the last call.
  std::vector<MsiReply> take_messages();
  [[nodiscard]] std::string errors() const { return errors_.tail(errors_mark_); }  // stderr
  [[nodiscard]] std::string log() const { return errors() + trace_.tail(trace_mark_); }

 private:
  QemuSession(Process process, Qtest qtest, Qmp qmp, LogFile errors, LogFile trace);

  Process process_;
  Qtest qtest_;
  Qmp qmp_;
  LogFile errors_;
  LogFile trace_;  // the -D file: guest errors and trace events, if the profile asks for them
  std::uint64_t errors_mark_ = 0;
  std::uint64_t trace_mark_ = 0;
  std::uint64_t messages_mark_ = 0;
};

}  // namespace amdvi::dut
