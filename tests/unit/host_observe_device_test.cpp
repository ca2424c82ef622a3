// A device that runs, set up by hand (viommu.md 3 to 6), has what the machine of its driver has.
#include <array>

#include <doctest/doctest.h>

#include <amdvi/host/observe_device.hpp>

#include "tests/unit/failing_memory.hpp"
#include "tests/unit/viommu_by_hand.hpp"

namespace {

using namespace amdvi;
using namespace amdvi::by_hand;

TEST_CASE("a running device is read through its registers, its entries and its private addresses") {
  constexpr std::uint16_t kDevice = 0x30;
  VirtualBench bench;
  host::Machine driver(host::machine_named("nested_device"));
  REQUIRE(driver.run("create", {1}).result == 1U);
  REQUIRE(driver.run("vdevice_init", {1, 8, kDevice}).error == 0);
  REQUIRE(driver.run("nested_alloc", {1, 7, 0}).result == 1U);
  const std::array<std::uint16_t, 1> devices{kDevice};
  const host::Hardware hardware = host::hardware_of(bench.device, bench.memory, kOwn);
  const auto differences = [&] { return disagreements(driver, hardware, devices).size(); };

  CHECK(differences() == 1);  // the DevID map has nothing yet
  bench.guest(1);
  bench.map_device(1, 8, kDevice);
  CHECK(differences() == 0);

  REQUIRE(driver.run("attach", {0, kDevice}).error == 0);
  CHECK(differences() == 1);  // the entry has no vImuEn
  bench.map_domain(1, 7, 1);
  bench.dte(kDevice, kGuestTable | 3 << 9 | kV | kTV | kIR | kIW | bit(55), 1, 0,
            std::uint64_t{1} << 32 | 8 << 16 | bit(15));
  CHECK(differences() == 0);
  CHECK(observe_domain(hardware, 1, 7) == 1);
  CHECK(observe_guest(hardware, 1).translation_device == kTrans);

  bench.map_device(1, 8, 0x31);
  CHECK(differences() == 2);
}

TEST_CASE("what a device cannot reach is read as nothing") {
  VirtualBench bench;
  FailingMemory failing(bench.memory);
  const host::Hardware hardware = host::hardware_of(bench.device, failing, kOwn);
  bench.map_device(1, 8, 0x30);
  const std::uint64_t slot = devid_map(1) + 16 * 8;
  CHECK(hardware.memory(slot).has_value());
  CHECK(hardware.entry(kOwn)[1] == 0xD0);
  failing.no_read = {kPrivate + slot};  // behind the translation
  CHECK_FALSE(hardware.memory(slot).has_value());
  CHECK_FALSE(hardware.memory(bit(45)).has_value());  // beyond the private table
  failing.no_read = {kDevTab + 32 * kOwn};
  CHECK(hardware.entry(kOwn) == std::array<std::uint64_t, 4>{});
}

}  // namespace
