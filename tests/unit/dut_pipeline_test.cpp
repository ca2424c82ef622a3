#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "checker/dut/pipeline.hpp"
#include "checker/dut/temp_dir.hpp"
#include "tests/unit/dut_peer.hpp"

namespace amdvi::dut {
namespace {

using test::kPatient;
using test::kSoon;
using test::ScriptedPeer;

TEST_CASE("dut pipeline: a posted request is not waited for, an asked one is") {
  ScriptedPeer peer;
  Pipeline pipeline(peer.socket(), {kPatient, 200, ""});
  CHECK(pipeline.post("first"));
  CHECK(peer.asked().empty());
  REQUIRE(peer.answer("OK\nOK 0x5 6\n"));
  CHECK(pipeline.ask("second").value() == "0x5 6");
  CHECK(peer.asked() == "first\nsecond\n");
}

TEST_CASE("dut pipeline: a full window waits for half of its replies") {
  ScriptedPeer peer;
  Pipeline pipeline(peer.socket(), {kSoon, 4, ""});
  REQUIRE(peer.answer("OK\nOK\n"));
  for (int i = 0; i < 4; ++i) CHECK(pipeline.post("x"));
  CHECK(pipeline.flush().error().kind == FailureKind::kHang);
}

TEST_CASE("dut pipeline: silence is a hang, and stays one") {
  ScriptedPeer peer;
  Pipeline pipeline(peer.socket(), {kSoon, 200, ""});
  const auto reply = pipeline.ask("anyone?");
  CHECK(reply.error().kind == FailureKind::kHang);
  CHECK(reply.error().what == "no reply within 20 ms");
  // A late reply must not be taken for the answer to the next question.
  REQUIRE(peer.answer("OK late\nOK next\n"));
  CHECK(pipeline.ask("still there?").error().kind == FailureKind::kHang);
  CHECK(pipeline.post("x").error().kind == FailureKind::kHang);
  CHECK(pipeline.flush().error().kind == FailureKind::kHang);
}

TEST_CASE("dut pipeline: half a line is silence too") {
  ScriptedPeer peer;
  Pipeline pipeline(peer.socket(), {kSoon, 200, ""});
  REQUIRE(peer.answer("OK 0x1"));
  CHECK(pipeline.ask("x").error().kind == FailureKind::kHang);
}

TEST_CASE("dut pipeline: a peer that leaves is a crash") {
  ScriptedPeer peer;
  Pipeline pipeline(peer.socket(), {kPatient, 200, ""});
  peer.leave();
  CHECK(pipeline.ask("x").error().kind == FailureKind::kCrash);
}

TEST_CASE("dut pipeline: an answer given before leaving counts") {
  ScriptedPeer peer;
  Pipeline pipeline(peer.socket(), {kPatient, 200, ""});
  REQUIRE(peer.answer("OK last\n"));
  peer.leave();
  CHECK(pipeline.ask("x").value() == "last");
  CHECK(pipeline.ask("y").error().kind == FailureKind::kCrash);
}

TEST_CASE("dut pipeline: replies stay matched after one that is an error") {
  ScriptedPeer peer;
  Pipeline pipeline(peer.socket(), {kPatient, 200, ""});
  REQUIRE(peer.answer("OK\nUNSUPPORTED no such thing\nOK lost\nOK 7\n"));
  CHECK(pipeline.post("a"));
  CHECK(pipeline.post("b"));
  const auto failed = pipeline.ask("c");
  CHECK(failed.error().kind == FailureKind::kUnsupported);
  CHECK(failed.error().what == "no such thing");
  CHECK(pipeline.ask("d").value() == "7");
}

TEST_CASE("dut pipeline: any other reply is the adapter's failure, with its text") {
  ScriptedPeer peer;
  Pipeline pipeline(peer.socket(), {kPatient, 200, ""});
  REQUIRE(peer.answer("FAIL Unknown command 'x'\nOKAY\nUNSUPPORTED\r\n"));
  CHECK(pipeline.ask("x").error().what == "unexpected reply 'FAIL Unknown command 'x''");
  CHECK(pipeline.ask("y").error().kind == FailureKind::kAdapter);
  CHECK(pipeline.ask("z").error().what == "not supported by the device");
}

TEST_CASE("dut pipeline: asynchronous lines are kept apart from replies") {
  ScriptedPeer peer;
  Pipeline pipeline(peer.socket(), {kPatient, 200, "IRQ "});
  REQUIRE(peer.answer("IRQ raise 3\nIRQ lower 3\nOK 1\nIRQ raise 4\nOK 2\n"));
  CHECK(pipeline.ask("a").value() == "1");
  CHECK(pipeline.ask("b").value() == "2");
  CHECK(pipeline.take_async() ==
        std::vector<std::string>{"IRQ raise 3", "IRQ lower 3", "IRQ raise 4"});
  CHECK(pipeline.take_async().empty());
}

TEST_CASE("dut line socket: more than the socket's buffers hold goes through in one flush") {
  ScriptedPeer peer;
  auto socket = peer.socket();
  socket.queue(std::string(8 << 20, 'x'));
  // Nobody reads: the deadline ends it, not a blocked caller.
  CHECK(socket.flush(Deadline(kSoon)).error().kind == FailureKind::kHang);
}

TEST_CASE("dut listener: a connection may come before accept") {
  const auto dir = TempDir::make("amdvi-test");
  REQUIRE(dir);
  const auto path = dir->path() / "socket";
  const auto listener = Listener::bind(path);
  REQUIRE(listener);
  auto client = connect_unix(path);
  auto server = listener->accept(Deadline(kPatient), -1);
  REQUIRE(client);
  REQUIRE(server);
  client->queue("hello\n");
  CHECK(client->flush(Deadline(kPatient)));
  CHECK(server->read_line(Deadline(kPatient)).value() == "hello");
}

TEST_CASE("dut listener: nobody connecting, a taken name and a long name are failures") {
  const auto dir = TempDir::make("amdvi-test");
  REQUIRE(dir);
  const auto listener = Listener::bind(dir->path() / "socket");
  REQUIRE(listener);
  CHECK(listener->accept(Deadline(kSoon), -1).error().kind == FailureKind::kHang);
  CHECK(Listener::bind(dir->path() / "socket").error().kind == FailureKind::kAdapter);
  CHECK(Listener::bind(dir->path() / std::string(120, 'x')).error().kind == FailureKind::kAdapter);
  CHECK(connect_unix(dir->path() / "nobody").error().kind == FailureKind::kAdapter);
}

TEST_CASE("dut temp dir: it goes with its owner") {
  std::filesystem::path path;
  {
    const auto dir = TempDir::make("amdvi-test");
    REQUIRE(dir);
    path = dir->path();
    CHECK(std::filesystem::exists(path));
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace amdvi::dut
