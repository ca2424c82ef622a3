// Tested here: bases and pointers of rings as registers, model/include/amdvi/impl/mmio.hpp and
// rings.hpp. From core.md 2.1 to 2.3.
#include "tests/unit/device_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

TEST_CASE("a pointer keeps bits 18:4") {
  for (const unsigned offset : {0x2000u, 0x2008u, 0x2010u, 0x2018u}) {
    Quiet q;
    q.w(0x0008, std::uint64_t{15} << 56);  // 512 KiB: every value of 18:4 is in the ring
    q.w(0x0010, std::uint64_t{15} << 56);
    q.w(offset, ~std::uint64_t{0});
    CHECK(q.r(offset) == 0x7FFF0);
  }
}

TEST_CASE("a 32-bit write of the high half of a ring base resets the pointers too") {
  Quiet q;
  q.w(0x2000, 0x20);
  q.w(0x2008, 0x40);
  q.w(0x0C, std::uint64_t{9} << 24, 4);
  CHECK(q.r(0x08) == std::uint64_t{9} << 56);
  CHECK(q.r(0x2000) == 0);
  CHECK(q.r(0x2008) == 0);
}

TEST_CASE("writing the command base resets the command pointers and not the log's") {
  Quiet q;
  for (const unsigned offset : {0x2000u, 0x2008u, 0x2010u, 0x2018u}) q.w(offset, 0x30);
  q.w(0x08, 0x5000 | std::uint64_t{8} << 56);
  CHECK(q.r(0x2000) == 0);
  CHECK(q.r(0x2008) == 0);
  CHECK(q.r(0x2010) == 0x30);
  CHECK(q.r(0x2018) == 0x30);
}

TEST_CASE("writing the event log base resets the log's pointers and not the command ring's") {
  Quiet q;
  for (const unsigned offset : {0x2000u, 0x2008u, 0x2010u, 0x2018u}) q.w(offset, 0x30);
  q.w(0x10, 0x5000 | std::uint64_t{8} << 56);
  CHECK(q.r(0x2000) == 0x30);
  CHECK(q.r(0x2008) == 0x30);
  CHECK(q.r(0x2010) == 0);
  CHECK(q.r(0x2018) == 0);
}

TEST_CASE("a ring base written while its ring runs is ignored, or taken by option") {
  for (const unsigned base : {0x08u, 0x10u}) {
    Bench ignores;
    const std::uint64_t before = ignores.r(base);
    ignores.w(base, 0x7000 | std::uint64_t{9} << 56);
    CHECK(ignores.r(base) == before);
    Bench takes({}, {{"base_write_while_running", "take"}});
    takes.w(base, 0x7000 | std::uint64_t{9} << 56);
    CHECK(takes.r(base) == (0x7000 | std::uint64_t{9} << 56));
  }
}

TEST_CASE("length codes 0 to 7 are ignored, or taken by option") {
  for (std::uint64_t length = 0; length < 16; ++length) {
    Quiet ignores, takes({}, {{"reserved_ring_length", "take"}});
    ignores.w(0x08, 0x9000 | length << 56);
    takes.w(0x08, 0x9000 | length << 56);
    CHECK(ignores.r(0x08) == (length < 8 ? std::uint64_t{8} << 56 : (0x9000 | length << 56)));
    CHECK(takes.r(0x08) == (0x9000 | length << 56));
  }
}

TEST_CASE("the command head can be written only while commands do not run") {
  Bench b({}, {}, kIommuEn);
  b.w(0x2000, 0x40);
  CHECK(b.r(0x2000) == 0x40);
  b.w(0x2008, 0x40);
  b.w(0x18, kAllOn);
  b.w(0x2000, 0x80);
  CHECK(b.r(0x2000) == 0x40);
}

TEST_CASE("the log tail can be written only while the log does not run, the head always") {
  Bench b({}, {}, kIommuEn);
  b.w(0x2018, 0x40);
  CHECK(b.r(0x2018) == 0x40);
  b.w(0x18, kAllOn);
  b.w(0x2018, 0x80);
  b.w(0x2010, 0x20);
  CHECK(b.r(0x2018) == 0x40);
  CHECK(b.r(0x2010) == 0x20);
}

TEST_CASE("option pointer_write_while_running: the write is taken") {
  Bench b({}, {{"pointer_write_while_running", "take"}});
  b.w(0x2018, 0x80);
  CHECK(b.r(0x2018) == 0x80);
}

TEST_CASE("a pointer at or above the ring size is ignored, or taken by option") {
  for (std::uint64_t length = 8; length < 16; ++length) {
    CAPTURE(length);
    const std::uint64_t bytes = std::uint64_t{16} << length;
    Quiet ignores, takes({}, {{"pointer_beyond_ring", "take"}});
    ignores.w(0x08, length << 56);
    takes.w(0x08, length << 56);
    ignores.w(0x2008, bytes - 16);
    CHECK(ignores.r(0x2008) == bytes - 16);
    if (length == 15) continue;  // no larger value fits the register
    ignores.w(0x2008, bytes);
    takes.w(0x2008, bytes);
    CHECK(ignores.r(0x2008) == bytes - 16);
    CHECK(takes.r(0x2008) == bytes);
  }
}

}  // namespace
}  // namespace amdvi::by_hand
