// The adapter against devices written in a few lines of shell.
#include <string>

#include <doctest/doctest.h>

#include "checker/dut/line_adapter.hpp"
#include "checker/dut/line_peer.hpp"
#include "checker/dut/temp_dir.hpp"
#include "tests/unit/dut_peer.hpp"

namespace amdvi::dut {
namespace {

using Bytes = std::vector<std::uint8_t>;

// A device that answers each request by the first `case` arm that matches it.
std::unique_ptr<Adapter> device(const std::string& arms,
                                std::chrono::milliseconds deadline = test::kPatient) {
  return make_line_adapter(
      {"sh -c 'while read -r line; do case \"$line\" in " + arms + " *) echo OK;; esac; done'",
       deadline});
}

const std::string kHello = "\"hello 1\") echo OK 1 name=toy version=2.0 engines=read,write;; ";

TEST_CASE("dut line: hello tells who is there") {
  const auto adapter = device(kHello);
  const auto hello = adapter->hello();
  REQUIRE(hello);
  CHECK(hello->name == "toy");
  CHECK(hello->version == "2.0");
  CHECK(hello->engines == std::vector<std::string>{"read", "write"});
}

TEST_CASE("dut line: requests have the words of the protocol") {
  const auto adapter = device(kHello + "*) echo \"$line\" >&2; echo OK;; ");
  REQUIRE(adapter->hello());
  CHECK(adapter->reset(ResetKind::kSoft));
  CHECK(adapter->prepare({}));
  CHECK(adapter->mem_write(0x1000, Bytes{0xab, 0xcd}));
  CHECK(adapter->mem_write(0x1000, Bytes{}));
  CHECK(adapter->mem_zero(0x2000, 0x100));
  CHECK(adapter->mmio_write(0x18, 8, 0x1005));
  CHECK(adapter->copy({0x38, 0x1000, 0x2000, 64, 0x3000, 0x4000}));
  CHECK(adapter->settle());
  CHECK(adapter->log() ==
        "mem_write 0x1000 abcd\nmem_zero 0x2000 0x100\nmmio_write 0x18 8 0x1005\n"
        "copy 0x0038 0x1000 0x2000 0x40 0x3000 0x4000\nsettle\n");
}

TEST_CASE("dut line: interrupts and configuration space have the words of the protocol") {
  const auto adapter = device(
      kHello +
      "\"msi 0x0028 0xfee3c000 0x31\") echo OK message 0xfee5a000 0xa7;; msi*) echo OK none;; "
      "own_message) echo OK message 0x5a000 0xa7 0xff004 0x87ff;; "
      "\"config_read 0x44\") echo OK 0xfed80001;; *) echo \"$line\" >&2; echo OK;; ");
  REQUIRE(adapter->hello());
  const auto seen = adapter->msi({0x28, 0xFEE3C000, 0x31});
  REQUIRE(seen);
  CHECK(seen->arrived);
  CHECK(seen->address == 0xFEE5A000);
  CHECK(seen->data == 0xA7);
  CHECK(seen->address_seen == ~std::uint64_t{0});
  CHECK(seen->data_seen == 0xFFFFFFFF);
  CHECK_FALSE(adapter->msi({0x28, 0xFEE3C000, 0x32}).value().arrived);
  const auto own = adapter->own_message();
  REQUIRE(own);
  CHECK(own->address_seen == 0xFF004);
  CHECK(own->data_seen == 0x87FF);
  CHECK(adapter->config_read(0x44).value() == 0xFED80001);
  CHECK(adapter->config_write(0x48, 1));
  CHECK(adapter->settle());
  CHECK(adapter->log() == "config_write 0x48 0x1\nsettle\n");
  CHECK(adapter->reset(ResetKind::kSystem));
  CHECK(adapter->settle());
  CHECK(adapter->log() == "reset system\nsettle\n");
}

TEST_CASE("dut line: a message with a word too many or too few is a mistake of the adapter") {
  for (const char* text : {"", "message", "message 0x1", "message 0x1 2", "none 0x0",
                           "message 0x1 0x2 0x3", "arrived 0x1 0x2"}) {
    CAPTURE(text);
    CHECK(parse_msi(text).error().kind == FailureKind::kAdapter);
  }
}

TEST_CASE("dut line: reads are answered at once, and collected in order") {
  const auto adapter =
      device(kHello +
             "mmio_read*) echo OK 0x00000000000000ff;; mem_read*) echo OK 0102;; "
             "\"dma 0x0008 read 0x1000 0x2\") echo OK done aabb;; \"dma 0x0008 read\"*) "
             "echo OK abort;; \"dma 0x0008 write 0x3000 11\") echo OK unknown;; ");
  REQUIRE(adapter->hello());
  CHECK(adapter->mmio_read(0x18, 8).value() == 0xff);
  CHECK(adapter->mem_read(0x1000, 2).value() == Bytes{1, 2});
  CHECK(adapter->mem_read(0x1000, 0).value().empty());
  CHECK(adapter->mem_read(0x1000, 3).error().kind == FailureKind::kAdapter);
  const auto first = adapter->dma({8, 0x1000, false, {}, 2});
  REQUIRE(first);
  CHECK(first->completed == true);
  CHECK(first->data == Bytes{0xaa, 0xbb});
  CHECK(adapter->dma({8, 0x2000, false, {}, 2}).value().completed == false);
  CHECK(adapter->dma({8, 0x3000, true, {0x11}, 0}).value().completed == std::nullopt);
  CHECK(adapter->collect().value() == std::vector<Bytes>{{0xaa, 0xbb}, {}});
}

TEST_CASE("dut line: a buffered device is told what is coming and asked at the end") {
  const auto adapter = device(
      "hello*) echo OK 1 name=b engines=read buffered=yes;; "
      "dma*) echo OK unknown;; collect) echo OK 0102 03;; *) echo \"$line\" >&2; echo OK;; ");
  REQUIRE(adapter->hello());
  const std::vector<DmaRequest> coming{{8, 0x1000, true, {0x5a}, 0}, {8, 0x2000, false, {}, 2}};
  CHECK(adapter->prepare(coming));
  CHECK(adapter->settle());
  CHECK(adapter->log() ==
        "prepare 0x2\ncoming 0x0008 write 0x1000 5a\ncoming 0x0008 read 0x2000 0x2\nsettle\n");
  CHECK(adapter->collect().value().empty());
  CHECK(adapter->dma({8, 0x2000, false, {}, 2}));
  CHECK(adapter->collect().error().kind == FailureKind::kAdapter);
  CHECK(adapter->dma({8, 0x2000, false, {}, 2}));
  CHECK(adapter->dma({8, 0x2000, false, {}, 1}));
  CHECK(adapter->collect().value() == std::vector<Bytes>{{1, 2}, {3}});
}

TEST_CASE("dut line: requests with a PASID, ATS and page requests have the words of the protocol") {
  const auto adapter = device(kHello + "*) echo \"$line\" >&2; echo OK unknown;; ");
  REQUIRE(adapter->hello());
  CHECK(adapter->dma({8, 0x1000, true, {0x5a}, 0, {true, 0x1f, true, true}, false, true}));
  CHECK(adapter->dma({8, 0x1000, true, {1, 2}, 0, {}, true}));
  CHECK_FALSE(adapter->ats({8, 0x2000, true, true, {true, 3, false, false}}));
  CHECK(adapter->page_request({8, 0x3000, false, true, {}}, 0x205));
  CHECK_FALSE(adapter->responses());
  CHECK_FALSE(adapter->invalidations());
  CHECK_FALSE(adapter->msi({8, 0xfee00000, 0x31}));
  CHECK(adapter->log() ==
        "dma 0x0008 write 0x1000 5a pasid=0x1f exec privileged translated\n"
        "dma 0x0008 atomic 0x1000 0102\nats 0x0008 read-write 0x2000 pasid=0x3\n"
        "ppr 0x0008 write 0x3000 0x205\nresponses\ninvalidations\nmsi 0x0008 0xfee00000 0x31\n");
}

TEST_CASE("dut line: answers to interrupts and translation requests are taken apart") {
  CHECK_FALSE(parse_msi("none")->arrived);
  CHECK(parse_msi("message 0xfee01000 0x41")->data == 0x41);
  CHECK(parse_msi("doorbell 0x7")->doorbell == 7);
  CHECK_FALSE(parse_msi("doorbell"));
  CHECK_FALSE(parse_msi("message 0xfee01000"));
  CHECK_FALSE(parse_ats("refused")->ok);
  const auto answer = parse_ats("rx 0x5018 0xfff");
  REQUIRE(answer);
  CHECK((answer->ok && answer->read && !answer->write && answer->exec));
  CHECK(answer->address == 0x5018);
  CHECK(parse_ats("-u 0x0 0xfff")->untranslated_only);
  CHECK_FALSE(parse_ats("rz 0x0 0xfff"));
  CHECK_FALSE(parse_ats("r 0x0"));
}

TEST_CASE("dut line: messages to devices are taken apart") {
  CHECK(parse_responses("")->empty());
  const auto responses = parse_responses("0x28 0x5 0xf none 0x30 0x1ff 0x0 0x12");
  REQUIRE(responses);
  REQUIRE(responses->size() == 2);
  CHECK(responses->front().code == 15);
  CHECK_FALSE(responses->front().has_pasid);
  CHECK(responses->back().pasid == 0x12);
  CHECK(responses->back().group == 0x1ff);
  CHECK_FALSE(parse_responses("0x28 0x5"));
  const auto dropped = parse_invalidations("0x28 0x29 0x3 0x5000 0xfff");
  REQUIRE(dropped);
  CHECK(dropped->front().queue == 0x29);
  CHECK(dropped->front().has_pasid);
  CHECK(dropped->front().first == 0x5000);
  CHECK_FALSE(parse_invalidations("0x28 0x29 0x3 all 0xfff"));
}

TEST_CASE("dut line: UNSUPPORTED is a skip, ERROR and nonsense are the adapter's failure") {
  const auto adapter = device(kHello +
                              "settle) echo UNSUPPORTED;; mmio_read*) echo OK what;; "
                              "dma*) echo OK maybe;; mem_read*) echo ERROR on fire;; ");
  REQUIRE(adapter->hello());
  CHECK(adapter->settle().error().kind == FailureKind::kUnsupported);
  CHECK(adapter->mmio_read(0, 8).error().kind == FailureKind::kAdapter);
  CHECK(adapter->dma({8, 0, false, {}, 1}).error().kind == FailureKind::kAdapter);
  CHECK(adapter->mem_read(0, 1).error().what == "unexpected reply 'ERROR on fire'");
}

TEST_CASE("dut line: a device that ends is a crash, with its last words, and is started afresh") {
  const auto adapter = device(kHello + "settle) echo ouch >&2; exit 4;; ");
  REQUIRE(adapter->hello());
  const auto failed = adapter->settle();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().kind == FailureKind::kCrash);
  CHECK(failed.error().what == "the device ended: exit status 4: ouch");
  CHECK(adapter->reset(ResetKind::kFresh));
  CHECK(adapter->mmio_write(0, 8, 0));
}

TEST_CASE("dut line: a silent device is a hang") {
  const auto adapter = device(kHello + "settle) ;; ", std::chrono::milliseconds{500});
  REQUIRE(adapter->hello());
  const auto failed = adapter->settle();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().kind == FailureKind::kHang);
  CHECK(failed.error().what == "the device hangs: no reply within 500 ms");
}

