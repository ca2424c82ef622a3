// What drivers get wrong at the edges: IDs that run out, what is freed twice, a vIOMMU that is
// destroyed while it is made, a device that appears under an ID that was handed out. Errors are
// those of viommu.md 9.1 to 9.5; whatever is refused changes nothing.
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <amdvi/host/calls.hpp>

#include "tests/unit/host_machines.hpp"

namespace amdvi::host::test {
namespace {

using spec::HostError;

constexpr std::uint64_t kLast = 0xffff;

void done(Machine& machine, std::string_view operation, Args args) {
  CAPTURE(operation);
  REQUIRE(machine.run(operation, args).error == 0);
}

CallOutcome whole(Machine& machine, std::string_view name, Args args) {
  return run_call(machine, name, {args.begin(), args.size()});
}

struct Twice {
  std::string_view machine;
  std::vector<std::uint64_t> parameters;
  std::vector<std::pair<std::string_view, std::vector<std::uint64_t>>> before;
  std::string_view free;
  std::vector<std::uint64_t> args;
  HostError error;
};

TEST_CASE("what is freed twice is refused, and nothing changes") {
  const std::vector<Twice> all{
      {"trans_devid_pool", {kLast}, {{"alloc", {}}}, "free", {kLast}, HostError::E_INVAL},
      {"guest_id_pool", {kLast}, {{"alloc", {}}, {"retire", {1}}}, "free", {1}, HostError::E_INVAL},
      {"host_domain_ids", {}, {{"alloc", {}}}, "free", {1}, HostError::E_INVAL},
      {"gdom_map",
       {},
       {{"create", {3}}, {"nested_alloc", {3, 7, 9}}},
       "nested_free",
       {9},
       HostError::E_NOENT},
      {"devid_map",
       {},
       {{"create", {3}}, {"vdevice_init", {3, 8, 0x10}}},
       "vdevice_destroy",
       {3, 8},
       HostError::E_NOENT},
      {"domain_roles", {}, {{"take_paging", {}}}, "give_back", {1}, HostError::E_INVAL},
      {"trans_id_sharing", {kLast, 0}, {{"take", {3, 4}}}, "give_back", {3}, HostError::E_NOENT}};
  for (const Twice& one : all) {
    CAPTURE(one.machine);
    Machine machine(machine_named(one.machine), one.parameters);
    const auto run = [&](std::string_view name, const std::vector<std::uint64_t>& args) {
      std::string call(one.machine);
      return run_call(machine, call.append(".").append(name), args).error;
    };
    for (const auto& [name, args] : one.before) REQUIRE(run(name, args) == 0);
    REQUIRE(run(one.free, one.args) == 0);
    const auto before = machine.key();
    CHECK(static_cast<HostError>(run(one.free, one.args)) == one.error);
    CHECK(machine.key() == before);
  }
}

TEST_CASE("a vIOMMU that is destroyed while it is made gives everything back, at every step") {
  constexpr std::string_view kSteps[] = {
      "take_gid",      "map_mmio",        "take_trans_id",   "reset_vmmio", "set_trans_dte",
      "set_trans_reg", "map_devid_table", "map_domid_table", "fill_maps",   "copy_results",
      "link"};
  for (std::size_t made = 1; made <= std::size(kSteps); ++made) {
    CAPTURE(made);
    Machine life = make("viommu_lifecycle", {kLast});
    REQUIRE(whole(life, "viommu_lifecycle.create", {4, 0}).error == 0);
    for (std::size_t i = 0; i < made; ++i) done(life, kSteps[i], {5});
    CHECK(whole(life, "viommu_lifecycle.destroy", {5}).error == 0);
    for (const std::string_view cell : {"gid_used", "mmio", "reg", "devtbl", "domtbl", "queues"}) {
      CHECK(life.read(cell, 2) == 0);
      if (cell != "queues") CHECK(life.read(cell, 1) != 0);  // the other's
    }
    CHECK(life.read("tid_state", kLast - 1) == 0);
    CHECK(life.read("root", kLast - 1) == 0);
    CHECK(life.read("root", kLast) == 1);  // the other's
    CHECK(refused(life, "undo", {5}) == HostError::E_INVAL);
    CHECK(refused(life, "go_down", {5}) == HostError::E_NOENT);
    CHECK(whole(life, "viommu_lifecycle.create", {5, 0}).result == 2U);
  }
}

TEST_CASE("a device that is plugged under a translation device ID is refused, and nothing moves") {
  Machine life = make("viommu_lifecycle", {kLast});
  REQUIRE(whole(life, "viommu_lifecycle.create", {4, 0}).error == 0);
  CHECK(refused(life, "attach_device", {kLast}) == HostError::E_BUSY);

  Machine devices = make("device_attach", {kLast});
  REQUIRE(devices.run("alloc", {0}).result == kLast);
  done(devices, "plug", {kLast, kLast});
  const auto before = devices.key();
  const CallOutcome own = whole(devices, "device_attach.attach", {kLast, 5, 0});
  CHECK(static_cast<HostError>(own.error) == HostError::E_BUSY);
  CHECK(own.actions.empty());
  CHECK(devices.key() == before);
  CHECK(refused(devices, "iommu_found", {kLast}) == HostError::E_BUSY);
  // Its alias is: what was reserved before it stays reserved, the allocated ID stays allocated.
  done(devices, "plug", {8, kLast});
  const CallOutcome alias = whole(devices, "device_attach.attach", {8, 5, 0});
  CHECK(static_cast<HostError>(alias.error) == HostError::E_BUSY);
  CHECK(alias.actions.empty());
  CHECK(devices.read("st", 8) == 1);      // RESERVED
  CHECK(devices.read("st", kLast) == 2);  // ALLOCATED
  CHECK(devices.read("on", 8) == 0);
  // When the vIOMMU goes, the device can be attached.
  done(devices, "free", {kLast});
  CHECK(whole(devices, "device_attach.attach", {8, 5, 0}).error == 0);
}

TEST_CASE("65535 guests have GuestIDs, the next has none, and a freed one is used again") {
  Machine life = make("viommu_lifecycle", {kLast});
  for (std::uint64_t viommu = 0; viommu < kLast; ++viommu) {
    if (life.run("take_gid", {viommu}).result != viommu + 1) FAIL("vIOMMU ", viommu);
  }
  CHECK(refused(life, "take_gid", {kLast}) == HostError::E_NOSPC);
  CHECK(whole(life, "viommu_lifecycle.destroy", {0x1233}).error == 0);
  CHECK(life.run("take_gid", {kLast}).result == 0x1234U);
}

TEST_CASE("65535 domains of guests have host domain IDs, the next has none") {
  Machine map = make("gdom_map");
  done(map, "create", {3});
  for (std::uint64_t i = 0; i < kLast; ++i) {
    if (map.run("nested_alloc", {3, i, i}).result != i + 1) FAIL("domain ", i);
  }
  CHECK(refused(map, "nested_alloc", {3, kLast, kLast}) == HostError::E_NOSPC);
  CHECK(refused(map, "host_alloc", {}) == HostError::E_NOSPC);
  done(map, "nested_free", {0x1233});
  CHECK(map.run("nested_alloc", {3, kLast, kLast}).result == 0x1234U);
}

}  // namespace
}  // namespace amdvi::host::test
