// What a driver keeps besides pools, on the executable machines: exact errors, the state untouched
// by them, and the actions shown, worked out by hand from viommu.md 4, 6.3, 6.5, 9 and 14.
#include <initializer_list>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <amdvi/spec/IommuStage.gen.hpp>

#include "tests/unit/host_machines.hpp"

namespace {

using amdvi::host::Machine;
using amdvi::host::Outcome;
using amdvi::host::test::Args;
using amdvi::host::test::make;
using amdvi::host::test::refused;
using amdvi::host::test::shown;
using amdvi::spec::HostAction;
using amdvi::spec::HostError;
using amdvi::spec::IommuStage;

HostError run(Machine& machine, std::string_view operation, Args args) {
  return static_cast<HostError>(machine.run(operation, args).error);
}

void steps(Machine& machine, std::initializer_list<std::string_view> operations, Args args) {
  for (const std::string_view operation : operations) {
    CAPTURE(operation);
    REQUIRE(machine.run(operation, args).error == 0);
  }
}

// Slice of IOMMU 0: region in bits 18:16, number in 15:0.
constexpr std::uint64_t slice(std::uint64_t region, std::uint64_t number) {
  return region << 16 | number;
}
constexpr std::uint64_t kDevIds = 1, kDomIds = 2, kCommands = 3;

TEST_CASE(
    "a page behind a private address is free only after unmap, invalidate, wait, write-back") {
  Machine space = make("private_space");
  const std::uint64_t s = slice(kDevIds, 5);
  CHECK(refused(space, "take_page", {s, 1}) == HostError::E_NOMEM);
  CHECK(refused(space, "take_page", {slice(kCommands, 5)}) == HostError::E_INVAL);
  CHECK(refused(space, "take_page", {slice(0, 4)}) == HostError::E_INVAL);
  steps(space, {"take_page"}, {s});
  CHECK(refused(space, "take_page", {s}) == HostError::E_EXIST);
  CHECK(refused(space, "map", {s}) == HostError::E_INVAL);
  steps(space, {"set_uncached", "map", "unmap"}, {s});
  CHECK(refused(space, "free_page", {s}) == HostError::E_BUSY);
  CHECK(refused(space, "set_write_back", {s}) == HostError::E_BUSY);
  steps(space, {"invalidate"}, {s});
  CHECK(refused(space, "set_write_back", {s}) == HostError::E_BUSY);
  steps(space, {"wait"}, {0});
  CHECK(refused(space, "free_page", {s}) == HostError::E_BUSY);
  steps(space, {"set_write_back", "free_page"}, {s});
  CHECK(refused(space, "free_page", {s}) == HostError::E_NOENT);
  CHECK(space.read("used", 0) == 0);
  CHECK(space.read("has", s) == 0);
}

TEST_CASE(
    "an IOMMU is used with its first 8 MiB, a guest with its two tables, and both keep them") {
  Machine space = make("private_space");
  CHECK(refused(space, "use_guest", {7}) == HostError::E_NODEV);
  for (std::uint64_t block = 0; block < 4; ++block) {
    CHECK(refused(space, "use_iommu", {0}) == HostError::E_INVAL);
    steps(space, {"take_page", "set_uncached", "map"}, {slice(0, block)});
  }
  steps(space, {"use_iommu"}, {0});
  CHECK(refused(space, "use_guest", {7}) == HostError::E_INVAL);
  for (const std::uint64_t region : {kDevIds, kDomIds}) {
    steps(space, {"take_page", "set_uncached", "map"}, {slice(region, 7)});
  }
  steps(space, {"use_guest"}, {7});
  CHECK(refused(space, "unmap", {slice(0, 2)}) == HostError::E_BUSY);
  CHECK(refused(space, "unmap", {slice(kDomIds, 7)}) == HostError::E_BUSY);
  CHECK(refused(space, "leave_iommu", {0}) == HostError::E_BUSY);
  steps(space, {"leave_guest"}, {7});
  steps(space, {"leave_iommu"}, {0});
  steps(space, {"unmap"}, {slice(0, 2)});
}

struct InitStep {
  std::string_view name;
  std::vector<std::uint64_t> args;
};

const std::vector<InitStep>& init_steps() {
  static const std::vector<InitStep> kSteps{{"start", {0, 1, 1}},    {"map_windows", {0, 1, 1, 1}},
                                            {"make_guest_ids", {0}}, {"make_private", {0, 0x100}},
                                            {"set_own_dte", {0}},    {"set_trp_mode", {0, 1}},
                                            {"set_vcmd", {0}},       {"set_viommu", {0}}};
  return kSteps;
}

Outcome run(Machine& machine, const InitStep& step) {
  const auto& operations = machine.info().operations;
  unsigned number = 0;
  while (operations[number].name != step.name) ++number;
  return machine.run(number, step.args);
}

TEST_CASE("an IOMMU is initialised in one order, and undone from every step") {
  for (std::size_t done = 1; done <= init_steps().size(); ++done) {
    CAPTURE(done);
    Machine iommu = make("iommu_init");
    steps(iommu, {"enable_gaen"}, {0});
    const auto before = iommu.key();
    for (std::size_t i = 0; i < done; ++i) {
      for (std::size_t later = i + 1; later < init_steps().size(); ++later) {
        CHECK(run(iommu, init_steps()[later]).error == 22);
      }
      REQUIRE(run(iommu, init_steps()[i]).error == 0);
    }
    CHECK(refused(iommu, "undo", {0}) == HostError::E_INVAL);
    steps(iommu, {"go_down"}, {0});
    while (iommu.read("stage", 0) != static_cast<std::uint64_t>(IommuStage::OFF)) {
      REQUIRE(iommu.run("undo", {0}).error == 0);
    }
    CHECK(iommu.key() == before);
  }
}

TEST_CASE("what an IOMMU lacks is answered by the error of the step that looks for it") {
  Machine iommu = make("iommu_init");
  CHECK(run(iommu, "start", {0, 0, 1}) == HostError::OK);
  CHECK(run(iommu, "start", {0, 1, 0}) == HostError::OK);
  CHECK(iommu.read("stage", 0) == static_cast<std::uint64_t>(IommuStage::OFF));
  CHECK(refused(iommu, "start", {0, 1, 1, 1}) == HostError::E_NOMEM);
  steps(iommu, {"start"}, {0, 1, 1});
  CHECK(refused(iommu, "map_windows", {0, 0, 1, 1}) == HostError::E_NODEV);
  CHECK(refused(iommu, "map_windows", {0, 1, 0, 1}) == HostError::E_INVAL);
  CHECK(refused(iommu, "map_windows", {0, 1, 1, 0}) == HostError::E_INVAL);
  for (std::size_t i = 1; i < 5; ++i) REQUIRE(run(iommu, init_steps()[i]).error == 0);
  CHECK(refused(iommu, "set_trp_mode", {0, 1}) == HostError::E_INVAL);  // no GAEn
  steps(iommu, {"enable_gaen"}, {0});
  CHECK(refused(iommu, "set_trp_mode", {0, 0}) == HostError::E_INVAL);  // does not read back
  for (std::size_t i = 5; i < 8; ++i) REQUIRE(run(iommu, init_steps()[i]).error == 0);
  steps(iommu, {"guest_up"}, {0});
  CHECK(refused(iommu, "go_down", {0}) == HostError::E_BUSY);
}

// Parent with domain ID 1, Mode 3, root 0x50; vIOMMU 4 on IOMMU 2 with translation ID 0xffff, and
// its device 0x10 in a nested domain with host domain ID 9.
Machine parent_in_use() {
  Machine parent = make("parent_domain");
  steps(parent, {"make"}, {1, 3, 0x50});
  steps(parent, {"link"}, {4, 2, 0xffff});
  steps(parent, {"attach"}, {4, 0x10, 9});
  return parent;
}

TEST_CASE("a parent's table has grown when translation and nested entries have the new root") {
  Machine parent = parent_in_use();
  steps(parent, {"grow"}, {0x60});
  CHECK(refused(parent, "grow_end", {}) == HostError::E_BUSY);
  const Outcome entry = parent.run("grow_entry", {0x10});
  CHECK(shown(entry) ==
        std::vector{HostAction::SET_DTE_ROOT, HostAction::INVALIDATE_ENTRY, HostAction::WAIT_ON});
  CHECK(entry.actions[0].args == std::vector<std::uint64_t>{0x10, 0x60, 4, 9});
  CHECK(refused(parent, "grow_end", {}) == HostError::E_BUSY);
  steps(parent, {"grow_entry"}, {0xffff});
  steps(parent, {"grow_end"}, {});
  for (const std::uint64_t root : {0x70U, 0x80U}) {
    steps(parent, {"grow"}, {root});
    steps(parent, {"grow_entry"}, {0x10});
    steps(parent, {"grow_entry"}, {0xffff});
    steps(parent, {"grow_end"}, {});
  }
  CHECK(refused(parent, "grow", {0x90}) == HostError::E_INVAL);  // Mode is 6
}

TEST_CASE("unmapped pages are free when the parent's and each guest's domain ID were waited for") {
  Machine parent = parent_in_use();
  steps(parent, {"unmap"}, {});
  CHECK(refused(parent, "detach", {0x10}) == HostError::E_BUSY);
  CHECK(refused(parent, "link", {5, 2, 0xfffe}) == HostError::E_BUSY);
  const Outcome sent = parent.run("invalidate_parent", {2});
  REQUIRE(shown(sent) == std::vector{HostAction::INVALIDATE_DOMAIN});
  CHECK(sent.actions[0].args == std::vector<std::uint64_t>{2, 1});
  CHECK(refused(parent, "unmap_end", {}) == HostError::E_BUSY);
  steps(parent, {"wait"}, {2});
  CHECK(refused(parent, "unmap_end", {}) == HostError::E_BUSY);
  steps(parent, {"invalidate_nested"}, {3, 9});  // the wrong IOMMU
  steps(parent, {"wait"}, {2});
  CHECK(refused(parent, "unmap_end", {}) == HostError::E_BUSY);
  steps(parent, {"invalidate_nested"}, {2, 9});
  CHECK(refused(parent, "unmap_end", {}) == HostError::E_BUSY);
  steps(parent, {"wait"}, {2});
  steps(parent, {"unmap_end"}, {});
}

TEST_CASE("a parent and its vIOMMUs go in the order in which nothing is in use") {
  Machine parent = parent_in_use();
  CHECK(refused(parent, "free", {}) == HostError::E_BUSY);
  CHECK(refused(parent, "unlink", {4}) == HostError::E_BUSY);
  CHECK(refused(parent, "attach", {4, 0x11, 1}) == HostError::E_INVAL);  // the parent's ID
  CHECK(refused(parent, "attach", {4, 0x10, 8}) == HostError::E_BUSY);
  steps(parent, {"detach"}, {0x10});
  steps(parent, {"unlink"}, {4});
  CHECK(refused(parent, "unlink", {4}) == HostError::E_NOENT);
  steps(parent, {"free"}, {});
  CHECK(refused(parent, "free", {}) == HostError::E_NOENT);
}

}  // namespace
