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

}  // namespace
}  // namespace amdvi::by_hand
