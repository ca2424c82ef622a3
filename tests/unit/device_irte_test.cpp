// Tested here: the interrupt remapping entries of model/include/amdvi/impl/interrupt.hpp. Formats
// are from core.md 7.3 and 7.4, the message from 7.5.
#include "tests/unit/interrupt_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

constexpr std::uint64_t kApicOn = kAllOn | kGAEn;

// Flags of the one event of a fault that vector 0x31 of device 1 meets.
struct Fault {
  unsigned events, code;
  bool I, PR, RZ;
};
Fault fault(IntBench& b) {
  CHECK(b.msi(1, 0x31, 0xFEE09000).kind == Kind::kAborted);
  if (b.events() == 0) return {};
  CHECK(b.event(0, 1) == 0xFEE09000);
  return {b.events(), b.code(), b.I(), b.PR(), b.RZ()};
}

TEST_CASE("a 32-bit entry makes vector, delivery mode, destination and its mode") {
  IntBench b;
  b.map(1, int_dte());
  b.irte32(0x31, 0x00C35A45);  // RemapEn, IntType 1, DM, destination 5Ah, vector C3h
  const InterruptResult r = b.msi(1, 0x31, 0xFEE09000);
  CHECK(r.kind == Kind::kRemapped);
  CHECK(r.address == 0xFEE5A004);
  CHECK(r.data == 0x1C3);
  CHECK(r.destination == 0x5A);
  b.irte32(0x31, 0x00200701);  // fixed, physical
  CHECK(b.msi(1, 0x31).address == 0xFEE07000);
  CHECK(b.msi(1, 0x31).data == 0x20);
}

TEST_CASE("the trigger and level bits of the request are kept") {
  IntBench b;
  b.map(1, int_dte());
  b.irte32(0x31, 0x00200701);
  CHECK(b.msi(1, 0xC031).data == 0xC020);
}

TEST_CASE("RemapEn=0 is a fault with PR=0 and RZ=0 whatever the other bits are") {
  for (const std::uint32_t entry : {0u, 0xFFFFFFFCu}) {
    IntBench b;
    b.map(1, int_dte());
    b.irte32(0x31, entry);
    const Fault f = fault(b);
    CHECK(f.events == 1);
    CHECK(f.code == 2);
    CHECK(f.I);
    CHECK(!f.PR);
    CHECK(!f.RZ);
  }
}

TEST_CASE("GuestMode, an IntType above 1 and bits 31:24 of a 32-bit entry are faults, PR=1 RZ=1") {
  for (const std::uint32_t wrong : {0x80u, 0x08u, 0x10u, 0x1Cu, 0x01000000u, 0x80000000u}) {
    CAPTURE(wrong);
    IntBench b;
    b.map(1, int_dte());
    b.irte32(0x31, 0x00200701 | wrong);
    const Fault f = fault(b);
    CHECK(f.code == 2);
    CHECK(f.I);
    CHECK(f.PR);
    CHECK(f.RZ);
  }
}

TEST_CASE("SupIOPF suppresses the event of its entry and not the abort") {
  IntBench b;
  b.map(1, int_dte());
  b.irte32(0x31, 0x2);
  CHECK(fault(b).events == 0);
  b.irte32(0x31, 0x0020078B);  // GuestMode
  CHECK(fault(b).events == 0);
}

