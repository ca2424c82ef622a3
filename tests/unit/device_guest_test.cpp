// Tested here: guest translation of model/include/amdvi/impl/guest.hpp without a host table.
// Numbers are worked out from behaviour.md 3.
#include "tests/unit/device_guest.hpp"

namespace amdvi::by_hand {
namespace {

TEST_CASE("a request with a PASID goes through the guest tables of that PASID") {
  Guest g(0x0000'7123'4567'89AB);
  const Translation t = g.go();
  REQUIRE(t.ok);
  CHECK(t.spa == 0x76549AB);
  CHECK(t.offset_mask == 0xFFF);
  CHECK(g.events() == 0);
}

TEST_CASE("a guest page of 2 MiB and of 1 GiB passes its offset through") {
  Guest g(0x0000'7123'4567'89AB);
  g.entry(2, 0x1'4000'0000 | kUser | kPS);
  CHECK(g.go().spa == 0x1'4007'89AB);  // offset bits 20:0 of ...4567'89AB are 7'89AB
  CHECK(g.go().offset_mask == 0x1F'FFFF);
  g.entry(3, 0x1'4000'0000 | kUser | kPS);
  CHECK(g.go().spa == 0x1'4567'89AB);
  CHECK(g.go().offset_mask == 0x3FFF'FFFF);
}

TEST_CASE("five guest levels translate address bits 56:48") {
  Guest g(0x00AB'7123'4567'89AB, 5);
  CHECK(g.go().spa == 0x76549AB);
}

TEST_CASE("a PASID is looked up in as many GCR3 levels as GLX says") {
  Guest g(0x1000);
  // PASID A'BCDE: index 2 in the top table, 15E in the middle, DE in the lowest.
  g.entry_of_device(std::uint64_t{2} << 56);
  REQUIRE(g.memory.write64(kGcr3 + 8 * 2, 0x5001000 | kP));
  REQUIRE(g.memory.write64(0x5001000 + 8 * 0x15E, 0x5002000 | kP));
  REQUIRE(g.memory.write64(0x5002000 + 8 * 0x0DE, kGuestTables | kP));
  Request r = g.request();
  r.pasid = 0xABCDE;
  CHECK(g.device.translate(r).spa == 0x7654000);
}

TEST_CASE("a PASID beyond the GCR3 table is a page fault with GN and the whole PASID") {
  Guest g(0x1000);
  Request r = g.request();
  r.pasid = 0xA0200;  // one level holds 512 PASIDs
  CHECK(!g.device.translate(r).ok);
  REQUIRE(g.events() == 1);
  CHECK(g.code() == 2);
  CHECK(g.GN());
  CHECK(!g.PR());
  CHECK(g.pasid() == 0xA0200);
  CHECK(g.event(0, 1) == 0x1000);
}

TEST_CASE("a GCR3 entry that is not valid is a page fault with PR=0") {
  Guest g(0x1000);
  REQUIRE(g.memory.write64(kGcr3 + 8 * 5, kGuestTables));
  CHECK(!g.go().ok);
  CHECK(g.code() == 2);
  CHECK(g.GN());
  CHECK(!g.PR());
  CHECK(g.pasid() == 5);
}

TEST_CASE("a request without PASID uses PASID 0 with GIoV and the host table without") {
  Guest g(0x1000);
  REQUIRE(g.memory.write64(kGcr3, kGuestTables | kP));
  CHECK(g.read(1, 0x1000).spa == 0x1000);  // GIoV=0, Mode=0: a guest physical address
  g.entry_of_device(kGIoV);
  CHECK(g.read(1, 0x1000).spa == 0x7654000);
}

TEST_CASE("a PASID address is sign-extended and that of GIoV is not") {
  Guest g(0xFFFF'8000'0000'1000);
  CHECK(g.go().ok);
  REQUIRE(g.memory.write64(kGcr3, kGuestTables | kP));
  g.entry_of_device(kGIoV);
  CHECK(!g.read(1, 0xFFFF'8000'0000'1000).ok);
  CHECK(g.code() == 2);
  CHECK(g.GN());
  CHECK(g.pasid() == 0);
}

TEST_CASE("an address of PASID 0 is not sign-extended, with the prefix as without") {
  Guest g(0xFFFF'8000'0000'1000);
  REQUIRE(g.memory.write64(kGcr3, kGuestTables | kP));
  Request r = g.request();
  r.pasid = 0;
  CHECK(!g.device.translate(r).ok);  // behaviour.md 3.3: only PASIDs other than 0
  CHECK(g.code() == 2);
  CHECK(g.GN());
  CHECK(!g.PR());
}

TEST_CASE("an address that is not canonical is a page fault") {
  for (const std::uint64_t gva : {std::uint64_t{0x0000'8000'0000'1000}, bit(63) | 0x1000}) {
    Guest g(gva);
    CHECK(!g.go().ok);
    CHECK(g.code() == 2);
    CHECK(g.GN());
    CHECK(!g.PR());
  }
}

TEST_CASE("each guest level must be present, writable for writes and a user's for users") {
  for (unsigned level = 1; level <= 4; ++level) {
    CAPTURE(level);
    const std::uint64_t to = level == 1 ? 0x7654000 : 0x6000000 + 0x1000 * (5 - level);
    {
      Guest g(0x1000);
      g.entry(level, to | kRWbit | kUS);
      CHECK(!g.go().ok);
      CHECK(!g.PR());
      CHECK(!g.PE());
    }
    {
      Guest g(0x1000);
      g.entry(level, to | kP | kUS);
      CHECK(g.go().ok);
      CHECK(!g.go(true).ok);
      CHECK(g.PR());
      CHECK(g.PE());
      CHECK(g.RW());
    }
    {
      Guest g(0x1000);
      g.entry(level, to | kP | kRWbit);
      CHECK(!g.go().ok);
      CHECK(g.PE());
      CHECK(g.US());
      Request r = g.request();
      r.privileged = true;
      CHECK(g.device.translate(r).ok);
    }
  }
}

TEST_CASE("an execute request needs NX=0 and is reported with NX=1") {
  Guest g(0x1000);
  g.entry(1, 0x7654000 | kUser | kNX);
  CHECK(g.go().ok);
  Request r = g.request();
  r.exec = true;
  CHECK(!g.device.translate(r).ok);
  CHECK(g.NX());
  CHECK(g.PE());
}

TEST_CASE("PS at level 4 and address bits below a large page are reserved bits") {
  Guest g(0x1000);
  g.entry(4, 0x6001000 | kUser | kPS);
  CHECK(!g.go().ok);
  CHECK(g.PR());
  CHECK(g.RZ());
  Guest h(0x1000);
  h.entry(2, 0x200000 | bit(13) | kUser | kPS);
  CHECK(!h.go().ok);
  CHECK(h.RZ());
  Guest pat(0x1000);
  pat.entry(2, 0x200000 | bit(12) | kUser | kPS);  // bit 12 is PAT there
  CHECK(pat.go().spa == 0x201000);
}

TEST_CASE("guest encodings that are reserved make the entry illegal") {
  Guest g(0x1000);
  g.entry_of_device(std::uint64_t{3} << 56);
  CHECK(!g.go().ok);
  CHECK(g.code() == 1);
  CHECK(g.GN());
  Guest h(0x1000);
  h.entry_of_device(0, 0, bit(183 - 128));
  CHECK(!h.go().ok);
  CHECK(h.code() == 1);
}

TEST_CASE("a PASID without GV or without GTEn is refused") {
  Guest g(0x1000);
  g.dte(1, kV | kTV | kIR | kIW, 0x77);
  CHECK(!g.go().ok);
  CHECK(g.code() == 8);
  Guest off(0x1000, 4, {}, kAllOn);
  CHECK(!off.go().ok);
  CHECK(off.code() == 8);
  Guest fault(0x1000, 4, {{"pasid_without_gv", "io_page_fault"}}, kAllOn);
  CHECK(!fault.go().ok);
  CHECK(fault.code() == 2);
}

TEST_CASE("DTE.IR and DTE.IW bind guest translation too") {
  Guest g(0x1000);
  g.dte(1, kV | kTV | kGV | kIR | gcr3_low(kGcr3), 0x77 | gcr3_high(kGcr3));
  CHECK(g.go().ok);
  CHECK(!g.go(true).ok);
  CHECK(g.PE());
}

TEST_CASE("a supervisor write to a read-only page follows the option") {
  for (const bool protect : {true, false}) {
    CAPTURE(protect);
    Guest g(0x1000, 4, {{"supervisor_write_protect", protect ? "true" : "false"}});
    g.entry(1, 0x7654000 | kP | kUS);
    Request r = g.request(true);
    r.privileged = true;
    CHECK(g.device.translate(r).ok == !protect);
  }
}

TEST_CASE("of two faults of one guest entry the option says which is reported") {
  const std::uint64_t supervisor_and_reserved = 0x200000 | bit(13) | kP | kRWbit | kPS;
  Guest listed(0x1000);
  listed.entry(2, supervisor_and_reserved);
  CHECK(!listed.go().ok);
  CHECK(listed.RZ());
  CHECK(!listed.PE());
  Guest first(0x1000, 4, {{"entry_fault_priority", "permission_first"}});
  first.entry(2, supervisor_and_reserved);
  CHECK(!first.go().ok);
  CHECK(first.PE());
  CHECK(!first.RZ());
}

TEST_CASE("TV=0 with GV=1 is a page fault or guest translation, by option") {
  const std::uint64_t entry = kV | kGV | kIR | kIW | gcr3_low(kGcr3);
  Guest fault(0x1000);
  fault.dte(1, entry, 0x77 | gcr3_high(kGcr3));
  CHECK(!fault.go().ok);
  CHECK(fault.code() == 2);
  CHECK(!fault.PR());
  Guest guest(0x1000, 4, {{"tv_clear_with_gv", "guest"}});
  guest.dte(1, entry, 0x77 | gcr3_high(kGcr3));
  CHECK(guest.go().spa == 0x7654000);
}

TEST_CASE("under SNP guest translation without a host table is an illegal entry") {
  Bench b({{"EFR.GTSup", 1}, {"SnpEnabled", 1}}, {}, kAllOn | kGTEn);
  b.dte(1, kV | kTV | kGV | kIR | kIW);
  CHECK(!b.read(1, 0x1000).ok);
  CHECK(b.code() == 1);
}

TEST_CASE("a guest table that cannot be read is PAGE_TAB_HARDWARE_ERROR with GN=1") {
  Guest g(0x1000);
  SparseMemory small(0x6000000);  // the guest tables are beyond it
  Device device = g.device.copy_onto(small);
  std::uint64_t q = 0;
  for (unsigned i = 0; i < 4; ++i) {
    REQUIRE(g.memory.read64(kDevTab + 32 + 8 * i, q));
    REQUIRE(small.write64(kDevTab + 32 + 8 * i, q));
  }
  REQUIRE(small.write64(kGcr3 + 8 * 5, kGuestTables | kP));
  CHECK(!device.translate(g.request()).ok);
  REQUIRE(small.read64(kLog, q));
  CHECK((q >> 60) == 4);
  CHECK((q >> 48 & 1) == 1);
  CHECK((q >> 32 & 0xFFFF) == 5);
  REQUIRE(small.read64(kLog + 8, q));
  CHECK(q == kGuestTables);
}

TEST_CASE("option privileged_abort: PrivAbrtEn=01 aborts privileged requests") {
  for (const bool aborts : {false, true}) {
    CAPTURE(aborts);
    for (const std::uint64_t code : {0u, 1u}) {
      CAPTURE(code);
      Guest g(0x1000, 4, {{"privileged_abort", aborts ? "true" : "false"}},
              kAllOn | kGTEn | code << 37);
      Request r = g.request();
      CHECK(g.device.translate(r).ok);
      r.privileged = true;
      CHECK(g.device.translate(r).ok == !(aborts && code == 1));
    }
  }
}

TEST_CASE("a user request to a supervisor page is blocked and logged and no target abort") {
  // SignaledTargetAbort: bit 27 of dword 4 of configuration space.
  for (const bool supervisor_page : {false, true}) {
    CAPTURE(supervisor_page);
    Guest g(0x1000);
    g.entry(1, supervisor_page ? 0x7654000 | kP | kRWbit : 0);
    CHECK(!g.go().ok);
    CHECK(g.events() == 1);
    CHECK(g.PE() == supervisor_page);
    CHECK((g.device.config_read(4) >> 27 & 1) == (supervisor_page ? 0u : 1u));
  }
}

}  // namespace
}  // namespace amdvi::by_hand
