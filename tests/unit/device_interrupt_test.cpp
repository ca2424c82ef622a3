// Tested here: model/include/amdvi/impl/interrupt.hpp up to the choice of the interrupt remapping
// entry. Rules and bits are from core.md 7 and behaviour.md 5.
#include "tests/unit/interrupt_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

TEST_CASE("with IommuEn=0 an interrupt passes unchanged") {
  IntBench b({}, {}, 0);
  b.map(1, int_dte(9, 0));
  const InterruptResult r = b.msi(1, 0xC1A7, 0xFEE12345678);
  CHECK(r.kind == Kind::kForwarded);
  CHECK(r.address == 0xFEE12345678);
  CHECK(r.data == 0xC1A7);
}

TEST_CASE("with IV=0 an interrupt passes unchanged whatever the rest of the half says") {
  IntBench b;
  b.map(1, ~bit(0), ~std::uint64_t{0});
  const InterruptResult r = b.msi(1, 0x31, 0xFEE0100C);
  CHECK(r.kind == Kind::kForwarded);
  CHECK(r.address == 0xFEE0100C);
  CHECK(r.data == 0x31);
  CHECK(b.events() == 0);
}

TEST_CASE("an entry with V=0 and IV=1 remaps, or forwards by option") {
  IntBench remaps, forwards({}, {{"v0_iv1_interrupt", "forward"}});
  for (IntBench* b : {&remaps, &forwards}) {
    b->map(1, int_dte());
    b->irte32(0x31, 0x00770001);
  }
  CHECK(remaps.msi(1, 0x31).data == 0x77);
  CHECK(forwards.msi(1, 0x31).kind == Kind::kForwarded);
}

TEST_CASE("a reserved bit of 255:129 is an illegal entry for an interrupt with IV=1") {
  // 181:180 and 206:192.
  for (unsigned n = 180; n <= 206; n = n == 181 ? 192 : n + 1) {
    CAPTURE(n);
    IntBench b;
    b.map(0x123, int_dte() | (n < 192 ? bit(n - 128) : 0), n < 192 ? 0 : bit(n - 192));
    CHECK(b.msi(0x123, 0x31, 0xFEE05000).kind == Kind::kAborted);
    REQUIRE(b.events() == 1);
    CHECK(b.code() == 1);
    CHECK((b.event(0, 0) & 0xFFFF) == 0x123);
    CHECK(b.I());
    CHECK(b.RZ());
    CHECK(b.event(0, 1) == 0xFEE05000);
  }
}

TEST_CASE("option dte_other_half: a reserved bit of the low half refuses an interrupt too") {
  IntBench ignored, checked({}, {{"dte_other_half", "checked"}});
  for (IntBench* b : {&ignored, &checked}) {
    b->dte(1, kV | bit(2), 0, int_dte());
    b->irte32(0x31, 0x00770001);
  }
  CHECK(ignored.msi(1, 0x31).kind == Kind::kRemapped);
  CHECK(checked.msi(1, 0x31).kind == Kind::kAborted);
  CHECK(checked.code() == 1);
}

TEST_CASE("a DeviceID outside the table is an IO_PAGE_FAULT with I=1 and no abort status") {
  IntBench b;
  b.w(0x0000, kDevTab);  // 128 entries
  CHECK(b.msi(0x80, 0x31).kind == Kind::kAborted);
  REQUIRE(b.events() == 1);
  CHECK(b.code() == 2);
  CHECK(b.I());
  CHECK(!b.PR());
  CHECK((b.device.config_read(4) & 0x08000000) == 0);
}

