// Tested here: model/include/amdvi/impl/mmio.hpp. Masks and reset values are from core.md 2.
#include <rapidcheck.h>

#include "tests/unit/device_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

TEST_CASE("registers have their reset values") {
  Quiet q({{"header.EFRSup", 1}, {"EFR.IASup", 1}});
  CHECK(q.r(0x0000) == 0);
  CHECK(q.r(0x0008) == 0x0800'0000'0000'0000);
  CHECK(q.r(0x0010) == 0x0800'0000'0000'0000);
  CHECK(q.r(0x0018) == 0x400);
  CHECK(q.r(0x0020) == 0);
  CHECK(q.r(0x0028) == 0);
  CHECK(q.r(0x0030) == 0x40);
  for (const unsigned offset : {0x2000u, 0x2008u, 0x2010u, 0x2018u, 0x2020u}) {
    CHECK(q.r(offset) == 0);
  }
}

TEST_CASE("Control comes up with BlkStopMrkEn and EPHEn where they are supported") {
  Quiet q({{"EFR.BlkStopMrkSup", 1}, {"EFR.EPHSup", 1}});
  CHECK(q.r(0x18) == 0x0000'2200'0000'0400);
}

TEST_CASE("option control_reset: Control comes up with Coherent only") {
  Quiet q({{"EFR.BlkStopMrkSup", 1}, {"EFR.EPHSup", 1}}, {{"control_reset", "coherent_only"}});
  CHECK(q.r(0x18) == 0x400);
}

TEST_CASE("a register keeps its writable bits and no others") {
  const auto kept = [](std::uint64_t offset) {
    Quiet q;
    q.w(offset, ~std::uint64_t{0});
    return q.r(offset);
  };
  CHECK(kept(0x0000) == 0x000F'FFFF'FFFF'F1FF);
  CHECK(kept(0x0008) == 0x0F0F'FFFF'FFFF'F000);
  CHECK(kept(0x0010) == 0x0F0F'FFFF'FFFF'F000);
  CHECK(kept(0x0020) == 0x000F'FFFF'FFFF'F003);
  CHECK(kept(0x0028) == 0x000F'FFFF'FFFF'F000);
  CHECK(kept(0x2020) == 0);
}

TEST_CASE("Control without any feature keeps the fields that need none") {
  Quiet q;
  q.w(0x18, ~std::uint64_t{0});
  // 0, 2-4, 8-12, 21:18, 23; 59 and 60 have no feature bit.
  CHECK(q.r(0x18) == 0x1800'0000'00BC'1F1D);
}

TEST_CASE("Control with every feature keeps all but bits 49 and 57") {
  Quiet q({{"EFR", ~bit(17)}, {"EFR2", ~std::uint64_t{0}}, {"header", 0xFFFFFFFF}},
          {{"dev_tbl_seg_too_large", "take"}});
  q.w(0x18, ~std::uint64_t{0});
  CHECK(q.r(0x18) == ~(bit(49) | bit(57)));
}

TEST_CASE("Control of revision 3.05 has the bits that 3.05 defines") {
  Quiet q(
      {{"EFR", ~bit(17)}, {"EFR2", ~std::uint64_t{0}}, {"header", 0xFFFFFFFF}, {"Revision", 0x305}},
      {{"dev_tbl_seg_too_large", "take"}});
  q.w(0x18, ~std::uint64_t{0});
  CHECK(q.r(0x18) == 0x004D'EFFF'FFFF'FFFF);
}

TEST_CASE("a Control field of an absent feature reads zero, each by its own feature bit") {
  struct Row {
    unsigned hi, lo;
    std::string_view feature;
    std::uint64_t value;
  };
  for (const Row& row :
       {Row{1, 1, "header.HtTunnel", 1},       Row{7, 5, "header.IotlbSup", 1},
        Row{15, 13, "EFR.PPRSup", 1},          Row{16, 16, "EFR.GTSup", 1},
        Row{17, 17, "EFR.GASup", 1},           Row{31, 30, "EFR.DualPprLogSup", 1},
        Row{33, 32, "EFR.DualEventLogSup", 1}, Row{36, 34, "EFR.DevTblSegSup", 1},
        Row{38, 37, "EFR.USSup", 1},           Row{40, 40, "EFR.MarcSup", 1},
        Row{41, 41, "EFR.BlkStopMrkSup", 1},   Row{44, 43, "EFR2.NumIntRemapSup", 1},
        Row{45, 45, "EFR.EPHSup", 1},          Row{47, 46, "EFR.HASup", 1},
        Row{51, 50, "EFR.XTSup", 1},           Row{54, 54, "EFR.GAUpdateDisSup", 1},
        Row{55, 55, "EFR.GAPPISup", 1},        Row{56, 56, "EFR2.TMPMSup", 1},
        Row{58, 58, "EFR2.GCR3TRPModeSup", 1}, Row{63, 61, "EFR2.SNPAVICSup", 1},
        Row{29, 25, "EFR.GAMSup", 1},          Row{53, 52, "EFR.vIommuSup", 1},
        Row{48, 48, "EFR.GDUpdateDisSup", 1}}) {
    CAPTURE(row.feature);
    Quiet without, with({{row.feature, row.value}}, {{"dev_tbl_seg_too_large", "take"}});
    without.w(0x18, ~std::uint64_t{0});
    with.w(0x18, ~std::uint64_t{0});
    const std::uint64_t field = (~std::uint64_t{0} >> (63 - row.hi + row.lo)) << row.lo;
    CHECK((without.r(0x18) ^ with.r(0x18)) == field);
    CHECK((without.r(0x18) & field) == 0);
  }
}

TEST_CASE("option unsupported_control_bits: they read as written and do nothing") {
  Quiet q({}, {{"unsupported_control_bits", "as_written"}});
  q.w(0x18, ~std::uint64_t{0});
  CHECK(q.r(0x18) == ~(bit(49) | bit(57)));
  CHECK(q.status() == (kLogRun | kCmdRun));
}

TEST_CASE("option reserved_readback: reserved bits read as written") {
  Quiet q({}, {{"reserved_readback", "as_written"}});
  q.w(0x0000, ~std::uint64_t{0});
  CHECK(q.r(0x0000) == ~std::uint64_t{0});
  q.w(0x2008, 0xFF8);
  CHECK(q.r(0x2008) == 0xFF8);
}

TEST_CASE("with reserved bits read back as written commands are taken from whole slots") {
  Bench b({}, {{"reserved_readback", "as_written"}});
  b.command(0, bit(60) | 2);
  b.w(0x2008, 0x1F);
  b.device.run();
  CHECK(b.r(0x2000) == 0x10);
  CHECK((b.status() & kComWaitInt) != 0);
}

TEST_CASE("option exclusion_limit_readback: bits 11:0 read zero, ones or as written") {
  const auto limit = [](std::string_view how) {
    Quiet q({}, {{"exclusion_limit_readback", how}});
    q.w(0x28, 0x5000'0123);
    return q.r(0x28);
  };
  CHECK(limit("zero") == 0x5000'0000);
  CHECK(limit("ones") == 0x5000'0FFF);
  CHECK(limit("as_written") == 0x5000'0123);
}

TEST_CASE("EFR and EFR2 ignore writes") {
  Quiet q({{"header.EFRSup", 1}, {"EFR", 0x1234'5678'9ABC'DEF0}, {"EFR2", 0x808}});
  q.w(0x30, 0);
  q.w(0x1A0, ~std::uint64_t{0});
  CHECK(q.r(0x30) == 0x1234'5678'9ABC'DEF0);
  CHECK(q.r(0x1A0) == 0x808);
  CHECK(q.r(0x34, 4) == 0x1234'5678);
}

TEST_CASE("EFR reads zero without EFRSup") {
  Quiet q({{"EFR.IASup", 1}});
  CHECK(q.r(0x30) == 0);
}

TEST_CASE("a 32-bit write changes its half and keeps the other") {
  Quiet q;
  q.w(0x00, 0x0001'2345'6789'A0FF);
  q.w(0x00, 0xFFFF'F001, 4);
  CHECK(q.r(0x00) == 0x0001'2345'FFFF'F001);
  q.w(0x04, 0xA'BCDE, 4);
  CHECK(q.r(0x00) == 0x000A'BCDE'FFFF'F001);
  CHECK(q.r(0x04, 4) == 0xA'BCDE);
  CHECK(q.r(0x00, 4) == 0xFFFF'F001);
}

TEST_CASE("Status clears a bit only where 1 is written, and never a run bit") {
  Bench b({}, {}, kAllOn | kEventIntEn | kComWaitIntEn);
  b.dte(1, kV);
  b.read(1, 0);               // EventLogInt
  b.command(0, bit(60) | 2);  // COMPLETION_WAIT, i=1
  b.submit(1);
  const std::uint64_t run = kLogRun | kCmdRun;
  REQUIRE(b.status() == (kLogInt | kComWaitInt | run));
  b.w(0x2020, 0);
  CHECK(b.status() == (kLogInt | kComWaitInt | run));
  b.w(0x2020, ~(kLogInt | kComWaitInt));
  CHECK(b.status() == (kLogInt | kComWaitInt | run));
  b.w(0x2024, 0xFFFFFFFF, 4);
  CHECK(b.status() == (kLogInt | kComWaitInt | run));
  b.w(0x2020, kLogInt);
  CHECK(b.status() == (kComWaitInt | run));
  b.w(0x2020, kComWaitInt, 4);
  CHECK(b.status() == run);
}

TEST_CASE("an offset without a register reads zero, or ones by option, and ignores writes") {
  Quiet zeros, ones({}, {{"unmapped_read", "ones"}});
  for (const unsigned offset : {0x58u, 0x2060u, 0x2068u, 0x3000u}) {
    zeros.w(offset, ~std::uint64_t{0});
    CHECK(zeros.r(offset) == 0);
    CHECK(ones.r(offset, 4) == 0xFFFF'FFFF);
    CHECK(ones.r(offset, 8) == ~std::uint64_t{0});
  }
}

TEST_CASE("offset 1FF8h reads zero and ignores writes") {
  Quiet q;
  q.w(0x1FF8, ~std::uint64_t{0});
  CHECK(q.r(0x1FF8) == 0);
}

TEST_CASE("registers of absent features read zero and ignore writes") {
  Quiet q;
  for (const unsigned offset :
       {0x38u,  0x40u,  0x48u,  0x50u,  0x60u,   0xE0u,   0xE8u,   0xF0u,   0xF8u,   0x100u,
        0x170u, 0x178u, 0x180u, 0x200u, 0x2030u, 0x2040u, 0x2050u, 0x2070u, 0x2080u, 0x2088u}) {
    CAPTURE(offset);
    q.w(offset, 0x0F0F'FFFF'FFFF'F000);
    CHECK(q.r(offset) == 0);
  }
}

TEST_CASE("a byte access acts on its byte, or is ignored by option") {
  Quiet acts, ignores({}, {{"narrow_access", "ignored"}});
  acts.w(0x0001, 0x1, 1);  // Size bit 8
  CHECK(acts.r(0x0000) == 0x100);
  CHECK(acts.r(0x0001, 1) == 1);
  ignores.w(0x0001, 0x1, 1);
  CHECK(ignores.r(0x0000) == 0);
}

TEST_CASE("reset brings back the state of power-on") {
  Bench b;
  b.dte(1, kV);
  b.read(1, 0);
  b.device.reset();
  Quiet fresh;
  for (std::uint64_t offset = 0; offset < 0x2100; offset += 8) {
    CAPTURE(offset);
    CHECK(b.r(offset) == fresh.r(offset));
  }
}

// Properties

TEST_CASE("no write sets a W1C or a run bit of Status") {
  CHECK(rc::check([](std::uint64_t value, bool half) {
    Quiet q;
    q.w(half ? 0x2024 : 0x2020, value, half ? 4 : 8);
    RC_ASSERT(q.status() == 0);
  }));
}

TEST_CASE("writing back what was read changes no register but W1C ones") {
  CHECK(rc::check([](std::uint64_t value) {
    Quiet q;
    for (const unsigned offset : {0x00u, 0x08u, 0x10u, 0x20u, 0x28u, 0x2008u, 0x2010u}) {
      q.w(offset, value);
      const std::uint64_t kept = q.r(offset);
      q.w(offset, kept);
      RC_ASSERT(q.r(offset) == kept);
    }
  }));
}

TEST_CASE("two 32-bit writes leave what one 64-bit write leaves, in either order") {
  CHECK(rc::check([](std::uint64_t value, bool high_first) {
    for (const unsigned offset : {0x00u, 0x18u, 0x20u, 0x28u}) {
      Quiet once, twice;
      once.w(offset, value);
      const auto half = [&](unsigned high) {
        twice.w(offset + 4 * high, (value >> (32 * high)) & 0xFFFF'FFFF, 4);
      };
      half(high_first);
      half(!high_first);
      RC_ASSERT(once.r(offset) == twice.r(offset));
    }
  }));
}

}  // namespace
}  // namespace amdvi::by_hand
