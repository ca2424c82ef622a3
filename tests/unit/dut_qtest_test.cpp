#include <doctest/doctest.h>

#include "checker/dut/pci.hpp"
#include "checker/dut/qmp.hpp"
#include "checker/dut/qtest.hpp"
#include "tests/unit/dut_peer.hpp"

namespace amdvi::dut {
namespace {

using test::kPatient;
using test::kSoon;
using test::ScriptedPeer;
using Bytes = std::vector<std::uint8_t>;

TEST_CASE("dut qtest: requests are QEMU's own words") {
  ScriptedPeer peer;
  Qtest qtest(peer.socket(), kPatient);
  REQUIRE(peer.answer("OK\nOK\nOK\nOK\nOK 0x00000000000000fe\n"));
  CHECK(qtest.write(0xfed80018, 8, 0x1005));
  CHECK(qtest.write_bytes(0x1000, Bytes{'f', 'o', 'o'}));
  CHECK(qtest.fill(0x2000, 0x1000, 0));
  CHECK(qtest.out32(0xcf8, 0x80000000));
  CHECK(qtest.read(0x3000, 1).value() == 0xfe);
  CHECK(peer.asked() ==
        "writeq 0xfed80018 0x1005\nb64write 0x1000 0x3 Zm9v\nmemset 0x2000 0x1000 0x0\n"
        "outl 0xcf8 0x80000000\nreadb 0x3000\n");
}

TEST_CASE("dut qtest: nothing is asked about nothing") {
  ScriptedPeer peer;
  Qtest qtest(peer.socket(), kPatient);
  CHECK(qtest.write_bytes(0, Bytes{}));
  CHECK(qtest.fill(0, 0, 0));
  CHECK(qtest.read_bytes(0, 0).value().empty());
  CHECK(qtest.flush());
  CHECK(peer.asked().empty());
}

TEST_CASE("dut qtest: an access of a strange width is not sent") {
  ScriptedPeer peer;
  Qtest qtest(peer.socket(), kPatient);
  CHECK(qtest.write(0, 3, 0).error().kind == FailureKind::kUnsupported);
  CHECK(qtest.read(0, 16).error().kind == FailureKind::kUnsupported);
  CHECK(peer.asked().empty());
}

TEST_CASE("dut qtest: a reply of another kind or length is the adapter's failure") {
  ScriptedPeer peer;
  Qtest qtest(peer.socket(), kPatient);
  REQUIRE(peer.answer("OK\nOK Zm9v\nOK ???\n"));
  CHECK(qtest.read(0, 4).error().kind == FailureKind::kAdapter);
  CHECK(qtest.read_bytes(0, 4).error().kind == FailureKind::kAdapter);
  CHECK(qtest.read_bytes(0, 4).error().kind == FailureKind::kAdapter);
}

TEST_CASE("dut qtest: interrupt lines may come before any reply") {
  ScriptedPeer peer;
  Qtest qtest(peer.socket(), kPatient);
  REQUIRE(peer.answer("IRQ raise 9\nOK 0x1\n"));
  CHECK(qtest.read(0, 8).value() == 1);
  CHECK(qtest.take_interrupts() == std::vector<std::string>{"IRQ raise 9"});
}

TEST_CASE("dut pci: a capability list that loops ends") {
  ScriptedPeer peer;
  Qtest qtest(peer.socket(), kPatient);
  Pci pci(qtest);
  std::string answers = "OK\nOK 0x00100000\nOK\nOK 0x40\n";
  for (int i = 0; i < 48; ++i) answers += "OK\nOK 0x00004009\n";
  REQUIRE(peer.answer(answers));
  CHECK(pci.find_capability(8, 5).value() == std::nullopt);
}

TEST_CASE("dut pci: a function without capabilities has none, and one without MSI64 refuses it") {
  ScriptedPeer peer;
  Qtest qtest(peer.socket(), kPatient);
  Pci pci(qtest);
  REQUIRE(peer.answer("OK\nOK 0x0\nOK\nOK 0x5\n"));
  CHECK(pci.find_capability(8, 5).value() == std::nullopt);
  CHECK(pci.enable_msi(8, 0x40, {}).error().kind == FailureKind::kUnsupported);
}

constexpr std::string_view kGreeting =
    R"({"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "Debian"}}})"
    "\n";

TEST_CASE("dut qmp: the greeting tells the version") {
  ScriptedPeer peer;
  REQUIRE(peer.answer(std::string(kGreeting) + "{\"return\": {}}\n"));
  const auto qmp = Qmp::open(peer.socket(), kPatient);
  REQUIRE(qmp);
  CHECK(qmp->version() == "7.2.22 (Debian)");
  CHECK(peer.asked() == "{\"execute\":\"qmp_capabilities\"}\n");
}

TEST_CASE("dut qmp: the RESET event may come before or after the reply") {
  ScriptedPeer peer;
  REQUIRE(peer.answer(std::string(kGreeting) +
                      "{\"return\": {}}\n"
                      "{\"event\": \"RESET\"}\n{\"return\": {}}\n"
                      "{\"return\": {}}\n{\"event\": \"STOP\"}\n{\"event\": \"RESET\"}\n"
                      "{\"return\": {\"status\": \"paused\"}}\n"));
  auto qmp = Qmp::open(peer.socket(), kPatient);
  REQUIRE(qmp);
  CHECK(qmp->system_reset());
  CHECK(qmp->system_reset());
  CHECK(qmp->running().value() == false);
}

TEST_CASE("dut qmp: errors, other languages and silence are failures") {
  ScriptedPeer peer;
  REQUIRE(peer.answer(std::string(kGreeting) +
                      "{\"return\": {}}\n{\"error\": {\"desc\": \"no\"}}\nhello\n[1]\n{}\n"));
  auto qmp = Qmp::open(peer.socket(), kSoon);
  REQUIRE(qmp);
  CHECK(qmp->running().error().what == "QMP query-status: no");
  CHECK(qmp->running().error().what == "QMP: unexpected 'hello'");
  CHECK(qmp->running().error().kind == FailureKind::kAdapter);
  CHECK(qmp->running().error().what == "QMP: unexpected '{}'");
  CHECK(qmp->running().error().kind == FailureKind::kHang);
}

TEST_CASE("dut qmp: a greeting that is not QEMU's is refused") {
  for (const char* greeting : {"{}\n", "{\"QMP\": 1}\n", "{\"QMP\": {\"version\": {}}}\n"}) {
    ScriptedPeer peer;
    REQUIRE(peer.answer(greeting));
    CHECK(Qmp::open(peer.socket(), kSoon).error().kind == FailureKind::kAdapter);
  }
}

}  // namespace
}  // namespace amdvi::dut
