// Tested here: the layout of events, model/include/amdvi/impl/log.hpp; positions from core.md 5.
#include <rapidcheck.h>

#include "tests/unit/device_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

constexpr std::uint64_t code(unsigned n) { return std::uint64_t{n} << 60; }
constexpr std::uint64_t kPR = bit(52), kRW = bit(53), kPE = bit(54), kRZ = bit(55);

TEST_CASE("IO_PAGE_FAULT carries DeviceID, DomainID, flags and the address") {
  Bench b;
  b.dte(0xBEEF, kV | kTV | kIR, 0xCAFE);
  CHECK_FALSE(b.write(0xBEEF, 0x1234'5678'9ABC'DEF0).ok);
  CHECK(b.event(0, 0) == (code(2) | kPR | kPE | kRW | std::uint64_t{0xCAFE} << 32 | 0xBEEF));
  CHECK(b.event(0, 1) == 0x1234'5678'9ABC'DEF0);
}

TEST_CASE("a refused read has RW=0") {
  Bench b;
  b.dte(0xBEEF, kV | kTV | kIW, 0xCAFE);
  CHECK_FALSE(b.read(0xBEEF, 0x1000).ok);
  CHECK(b.event(0, 0) == (code(2) | kPR | kPE | std::uint64_t{0xCAFE} << 32 | 0xBEEF));
}

TEST_CASE("option rw_valid_if_not_present: RW with PR=0") {
  Bench given, zero({}, {{"rw_valid_if_not_present", "false"}});
  given.dte(1, kV);
  zero.dte(1, kV);
  given.write(1, 0);
  zero.write(1, 0);
  CHECK(given.event(0, 0) == (code(2) | kRW | 1));
  CHECK(zero.event(0, 0) == (code(2) | 1));
}

TEST_CASE("option event_address_page_aligned: bits 11:0 of the address") {
  Bench exact, page({}, {{"event_address_page_aligned", "true"}});
  exact.dte(1, kV);
  page.dte(1, kV);
  exact.read(1, 0x1234'5678);
  page.read(1, 0x1234'5678);
  CHECK(exact.event(0, 1) == 0x1234'5678);
  CHECK(page.event(0, 1) == 0x1234'5000);
}

TEST_CASE("ILLEGAL_DEV_TABLE_ENTRY carries the request address with bits 1:0 zero and no domain") {
  Bench b;
  b.dte(0xBEEF, kV | bit(63), 0xCAFE);
  CHECK_FALSE(b.write(0xBEEF, 0xFFFF'FFFF'FFFF'FFFF).ok);
  CHECK(b.event(0, 0) == (code(1) | kRZ | kRW | 0xBEEF));
  CHECK(b.event(0, 1) == 0xFFFF'FFFF'FFFF'FFFC);
}

TEST_CASE("INVALID_DEVICE_REQUEST carries DeviceID, type and the address") {
  Bench b;
  CHECK_FALSE(b.read(0xBEEF, 0xFEE1'2345).ok);
  CHECK(b.event(0, 0) == (code(8) | 0xBEEF));
  CHECK(b.event(0, 1) == 0xFEE1'2345);
}

TEST_CASE("option reported_hw_error_type: Type of hardware errors") {
  struct Row {
    std::string_view value;
    std::uint64_t type;
  };
  for (const Row& row : {Row{"target_abort", 2}, Row{"master_abort", 1}, Row{"data_error", 3}}) {
    SparseMemory small{0x1000'0000};
    Device device(config_with({}, {{"reported_hw_error_type", row.value}}), small);
    device.mmio_write(0x00, 8, 0x2000'0000);
    device.mmio_write(0x10, 8, kLog | std::uint64_t{8} << 56);
    device.mmio_write(0x18, 8, kIommuEn | kEventLogEn);
    CHECK_FALSE(device.translate({3, 0x1234, true, false}).ok);
    std::uint64_t q0 = 0;
    REQUIRE(small.read64(kLog, q0));
    CHECK(q0 == (code(3) | row.type << 57 | 3));
  }
}

TEST_CASE("events come in the order of their requests") {
  Bench b;
  b.dte(1, kV);
  for (std::uint64_t n = 0; n < 10; ++n) b.read(1, n << 12);
  for (unsigned n = 0; n < 10; ++n) CHECK(b.event(n, 1) == std::uint64_t{n} << 12);
}

// Properties

struct Scene {
  std::uint64_t q0, pte;
  bool is_write;
};

Translation play(Bench& b, const Scene& s, std::uint64_t ignored_dte, std::uint64_t ignored_pte) {
  b.dte(1, s.q0, 5, ignored_dte, ignored_dte);
  b.memory.write64(kTables + 8 * 5, s.pte | ignored_pte);
  return b.device.translate({1, 0x5678, !s.is_write, s.is_write});
}

Scene any_scene() {
  Scene s;
  s.q0 = kV | kTV | std::uint64_t{1} << 9 | kTables | (*rc::gen::arbitrary<bool>() ? kIR | kIW : 0);
  if (*rc::gen::inRange(0, 4) == 0) s.q0 ^= bit(*rc::gen::inRange(0u, 64u));
  s.pte = 0x9000 | 1 | kIR | kIW;
  if (*rc::gen::inRange(0, 2) == 0) s.pte ^= bit(*rc::gen::inRange(0u, 64u));
  s.is_write = *rc::gen::arbitrary<bool>();
  return s;
}

TEST_CASE("no outcome depends on an ignored bit") {
  CHECK(rc::check([](std::uint64_t noise) {
    const Scene s = any_scene();
    Bench plain, noisy;
    const std::uint64_t ignored = noise & 0x8000'0000'0000'01DE;  // 63, 8:6, 4:1
    const Translation a = play(plain, s, 0, 0), b = play(noisy, s, noise, ignored);
    RC_ASSERT(a.ok == b.ok);
    RC_ASSERT(a.spa == b.spa);
    RC_ASSERT(plain.event(0, 0) == noisy.event(0, 0));
    RC_ASSERT(plain.event(0, 1) == noisy.event(0, 1));
  }));
}

TEST_CASE("translating twice gives the same") {
  CHECK(rc::check([] {
    const Scene s = any_scene();
    Bench b;
    const Translation first = play(b, s, 0, 0), second = play(b, s, 0, 0);
    RC_ASSERT(first.ok == second.ok);
    RC_ASSERT(first.spa == second.spa);
    RC_ASSERT(first.offset_mask == second.offset_mask);
    RC_ASSERT(b.event(0, 0) == b.event(1, 0));
  }));
}

TEST_CASE("a copy goes on as the original would, and neither changes the other") {
  CHECK(rc::check([] {
    const Scene s = any_scene();
    Bench b;
    play(b, s, 0, 0);
    SparseMemory memory = b.memory;
    Device copy = b.device.copy_onto(memory);
    const std::uint64_t tail = b.r(0x2018);
    const Translation there = copy.translate({1, 0x5678, !s.is_write, s.is_write});
    RC_ASSERT(b.r(0x2018) == tail);
    const Translation here = b.device.translate({1, 0x5678, !s.is_write, s.is_write});
    RC_ASSERT(there.ok == here.ok);
    RC_ASSERT(there.spa == here.spa);
    for (std::uint64_t offset = 0; offset < 0x2100; offset += 8) {
      RC_ASSERT(copy.mmio_read(offset, 8) == b.r(offset));
    }
    for (std::uint64_t at = kLog; at < kLog + 64; at += 8) {
      std::uint64_t v = 0;
      RC_ASSERT(memory.read64(at, v));
      RC_ASSERT(v == b.mem(at));
    }
  }));
}

TEST_CASE("two devices in one process do not influence each other") {
  Bench a, b;
  a.dte(1, kV, bit(97 - 64));
  b.dte(1, kV, bit(97 - 64));
  a.read(1, 0);
  a.read(1, 0);
  a.command(0, 0);
  a.submit(1);
  CHECK(b.status() == (kLogRun | kCmdRun));
  CHECK(b.events() == 0);
  b.read(1, 0);
  CHECK(b.events() == 1);
}

TEST_CASE("an explaining device answers as the plain one does") {
  CHECK(rc::check([] {
    const Scene s = any_scene();
    Bench b;
    const Translation plain = play(b, s, 0, 0);
    SparseMemory memory = b.memory;
    ExplainingDevice explaining(default_config(), memory);
    explaining.mmio_write(0x00, 8, kDevTab | 0x1FF);
    explaining.mmio_write(0x18, 8, kIommuEn);
    const Translation t = explaining.translate({1, 0x5678, !s.is_write, s.is_write});
    RC_ASSERT(t.ok == plain.ok);
    RC_ASSERT(t.spa == plain.spa);
    RC_ASSERT(!explaining.domain().records().empty());
  }));
}

}  // namespace
}  // namespace amdvi::by_hand