TEST_CASE("an entry that cannot be read drops the interrupt, with an event by option") {
  IntBench none, error({}, {{"irte_read_error_event", "page_tab_hardware_error"}});
  constexpr std::uint64_t kEnd = 0x000F'FFFF'FFFF'FF80;  // the last 128 bytes of memory
  for (IntBench* b : {&none, &error}) {
    b->map(1, 1 | 9 << 1 | kEnd | bit(61));
    CHECK(b->msi(1, 0x31).kind == Kind::kAborted);
  }
  CHECK(none.events() == 0);
  REQUIRE(error.events() == 1);
  CHECK(error.code() == 4);
  CHECK(error.I());
  CHECK(error.event(0, 1) == 0x0010'0000'0000'0040);
}

TEST_CASE("with GAEn an entry has 128 bits") {
  IntBench b({{"EFR.GASup", 1}}, {}, kApicOn);
  b.map(1, int_dte());
  b.irte128(0x31, 0x5A45, 0xC3);
  const InterruptResult r = b.msi(1, 0x31);
  CHECK(r.kind == Kind::kRemapped);
  CHECK(r.address == 0xFEE5A004);
  CHECK(r.data == 0x1C3);
}

TEST_CASE("GAEn without GASup has no effect") {
  IntBench b({}, {{"unsupported_control_bits", "as_written"}}, kApicOn);
  b.map(1, int_dte());
  b.irte32(0x31, 0x00200701);
  CHECK(b.msi(1, 0x31).data == 0x20);
}

TEST_CASE("reserved bits 119:72 of a 128-bit entry are faults, 63:32 are not looked at") {
  for (unsigned n = 72; n < 120; ++n) {
    CAPTURE(n);
    IntBench b({{"EFR.GASup", 1}}, {}, kApicOn);
    b.map(1, int_dte());
    b.irte128(0x31, 0x5A01, 0xC3 | bit(n - 64));
    const Fault f = fault(b);
    CHECK(f.code == 2);
    CHECK(f.PR);
    CHECK(f.RZ);
  }
  IntBench b({{"EFR.GASup", 1}}, {}, kApicOn);
  b.map(1, int_dte());
  b.irte128(0x31, 0xFFFFFFFF'00005A01, 0xC3);
  CHECK(b.msi(1, 0x31).kind == Kind::kRemapped);
}

TEST_CASE("destination bits above 7:0 need XTEn") {
  constexpr std::uint64_t kLow = 0x22334401, kHigh = std::uint64_t{0x11} << 56 | 0xC3;
  IntBench narrow({{"EFR.GASup", 1}, {"EFR.XTSup", 1}}, {}, kApicOn);
  narrow.map(1, int_dte());
  narrow.irte128(0x31, kLow, kHigh);
  const Fault f = fault(narrow);
  CHECK(f.PR);
  CHECK(f.RZ);
  IntBench wide({{"EFR.GASup", 1}, {"EFR.XTSup", 1}}, {}, kApicOn | kXTEn);
  wide.map(1, int_dte());
  wide.irte128(0x31, kLow, kHigh);
  const InterruptResult r = wide.msi(1, 0x31);
  CHECK(r.kind == Kind::kRemapped);
  CHECK(r.destination == 0x11223344);
  CHECK(r.address == 0x11223300'FEE44000);
  CHECK(r.data == 0xC3);
}

TEST_CASE("ForcePhyDestSup makes every destination physical") {
  IntBench b({{"EFR.ForcePhyDestSup", 1}});
  b.map(1, int_dte());
  b.irte32(0x31, 0x00C35A45);
  CHECK(b.msi(1, 0x31).address == 0xFEE5A000);
}

TEST_CASE("GuestMode=1 is a fault unless GAMEn is 1") {
  for (const std::uint64_t mode : {0u, 1u, 2u}) {
    CAPTURE(mode);
    IntBench b({{"EFR.GASup", 1}, {"EFR.GAMSup", 1}}, {}, kApicOn | mode << 25);
    b.map(1, int_dte());
    b.irte128(0x31, 0x81, kApic | 0x45);
    if (mode == 1) {
      CHECK(b.msi(1, 0x31).kind == Kind::kPosted);
    } else {
      const Fault f = fault(b);
      CHECK(f.PR);
      CHECK(f.RZ);
    }
  }
}

TEST_CASE("under SNP GuestMode=1 needs SNPAVICEn") {
  for (const bool enabled : {false, true}) {
    IntBench b({{"EFR.GASup", 1}, {"EFR.GAMSup", 1}, {"SnpEnabled", 1}, {"EFR2.SNPAVICSup", 1}}, {},
               kApicOn | kGAMEn | (enabled ? bit(61) : 0));
    b.map(1, int_dte());
    b.irte128(0x31, 0x81, kApic | 0x45);
    CHECK(b.msi(1, 0x31).kind == (enabled ? Kind::kPosted : Kind::kAborted));
  }
}

TEST_CASE("reserved bits 4:3 and 119:116 of a guest entry are faults, 75:72 are not looked at") {
  for (const unsigned n : {3u, 4u, 116u, 117u, 118u, 119u}) {
    CAPTURE(n);
    IntBench b({{"EFR.GASup", 1}, {"EFR.GAMSup", 1}}, {}, kApicOn | kGAMEn);
    b.map(1, int_dte());
    b.irte128(0x31, 0x81 | (n < 64 ? bit(n) : 0), kApic | 0x45 | (n < 64 ? 0 : bit(n - 64)));
    const Fault f = fault(b);
    CHECK(f.PR);
    CHECK(f.RZ);
  }
  IntBench b({{"EFR.GASup", 1}, {"EFR.GAMSup", 1}}, {}, kApicOn | kGAMEn);
  b.map(1, int_dte());
  b.irte128(0x31, 0x81, kApic | 0xF45);
  CHECK(b.msi(1, 0x31).kind == Kind::kPosted);
}

}  // namespace
}  // namespace amdvi::by_hand
