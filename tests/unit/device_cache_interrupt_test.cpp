// Tested here: which old interrupt remapping entries a device may use,
// model/include/amdvi/cache.hpp. Numbers are worked out from behaviour.md 4.2, 4.3 and 5.3 and
// core.md 7.3.
#include <algorithm>
#include <vector>

#include <amdvi/cache.hpp>

#include "tests/unit/interrupt_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

const std::initializer_list<Setting> kGuestInterrupts{
    {"EFR.GASup", 1}, {"EFR.GAMSup", 1}, {"EFR.IASup", 1}};

// Interrupts of device 1 are remapped by entry 5 and 6 of its table; RemapEn, vector at 23:16.
struct CachedInterrupt {
  explicit CachedInterrupt(std::uint64_t control = kAllOn, std::uint64_t np_cache = 0,
                           std::initializer_list<Choice> options = {})
      : device(config(np_cache, options), sparse) {
    put(kDevTab + 32 + 16, int_dte());
    put(kIrt + 16, entries(0x41, 0x42));
    device.device().mmio_write(0x0000, 8, kDevTab | 0x1FF);
    device.device().mmio_write(0x0008, 8, kCmd | std::uint64_t{8} << 56);
    device.device().mmio_write(0x0018, 8, control);
    command(std::uint64_t{8} << 60);
    wait();
  }
  static Config config(std::uint64_t np_cache, std::initializer_list<Choice> options) {
    Config result = config_with(kGuestInterrupts, options);
    REQUIRE(set_capability(result, "header.NpCache", np_cache));
    return result;
  }
  // Entries 4 and 5 of a table of 4-byte entries share 8 bytes.
  static std::uint64_t entries(std::uint64_t vector4, std::uint64_t vector5) {
    return 1 | vector4 << 16 | std::uint64_t{1} << 32 | vector5 << 48;
  }
  void put(std::uint64_t spa, std::uint64_t value) { REQUIRE(device.memory().write64(spa, value)); }
  void command(std::uint64_t q0) {
    put(kCmd + slot, q0);
    put(kCmd + slot + 8, 0);
    slot += 16;
    device.device().mmio_write(0x2008, 8, slot);
    device.device().run();
  }
  void wait() { command(std::uint64_t{1} << 60); }
  void invalidate(std::uint64_t id) { command(std::uint64_t{5} << 60 | id); }
  // Vectors that may come; 0 for an abort.
  std::vector<std::uint32_t> vectors(std::uint32_t index = 5) {
    std::vector<std::uint32_t> found;
    for (const InterruptOutcome& o : device.interrupt_outcomes({1, kMsi, index})) {
      found.push_back(o.result.data & 0xFF);
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  SparseMemory sparse;
  CachingDevice device;
  unsigned slot = 0;
};
using Vectors = std::vector<std::uint32_t>;

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

}  // namespace
}  // namespace amdvi::by_hand
