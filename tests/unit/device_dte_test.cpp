// Tested here: the check of a device table entry in model/include/amdvi/impl/translate.hpp. Bits
// are typed from core.md 3.1 and behaviour.md 1.
#include "tests/unit/entry_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

constexpr std::uint64_t mode(unsigned n) { return std::uint64_t{n} << 9; }
std::string_view read_with(std::uint64_t q0, std::uint64_t q1 = 0,
                           std::initializer_list<Setting> caps = {},
                           std::initializer_list<Choice> options = {},
                           std::uint64_t iova = 0x1234) {
  Bench b(caps, options);
  b.dte(1, q0, q1);
  return outcome(b, b.read(1, iova));
}
std::string_view write_with(std::uint64_t q0) {
  Bench b;
  b.dte(1, q0);
  return outcome(b, b.write(1, 0x1234));
}

// The entry

TEST_CASE("V=0 passes everything and looks at nothing else") {
  Bench b;
  b.dte(1, ~kV, ~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0});
  const Translation t = b.write(1, 0xFFFF'0000'1234);
  CHECK(outcome(b, t) == "ok");
  CHECK(t.spa == 0xFFFF'0000'1234);
  CHECK(t.offset_mask == ~std::uint64_t{0});
}

TEST_CASE("each bit of the low half alone: reserved ones make the entry illegal with RZ=1") {
  // Without any feature, revision 3.11. 6:4 are not checked any more.
  for (unsigned n = 1; n < 128; ++n) {
    const bool reserved = n == 2 || n == 3 || n == 63;
    const bool of_feature = n == 7 || n == 8 || (n >= 52 && n <= 60) || (n >= 80 && n <= 95) ||
                            n == 96 || n == 106 || n >= 107;
    const bool other = n >= 9 && n <= 11;  // Mode
    if (other || n == 61 || n == 62) continue;
    CAPTURE(n);
    const std::string_view got = read_with(kGood | (n < 64 ? bit(n) : 0), n < 64 ? 0 : bit(n - 64));
    CHECK(got == (reserved || of_feature ? "illegal RZ" : "ok"));
  }
}

TEST_CASE("a field is allowed where its feature is there") {
  struct Row {
    unsigned n;
    std::string_view feature;
  };
  for (const Row& row :
       {Row{7, "EFR.HASup"}, Row{7, "EFR.HDSup"}, Row{52, "EFR.PPRSup"}, Row{52, "EFR.EPHSup"},
        Row{53, "EFR.EPHSup"}, Row{54, "EFR.GIoSup"}, Row{55, "EFR.GTSup"}, Row{56, "EFR.GTSup"},
        Row{57, "EFR.GTSup"}, Row{58, "EFR.GTSup"}, Row{60, "EFR.GTSup"}, Row{80, "EFR.GTSup"},
        Row{95, "EFR.GTSup"}, Row{96, "header.IotlbSup"}, Row{106, "EFR.SATSSup"},
        Row{107, "EFR.GTSup"}, Row{127, "EFR.GTSup"}}) {
    CAPTURE(row.n);
    const std::uint64_t q0 = kGood | (row.n < 64 ? bit(row.n) : 0);
    CHECK(read_with(q0, row.n < 64 ? 0 : bit(row.n - 64), {{row.feature, 1}}) == "ok");
  }
}

TEST_CASE("bits 6:4 are reserved up to 3.10 and bit 106 in 3.05") {
  for (unsigned n = 4; n <= 6; ++n) {
    CHECK(read_with(kGood | bit(n), 0, {{"Revision", 0x305}}) == "illegal RZ");
    CHECK(read_with(kGood | bit(n), 0, {{"Revision", 0x310}}) == "illegal RZ");
    CHECK(read_with(kGood | bit(n), 0, {{"Revision", 0x311}}) == "ok");
  }
  CHECK(read_with(kGood, bit(42), {{"Revision", 0x305}, {"EFR.SATSSup", 1}}) == "illegal RZ");
  CHECK(read_with(kGood, bit(42), {{"Revision", 0x306}, {"EFR.SATSSup", 1}}) == "ok");
}

