// Pools, maps and the life of a vIOMMU as the executable machines have them.
#include <string_view>

#include <doctest/doctest.h>

#include <amdvi/host/machine.hpp>
#include <amdvi/spec/HostError.gen.hpp>
#include <amdvi/spec/TransIdState.gen.hpp>
#include <amdvi/spec/ViommuStage.gen.hpp>
#include <amdvi/spec/machines.gen.hpp>

#include "tests/unit/host_walk.hpp"

namespace {

using amdvi::host::Machine;
using amdvi::host::machine_named;
using amdvi::host::Outcome;
using amdvi::spec::HostAction;
using amdvi::spec::HostError;
using amdvi::spec::TransIdState;
using amdvi::spec::ViommuStage;

Machine make(std::string_view name, std::initializer_list<std::uint64_t> parameters = {}) {
  return Machine(machine_named(name), {parameters.begin(), parameters.size()});
}

HostError error(const Outcome& outcome) { return static_cast<HostError>(outcome.error); }

std::vector<HostAction> actions(const Outcome& outcome) {
  std::vector<HostAction> all;
  for (const auto& shown : outcome.actions) all.push_back(static_cast<HostAction>(shown.action));
  return all;
}

std::uint64_t state(TransIdState s) { return static_cast<std::uint64_t>(s); }

TEST_CASE("translation device IDs are given from the top down, and reserved ones are skipped") {
  Machine pool = make("trans_devid_pool", {0xffff});
  CHECK(error(pool.run("reserve", {0xfffe})) == HostError::OK);
  CHECK(pool.run("alloc", {}).result == 0xffffU);
  CHECK(pool.run("alloc", {}).result == 0xfffdU);
  CHECK(pool.read("st", 0xfffe) == state(TransIdState::RESERVED));
}

TEST_CASE("a pool of translation device IDs runs out, and goes on after a free") {
  Machine pool = make("trans_devid_pool", {3});
  for (const unsigned id : {3U, 2U, 1U}) CHECK(pool.run("alloc", {}).result == id);
  const Outcome full = pool.run("alloc", {});
  CHECK(error(full) == HostError::E_NOSPC);
  CHECK_FALSE(full.result.has_value());
  CHECK_FALSE(full.picked.has_value());
  CHECK(error(pool.run("free", {2})) == HostError::OK);
  CHECK(pool.run("alloc", {}).result == 2U);
}

TEST_CASE("reserving is idempotent, for good, and refused for an ID that was handed out") {
  Machine pool = make("trans_devid_pool", {0x100});
  CHECK(error(pool.run("reserve", {0x10})) == HostError::OK);
  CHECK(error(pool.run("reserve", {0x10})) == HostError::OK);
  CHECK(error(pool.run("free", {0x10})) == HostError::E_INVAL);
  CHECK(pool.read("st", 0x10) == state(TransIdState::RESERVED));
  CHECK(pool.run("alloc", {}).result == 0x100U);
  // Hot plug: a device appears under the ID.
  CHECK(error(pool.run("reserve", {0x100})) == HostError::E_BUSY);
  CHECK(pool.read("st", 0x100) == state(TransIdState::ALLOCATED));
}

TEST_CASE("an ID is freed once") {
  Machine pool = make("trans_devid_pool", {8});
  CHECK(pool.run("alloc", {}).result == 8U);
  CHECK(error(pool.run("free", {8})) == HostError::OK);
  CHECK(error(pool.run("free", {8})) == HostError::E_INVAL);
}

TEST_CASE("GuestIDs start at 1, end at the device's last, and are freed after they are retired") {
  Machine pool = make("guest_id_pool", {2});
  CHECK(pool.run("alloc", {}).result == 1U);
  CHECK(pool.run("alloc", {}).result == 2U);
  CHECK(error(pool.run("alloc", {})) == HostError::E_NOSPC);
  CHECK(error(pool.run("free", {1})) == HostError::E_BUSY);
  CHECK(error(pool.run("retire", {1})) == HostError::OK);
  CHECK(error(pool.run("free", {1})) == HostError::OK);
  CHECK(error(pool.run("free", {1})) == HostError::E_INVAL);
  CHECK(pool.run("alloc", {}).result == 1U);
}

TEST_CASE("all 65535 host domain IDs can be used, and no more") {
  Machine pool = make("host_domain_ids");
  CHECK(error(pool.run("reserve", {0})) == HostError::E_INVAL);
  for (std::uint64_t id = 2; id <= 0xffff; ++id) {
    REQUIRE(error(pool.run("reserve", {id})) == HostError::OK);
  }
  CHECK(error(pool.run("reserve", {0x1234})) == HostError::E_NOSPC);
  CHECK(pool.run("alloc", {}).result == 1U);
  CHECK(error(pool.run("alloc", {})) == HostError::E_NOSPC);
  CHECK(error(pool.run("free", {0xffff})) == HostError::OK);
  CHECK(pool.run("alloc", {}).result == 0xffffU);
}

TEST_CASE("a guest domain has one host domain ID, counted, and its own") {
  Machine map = make("gdom_map");
  map.run("create", {1});
  map.run("create", {2});
  const Outcome first = map.run("nested_alloc", {1, 7, 100});
  CHECK(first.result == 1U);
  REQUIRE(actions(first) == std::vector{HostAction::WRITE_DOMID_MAP});
  CHECK(first.actions[0].args == std::vector<std::uint64_t>{1, 7, 1});
  CHECK(map.run("nested_alloc", {1, 7, 101}).result == 1U);
  CHECK(map.run("nested_alloc", {2, 7, 102}).result == 2U);
  CHECK(error(map.run("nested_alloc", {2, 7, 102})) == HostError::E_EXIST);
  CHECK(error(map.run("host_free", {1})) == HostError::E_INVAL);
  CHECK(map.run("nested_free", {100}).actions.empty());
  const Outcome last = map.run("nested_free", {101});
  REQUIRE(actions(last) == std::vector{HostAction::WRITE_DOMID_MAP});
  CHECK(last.actions[0].args == std::vector<std::uint64_t>{1, 7, 0});
  CHECK(error(map.run("nested_free", {101})) == HostError::E_NOENT);
  CHECK(map.run("host_alloc", {}).result == 1U);
}

TEST_CASE("a vIOMMU that goes frees the host domain IDs of its map, and no others") {
  Machine map = make("gdom_map");
  map.run("create", {1});
  map.run("create", {2});
  for (const std::uint64_t n : {0u, 1u, 2u}) map.run("nested_alloc", {1, n, n});
  map.run("nested_alloc", {2, 0, 9});
  CHECK(error(map.run("destroy_clear", {1})) == HostError::E_INVAL);
  CHECK(error(map.run("destroy_begin", {1})) == HostError::OK);
  CHECK(error(map.run("destroy_end", {1})) == HostError::E_INVAL);
  CHECK(error(map.run("destroy_clear", {1})) == HostError::OK);
  CHECK(error(map.run("destroy_end", {1})) == HostError::OK);
  for (const std::uint64_t h : {1u, 2u, 3u}) CHECK(map.read("used", h) == 0);
  CHECK(map.read("used", 4) == 1);
  CHECK(map.read("hdom", 0x2'0000) == 4);
  CHECK(map.read("nested", 9) == 1);
}

TEST_CASE("a host device has one guest, until that guest loses it or goes") {
  Machine map = make("devid_map");
  map.run("create", {1});
  map.run("create", {2});
  CHECK(error(map.run("vdevice_init", {3, 8, 0xc100})) == HostError::E_INVAL);
  const Outcome given = map.run("vdevice_init", {1, 8, 0xc100});
  REQUIRE(actions(given) == std::vector{HostAction::WRITE_DEVID_MAP});
  CHECK(given.actions[0].args == std::vector<std::uint64_t>{1, 8, 0xc100, 1});
  CHECK(error(map.run("vdevice_init", {1, 8, 0xc101})) == HostError::E_EXIST);
  CHECK(error(map.run("vdevice_init", {2, 8, 0xc100})) == HostError::E_BUSY);
  CHECK(map.run("vdevice_destroy", {1, 8}).actions[0].args ==
        std::vector<std::uint64_t>{1, 8, 0, 0});
  CHECK(error(map.run("vdevice_init", {2, 8, 0xc100})) == HostError::OK);
  map.run("destroy_begin", {2});
  map.run("destroy_clear", {2});
  CHECK(error(map.run("vdevice_init", {1, 8, 0xc100})) == HostError::OK);
}

constexpr std::string_view kSteps[] = {
    "take_gid",      "map_mmio",        "take_trans_id",   "reset_vmmio", "set_trans_dte",
    "set_trans_reg", "map_devid_table", "map_domid_table", "fill_maps",   "copy_results",
    "link"};

TEST_CASE("making a vIOMMU shows the hardware its actions in their order") {
  Machine life = make("viommu_lifecycle", {0xffff});
  std::vector<HostAction> shown;
  for (const std::string_view step : kSteps) {
    const Outcome outcome = life.run(step, {5});
    REQUIRE(error(outcome) == HostError::OK);
    for (const HostAction action : actions(outcome)) shown.push_back(action);
  }
  CHECK(shown == std::vector{HostAction::MAP_MMIO, HostAction::RESET_VMMIO,
                             HostAction::COMPLETION_WAIT, HostAction::SET_TRANSLATE_DTE,
                             HostAction::INVALIDATE_DEVTAB_ENTRY, HostAction::COMPLETION_WAIT,
                             HostAction::WRITE_TRANS_DEVID, HostAction::MAP_DEVID_TABLE,
                             HostAction::MAP_DOMID_TABLE, HostAction::FILL_DOMID_MAP,
                             HostAction::CLEAR_DEVID_MAP});
  CHECK(life.read("reg", 1) == 0xffff);
  CHECK(error(life.run("attach_device", {0xffff})) == HostError::E_BUSY);
}

TEST_CASE("from every step the way back leaves nothing behind") {
  for (std::size_t done = 1; done <= std::size(kSteps); ++done) {
    CAPTURE(done);
    Machine life = make("viommu_lifecycle", {0xffff});
    for (std::size_t i = 0; i < done; ++i) REQUIRE(life.run(kSteps[i], {5}).error == 0);
    CHECK(error(life.run("undo", {5})) == HostError::E_INVAL);
    CHECK(error(life.run("go_down", {5})) == HostError::OK);
    while (life.read("stage", 5) != static_cast<std::uint64_t>(ViommuStage::NONE)) {
      REQUIRE(life.run("undo", {5}).error == 0);
    }
    for (const std::string_view cell : {"gid_used", "mmio", "reg", "devtbl", "domtbl", "queues"}) {
      CHECK(life.read(cell, 1) == 0);
    }
    CHECK(life.read("tid_state", 0xffff) == state(TransIdState::FREE));
    CHECK(life.read("root", 0xffff) == 0);
    CHECK(life.run("take_gid", {5}).result == 1U);
  }
}

TEST_CASE("a vIOMMU is taken down in the safe order") {
  Machine life = make("viommu_lifecycle", {0xffff});
  for (const std::string_view step : kSteps) REQUIRE(life.run(step, {5}).error == 0);
  REQUIRE(life.run("enable_queues", {5}).error == 0);
  std::vector<HostAction> shown = actions(life.run("go_down", {5}));
  while (life.read("stage", 5) != static_cast<std::uint64_t>(ViommuStage::NONE)) {
    for (const HostAction action : actions(life.run("undo", {5}))) shown.push_back(action);
  }
  CHECK(shown == std::vector{HostAction::DISABLE_QUEUES, HostAction::FILL_DOMID_MAP,
                             HostAction::CLEAR_DEVID_MAP, HostAction::UNMAP_DOMID_TABLE,
                             HostAction::UNMAP_DEVID_TABLE, HostAction::WRITE_TRANS_DEVID,
                             HostAction::CLEAR_TRANSLATE_DTE, HostAction::INVALIDATE_DEVTAB_ENTRY,
                             HostAction::COMPLETION_WAIT, HostAction::UNMAP_MMIO});
}

TEST_CASE("a vIOMMU that user space does not describe is refused before anything is taken") {
  Machine life = make("viommu_lifecycle", {0xffff});
  const auto before = life.key();
  CHECK(error(life.run("check_data", {5, 0})) == HostError::E_INVAL);
  CHECK(error(life.run("check_data", {5, 1})) == HostError::OK);
  CHECK(life.key() == before);
}

TEST_CASE("a step out of turn changes nothing") {
  Machine life = make("viommu_lifecycle", {0xffff});
  for (std::size_t i = 1; i < std::size(kSteps); ++i) {
    CHECK(error(life.run(kSteps[i], {5})) == HostError::E_INVAL);
  }
  CHECK(error(life.run("enable_queues", {5})) == HostError::E_INVAL);
  CHECK(error(life.run("go_down", {5})) == HostError::E_NOENT);
  CHECK(life.run("take_gid", {5}).result == 1U);
  CHECK(error(life.run("take_gid", {5})) == HostError::E_INVAL);
}

// Axioms are not proved: here they and the invariants are held against many states.
TEST_CASE("invariants and axioms hold along random walks") {
  for (const auto& code : amdvi::host::all_machines()) {
    CAPTURE(code.info->name);
    amdvi::host_walk::Walk walk(code);
    std::size_t broken = 0;
    for (unsigned step = 0; step < 1000; ++step) {
      walk.step();
      broken += walk.broken();
    }
    CHECK(broken == 0);
  }
}

}  // namespace