TEST_CASE("dut line: no device at the other end says what to check") {
  const auto no_socket = make_line_adapter({"unix:/no/such/socket", test::kPatient})->hello();
  CHECK(no_socket.error().kind == FailureKind::kAdapter);
  CHECK(no_socket.error().what ==
        "no device at 'unix:/no/such/socket': socket /no/such/socket: No such file or directory "
        "(check --dut)");
  const auto no_command = make_line_adapter({"/no/such/device", test::kPatient})->hello();
  CHECK(no_command.error().kind == FailureKind::kAdapter);
  CHECK(no_command.error().what.find("not found") != std::string::npos);
  const auto adapter = make_line_adapter({"true", test::kPatient});
  CHECK(adapter->settle().error().what == "not connected: hello() comes first");
  CHECK(adapter->reset(ResetKind::kSoft).error().kind == FailureKind::kAdapter);
  CHECK(adapter->log().empty());
}

TEST_CASE("dut line: another protocol version is refused") {
  const auto hello = device("hello*) echo OK 2 name=new;; ")->hello();
  CHECK(hello.error().what == "the device speaks protocol version '2', this runner version 1");
  CHECK(device("hello*) echo OK;; ")->hello().error().kind == FailureKind::kAdapter);
}

TEST_CASE("dut line: a device without a name is called by its target") {
  const auto hello = parse_hello("1 nonsense colour=blue engines=,read,");
  REQUIRE(hello);
  CHECK(hello->hello.name.empty());
  CHECK(hello->hello.engines == std::vector<std::string>{"read"});
}

