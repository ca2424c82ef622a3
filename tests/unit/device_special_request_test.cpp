// Tested here: model/include/amdvi/impl/special_request.hpp. IoCtl is bits 100:99 and SysMgt bits
// 105:104 of the device table entry (core.md 3.1).
#include "tests/unit/device_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

constexpr std::uint64_t kBlocked = kV | kTV;  // Mode 0, no permission
constexpr std::uint64_t kOpen = kV | kTV | kIR | kIW;

TEST_CASE("with IommuEn=0 or V=0 port I/O and system management pass") {
  Bench off({}, {}, 0), on;
  off.dte(1, kBlocked);
  for (Bench* b : {&off, &on}) {
    CHECK(b->device.port_io({1, 0x3F8, true, false}).spa == 0x3F8);
    CHECK(b->device.system_management({1, 0x40, false, true}, false).ok);
    CHECK(b->events() == 0);
  }
}

TEST_CASE("IoCtl aborts, forwards or translates port I/O") {
  Bench b;
  b.dte(1, kBlocked, std::uint64_t{1} << 35);
  CHECK(b.device.port_io({1, 0x3F8, true, false}).ok);
  b.dte(1, kBlocked, std::uint64_t{2} << 35);
  CHECK(!b.device.port_io({1, 0x3F8, true, false}).ok);
  CHECK(b.code() == 2);
  b.dte(1, kOpen, std::uint64_t{2} << 35);
  CHECK(b.device.port_io({1, 0x3F8, true, false}).spa == 0x3F8);
}

TEST_CASE("IoCtl 0 is INVALID_DEVICE_REQUEST type 2, IoCtl 3 is an illegal entry") {
  Bench refused, illegal;
  refused.dte(1, kOpen);
  CHECK(!refused.device.port_io({1, 0x3F8, true, false}).ok);
  CHECK(refused.code() == 8);
  CHECK((refused.event(0, 0) >> 57 & 7) == 2);
  illegal.dte(1, kOpen, std::uint64_t{3} << 35);
  CHECK(!illegal.device.port_io({1, 0x3F8, true, false}).ok);
  CHECK(illegal.code() == 1);
}

TEST_CASE("SysMgt aborts, forwards all, forwards INTx or translates") {
  struct Row {
    std::uint64_t control;
    bool other, intx;
  };
  for (const Row row : {Row{0, false, false}, Row{1, true, true}, Row{2, false, true}}) {
    CAPTURE(row.control);
    Bench b;
    b.dte(1, kOpen, row.control << 40);
    CHECK(b.device.system_management({1, 0x40, false, true}, false).ok == row.other);
    CHECK(b.device.system_management({1, 0x40, false, true}, true).ok == row.intx);
    if (row.other) continue;
    CHECK(b.code() == 8);
    CHECK((b.event(0, 0) >> 57 & 7) == 3);
  }
  Bench b;
  b.dte(1, kBlocked, std::uint64_t{3} << 40);
  CHECK(!b.device.system_management({1, 0x40, false, true}, true).ok);
  CHECK(b.code() == 2);
  b.dte(1, kOpen, std::uint64_t{3} << 40);
  CHECK(b.device.system_management({1, 0x40, false, true}, false).ok);
}

TEST_CASE("a reserved bit of 127:0 refuses port I/O and system management with V=1") {
  Bench b;
  b.dte(1, kOpen | bit(63), std::uint64_t{1} << 35 | std::uint64_t{1} << 40);
  CHECK(!b.device.port_io({1, 0x3F8, true, false}).ok);
  CHECK(!b.device.system_management({1, 0x40, false, true}, true).ok);
  CHECK(b.events() == 2);
  CHECK(b.code() == 1);
  CHECK(b.RZ());
}

}  // namespace
}  // namespace amdvi::by_hand
