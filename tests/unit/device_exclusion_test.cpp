// Tested here: the exclusion range, model/include/amdvi/impl/translate.hpp.
#include "tests/unit/device_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

// ExEn 0, Allow 1; the range is 5000h to 7FFFh.
struct Excluding : Bench {
  explicit Excluding(std::uint64_t base_bits, std::uint64_t q0, std::uint64_t q1 = 0,
                     std::initializer_list<Setting> caps = {},
                     std::initializer_list<Choice> options = {})
      : Bench(caps, options) {
    w(0x20, 0x5000 | base_bits);
    w(0x28, 0x7000);
    dte(1, q0, q1);
  }
};
constexpr std::uint64_t kBlocked = kV | kTV;  // Mode 0, no permission
constexpr std::uint64_t kEX = bit(103 - 64);

TEST_CASE("an address of the exclusion range passes without permissions, in whole pages") {
  struct Row {
    std::uint64_t iova;
    bool inside;
  };
  for (const Row& row : {Row{0x4FFF, false}, Row{0x5000, true}, Row{0x7FFF, true},
                         Row{0x8000, false}, Row{0x1'0000'5000, false}}) {
    CAPTURE(row.iova);
    Excluding b(3, kBlocked);
    const Translation t = b.write(1, row.iova);
    CHECK(t.ok == row.inside);
    CHECK(b.events() == (row.inside ? 0 : 1));
    if (t.ok) CHECK(t.spa == row.iova);
  }
}

TEST_CASE("the range counts with ExEn and with Allow or DTE.EX") {
  CHECK_FALSE(Excluding(0, kBlocked, kEX).read(1, 0x5000).ok);
  CHECK_FALSE(Excluding(1, kBlocked).read(1, 0x5000).ok);
  CHECK_FALSE(Excluding(2, kBlocked, kEX).read(1, 0x5000).ok);
  CHECK(Excluding(1, kBlocked, kEX).read(1, 0x5000).ok);
  CHECK(Excluding(3, kBlocked).read(1, 0x5000).ok);
}

TEST_CASE("base and limit reach to bit 51") {
  Excluding b(3, kBlocked);
  b.w(0x20, 0x0008'0000'0000'0003);
  b.w(0x28, 0x000F'FFFF'FFFF'F000);
  CHECK(b.read(1, 0x0008'0000'0000'0000).ok);
  CHECK(b.read(1, 0x000F'FFFF'FFFF'FFFF).ok);
  CHECK_FALSE(b.read(1, 0x0007'FFFF'FFFF'FFFF).ok);
  CHECK_FALSE(b.read(1, 0x0010'0000'0000'0000).ok);
}

TEST_CASE("a limit below the base excludes nothing") {
  Excluding b(3, kBlocked);
  b.w(0x28, 0x4000);
  CHECK_FALSE(b.read(1, 0x4000).ok);
  CHECK_FALSE(b.read(1, 0x5000).ok);
}

TEST_CASE("an illegal entry is illegal also for excluded addresses") {
  Excluding b(3, kBlocked | bit(2));
  CHECK_FALSE(b.read(1, 0x5000).ok);
  CHECK(b.code() == 1);
}

TEST_CASE("an illegal entry is illegal also where exclusion comes before TV") {
  Excluding b(3, kBlocked | bit(2), 0, {}, {{"exclusion_before_tv", "true"}});
  CHECK_FALSE(b.read(1, 0x5000).ok);
  CHECK(b.code() == 1);
}

TEST_CASE("option exclusion_before_tv: TV=0 in the range") {
  Excluding tv_first(3, kV), exclusion_first(3, kV, 0, {}, {{"exclusion_before_tv", "true"}});
  CHECK_FALSE(tv_first.read(1, 0x5000).ok);
  CHECK(exclusion_first.read(1, 0x5000).ok);
}

TEST_CASE("the range is looked at before Mode") {
  CHECK(Excluding(3, kBlocked | std::uint64_t{7} << 9).read(1, 0x5000).ok);
  CHECK(Excluding(3, kBlocked | std::uint64_t{4} << 9).read(1, 0x5000).ok);
}

TEST_CASE("under SNP the registers are no exclusion range") {
  Excluding b(3, kBlocked | std::uint64_t{1} << 9, 0, {{"SnpEnabled", 1}});
  CHECK_FALSE(b.read(1, 0x5000).ok);
}

TEST_CASE("an entry with V=0 needs no exclusion range") {
  CHECK(Excluding(0, 0).read(1, 0x5000).ok);
}

}  // namespace
}  // namespace amdvi::by_hand