TEST_CASE("an entry that cannot be read is DEV_TAB_HARDWARE_ERROR with I=1") {
  IntBench b;
  b.w(0x0000, 0x000F'FFFF'FFFF'F1FF);  // at the end of memory
  CHECK(b.msi(0x1000, 0x31).kind == Kind::kAborted);
  REQUIRE(b.events() == 1);
  CHECK(b.code() == 3);
  CHECK(b.I());
}

TEST_CASE("an interrupt with a PASID is an IO_PAGE_FAULT") {
  IntBench b;
  b.map(1, int_dte());
  b.irte32(0x31, 0x00770001);
  CHECK(b.device.interrupt({1, kMsi, 0x31, true}).kind == Kind::kAborted);
  CHECK(b.code() == 2);
  CHECK(b.I());
}

TEST_CASE("delivery modes 3 and 6 are aborted without an event") {
  for (const std::uint32_t mode : {3u, 6u}) {
    IntBench b;
    b.map(1, int_dte(11) | bit(56) | bit(57) | bit(58));
    CHECK(b.msi(1, mode << 8 | 0x31).kind == Kind::kAborted);
    CHECK(b.events() == 0);
  }
}

TEST_CASE("NMI, INIT and ExtInt pass unmapped with their pass bit and are aborted without") {
  struct Row {
    std::uint32_t mode;
    unsigned pass;  // of the third qword
  };
  for (const Row row : {Row{4, 58}, Row{5, 56}, Row{7, 57}}) {
    CAPTURE(row.mode);
    IntBench b;
    b.map(1, int_dte() | bit(row.pass));
    b.map(2, int_dte() | ((bit(56) | bit(57) | bit(58)) & ~bit(row.pass)));
    const InterruptResult r = b.msi(1, row.mode << 8 | 0x31, 0xFEE07000);
    CHECK(r.kind == Kind::kForwarded);
    CHECK(r.data == (row.mode << 8 | 0x31));
    CHECK(r.address == 0xFEE07000);
    CHECK(b.msi(2, row.mode << 8 | 0x31).kind == Kind::kAborted);
    CHECK(b.events() == 0);
  }
}

TEST_CASE("SMI, NMI, INIT and ExtInt with a logical destination are aborted") {
  IntBench b;
  b.map(1, int_dte() | bit(56) | bit(57) | bit(58));
  for (const std::uint32_t mode : {2u, 4u, 5u, 7u}) {
    CHECK(b.msi(1, mode << 8, kMsi).kind == Kind::kForwarded);
    CHECK(b.msi(1, mode << 8, kMsi | 4).kind == Kind::kAborted);
  }
  CHECK(b.events() == 0);
}

TEST_CASE("IntCtl decides for fixed and arbitrated interrupts") {
  for (const std::uint32_t mode : {0u, 1u}) {
    CAPTURE(mode);
    const std::uint32_t data = mode << 8 | 0x31;
    IntBench b;
    b.map(0, int_dte(9, 0));
    b.map(1, int_dte(9, 1));
    b.map(2, int_dte(9, 2));
    b.irte32(data, 0x00770001);
    CHECK(b.msi(0, data).kind == Kind::kAborted);
    CHECK(b.events() == 0);
    CHECK(b.msi(1, data, 0xFEE0300C).kind == Kind::kForwarded);
    CHECK(b.msi(1, data, 0xFEE0300C).address == 0xFEE0300C);
    CHECK(b.msi(2, data).kind == Kind::kRemapped);
    b.map(3, int_dte(9, 3));
    CHECK(b.msi(3, data).kind == Kind::kAborted);
    CHECK(b.code() == 1);
    CHECK(b.I());
    CHECK(b.RZ());
  }
}

TEST_CASE("option intctl0_logs: IntCtl=00 logs one IO_PAGE_FAULT with I=1") {
  IntBench b({}, {{"intctl0_logs", "true"}});
  b.map(1, int_dte(9, 0));
  CHECK(b.msi(1, 0x31).kind == Kind::kAborted);
  REQUIRE(b.events() == 1);
  CHECK(b.code() == 2);
  CHECK(b.I());
}

TEST_CASE("IntTabLen 12 to 15 is illegal with RZ=0, 0 to 11 is not") {
  for (std::uint64_t length = 0; length < 16; ++length) {
    CAPTURE(length);
    IntBench b;
    b.map(1, int_dte(length));
    b.irte32(0, 0x00770001);
    CHECK(b.msi(1, 0).kind == (length < 12 ? Kind::kRemapped : Kind::kAborted));
    if (length < 12) continue;
    CHECK(b.code() == 1);
    CHECK(b.I());
    CHECK(!b.RZ());
  }
}

TEST_CASE("option int_tab_len_limit: 10 and 11 are illegal without support for 2048 entries") {
  for (std::uint64_t length = 9; length < 12; ++length) {
    IntBench without({}, {{"int_tab_len_limit", "illegal"}});
    IntBench with({{"EFR2.NumIntRemapSup", 1}}, {{"int_tab_len_limit", "illegal"}});
    for (IntBench* b : {&without, &with}) {
      b->map(1, int_dte(length));
      b->irte32(0, 0x00770001);
    }
    CHECK(without.msi(1, 0).kind == (length < 10 ? Kind::kRemapped : Kind::kAborted));
    CHECK(with.msi(1, 0).kind == Kind::kRemapped);
  }
}

TEST_CASE("an index at 2^IntTabLen is an IO_PAGE_FAULT with PR=0, one below it is in the table") {
  for (std::uint64_t length = 0; length < 9; ++length) {
    CAPTURE(length);
    const auto entries = static_cast<std::uint32_t>(bit(static_cast<unsigned>(length)));
    IntBench b;
    b.dte(1, 0, 0x4321, int_dte(length));
    b.irte32(entries - 1, 0x00770001);
    b.irte32(entries, 0x00780001);
    CHECK(b.msi(1, entries - 1).data == 0x77);
    CHECK(b.events() == 0);
    CHECK(b.msi(1, entries, 0xFEE08000).kind == Kind::kAborted);
    REQUIRE(b.events() == 1);
    CHECK(b.code() == 2);
    CHECK(b.I());
    CHECK(!b.PR());
    CHECK(!b.RZ());
    CHECK((b.event(0, 0) >> 32 & 0xFFFF) == 0x4321);
    CHECK(b.event(0, 1) == 0xFEE08000);
  }
}

TEST_CASE("an SMI passes unless it is filtered, and then by the filters of its device") {
  struct Row {
    std::uint64_t filter;
    bool passes;
  };
  constexpr std::uint64_t kSmiFEn = bit(22), kValid = bit(16);
  for (const Row row : {Row{0x77 | kValid, true}, Row{0x77, false}, Row{0x78 | kValid, false}}) {
    IntBench b({{"EFR.SmiFSup", 1}, {"EFR.SmiFRC", 2}});
    b.map(0x77, int_dte());
    b.w(0x78, row.filter);  // the last of four
    CHECK(b.msi(0x77, 0x200).kind == Kind::kForwarded);
    b.w(0x18, kAllOn | kSmiFEn);
    CHECK(b.msi(0x77, 0x200).kind == (row.passes ? Kind::kForwarded : Kind::kAborted));
    CHECK(b.events() == 0);
  }
}

TEST_CASE("a blocked SMI is an IO_PAGE_FAULT with SmiFLogEn") {
  IntBench b({{"EFR.SmiFSup", 1}});
  b.map(0x77, int_dte());
  b.w(0x18, kAllOn | bit(22) | bit(24));
  CHECK(b.msi(0x77, 0x200).kind == Kind::kAborted);
  REQUIRE(b.events() == 1);
  CHECK(b.code() == 2);
  CHECK(b.I());
}

constexpr std::uint64_t kMode2k = bit(43);

TEST_CASE("option intctl0_logs holds for every delivery mode in 2048-entry mode") {
  IntBench b({{"EFR2.NumIntRemapSup", 1}}, {{"intctl0_logs", "true"}}, kAllOn | kMode2k);
  b.map(1, int_dte(11, 0));
  CHECK(b.msi(1, 0x431, kMsi | 4).kind == Kind::kAborted);  // an NMI
  REQUIRE(b.events() == 1);
  CHECK(b.code() == 2);
  CHECK(b.I());
}

TEST_CASE("in 2048-entry mode address bit 2 sends every delivery mode to the table") {
  IntBench b({{"EFR2.NumIntRemapSup", 1}}, {}, kAllOn | kMode2k);
  b.map(1, int_dte(11));
  b.irte32(0x7AB, 0x00770001);
  b.irte32(0x0AB, 0x00780001);
  CHECK(b.msi(1, 0x7AB, kMsi | 4).data == 0x77);
  CHECK(b.msi(1, 0x0AB, kMsi).data == 0x78);
  CHECK(b.msi(1, 0x7AB, kMsi).kind == Kind::kAborted);  // ExtInt without its pass bit
  b.map(1, int_dte(10));
  CHECK(b.msi(1, 0x7AB, kMsi | 4).kind == Kind::kAborted);
  CHECK(b.code() == 2);
  IntBench off({{"EFR2.NumIntRemapSup", 1}});
  off.map(1, int_dte(11));
  CHECK(off.msi(1, 0x7AB, kMsi | 4).kind == Kind::kAborted);
}

TEST_CASE("IG suppresses interrupt faults and not illegal entries, SE and SA do neither") {
  IntBench b;
  b.map(1, int_dte(4) | bit(5));
  b.map(2, int_dte(12) | bit(5));
  b.dte(3, kV, bit(33) | bit(34), int_dte(4));
  CHECK(b.msi(1, 0x31).kind == Kind::kAborted);
  CHECK(b.events() == 0);
  CHECK(b.msi(2, 0x31).kind == Kind::kAborted);
  CHECK(b.events() == 1);
  CHECK(b.msi(3, 0x31).kind == Kind::kAborted);
  CHECK(b.msi(3, 0x31).kind == Kind::kAborted);
  CHECK(b.events() == 3);
}

TEST_CASE("an aborted interrupt is noted in the PCI status and cleared by writing 1") {
  IntBench b;
  b.map(1, int_dte(9, 0));
  b.msi(1, 0x31);
  CHECK((b.device.config_read(4) & 0x08000000) != 0);
  b.device.config_write(4, 0x08000000);
  CHECK((b.device.config_read(4) & 0x08000000) == 0);
}

}  // namespace
}  // namespace amdvi::by_hand