TEST_CASE("option dte_rsv_revision: the entry check uses another revision's reserved bits") {
  CHECK(read_with(kGood | bit(4), 0, {}, {{"dte_rsv_revision", "r3_05"}}) == "illegal RZ");
  CHECK(read_with(kGood | bit(4), 0, {}, {{"dte_rsv_revision", "r3_06"}}) == "illegal RZ");
  CHECK(read_with(kGood | bit(4), 0, {{"Revision", 0x305}}, {{"dte_rsv_revision", "r3_11"}}) ==
        "ok");
}

TEST_CASE("a memory request does not look at the high half") {
  for (unsigned n = 0; n < 128; ++n) {
    Bench b;
    b.dte(1, kGood, 0, n < 64 ? bit(n) : 0, n < 64 ? 0 : bit(n - 64));
    CHECK(outcome(b, b.read(1, 0x1234)) == "ok");
  }
}

TEST_CASE("the reserved HAD encoding is illegal") {
  CHECK(read_with(kGood | bit(8), 0, {{"EFR.HASup", 1}}) == "illegal RZ");
  CHECK(read_with(kGood | bit(8), 0, {{"EFR.HASup", 1}}, {{"illegal_encoding_rz", "false"}}) ==
        "illegal");
  CHECK(read_with(kGood | bit(8) | bit(7), 0, {{"EFR.HASup", 1}}) == "ok");
}

TEST_CASE("IoCtl 3 is illegal for every request, or by option for port I/O only") {
  for (std::uint64_t ioctl = 0; ioctl < 4; ++ioctl) {
    CHECK(read_with(kGood, ioctl << (99 - 64)) == (ioctl == 3 ? "illegal RZ" : "ok"));
  }
  CHECK(read_with(kGood, std::uint64_t{3} << 35, {}, {{"ioctl_reserved_scope", "port_io"}}) ==
        "ok");
}

TEST_CASE("under SNP Mode 0 with TV=1 is illegal unless the part permits it") {
  CHECK(read_with(kGood, 0, {{"SnpEnabled", 1}}, {{"illegal_encoding_rz", "false"}}) == "illegal");
  CHECK(read_with(kV | kTV, 0, {{"SnpEnabled", 1}}) == "illegal RZ");
  CHECK(read_with(kGood, 0, {{"SnpEnabled", 1}, {"SnpMode0Sup", 1}}) == "ok");
  CHECK(read_with(kV, 0, {{"SnpEnabled", 1}}) == "fault");  // TV=0 blocks, as drivers use it
}

TEST_CASE("a root pointer without host translation is illegal") {
  CHECK(read_with(kGood | bit(12), 0, {{"EFR.HATS", 3}}) == "illegal RZ");
  CHECK(read_with(kGood | bit(51), 0, {{"HATDIS", 1}}) == "illegal RZ");
  CHECK(read_with(kGood, 0, {{"EFR.HATS", 3}}) == "ok");
  CHECK(read_with(kGood, 0, {{"HATDIS", 1}}) == "ok");
}

TEST_CASE("TV=0 is a page fault with PR=0 whatever IR, IW and Mode are") {
  for (const std::uint64_t q0 : {kV, kV | kIR | kIW, kV | mode(7) | kIR, kV | mode(4) | 0x7000}) {
    CHECK(read_with(q0) == "fault");
    CHECK(write_with(q0) == "fault");
  }
}

TEST_CASE("IR and IW are enforced before Mode is looked at") {
  for (const std::uint64_t m : {mode(0), mode(1), mode(6), mode(7)}) {
    CHECK(read_with(kV | kTV | kIW | m) == "fault PR PE");
    CHECK(write_with(kV | kTV | kIR | m) == "fault PR PE");
  }
}

