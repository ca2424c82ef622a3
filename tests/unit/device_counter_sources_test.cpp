// Tested here: what counts as what, model/include/amdvi/impl/counters.hpp. Codes are from
// core.md 2.20: 05h translations, 07h and 09h misses of pages and directories, 0Ch, 0Dh and 0Eh
// reads of tables, 11h and 12h commands, 16h interrupts of guests.
#include "tests/unit/counting_by_hand.hpp"
#include "tests/unit/device_guest.hpp"

namespace amdvi::by_hand {
namespace {

constexpr std::uint64_t kHost = 0x8000000;  // a level-3 table: 1 GiB entries
// No accessed and no dirty updates, so that each entry is read once.
constexpr std::uint64_t kNoUpdates = bit(54) | bit(48);

// Counters 0 to 5 count codes 05h, 07h, 09h, 0Ch, 0Dh and 0Eh.
std::vector<std::uint64_t> table_counts(Bench& b, std::uint64_t address, bool pasid) {
  constexpr std::uint64_t kCodes[] = {0x05, 0x07, 0x09, 0x0C, 0x0D, 0x0E};
  const auto block = [](std::uint64_t n) { return 0x40000 + 0x1000 * (n / 4) + 0x100 * (n % 4); };
  for (std::uint64_t n = 0; n < 6; ++n) b.w(block(n) + kSource, kCodes[n]);
  Request r{1, address, true, false};
  r.has_pasid = pasid;
  r.pasid = pasid ? 5 : 0;
  REQUIRE(b.device.translate(r).ok);
  std::vector<std::uint64_t> counts;
  for (std::uint64_t n = 0; n < 6; ++n) counts.push_back(b.r(block(n) + kCount));
  return counts;
}
using Counts = std::vector<std::uint64_t>;

TEST_CASE("entries of guest tables are read as such, and miss no host page") {
  Guest g(0x1000, 4, {}, kAllOn | kGTEn | kNoUpdates);
  // One GCR3 entry and four levels.
  CHECK(table_counts(g, 0x1000, true) == Counts{1, 0, 0, 5, 0, 5});
}

TEST_CASE("below guest tables each host entry is a nested read and a miss of its page") {
  Guest g(0x1000, 4, {}, kAllOn | kGTEn | kNoUpdates);
  g.entry_of_device(std::uint64_t{3} << 9 | kHost);
  REQUIRE(g.memory.write64(kHost, 1 | kIR | kIW));  // the first GiB, one to one
  // Four guest levels and the page, each through one host entry; the GCR3 entry through none.
  CHECK(table_counts(g, 0x1000, true) == Counts{1, 5, 0, 10, 5, 5});
}

TEST_CASE("a page of an encoded size is a miss of a page, what leads to it of a directory") {
  Counting c;
  c.dte(1, kV | kTV | kIR | kIW | bit(9) * 2 | kTables, 6);
  REQUIRE(c.memory.write64(0x4001000, 0x77000 | 7 * bit(9) | 1 | kIR | kIW));
  CHECK(table_counts(c, 0x0, false) == Counts{1, 1, 1, 2, 0, 0});
}

TEST_CASE("commands 02h to 05h and 08h are counted as invalidations, 01h, 06h and 07h are not") {
  for (std::uint64_t opcode = 1; opcode <= 8; ++opcode) {
    CAPTURE(opcode);
    Counting c({{"EFR.PCSup", 1},
                {"EFR.IASup", 1},
                {"EFR.PreFSup", 1},
                {"EFR.PPRSup", 1},
                {"header.IotlbSup", 1}});
    c.counts(0x11, 0);
    c.counts(0x12, 1);
    c.command(0, opcode << 60);
    c.submit(1);
    CHECK(c.count(0) == 1);
    CHECK(c.count(1) == (opcode == 8 || (opcode >= 2 && opcode <= 5) ? 1 : 0));
  }
}

TEST_CASE("an interrupt that is posted is one of a guest, and no other") {
  Counting c({{"EFR.PCSup", 1}, {"EFR.GASup", 1}, {"EFR.GAMSup", 1}});
  c.w(0x18, kAllOn | kGAEn | kGAMEn);
  c.dte(1, 0, 0, int_dte());
  REQUIRE(c.memory.write64(kIrt + 16 * 0x31, 1 | bit(7)));  // RemapEn, GuestMode
  REQUIRE(c.memory.write64(kIrt + 16 * 0x31 + 8, kApic | 0x45));
  REQUIRE(c.memory.write64(kIrt + 16 * 0x32, 1));
  c.counts(0x15, 0);
  c.counts(0x16, 1);
  CHECK(c.device.interrupt({1, kMsi, 0x31}).kind == Kind::kPosted);
  CHECK(c.count(0) == 0);
  CHECK(c.count(1) == 1);
  CHECK(c.device.interrupt({1, kMsi, 0x32}).kind == Kind::kRemapped);
  CHECK(c.count(0) == 1);
  CHECK(c.count(1) == 1);
}

TEST_CASE("a device that nobody listens to counts as any other") {
  Counting c;
  c.device = c.device.copy_onto(c.memory);
  c.counts(0x0C);
  CHECK(c.device.translate({2, 0, true, false}).ok);
  CHECK(c.count() == 2);
}

TEST_CASE("a narrow read of a counter or a register reads its byte, or 0 by option") {
  Counting acts, ignores({{"EFR.PCSup", 1}}, {{"narrow_access", "ignored"}});
  for (Counting* c : {&acts, &ignores}) c->w(Counting::block() + kReport, 0x1234);
  CHECK(acts.r(Counting::block() + kReport, 1) == 0x34);
  CHECK(acts.r(0x0001, 1) == 0xF1 - 0xF0);  // Size 1FFh of the device table: bit 8
  CHECK(ignores.r(Counting::block() + kReport, 1) == 0);
  CHECK(ignores.r(0x0001, 1) == 0);
}

}  // namespace
}  // namespace amdvi::by_hand
