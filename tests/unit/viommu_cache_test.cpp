// Tested here: what the commands of guests drop, model/include/amdvi/cache.hpp. Values from
// viommu.md 3.1, 5 and 7; what is dropped by behaviour.md 4.3.
#include "tests/unit/device_guest.hpp"
#include "tests/unit/viommu_cached_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

const std::vector<std::uint64_t> kOld{0xA000, 0xB000}, kNew{0xB000};

TEST_CASE("a guest's invalidation and wait drop what its domain ID stands for") {
  CachedGuests c;
  c.page(0xB000);
  CHECK(c.at() == kOld);
  c.pages(1);
  CHECK(c.at() == kOld);
  c.wait(1);
  CHECK(c.at() == kNew);
}

TEST_CASE("the same invalidation of another guest drops nothing of this one") {
  CachedGuests c;
  c.page(0xB000);
  c.pages(2);
  c.wait(2);
  CHECK(c.at() == kOld);
}

TEST_CASE("a guest's invalidation is complete with that guest's wait only") {
  CachedGuests c;
  c.page(0xB000);
  c.pages(1);
  c.wait(2);
  c.host(op(1));
  CHECK(c.at() == kOld);
  c.wait(1);
  CHECK(c.at() == kNew);
}

TEST_CASE("a host's invalidation is not complete with a guest's wait") {
  CachedGuests c;
  c.page(0xB000);
  c.host(op(3) | std::uint64_t{0x77} << 32, kAllPages);
  c.wait(1);
  CHECK(c.at() == kOld);
  c.host(op(1));
  CHECK(c.at() == kNew);
}

TEST_CASE("a guest's INVALIDATE_DEVTAB_ENTRY drops the entry of the host's device") {
  CachedGuests c({{"translations_outlive", "false"}});
  c.other_tables();
  CHECK(c.at() == kOld);
  c.command(2, op(2) | 8);
  c.wait(2);
  CHECK(c.at() == kOld);
  c.command(1, op(2) | 8);
  c.wait(1);
  CHECK(c.at() == kNew);
}

TEST_CASE("INVALIDATE_IOMMU_ALL of a guest drops what its maps name") {
  CachedGuests c;
  c.page(0xB000);
  c.command(2, op(8));
  c.wait(2);
  CHECK(c.at() == kOld);
  c.command(1, op(8));
  c.wait(1);
  CHECK(c.at() == kNew);
}

TEST_CASE("INVALIDATE_IOMMU_ALL of a guest may drop everything, by option") {
  CachedGuests c({{"guest_invalidate_all", "everything"}});
  c.page(0xB000);
  c.command(2, op(8));
  c.wait(2);
  CHECK(c.at() == kNew);
}

TEST_CASE("INVALIDATE_IOMMU_ALL of a guest drops the entries of the devices that its map names") {
  CachedGuests c;
  c.other_tables();
  CHECK(c.at() == kOld);
  c.command(2, op(8));
  c.wait(2);
  CHECK(c.at() == kOld);
  c.command(1, op(8));
  c.wait(1);
  CHECK(c.at() == kNew);
}

TEST_CASE("INVALIDATE_IOMMU_ALL of a guest drops the interrupt entries of its devices") {
  CachedGuests c;
  constexpr std::uint64_t kIrt = 0x7000000, kMsi = 0xFEE00000;
  // IV, 2 entries of 16 bytes, IntCtl 2; RemapEn and a vector.
  c.put(kDevTab + 32 + 16, 1 | 1 << 1 | kIrt | std::uint64_t{2} << 60);
  c.put(kIrt, 1);
  c.put(kIrt + 8, 0x41);
  c.host(op(8));
  c.host(op(1));
  c.put(kIrt + 8, 0x42);
  const auto vectors = [&] { return c.device.interrupt_outcomes({1, kMsi, 0}).size(); };
  CHECK(vectors() == 2);
  c.command(2, op(8));
  c.wait(2);
  CHECK(vectors() == 2);
  c.command(1, op(8));
  c.wait(1);
  CHECK(vectors() == 1);
}

TEST_CASE("INVALIDATE_IOMMU_ALL of another guest keeps what a nested translation used") {
  constexpr std::uint64_t kHost = 0x8000000;  // a level-2 table: 2 MiB entries
  CachedGuests c;
  c.put(kDevTab + 40, 0x77 | gcr3_high(kGcr3));
  c.put(kDevTab + 32, kV | kTV | kGV | kIR | kIW | 2 * bit(9) | kHost | gcr3_low(kGcr3));
  c.put(kGcr3 + 8 * 5, 0x600000 | kP);
  for (unsigned i = 0; i < 3; ++i) c.put(0x600000 + 0x1000 * i, (0x601000 + 0x1000 * i) | kUser);
  c.put(0x603008, 0x200000 | kUser);
  c.put(kHost + 8 * 3, 0x600000 | kOpen);
  c.put(kHost + 8, 0xA00000 | kOpen);
  c.device.device().mmio_write(0x18, 8, kVirtualOn | kGstBufferTRPMode | kGTEn);
  c.host(op(8));
  c.host(op(1));
  c.put(kHost + 8, 0xC00000 | kOpen);
  Request r{1, 0x1000, true, false};
  r.has_pasid = true;
  r.pasid = 5;
  CHECK(c.device.outcomes(r).size() == 2);
  c.command(2, op(8));
  c.wait(2);
  CHECK(c.device.outcomes(r).size() == 2);
  c.command(1, op(8));
  c.wait(1);
  CHECK(c.device.outcomes(r).size() == 1);
}

}  // namespace
}  // namespace amdvi::by_hand
