// Tested here: guest translation over a host table, model/include/amdvi/impl/guest.hpp. Numbers are
// worked out from behaviour.md 3.4.
#include "tests/unit/device_guest.hpp"

namespace amdvi::by_hand {
namespace {

constexpr std::uint64_t kHost = 0x8000000;  // a level-3 table: 1 GiB entries
constexpr std::uint64_t kHostRW = kIR | kIW;
constexpr std::uint64_t kShift = 0x40000000;  // guest physical 0 to 1 GiB is at 1 GiB

// The tables of Guest lie at guest physical addresses; the host maps the first GiB to the second.
struct Nested : Guest {
  explicit Nested(std::initializer_list<Choice> options = {},
                  std::uint64_t control = kAllOn | kGTEn, std::uint64_t q0 = 0)
      : Guest(0x1000, 4, options, control) {
    entry_of_device(std::uint64_t{3} << 9 | kHost | q0);
    host(0, kShift | 1 | kHostRW);
    for (unsigned level = 4; level > 1; --level) guest_entry(level, table(level - 1) | kUser);
    guest_entry(1, 0x7654000 | kUser);
  }
  void host(unsigned index, std::uint64_t value) {
    REQUIRE(memory.write64(kHost + 8 * index, value));
  }
  void guest_entry(unsigned level, std::uint64_t value) {
    REQUIRE(memory.write64(kShift + slot(level), value));
    REQUIRE(memory.write64(slot(level), 0));  // where it would be without the host stage
  }
};

TEST_CASE("guest tables and the page are found through the host table") {
  Nested n;
  const Translation t = n.go();
  REQUIRE(t.ok);
  CHECK(t.spa == kShift + 0x7654000);
  CHECK(t.offset_mask == 0xFFF);
}

TEST_CASE("the page is that of the smaller stage") {
  Nested n;
  n.guest_entry(2, 0x40000000 | kUser | kPS);  // 2 MiB at guest physical 1 GiB
  n.host(1, 0x9000000 | 1 | std::uint64_t{1} << 9 | kHostRW);
  REQUIRE(n.memory.write64(0x9000000 + 8, 0xABC000 | 1 | kHostRW));
  const Translation t = n.go();  // guest physical 4000'1000: entry 1 of the host's level 1
  REQUIRE(t.ok);
  CHECK(t.spa == 0xABC000);
  CHECK(t.offset_mask == 0xFFF);
  n.host(1, 0x80000000 | 1 | kHostRW);  // 1 GiB in the host
  CHECK(n.go().offset_mask == 0x1F'FFFF);
  CHECK(n.go().spa == 0x80001000);
}

TEST_CASE("a write needs both stages to permit it") {
  Nested n({}, kAllOn | kGTEn | bit(54) | bit(48));  // no accessed and dirty updates
  n.host(0, kShift | 1 | kIR);
  CHECK(n.go().ok);
  CHECK(!n.go(true).ok);
  CHECK(n.code() == 2);
  CHECK(n.PR());
  CHECK(n.PE());
}

TEST_CASE("an accessed update needs host write permission") {
  Nested n;
  n.host(0, kShift | 1 | kIR);
  CHECK(!n.go().ok);
  CHECK(n.PE());
}

TEST_CASE("a host-stage fault has the DomainID and the guest physical address, or the PASID") {
  Nested n;
  n.host(0, 0);
  CHECK(!n.go().ok);
  REQUIRE(n.events() == 1);
  CHECK(n.code() == 2);
  CHECK(!n.GN());
  CHECK((n.event(0, 0) >> 32 & 0xFFFF) == 0x77);
  CHECK(n.event(0, 1) == kGuestTables);
  Nested v({{"host_fault_reported_as", "guest_virtual"}});
  v.host(0, 0);
  CHECK(!v.go().ok);
  CHECK(v.GN());
  CHECK(v.pasid() == 5);
  CHECK(v.event(0, 1) == 0x1000);
}

TEST_CASE("a guest physical address beyond Mode is a page fault") {
  Nested n;
  n.guest_entry(1, bit(39) | kUser);  // three levels translate bits 38:0
  CHECK(!n.go().ok);
  CHECK(n.code() == 2);
  CHECK(n.event(0, 1) == bit(39));
}

TEST_CASE("GCR3TRPMode makes the GCR3 root a guest physical address") {
  Nested n({}, kAllOn | kGTEn | bit(58));
  CHECK(!n.go().ok);  // nothing at guest physical 500'0028
  REQUIRE(n.memory.write64(kShift + kGcr3 + 8 * 5, kGuestTables | kP));
  CHECK(n.go().ok);
}

TEST_CASE("a request without PASID and GIoV goes through the host table alone") {
  Nested n;
  CHECK(n.read(1, 0x1234567).spa == kShift + 0x1234567);
}

TEST_CASE("the accesses of the IOMMU itself are not translated") {
  // Device 0 of the table could do nothing; the command ring, the log and the tables are used all
  // the same.
  Nested n;
  n.dte(0, kV | kTV);
  n.command(0, std::uint64_t{1} << 60 | 0x7000000 | 1, 0x1234);
  n.submit(1);
  CHECK(n.mem(0x7000000) == 0x1234);
  CHECK(n.go().ok);
  CHECK(!n.read(0, 0x1000).ok);
  CHECK(n.events() == 1);
}

TEST_CASE(
    "without GCR3TRPModeSup the GCR3 root is a system physical address, whatever Control has") {
  Nested n;
  Config config = config_with(kGuestCaps, {{"unsupported_control_bits", "as_written"}});
  REQUIRE(set_capability(config, "EFR2.GCR3TRPModeSup", 0));
  n.device = Device(config, n.memory);
  n.w(0x0000, kDevTab | 0x1FF);
  n.w(0x0018, kAllOn | kGTEn | bit(58));
  CHECK((n.r(0x0018) & bit(58)) != 0);
  CHECK(n.go().spa == kShift + 0x7654000);
}

}  // namespace
}  // namespace amdvi::by_hand
