// Tested here: MARC apertures, model/include/amdvi/impl/marc.hpp. Numbers are worked out from
// core.md 2.4 and 2.14.
#include "tests/unit/device_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

constexpr std::uint64_t kMarcEn = bit(40), kRelocEn = 1, kReadOnly = 2;

// Aperture 0 of two pages at 40000000h, relocated to 90000000h; device 1 may do nothing at all.
struct Marc : Bench {
  explicit Marc(std::initializer_list<Choice> options = {},
                std::uint64_t control = kAllOn | kMarcEn)
      : Bench({{"EFR.MarcSup", 1}}, options, control) {
    aperture(0, 0x40000000, 0x90000000 | kRelocEn, 0x2000);
    dte(1, kV | kTV);
  }
  void aperture(unsigned n, std::uint64_t base, std::uint64_t reloc, std::uint64_t length) {
    w(0x200 + 0x18 * n, base);
    w(0x208 + 0x18 * n, reloc);
    w(0x210 + 0x18 * n, length);
  }
};

TEST_CASE("an address in a MARC aperture is relocated by its offset in it") {
  Marc m;
  CHECK(m.read(1, 0x40000000).spa == 0x90000000);
  CHECK(m.read(1, 0x40001FFF).spa == 0x90001FFF);
  CHECK(m.write(1, 0x40001234).spa == 0x90001234);
  CHECK(!m.read(1, 0x3FFFFFFF).ok);
  CHECK(!m.read(1, 0x40002000).ok);
}

TEST_CASE("a MARC aperture needs MarcSup, MarcEn and RelocEn") {
  Marc off({}, kAllOn);
  CHECK(!off.read(1, 0x40000000).ok);
  Marc no_reloc;
  no_reloc.aperture(0, 0x40000000, 0x90000000, 0x2000);
  CHECK(!no_reloc.read(1, 0x40000000).ok);
  Bench absent({}, {}, kAllOn | kMarcEn);
  absent.w(0x200, 0x40000000);
  CHECK(absent.r(0x200) == 0);
  absent.dte(1, kV | kTV);
  CHECK(!absent.read(1, 0x40000000).ok);
}

TEST_CASE("there are four MARC apertures, 18h apart, with addresses up to bit 51") {
  Marc m;
  for (unsigned n = 0; n < 4; ++n) {
    CAPTURE(n);
    const std::uint64_t base = bit(51) | std::uint64_t{n} << 32;
    m.aperture(n, base, (bit(50) + n * 0x100000) | kRelocEn, 0x1000);
    CHECK(m.read(1, base + 0x10).spa == bit(50) + n * 0x100000 + 0x10);
  }
}

TEST_CASE("option marc_read_only_write: a write to a read-only aperture") {
  Marc m;
  m.aperture(0, 0x40000000, 0x90000000 | kRelocEn | kReadOnly, 0x1000);
  CHECK(m.read(1, 0x40000000).ok);
  CHECK(m.events() == 0);
  CHECK(!m.write(1, 0x40000000).ok);
  CHECK(m.events() == 1);
  CHECK(m.code() == 2);
  CHECK(m.PR());
  CHECK(m.PE());
  Marc through({{"marc_read_only_write", "forward"}});
  through.aperture(0, 0x40000000, 0x90000000 | kRelocEn | kReadOnly, 0x1000);
  CHECK(through.write(1, 0x40000008).spa == 0x90000008);
}

TEST_CASE("option marc_order: the aperture before the device table entry, or after the exclusion") {
  for (const bool first : {false, true}) {
    CAPTURE(first);
    Marc m({{"marc_order", first ? "before_device_table" : "after_exclusion"}});
    m.w(0x28, 0x40000000);  // the exclusion range: one page, for every device
    m.w(0x20, 0x40000000 | 3);
    CHECK(m.read(1, 0x40000000).spa == (first ? 0x90000000 : 0x40000000));
    CHECK(m.read(1, 0x40001000).spa == 0x90001000);
    m.dte(2, kV | bit(63));  // illegal
    CHECK(m.read(2, 0x40001000).ok == first);
  }
}

TEST_CASE("option marc_result: the relocated address is translated") {
  for (const char* order : {"before_device_table", "after_exclusion"}) {
    CAPTURE(order);
    Marc m({{"marc_result", "translated"}, {"marc_order", order}});
    CHECK(!m.read(1, 0x40000000).ok);  // the entry permits nothing
    m.dte(1, kV | kTV | kIR | bit(9) | kTables);
    m.aperture(0, 0x40000000, 0x5000 | kRelocEn, 0x1000);
    REQUIRE(m.memory.write64(kTables + 8 * 5, 0x77000 | 1 | kIR));
    CHECK(m.read(1, 0x40000123).spa == 0x77123);
  }
}

TEST_CASE("a relocated address is not translated for a device without an entry") {
  Marc m({{"marc_result", "translated"}});
  m.w(0x0000, kDevTab);  // 128 entries
  CHECK_FALSE(m.read(128, 0x40000000).ok);
  CHECK(m.events() == 1);
  CHECK((m.event(0, 0) & 0xFFFF) == 128);
}

}  // namespace
}  // namespace amdvi::by_hand