TEST_CASE("dut line: a server on a unix socket is asked for power-on state by name") {
  const auto dir = TempDir::make("amdvi-test");
  REQUIRE(dir);
  const auto path = dir->path() / "socket";
  const auto listener = Listener::bind(path);
  REQUIRE(listener);
  auto peer = LinePeer::open({"unix:" + path.string(), test::kPatient});
  REQUIRE(peer);
  CHECK_FALSE(peer->is_command());
  CHECK(peer->fate() == std::nullopt);
  CHECK(peer->log().empty());
  auto server = listener->accept(Deadline(test::kPatient), -1);
  REQUIRE(server);
  server->queue("! msi 0xfee00000 0x30\nOK yes\n");
  REQUIRE(server->flush(Deadline(test::kPatient)));
  CHECK(peer->pipeline().ask("reset fresh").value() == "yes");
  CHECK(server->read_line(Deadline(test::kPatient)).value() == "reset fresh");
}

TEST_CASE("dut line: replies that do not parse are refused") {
  const DmaRequest read{8, 0, false, {}, 2};
  CHECK(parse_dma("done 0102", read).value().data == Bytes{1, 2});
  CHECK(parse_dma("timeout", read).value().completed == false);
  CHECK_FALSE(parse_dma("", read));
  CHECK_FALSE(parse_dma("done 01", read));
  CHECK_FALSE(parse_dma("done xx", read));
  CHECK_FALSE(parse_collected("01 x"));
  CHECK_FALSE(parse_hello(""));
}

}  // namespace
}  // namespace amdvi::dut
