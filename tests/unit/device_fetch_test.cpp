// Tested here: how commands are fetched and what checks of their fields are a choice,
// model/include/amdvi/impl/command.hpp. Numbers are worked out from behaviour.md 6.1 to 6.4 and
// core.md 4.0 and 4.1.
#include "tests/unit/device_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

constexpr std::uint64_t kWaitInt = std::uint64_t{1} << 60 | 2;  // COMPLETION_WAIT, i
constexpr std::uint64_t store(std::uint64_t address) {
  return std::uint64_t{1} << 60 | address | 1;
}
constexpr std::uint64_t kTarget = 0x7000000;

struct Fetch : Bench {
  explicit Fetch(std::string_view mode, std::string_view head = "at")
      : Bench({}, {{"command_fetch", mode}, {"head_on_error", head}}) {}
};

TEST_CASE("option command_fetch: the head is past every command that was fetched") {
  Fetch one("single"), all("batch");
  for (Fetch* f : {&one, &all}) {
    for (unsigned i = 0; i < 3; ++i) f->command(i, store(kTarget + 8 * i), 0x11 * (i + 1));
    f->w(0x2008, 48);
    CHECK(f->device.step());
    CHECK(f->mem(kTarget) == 0x11);
    CHECK(f->mem(kTarget + 8) == 0);  // fetched is not complete
  }
  CHECK(one.r(0x2000) == 16);
  CHECK(all.r(0x2000) == 48);
  for (Fetch* f : {&one, &all}) {
    f->device.run();
    CHECK(f->r(0x2000) == 48);
    CHECK(f->mem(kTarget + 16) == 0x33);
    CHECK(!f->device.step());
  }
}

TEST_CASE("commands that came after a batch was fetched are the next batch") {
  Fetch f("batch");
  for (unsigned i = 0; i < 3; ++i) f.command(i, store(kTarget + 8 * i), 0x11);
  f.w(0x2008, 16);
  CHECK(f.device.step());
  f.w(0x2008, 48);
  CHECK(f.r(0x2000) == 16);
  CHECK(f.device.step());
  CHECK(f.r(0x2000) == 48);
  CHECK(f.device.step());
  CHECK(!f.device.step());
}

TEST_CASE("a batch that meets an illegal command leaves the head at it or behind the batch") {
  for (const bool at : {false, true}) {
    CAPTURE(at);
    Fetch f("batch", at ? "at" : "after");
    f.command(0, store(kTarget), 0x11);
    f.command(1, 0);  // opcode 0
    f.command(2, store(kTarget + 8), 0x22);
    f.submit(3);
    CHECK(f.r(0x2000) == (at ? 16u : 48u));
    CHECK(f.mem(kTarget) == 0x11);
    CHECK(f.mem(kTarget + 8) == 0);
    CHECK(f.event(0, 1) == kCmd + 16);
    // Repaired and started again: what was fetched with the bad one is not done.
    f.command(1, store(kTarget + 16), 0x33);
    f.w(0x0018, kAllOn & ~kCmdBufEn);
    f.w(0x0018, kAllOn);
    f.device.run();
    CHECK(f.mem(kTarget + 8) == (at ? 0x22u : 0u));
  }
}

TEST_CASE("commands that were fetched are finished when CmdBufEn becomes 0") {
  Fetch one("single"), all("batch");
  for (Fetch* f : {&one, &all}) {
    for (unsigned i = 0; i < 3; ++i) f->command(i, store(kTarget + 8 * i), 0x11);
    f->w(0x2008, 48);
    f->device.step();
    f->w(0x0018, kAllOn & ~kCmdBufEn);
    CHECK((f->status() & kCmdRun) == 0);
  }
  CHECK(one.mem(kTarget + 16) == 0);
  CHECK(all.mem(kTarget + 16) == 0x11);
}

