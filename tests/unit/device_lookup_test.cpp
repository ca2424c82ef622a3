// Tested here: address class and device table lookup of model/include/amdvi/impl/translate.hpp.
// Numbers are worked out from core.md 2.2 and 7.6 and behaviour.md 1.
#include "tests/unit/entry_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

// Address class

TEST_CASE("with IommuEn=0 everything passes unchanged and nothing is logged") {
  Bench b({}, {}, kEventLogEn);
  b.dte(1, kV);
  for (const std::uint64_t iova : {std::uint64_t{0x1234}, std::uint64_t{0xFEE0'0000},
                                   std::uint64_t{0xFD'0000'0000}, ~std::uint64_t{0}}) {
    CHECK(b.read(1, iova).ok);
    CHECK(b.write(1, iova).spa == iova);
  }
  CHECK(b.events() == 0);
}

TEST_CASE("a posted write to FEEx_xxxxh is an interrupt request") {
  Bench b;
  b.dte(1, kV);
  for (const std::uint64_t iova : {0xFEE0'0000u, 0xFEEF'FFFCu}) {
    const Translation t = b.write(1, iova);
    CHECK(t.interrupt);
    CHECK_FALSE(t.ok);
  }
  CHECK(b.events() == 0);
}

TEST_CASE("the interrupt range ends where it ends and is in the low 4 GiB") {
  for (const std::uint64_t iova :
       {std::uint64_t{0xFEDF'FFFF}, std::uint64_t{0xFEF0'0000}, std::uint64_t{0x1'FEE0'0000}}) {
    Bench b;
    b.dte(1, kGood);
    CHECK(b.write(1, iova).spa == iova);
    CHECK(b.read(1, iova).ok);
  }
}

TEST_CASE("a read, an atomic or a non-posted write to the interrupt range is refused with type 0") {
  for (const Request& r :
       {Request{1, 0xFEE0'1000, true, false, true}, Request{1, 0xFEE0'1000, true, true, true},
        Request{1, 0xFEE0'1000, false, true, false}}) {
    Bench b;
    b.dte(1, 0);  // V=0 does not help: the address is looked at first
    CHECK(outcome(b, b.device.translate(r)) == "invalid request");
    CHECK((b.event(0, 0) >> 57 & 7) == 0);
    CHECK((b.event(0, 0) >> 56 & 1) == 0);
    CHECK((b.event(0, 0) & 0xFFFF) == 1);
    CHECK(b.event(0, 1) == 0xFEE0'1000);
  }
}

TEST_CASE("the HyperTransport window is refused and its neighbours are not") {
  struct Row {
    std::uint64_t iova;
    bool inside;
  };
  for (const Row& row : {Row{0xFC'FFFF'FFFF, false}, Row{0xFD'0000'0000, true},
                         Row{0xFF'FFFF'FFFF, true}, Row{0x100'0000'0000, false}}) {
    Bench b, ordinary({{"EFR2.HtRangeIgnore", 1}});
    b.dte(1, kGood);
    ordinary.dte(1, kGood);
    CHECK(b.read(1, row.iova).ok == !row.inside);
    CHECK(ordinary.read(1, row.iova).spa == row.iova);
  }
}

// Device table

TEST_CASE("a table of Size n holds (n + 1) * 128 entries") {
  for (const unsigned size : {0u, 1u, 0x7Fu, 0x1FEu, 0x1FFu}) {
    CAPTURE(size);
    const unsigned entries = (size + 1) * 128;
    Bench b;
    b.w(0x0000, kDevTab | size);
    b.dte(static_cast<std::uint16_t>(entries - 1), kGood);
    CHECK(b.read(static_cast<std::uint16_t>(entries - 1), 0x1234).ok);
    if (entries > 0xFFFF) continue;
    const Translation t = b.read(static_cast<std::uint16_t>(entries), 0x1234);
    CHECK(outcome(b, t) == "fault");
    CHECK((b.event(0, 0) & 0xFFFF) == entries);
    CHECK((b.event(0, 0) >> 32 & 0xFFFF) == 0);
  }
}

TEST_CASE("options of a DeviceID outside the table: event and address") {
  Bench illegal({}, {{"device_id_overflow_event", "illegal_dev_table_entry"}});
  illegal.w(0x0000, kDevTab);
  CHECK(outcome(illegal, illegal.read(0x8000, 0x5678)) == "illegal");
  CHECK(illegal.event(0, 1) == 0);
  Bench request({}, {{"device_id_overflow_address", "request"}});
  request.w(0x0000, kDevTab);
  CHECK(outcome(request, request.read(0x8000, 0x5678)) == "fault");
  CHECK(request.event(0, 1) == 0x5678);
}

TEST_CASE("an entry is 32 bytes at base + 32 * DeviceID") {
  Bench b;
  b.dte(0xABCD, kGood);
  CHECK(b.read(0xABCD, 0x1234).ok);
  b.memory.write64(kDevTab + 32 * 0xABCC, kV);
  b.memory.write64(kDevTab + 32 * 0xABCE, kV);
  CHECK(b.read(0xABCD, 0x1234).ok);
}

TEST_CASE("an entry that cannot be read is reported with its own address") {
  SparseMemory small{0x1000'0000};
  Device device(default_config(), small);
  device.mmio_write(0x00, 8, 0x2000'0000 | 0x1FF);
  device.mmio_write(0x10, 8, kLog | std::uint64_t{8} << 56);
  device.mmio_write(0x18, 8, kIommuEn | kEventLogEn);
  CHECK_FALSE(device.translate({3, 0x1234, false, true}).ok);
  std::uint64_t q0 = 0, q1 = 0;
  REQUIRE(small.read64(kLog, q0));
  REQUIRE(small.read64(kLog + 8, q1));
  // Code 3, RW, DeviceID; Type 58:57 is not compared.
  CHECK((q0 & ~(bit(58) | bit(57))) == (std::uint64_t{3} << 60 | bit(53) | 3));
  CHECK(q1 == 0x2000'0060);
}

}  // namespace
}  // namespace amdvi::by_hand
