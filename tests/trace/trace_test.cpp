// The oracle of a caching device on what the real Linux driver did.
#include <string>

#include <doctest/doctest.h>

#include "checker/profile/profile.hpp"
#include "tests/trace/replay.hpp"

namespace amdvi::trace {
namespace {

constexpr unsigned kInvalidateIommuPages = 3, kInvalidateInterruptTable = 5;  // core.md 4

Tally play(const std::string& log, unsigned without = 0) {
  const auto profile = profile::load(PROFILE);
  REQUIRE(profile);
  return replay(profile->config, log + ".jsonl", without);
}

void check_as_it_was(const Tally& tally, std::size_t dma, std::size_t commands) {
  CHECK(tally.wrong == std::vector<std::string>{});
  CHECK(tally.dma == dma);
  CHECK(tally.commands == commands);
  CHECK(tally.snapshots == 4);
}

// The numbers of lines are those of the logs' own `end` lines.
TEST_CASE("no answer of a boot with interrupt remapping is one that the caches could not give") {
  const Tally tally = play("linux61_boot_io");
  check_as_it_was(tally, 1713, 2526);
  CHECK(tally.completions == 869);
  CHECK(tally.interrupts == 14);
}

TEST_CASE("no answer of a boot without interrupt remapping is one that the caches could not give") {
  check_as_it_was(play("linux61_noir"), 1827, 2380);
}

TEST_CASE("after Linux's invalidations nothing that its devices do is in doubt") {
  CHECK(play("linux61_boot_io").several == 0);
  CHECK(play("linux61_noir").several == 0);
}

TEST_CASE("a driver that leaves out INVALIDATE_IOMMU_PAGES uses translations that are in doubt") {
  CHECK(play("linux61_boot_io", kInvalidateIommuPages).several > 0);
}

TEST_CASE("a driver that leaves out INVALIDATE_INTERRUPT_TABLE gets interrupts that are in doubt") {
  CHECK(play("linux61_boot_io", kInvalidateInterruptTable).several > 0);
}

}  // namespace
}  // namespace amdvi::trace
