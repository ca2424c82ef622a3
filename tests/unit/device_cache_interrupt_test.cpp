// Tested here: which old interrupt remapping entries a device may use,
// model/include/amdvi/cache.hpp. Numbers are worked out from behaviour.md 4.2, 4.3 and 5.3 and
// core.md 7.3.
#include "tests/unit/cached_interrupt_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

TEST_CASE("a changed interrupt entry may be old until INVALIDATE_INTERRUPT_TABLE and a wait") {
  CachedInterrupt c;
  CHECK(c.vectors() == Vectors{0x42});
  c.put(kIrt + 16, CachedInterrupt::entries(0x41, 0x52));
  CHECK(c.vectors() == Vectors{0x42, 0x52});
  CHECK(c.vectors(4) == Vectors{0x41});  // the other half of the 8 bytes
  c.invalidate(1);
  CHECK(c.vectors() == Vectors{0x42, 0x52});
  c.wait();
  CHECK(c.vectors() == Vectors{0x52});
}

TEST_CASE("no other invalidation drops an interrupt entry but INVALIDATE_IOMMU_ALL") {
  for (const std::uint64_t command :
       {std::uint64_t{2} << 60 | 1, std::uint64_t{3} << 60, std::uint64_t{5} << 60 | 2}) {
    CAPTURE(command);
    CachedInterrupt c;
    c.put(kIrt + 16, CachedInterrupt::entries(0x41, 0x52));
    c.command(command);
    c.wait();
    CHECK(c.vectors() == Vectors{0x42, 0x52});
    c.command(std::uint64_t{8} << 60);
    c.wait();
    CHECK(c.vectors() == Vectors{0x52});
  }
}

TEST_CASE("an interrupt entry with RemapEn=0 is cached only with NpCache") {
  for (const std::uint64_t np_cache : {0u, 1u}) {
    CAPTURE(np_cache);
    CachedInterrupt c(kAllOn, np_cache);
    c.put(kIrt + 24, 0);
    c.put(kIrt + 24, CachedInterrupt::entries(0x61, 0x62));
    CHECK(c.vectors(6) == (np_cache != 0 ? Vectors{0, 0x61} : Vectors{0x61}));
  }
}

TEST_CASE("IRTCacheDis: an interrupt entry is never old") {
  CachedInterrupt c(kAllOn | bit(59));
  c.put(kIrt + 16, CachedInterrupt::entries(0x41, 0x52));
  CHECK(c.vectors() == Vectors{0x52});
}

TEST_CASE("option irte_guest_fields: the running processor of a guest entry may be old or not") {
  for (const bool cached : {false, true}) {
    CAPTURE(cached);
    CachedInterrupt c(kAllOn | kGAEn | kGAMEn, 0,
                      {{"irte_guest_fields", cached ? "cached" : "never"}});
    const std::uint64_t low = 1 | bit(6) | bit(7);  // RemapEn, IsRun, GuestMode
    c.put(kIrt + 16 * 5, low | 0x2 << 8);
    c.put(kIrt + 16 * 5 + 8, kApic | 0x33);
    c.command(std::uint64_t{8} << 60);
    c.wait();
    c.put(kIrt + 16 * 5, low | 0x7 << 8);
    std::vector<std::uint32_t> to;
    for (const InterruptOutcome& o : c.device.interrupt_outcomes({1, kMsi, 5})) {
      CHECK(o.result.kind == InterruptResult::Kind::kPosted);
      to.push_back(o.result.destination);
    }
    CHECK(to == (cached ? Vectors{7, 2} : Vectors{7}));
    // What else the entry says needs its invalidation in any case; an entry is old as a whole.
    c.put(kIrt + 16 * 5 + 8, kApic | 0x44);
    CHECK(c.vectors().size() == (cached ? 3u : 2u));
  }
}

TEST_CASE("another destination of an interrupt is another outcome") {
  CachedInterrupt c;
  c.put(kIrt + 16, CachedInterrupt::entries(0x41, 0x42) | std::uint64_t{0x9} << 40);
  const auto outcomes = c.device.interrupt_outcomes({1, kMsi, 5});
  REQUIRE(outcomes.size() == 2);
  // Bits 19:12 of the address.
  CHECK(outcomes[0].result.address == (kMsi | 0x9000));
  CHECK(outcomes[1].result.address == kMsi);
  CHECK(outcomes[0].result.data == outcomes[1].result.data);
}

TEST_CASE("aborted interrupts with different events are different outcomes") {
  CachedInterrupt c(kAllOn, 1);
  c.put(kIrt + 16, 1 | 0x41 << 16);  // entry 5: RemapEn=0
  c.command(std::uint64_t{8} << 60);
  c.wait();
  c.put(kIrt + 16, CachedInterrupt::entries(0x41, 0x42) | bit(63));  // bits 31:24 are reserved
  const auto outcomes = c.device.interrupt_outcomes({1, kMsi, 5});
  REQUIRE(outcomes.size() == 2);
  CHECK((outcomes[0].events.at(0)[0] >> 52 & 9) == 9);  // PR 52, RZ 55
  CHECK((outcomes[1].events.at(0)[0] >> 52 & 9) == 0);
}

TEST_CASE("an entry that becomes a guest's, or is one no more, is old or new as a whole") {
  // RemapEn, destination 7 or 2, a vector; of a guest IsRun, GuestMode and its APIC page.
  const std::array<std::uint64_t, 2> guest{1 | bit(6) | bit(7) | 0x7 << 8, kApic | 0x33},
      host{1 | 0x2 << 8, 0x33};
  for (const bool becomes : {false, true}) {
    CAPTURE(becomes);
    CachedInterrupt c(kAllOn | kGAEn | kGAMEn, 0, {{"irte_guest_fields", "never"}});
    c.put_entry(5, becomes ? host : guest);
    c.command(std::uint64_t{8} << 60);
    c.wait();
    c.put_entry(5, becomes ? guest : host);
    const auto outcomes = c.device.interrupt_outcomes({1, kMsi, 5});
    REQUIRE(outcomes.size() == 2);
    const InterruptResult &as_guest = outcomes[becomes ? 0 : 1].result,
                          &as_host = outcomes[becomes ? 1 : 0].result;
    CHECK(as_guest.kind == InterruptResult::Kind::kPosted);
    CHECK(as_guest.destination == 7);
    CHECK(as_host.kind == InterruptResult::Kind::kRemapped);
    CHECK(as_host.destination == 2);
  }
}

}  // namespace
}  // namespace amdvi::by_hand
