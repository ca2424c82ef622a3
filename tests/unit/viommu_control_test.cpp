// Golden values and round trips of a guest's Control and base registers as VFCTRL words: viommu.md
// 3.4 to 3.9 and 14.
#include <doctest/doctest.h>

#include <amdvi/spec/guest_base_command.gen.hpp>
#include <amdvi/spec/guest_base_event.gen.hpp>
#include <amdvi/spec/guest_base_event_b.gen.hpp>
#include <amdvi/spec/guest_base_ppr.gen.hpp>
#include <amdvi/spec/guest_base_ppr_b.gen.hpp>
#include <amdvi/spec/guest_control_command.gen.hpp>
#include <amdvi/spec/guest_control_event.gen.hpp>
#include <amdvi/spec/guest_control_ppr.gen.hpp>
#include <amdvi/spec/guest_control_read.gen.hpp>
#include <amdvi/value/concrete.hpp>

namespace amdvi {
namespace {

constexpr std::uint64_t bit(unsigned n) { return std::uint64_t{1} << n; }
Concrete::Bv<64> k(std::uint64_t v) { return Concrete::k<64>(v); }

struct Words {
  std::uint64_t command = 0, event = 0, ppr = 0;

  void write_control(std::uint64_t control) {
    Concrete d;
    command = spec::guest_control_command<Concrete>(d, {{k(control)}}, {{k(command)}}).v;
    event = spec::guest_control_event<Concrete>(d, {{k(control)}}, {{k(event)}}).v;
    ppr = spec::guest_control_ppr<Concrete>(d, {{k(control)}}, {{k(ppr)}}).v;
  }
  std::uint64_t read_control() const {
    Concrete d;
    return spec::guest_control_read<Concrete>(d, {{k(command)}}, {{k(event)}}, {{k(ppr)}}).v;
  }
};

// Control 2, 3, 4, 12 to 15, 31:30, 33:32, 39, 41, 42.
constexpr std::uint64_t kShown = bit(2) | bit(3) | bit(4) | std::uint64_t{0xF} << 12 |
                                 std::uint64_t{0xF} << 30 | bit(39) | bit(41) | bit(42);

TEST_CASE("each bit of a guest's Control is in its place of a control word") {
  struct Row {
    unsigned control;
    std::uint64_t command, event, ppr;
  };
  for (const Row& row : {Row{12, bit(8), 0, 0}, Row{4, bit(9), 0, 0}, Row{2, 0, bit(8), 0},
                         Row{3, 0, bit(9), 0}, Row{32, 0, bit(10), 0}, Row{33, 0, bit(11), 0},
                         Row{13, 0, 0, bit(8)}, Row{14, 0, 0, bit(9)}, Row{15, 0, 0, bit(10)},
                         Row{30, 0, 0, bit(11)}, Row{31, 0, 0, bit(12)}, Row{39, 0, 0, bit(13)},
                         Row{41, 0, 0, bit(14)}, Row{42, 0, 0, bit(15)}}) {
    CAPTURE(row.control);
    Words w;
    w.write_control(bit(row.control));
    CHECK(w.command == row.command);
    CHECK(w.event == row.event);
    CHECK(w.ppr == row.ppr);
    CHECK(w.read_control() == bit(row.control));
  }
}

TEST_CASE("a guest's Control reads as it was written, but for bits that no control word has") {
  for (unsigned n = 0; n < 64; ++n) {
    CAPTURE(n);
    Words w;
    w.write_control(~std::uint64_t{0});
    CHECK(w.read_control() == kShown);
    w.write_control(~bit(n));
    CHECK(w.read_control() == (kShown & ~bit(n)));
    w.write_control(bit(n));
    CHECK(w.read_control() == (kShown & bit(n)));
  }
}

TEST_CASE("a write of Control keeps bases, lengths and everything else of the words") {
  Words w{~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0}};
  w.write_control(0);
  // 3.9: 0x20 clears 9:8, 0x28 clears 11:8, 0x30 clears 15:8.
  CHECK(w.command == ~std::uint64_t{0x300});
  CHECK(w.event == ~std::uint64_t{0xF00});
  CHECK(w.ppr == ~std::uint64_t{0xFF00});
}

TEST_CASE("bases and lengths of a guest's registers go to the control words") {
  Concrete d;
  const auto base = [](std::uint64_t address, std::uint64_t length) {
    return k(address | length << 56);
  };
  // 14.
  CHECK(spec::guest_base_command<Concrete>(d, {{base(0x1'2345'6000, 9)}}, {{k(0x100)}}).v ==
        0x0000'0001'2345'6109);
  CHECK(spec::guest_base_event<Concrete>(d, {{base(0x1'2345'8000, 9)}}, {{k(0x300)}}).v ==
        0x0000'0001'2345'8309);
  CHECK(spec::guest_base_ppr<Concrete>(d, {{base(0x1'2345'A000, 9)}}, {{k(0x700)}}).v ==
        0x0000'0012'345A'0709);
  CHECK(spec::guest_base_ppr<Concrete>(d, {{base(0xF'FFFF'FFFF'F000, 15)}}, {{k(0x100)}}).v ==
        0x00FF'FFFF'FFFF'010F);
}

TEST_CASE("of a second log only the length goes to the word of the first") {
  Concrete d;
  const auto base = k(0x1'2345'8000 | std::uint64_t{10} << 56);
  CHECK(spec::guest_base_event_b<Concrete>(d, {{base}}, {{k(0x1'2345'8309)}}).v == 0x1'2345'83A9);
  CHECK(spec::guest_base_ppr_b<Concrete>(d, {{base}}, {{k(0x12'345A'0709)}}).v == 0x12'345A'07A9);
}

}  // namespace
}  // namespace amdvi