TEST_CASE("an atomic needs both permissions") {
  for (const std::uint64_t p : {std::uint64_t{0}, kIR, kIW, kIR | kIW}) {
    Bench b;
    b.dte(1, kV | kTV | p);
    const Translation t = b.device.translate({1, 0x1234, true, true});
    CHECK(outcome(b, t) == (p == (kIR | kIW) ? "ok" : "fault PR PE"));
    if (!t.ok) CHECK(b.RW());
  }
}

TEST_CASE("Mode 0 forwards the address unchanged with the entry's permissions") {
  Bench b;
  b.dte(1, kV | kTV | kIR);
  CHECK(b.read(1, 0xABC'DEF0'1234).spa == 0xABC'DEF0'1234);
  CHECK_FALSE(b.write(1, 0xABC'DEF0'1234).ok);
}

TEST_CASE("Mode 7 and Mode above HATS are refused, options pick the event") {
  for (unsigned hats = 0; hats < 4; ++hats) {
    for (unsigned m = 1; m < 8; ++m) {
      CAPTURE(hats);
      CAPTURE(m);
      const unsigned levels = hats == 3 ? 0 : 4 + hats;
      if (m <= levels) {
        CHECK(read_with(kGood | mode(m), 0, {{"EFR.HATS", hats}}) == "fault");  // empty table
        continue;
      }
      CHECK(read_with(kGood | mode(m), 0, {{"EFR.HATS", hats}}) == "illegal");
      CHECK(read_with(kGood | mode(m), 0, {{"EFR.HATS", hats}},
                      {{"mode7_event", "io_page_fault"}}) == "fault PR");
    }
  }
}

TEST_CASE("an address with a bit above what Mode levels translate is refused") {
  for (unsigned m = 1; m <= 6; ++m) {
    CAPTURE(m);
    const unsigned bits = 12 + 9 * m;  // 21, 30, 39, 48, 57, 66
    const auto walks = [&](unsigned n) {
      Bench b({{"EFR.HATS", 2}});
      b.dte(1, kGood | mode(m) | kTables);
      // Every slot of the top table maps: the walk succeeds if it starts.
      const std::uint64_t slot = bit(n) >> (bits - 9) & 511;
      b.memory.write64(kTables + 8 * slot, 1 | std::uint64_t{m == 6 ? 5u : 0u} << 9 | kIR | kIW);
      b.memory.write64(8 * (n < 57 ? bit(n) >> 48 & 511 : 0), 1 | kIR | kIW);
      return outcome(b, b.read(1, bit(n)));
    };
    CHECK(walks(bits - 1 < 63 ? bits - 1 : 63) == "ok");
    if (bits < 64) {
      CHECK(walks(bits) == "fault");
      CHECK(walks(63) == "fault");
    }
  }
}

TEST_CASE("option mode_range_pr: PR of the event of such an address") {
  CHECK(read_with(kGood | mode(1), 0, {}, {{"mode_range_pr", "true"}}, bit(21)) == "fault PR");
}

TEST_CASE("the entry check goes in order: reserved bits, TV, IR and IW, Mode") {
  CHECK(read_with(kV | bit(2)) == "illegal RZ");          // before TV
  CHECK(read_with(kV | kTV | bit(2)) == "illegal RZ");    // before IR
  CHECK(read_with(kV | mode(7)) == "fault");              // TV before Mode
  CHECK(read_with(kV | kTV | mode(7)) == "fault PR PE");  // IR before Mode
}

TEST_CASE("nothing is cached: a change of the entry is seen by the next request") {
  Bench b;
  b.dte(1, kGood);
  CHECK(b.read(1, 0).ok);
  b.dte(1, kV | kTV);
  CHECK_FALSE(b.read(1, 0).ok);
}

}  // namespace
}  // namespace amdvi::by_hand
