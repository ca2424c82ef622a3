// Tested here: which old entries a nested translation may use, model/include/amdvi/cache.hpp.
// Numbers are worked out from behaviour.md 3.4, 4.2 and 4.3.
#include "tests/unit/cached_nested_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

TEST_CASE("a nested result stays until both stages were invalidated") {
  for (const bool host_first : {false, true}) {
    CAPTURE(host_first);
    CachedNested c;
    REQUIRE(c.at() == Spas{0xA00000});
    c.host_page(0xC00000);
    CHECK(c.at() == Spas{0xA00000, 0xC00000});
    c.pages(host_first ? 0 : kGN);
    c.wait();
    CHECK(c.at() == Spas{0xA00000, 0xC00000});
    c.pages(host_first ? kGN : 0);
    CHECK(c.at() == Spas{0xA00000, 0xC00000});  // not complete yet
    c.wait();
    CHECK(c.at() == Spas{0xC00000});
  }
}

TEST_CASE("a guest page needs the invalidation of its own stage only") {
  CachedNested c;
  c.put(kHost + 8 * 2, 0xE00000 | kOpen);
  c.put(0x603008, 0x400000 | kUser);  // guest physical of the other host page
  c.pages(0);
  c.wait();
  CHECK(c.at() == Spas{0xA00000, 0xE00000});
  c.pages(kGN);
  c.wait();
  CHECK(c.at() == Spas{0xE00000});
}

TEST_CASE("guest directories and GCR3 entries go with an invalidation of guest pages with PDE=1") {
  struct Row {
    std::uint64_t at, value;
  };
  // Another table of the lowest level, of the one above it, and of the top level.
  for (const Row& row : {Row{0x602000, 0x60C000 | kUser}, Row{0x601000, 0x60B000 | kUser},
                         Row{kGcr3 + 8 * 5, 0x609000 | kP}}) {
    CAPTURE(row.at);
    CachedNested c;
    c.put(kHost + 8 * 2, 0xE00000 | kOpen);
    for (unsigned i = 0; i < 3; ++i) c.put(0x609000 + 0x1000 * i, (0x60A000 + 0x1000 * i) | kUser);
    c.put(0x60C008, 0x400000 | kUser);
    c.command(std::uint64_t{2} << 60 | 1);
    c.pages(0);
    c.pages(kGN);
    c.wait();
    REQUIRE(c.at() == Spas{0xA00000});
    c.put(row.at, row.value);
    CHECK(c.at() == Spas{0xA00000, 0xE00000});
    c.guest_pages(1);  // S, without PDE
    c.wait();
    CHECK(c.at() == Spas{0xA00000, 0xE00000});
    c.pages(kGN);
    c.wait();
    CHECK(c.at() == Spas{0xE00000});
  }
}

TEST_CASE("a guest page of 2 MiB goes when any part of it is invalidated") {
  CachedNested c;
  c.put(0x602000, 0x200000 | kUser | kPS);
  c.pages(kGN);
  c.wait();
  REQUIRE(c.at() == Spas{0xA01000});
  c.put(kHost + 8 * 2, 0xE00000 | kOpen);
  c.put(0x602000, 0x400000 | kUser | kPS);
  CHECK(c.at() == Spas{0xA01000, 0xE01000});
  c.guest_page(0x1FF000);
  c.wait();
  CHECK(c.at() == Spas{0xE01000});
}

// Another host table, which has page 1 elsewhere.
void another_host_table(CachedNested& c) {
  constexpr std::uint64_t kOther = 0x9000000;
  c.put(kOther + 8 * 3, 0x600000 | kOpen);
  c.put(kOther + 8, 0xC00000 | kOpen);
  c.put(kDevTab + 32,
        kV | kTV | kGV | kIR | kIW | std::uint64_t{2} << 9 | kOther | gcr3_low(kGcr3));
  c.command(std::uint64_t{2} << 60 | 1);
  c.wait();
}

TEST_CASE("a finished nested translation outlives its entry until both stages are invalidated") {
  const Spas both{0xA00000, 0xC00000};
  CachedNested guest_first;
  another_host_table(guest_first);
  CHECK(guest_first.at() == both);
  guest_first.pages(kGN);
  guest_first.wait();
  CHECK(guest_first.at() == both);
  // One page of the host's: which ones the translation went through is not known.
  guest_first.command(std::uint64_t{3} << 60 | std::uint64_t{0x77} << 32, 0);
  guest_first.wait();
  CHECK(guest_first.at() == both);
  guest_first.pages(0);
  guest_first.wait();
  CHECK(guest_first.at() == Spas{0xC00000});
  CachedNested host_first;
  another_host_table(host_first);
  host_first.pages(0);
  host_first.wait();
  CHECK(host_first.at() == both);
  host_first.pages(kGN);
  host_first.wait();
  CHECK(host_first.at() == Spas{0xC00000});
}

TEST_CASE("without a host table the guest's pages alone keep a finished translation") {
  CachedNested c;
  const std::uint64_t entry = kV | kTV | kGV | gcr3_low(kGcr3);  // Mode 0
  c.put(kDevTab + 32, entry | kIR | kIW);
  c.command(std::uint64_t{8} << 60);
  c.wait();
  REQUIRE(c.at() == Spas{0x200000});
  c.put(kDevTab + 32, entry | kIW);
  c.command(std::uint64_t{2} << 60 | 1);
  c.wait();
  CHECK(c.at() == Spas{0, 0x200000});
  c.pages(kGN);
  c.wait();
  CHECK(c.at() == Spas{0});
}

}  // namespace
}  // namespace amdvi::by_hand
