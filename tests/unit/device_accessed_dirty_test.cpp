// Tested here: accessed and dirty updates of guest and host tables (behaviour.md 2.4, 3.3).
#include "tests/unit/device_guest.hpp"

namespace amdvi::by_hand {
namespace {

constexpr std::uint64_t kGAUpdateDis = bit(54), kGDUpdateDis = bit(48);

TEST_CASE("a guest walk sets accessed in each entry and dirty in the leaf of a write") {
  Guest g(0x1000);
  REQUIRE(g.go().ok);
  for (unsigned level = 1; level <= 4; ++level) CHECK((g.mem(g.slot(level)) & (kA | kD)) == kA);
  REQUIRE(g.go(true).ok);
  CHECK((g.mem(g.slot(1)) & (kA | kD)) == (kA | kD));
  for (unsigned level = 2; level <= 4; ++level) CHECK((g.mem(g.slot(level)) & kD) == 0);
}

TEST_CASE("an update keeps every other bit of the entry") {
  Guest g(0x1000);
  const std::uint64_t software = bit(9) | bit(55) | kNX;
  g.entry(1, 0x7654000 | kUser | software);
  REQUIRE(g.go(true).ok);
  CHECK(g.mem(g.slot(1)) == (0x7654000 | kUser | software | kA | kD));
}

TEST_CASE("GAUpdateDis and GDUpdateDis stop one update each") {
  Guest a(0x1000, 4, {}, kAllOn | kGTEn | kGAUpdateDis);
  REQUIRE(a.go(true).ok);
  CHECK((a.mem(a.slot(1)) & (kA | kD)) == kD);
  Guest d(0x1000, 4, {}, kAllOn | kGTEn | kGDUpdateDis);
  REQUIRE(d.go(true).ok);
  CHECK((d.mem(d.slot(1)) & (kA | kD)) == kA);
}

TEST_CASE("an entry that refuses the request is not marked") {
  Guest g(0x1000);
  g.entry(1, 0x7654000 | kP | kUS);
  CHECK(!g.go(true).ok);
  CHECK((g.mem(g.slot(1)) & (kA | kD)) == 0);
}

// HADUpdate is Control 47:46, HAD is DTE 8:7.
struct Host : Bench {
  Host(std::uint64_t had_update, std::uint64_t had)
      : Bench(kGuestCaps, {}, kAllOn | had_update << 46) {
    dte(1, kV | kTV | std::uint64_t{2} << 9 | kTables | kIR | kIW | had << 7, 0x77);
    REQUIRE(memory.write64(kTables, 0x4001000 | 1 | std::uint64_t{1} << 9 | kIR | kIW));
    REQUIRE(memory.write64(0x4001008, 0x7654000 | 1 | kIR | kIW));
  }
  std::uint64_t top() { return mem(kTables) & (kA | kD); }
  std::uint64_t leaf() { return mem(0x4001008) & (kA | kD); }
};

TEST_CASE("host tables are marked when Control and the entry both ask for it") {
  struct Row {
    std::uint64_t had_update, had, top, leaf;
  };
  for (const Row& row : {Row{0, 3, 0, 0}, Row{3, 0, 0, 0}, Row{1, 1, kA, kA}, Row{1, 3, kA, kA},
                         Row{3, 1, kA, kA}, Row{3, 3, kA, kA | kD}}) {
    CAPTURE(row.had_update);
    CAPTURE(row.had);
    Host h(row.had_update, row.had);
    REQUIRE(h.write(1, 0x1000).ok);
    CHECK(h.top() == row.top);
    CHECK(h.leaf() == row.leaf);
  }
}

TEST_CASE("a read does not make a host page dirty") {
  Host h(3, 3);
  REQUIRE(h.read(1, 0x1000).ok);
  CHECK(h.leaf() == kA);
}

}  // namespace
}  // namespace amdvi::by_hand
