#include <doctest/doctest.h>

#include "checker/dut/bios.hpp"
#include "checker/dut/line_socket.hpp"
#include "checker/dut/log_file.hpp"
#include "checker/dut/process.hpp"
#include "tests/unit/dut_peer.hpp"

namespace amdvi::dut {
namespace {

using test::kPatient;

Reply<Process> start(std::vector<std::string> argv, const LogFile& log, bool talk = false) {
  return Process::start({std::move(argv), log.fd(), talk});
}

TEST_CASE("dut process: how it ended is told, and its last words kept") {
  const auto log = LogFile::anonymous();
  REQUIRE(log);
  auto process = start({"/bin/sh", "-c", "echo one; echo two >&2; exit 3"}, *log);
  REQUIRE(process);
  CHECK(process->ended(kPatient) == "exit status 3");
  CHECK(process->ended(kPatient) == "exit status 3");
  CHECK(last_words(log->tail(0)) == "one; two");
  CHECK(log->tail(4) == "two\n");
  CHECK(log->tail(8).empty());
}

TEST_CASE("dut process: a signal is named") {
  const auto log = LogFile::anonymous();
  REQUIRE(log);
  auto process = start({"/bin/sh", "-c", "kill -ABRT $$"}, *log);
  REQUIRE(process);
  CHECK(process->ended(kPatient) == "signal 6 (Aborted)");
}

TEST_CASE("dut process: what cannot be started is said at once") {
  const auto log = LogFile::anonymous();
  REQUIRE(log);
  CHECK(start({"/no/such/program"}, *log).error().what ==
        "cannot start '/no/such/program': No such file or directory");
  CHECK(start({}, *log).error().kind == FailureKind::kAdapter);
}

TEST_CASE("dut process: it is killed with its owner, also while it runs") {
  const auto log = LogFile::anonymous();
  REQUIRE(log);
  auto process = start({"cat"}, *log, true);
  REQUIRE(process);
  CHECK(process->ended(std::chrono::milliseconds{0}) == std::nullopt);
  LineSocket socket(process->take_stdio());
  socket.queue("ping\n");
  CHECK(socket.read_line(Deadline(kPatient)).value() == "ping");
  Process moved = *std::move(process);
  moved.kill();
  CHECK(moved.ended(kPatient) == "signal 9 (Killed)");
  CHECK(socket.read_line(Deadline(kPatient)).error().kind == FailureKind::kCrash);
}

TEST_CASE("dut log: a name that cannot be made is a failure") {
  CHECK(LogFile::create("/no/such/directory/log").error().kind == FailureKind::kAdapter);
  CHECK(last_words("\n \n").empty());
}

TEST_CASE("dut bios: the reset vector halts for ever") {
  const auto image = halt_bios();
  REQUIRE(image.size() == 65536);
  CHECK(image[65520] == 0xfa);  // cli
  CHECK(image[65521] == 0xf4);  // hlt
  CHECK(image[65522] == 0xeb);  // jmp
  CHECK(image[65523] == 0xfd);  // back to hlt
}

}  // namespace
}  // namespace amdvi::dut
