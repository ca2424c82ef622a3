// Tested here: device table segments in model/include/amdvi/impl/rings.hpp and translate.hpp.
// Rules are from core.md 2.2 and behaviour.md 1.6.
#include "tests/unit/interrupt_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

constexpr std::uint64_t seg_en(std::uint64_t n) { return n << 34; }
constexpr std::uint64_t kSegments = 0x10000000;  // one every 2 MiB

// A bench with 2^n segments, every one of the largest size, whose entries say nothing.
struct SegmentBench : IntBench {
  explicit SegmentBench(std::uint64_t n, std::uint64_t supported = 3)
      : IntBench({{"EFR.DevTblSegSup", supported}}, {}, 0) {
    const std::uint64_t size = 0x1FF >> n;
    w(0x0000, kSegments | size);
    for (unsigned s = 1; s < 8; ++s) w(0x100 + 8 * (s - 1), (kSegments + s * 0x200000) | size);
    w(0x18, kAllOn | seg_en(n));
  }
  // Entry `index` of segment `s` forwards nothing: V=1, TV=0.
  void block(unsigned s, unsigned index) {
    REQUIRE(memory.write64(kSegments + s * 0x200000 + 32 * index, kV));
  }
};

TEST_CASE("the top bits of DeviceID select the segment, the others the entry") {
  for (unsigned n = 0; n < 4; ++n) {
    CAPTURE(n);
    for (const std::uint32_t id : {0x0000u, 0x0001u, 0x1FFFu, 0x2000u, 0x5A5Au, 0x8000u, 0xFFFFu}) {
      CAPTURE(id);
      SegmentBench b(n);
      CHECK(b.read(static_cast<std::uint16_t>(id), 0x1000).ok);
      b.block(id >> (16 - n), id & (0xFFFF >> n));
      CHECK(!b.read(static_cast<std::uint16_t>(id), 0x1000).ok);
    }
  }
}

TEST_CASE("interrupts use the segments too") {
  SegmentBench b(3);
  REQUIRE(b.memory.write64(kSegments + 5 * 0x200000 + 32 * 3 + 16, int_dte(9, 0)));
  CHECK(b.msi(0xA003, 0x31).kind == Kind::kAborted);
  CHECK(b.msi(0x8003, 0x31).kind == Kind::kForwarded);
}

TEST_CASE("each segment has its own size") {
  SegmentBench b(1);
  b.w(0x100, (kSegments + 0x200000) | 0);  // 128 entries
  CHECK(b.read(0x807F, 0x1000).ok);
  CHECK(b.read(0x0080, 0x1000).ok);
  CHECK(!b.read(0x8080, 0x1000).ok);
  CHECK(b.code() == 2);
}

TEST_CASE("a Control write with more segments than there are is ignored as a whole") {
  SegmentBench b(0, 1);
  b.w(0x18, kAllOn | kEventIntEn | seg_en(2));
  CHECK(b.r(0x18) == (kAllOn | seg_en(0)));
  b.w(0x18, kAllOn | kEventIntEn | seg_en(1));
  CHECK(b.r(0x18) == (kAllOn | kEventIntEn | seg_en(1)));
}

TEST_CASE("option dev_tbl_seg_too_large: the write is taken, the segments that exist are used") {
  IntBench b({{"EFR.DevTblSegSup", 1}}, {{"dev_tbl_seg_too_large", "take"}}, 0);
  b.w(0x100, kSegments | 0xFF);
  REQUIRE(b.memory.write64(kSegments + 32, kV));
  b.w(0x18, kAllOn | seg_en(3));
  CHECK(b.r(0x18) == (kAllOn | seg_en(3)));
  CHECK(!b.read(0x8001, 0x1000).ok);
}

TEST_CASE("without DevTblSegSup the field has no effect and does not stop the write") {
  IntBench b;
  b.w(0x18, kAllOn | kEventIntEn | seg_en(7));
  CHECK(b.r(0x18) == (kAllOn | kEventIntEn));
}

TEST_CASE("segment registers exist as far as DevTblSegSup says") {
  for (unsigned supported = 0; supported < 4; ++supported) {
    CAPTURE(supported);
    Quiet q({{"EFR.DevTblSegSup", supported}});
    for (unsigned s = 1; s < 8; ++s) {
      CAPTURE(s);
      q.w(0x100 + 8 * (s - 1), ~std::uint64_t{0});
      const bool there = s < (1u << supported);
      CHECK(q.r(0x100 + 8 * (s - 1)) == (there ? 0x000F'FFFF'FFFF'F1FF : 0));
    }
  }
}

}  // namespace
}  // namespace amdvi::by_hand