TEST_CASE("a batch wraps at the end of the ring") {
  Fetch f("batch");
  f.w(0x0018, kAllOn & ~kCmdBufEn);
  f.w(0x2000, 255 * 16);
  f.command(255, store(kTarget), 0x11);
  f.command(0, store(kTarget + 8), 0x22);
  f.w(0x0018, kAllOn);
  f.submit(1);
  CHECK(f.r(0x2000) == 16);
  CHECK(f.mem(kTarget) == 0x11);
  CHECK(f.mem(kTarget + 8) == 0x22);
}

TEST_CASE("option com_wait_interrupt_again: with ComWaitInt set another interrupt is sent or not") {
  for (const bool again : {false, true}) {
    CAPTURE(again);
    Bench b({}, {{"com_wait_interrupt_again", again ? "true" : "false"}}, kAllOn | kComWaitIntEn);
    b.command(0, kWaitInt);
    b.command(1, kWaitInt);
    b.submit(2);
    CHECK(b.interrupts.completion == (again ? 2u : 1u));
    b.w(0x2020, kComWaitInt);
    b.command(2, kWaitInt);
    b.submit(3);
    CHECK(b.interrupts.completion == (again ? 3u : 2u));
  }
}

// Opcode, the bits of PASID, GN or Type, and the feature that they need.
struct Gated {
  std::uint64_t q0, q1;
  std::string_view feature;
};
constexpr Gated kGated[] = {{op(3) | 1, 0, "EFR.GTSup"},
                            {op(3), 4, "EFR.GTSup"},
                            {op(4) | bit(16), 0, "EFR.GTSup"},
                            {op(4), 4, "EFR.GTSup"},
                            {op(4), bit(4), "EFR.InvIotlbTypeSup"},
                            {op(4), bit(5), "EFR.InvIotlbTypeSup"},
                            {op(6) | bit(32), 0, "EFR.GTSup"},
                            {op(6), 4, "EFR.GTSup"},
                            {op(7) | bit(51), 0, "EFR.GTSup"},
                            {op(7), 4, "EFR.GTSup"}};

TEST_CASE("option feature_gated_command_fields: fields of absent features are reserved") {
  for (const Gated& g : kGated) {
    CAPTURE(g.q0);
    CAPTURE(g.q1);
    for (const bool checked : {false, true}) {
      for (const std::uint64_t there : {0u, 1u}) {
        CAPTURE(checked);
        CAPTURE(there);
        Bench b({{"header.IotlbSup", 1}, {"EFR.PreFSup", 1}, {"EFR.PPRSup", 1}, {g.feature, there}},
                {{"feature_gated_command_fields", checked ? "checked" : "unchecked"}});
        b.command(0, g.q0, g.q1);
        b.submit(1);
        const bool illegal = checked && there == 0;
        CHECK(b.events() == (illegal ? 1u : 0u));
        CHECK(b.r(0x2000) == (illegal ? 0u : 16u));
      }
    }
  }
}

TEST_CASE("a prefetch is a hint: of whatever address, nothing happens and no event comes") {
  Bench b({{"EFR.PreFSup", 1}});
  b.dte(1, kV | kTV | std::uint64_t{4} << 9 | kTables | kIR | kIW);
  b.command(0, op(6) | 8u << 24 | 1, 0x5000);                              // not present
  b.command(1, op(6) | 8u << 24 | 1, 0x7FFF'FFFF'FFFF'F000 | 1 | bit(4));  // S, Inval
  b.submit(2);
  CHECK(b.r(0x2000) == 32);
  CHECK(b.events() == 0);
}

TEST_CASE("a fetched command that is illegal ends the batch when CmdBufEn becomes 0") {
  Bench b({}, {{"command_fetch", "batch"}});
  b.command(0, op(1));
  b.command(1, op(0));
  b.command(2, op(1) | 0x5000'0000 | 1, 7);
  b.w(0x2008, 0x30);
  REQUIRE(b.device.step());
  b.w(0x18, kIommuEn | kEventLogEn);
  REQUIRE(b.events() == 1);
  CHECK(b.code() == 5);
  CHECK(b.mem(0x5000'0000) == 0);
  CHECK((b.status() & kCmdRun) == 0);
}

}  // namespace
}  // namespace amdvi::by_hand
