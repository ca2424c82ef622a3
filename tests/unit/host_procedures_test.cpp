// Tested here: what drivers do in one call, model/src/host_lifecycles.cpp and host_objects.cpp.
// Orders and errors are worked out from viommu.md 1.5, 4, 6.2, 9.2, 9.4 and 9.6.
#include <vector>

#include <amdvi/host/calls.hpp>

#include "tests/unit/host_machines.hpp"

namespace amdvi::host::test {
namespace {

using A = spec::HostAction;
using E = spec::HostError;

CallOutcome call(Machine& machine, std::string_view name, Args args) {
  return run_call(machine, name, {args.begin(), args.size()});
}
E error(const CallOutcome& outcome) { return static_cast<E>(outcome.error); }
std::vector<A> actions(const CallOutcome& outcome) {
  std::vector<A> all;
  for (const Shown& action : outcome.actions) all.push_back(static_cast<A>(action.action));
  return all;
}
// The error, and that nothing changed and nothing was shown.
E refused_call(Machine& machine, std::string_view name, Args args) {
  const auto before = machine.key();
  const CallOutcome outcome = call(machine, name, args);
  CHECK(outcome.error != 0);
  CHECK(outcome.actions.empty());
  CHECK(machine.key() == before);
  return error(outcome);
}

void steps(Machine& machine, std::initializer_list<std::string_view> operations, Args args) {
  for (const std::string_view operation : operations) {
    CAPTURE(operation);
    REQUIRE(machine.run(operation, args).error == 0);
  }
}

constexpr std::uint64_t kRoot = 0x100;

TEST_CASE("an IOMMU is initialised and taken down in one go, in the order of its stages") {
  Machine m = make("iommu_init");
  steps(m, {"enable_gaen"}, {0});
  const auto before = m.key();
  const CallOutcome up = call(m, "iommu_init.init", {0, kRoot, 0});
  CHECK(error(up) == E::OK);
  CHECK(up.result == 1U);  // its private domain ID
  CHECK(actions(up) == std::vector{A::MAP_WINDOWS, A::MAP_PRIVATE_FIXED, A::SET_OWN_DTE,
                                   A::INVALIDATE_OWN_DTE, A::WAIT_ON, A::GST_BUFFER_TRP_MODE,
                                   A::VCMD_EN, A::VIOMMU_EN});
  const CallOutcome down = call(m, "iommu_init.uninit", {0});
  CHECK(error(down) == E::OK);
  CHECK(actions(down) == std::vector{A::VIOMMU_EN, A::VCMD_EN, A::GST_BUFFER_TRP_MODE,
                                     A::CLEAR_OWN_DTE, A::INVALIDATE_OWN_DTE, A::WAIT_ON,
                                     A::UNMAP_PRIVATE_FIXED, A::UNMAP_WINDOWS});
  CHECK(m.key() == before);
  CHECK(refused_call(m, "iommu_init.uninit", {0}) == E::E_NOENT);
}

TEST_CASE("an IOMMU that cannot be initialised is as it was, whatever step fails") {
  for (std::uint64_t stage = 1; stage <= 8; ++stage) {
    CAPTURE(stage);
    Machine m = make("iommu_init");
    steps(m, {"enable_gaen"}, {0});
    const auto before = m.key();
    const CallOutcome failed = call(m, "iommu_init.init", {0, kRoot, stage});
    CHECK(error(failed) == E::E_NOMEM);
    CHECK_FALSE(failed.result.has_value());
    CHECK(m.key() == before);
  }
  Machine no_gaen = make("iommu_init");
  const auto before = no_gaen.key();
  CHECK(error(call(no_gaen, "iommu_init.init", {0, kRoot, 0})) == E::E_INVAL);
  CHECK(no_gaen.key() == before);
}

TEST_CASE("an IOMMU with a vIOMMU on it is not taken down") {
  Machine m = make("iommu_init");
  steps(m, {"enable_gaen"}, {0});
  REQUIRE(call(m, "iommu_init.init", {0, kRoot, 0}).error == 0);
  steps(m, {"guest_up"}, {0});
  CHECK(refused_call(m, "iommu_init.uninit", {0}) == E::E_BUSY);
}

// Slice of IOMMU 0: region in bits 18:16, number in 15:0. Region 1 has the DevID tables.
constexpr std::uint64_t kSlice = std::uint64_t{1} << 16 | 5;

TEST_CASE("a slice is mapped uncacheable, and freed after its invalidation was waited for") {
  Machine m = make("private_space");
  CHECK(refused_call(m, "private_space.make", {kSlice, 1}) == E::E_NOMEM);
  CHECK(refused_call(m, "private_space.drop", {kSlice}) == E::E_NOENT);
  const CallOutcome made = call(m, "private_space.make", {kSlice, 0});
  CHECK(actions(made) == std::vector{A::ALLOC_PRIVATE, A::SET_UNCACHED, A::MAP_PRIVATE});
  CHECK(m.read("mapped", kSlice) == 1);
  CHECK(refused_call(m, "private_space.make", {kSlice, 0}) == E::E_EXIST);
  const CallOutcome dropped = call(m, "private_space.drop", {kSlice});
  CHECK(error(dropped) == E::OK);
  CHECK(actions(dropped) == std::vector{A::UNMAP_PRIVATE, A::INVALIDATE_PRIVATE, A::WAIT_ON,
                                        A::SET_WRITE_BACK, A::FREE_PRIVATE});
  CHECK(m.read("used", 0) == 0);
}

TEST_CASE("a nested domain is made of a guest's entry that is accepted, and of no other") {
  Machine m = make("nested_device");
  REQUIRE(m.run("create", {1}).result == 1U);
  // V and GV with a GCR3 root of bit 12, domain 7; the host has 4 levels of guest tables.
  constexpr std::uint64_t kEntry = 1 | std::uint64_t{1} << 55 | std::uint64_t{1} << 58;
  const CallOutcome made = call(m, "nested_device.nested_alloc", {1, 100, kEntry, 7, 0, 0, 0});
  CHECK(error(made) == E::OK);
  CHECK(made.result == 1U);
  CHECK(m.read("hdom", std::uint64_t{1} << 16 | 7) == 1);
  // Mode is the host's to say; GuestPagingMode 1 needs five levels.
  CHECK(refused_call(m, "nested_device.nested_alloc",
                     {1, 101, kEntry | std::uint64_t{1} << 9, 7, 0, 0, 0}) == E::E_INVAL);
  constexpr std::uint64_t kFive = std::uint64_t{1} << 54;
  CHECK(refused_call(m, "nested_device.nested_alloc", {1, 101, kEntry, 7, kFive, 0, 0}) ==
        E::E_OPNOTSUPP);
  CHECK(call(m, "nested_device.nested_alloc", {1, 101, kEntry, 7, kFive, 0, 1}).result == 1U);
}

// Parent with domain ID 1 and Mode 3; vIOMMU 4 on IOMMU 2 with translation device ID 0xffff, and
// its device 0x10 in a nested domain with host domain ID 9.
Machine parent_in_use() {
  Machine m = make("parent_domain");
  steps(m, {"make"}, {1, 3, 0x50});
  steps(m, {"link"}, {4, 2, 0xffff});
  steps(m, {"attach"}, {4, 0x10, 9});
  return m;
}

TEST_CASE("a parent's table grows with every entry that walks it") {
  Machine m = parent_in_use();
  CHECK(refused_call(m, "parent_domain.grow_all", {0}) == E::E_NOMEM);
  const CallOutcome grown = call(m, "parent_domain.grow_all", {0x60});
  CHECK(error(grown) == E::OK);
  CHECK(actions(grown) == std::vector{A::SET_DTE_ROOT, A::INVALIDATE_ENTRY, A::WAIT_ON,
                                      A::SET_DTE_ROOT, A::INVALIDATE_ENTRY, A::WAIT_ON});
  for (const std::uint64_t device : {0x10U, 0xffffU}) {
    CHECK(m.read("e_root", device) == 0x60);
    CHECK(m.read("e_mode", device) == 4);
  }
  CHECK(m.read("phase") == 0);
}

TEST_CASE("a parent's pages are free after its own and every guest's domain ID were waited for") {
  Machine m = parent_in_use();
  const CallOutcome done = call(m, "parent_domain.unmap_all", {0x1000, 0x1000});
  CHECK(error(done) == E::OK);
  REQUIRE(actions(done) ==
          std::vector{A::UNMAP_PARENT, A::INVALIDATE_DOMAIN, A::INVALIDATE_DOMAIN, A::WAIT_ON});
  CHECK(done.actions[1].args == std::vector<std::uint64_t>{2, 1});
  CHECK(done.actions[2].args == std::vector<std::uint64_t>{2, 9});
  CHECK(m.read("phase") == 0);
  Machine none = make("parent_domain");
  CHECK(refused_call(none, "parent_domain.unmap_all", {0, 0}) == E::E_NOENT);
}

// Device 0x20 with IVRS alias 0x21 and PCI aliases 0x22 and 0x23; another device has one too.
Machine plugged() {
  Machine m = make("device_attach", {0x100});
  steps(m, {"plug"}, {0x20, 0x21});
  steps(m, {"plug"}, {0x30, 0x30});
  steps(m, {"plug_alias"}, {0x20, 0x22});
  steps(m, {"plug_alias"}, {0x20, 0x23});
  steps(m, {"plug_alias"}, {0x30, 0x31});
  return m;
}
constexpr std::uint64_t kReserved = 1;

TEST_CASE("a device is attached after its ID and all of its aliases are reserved, and no others") {
  Machine m = plugged();
  const CallOutcome done = call(m, "device_attach.attach", {0x20, 5, 0});
  CHECK(error(done) == E::OK);
  CHECK(actions(done) ==
        std::vector{A::SET_DEVICE_DTE, A::INVALIDATE_DEVTAB_ENTRY, A::COMPLETION_WAIT});
  for (const std::uint64_t id : {0x20U, 0x21U, 0x22U, 0x23U}) CHECK(m.read("st", id) == kReserved);
  CHECK(m.read("st", 0x31) == 0);
  const auto before = m.key();
  const CallOutcome again = call(m, "device_attach.attach", {0x20, 5, 1});
  CHECK(error(again) == E::OK);  // it has that domain: nothing is reserved
  CHECK(again.actions.empty());
  CHECK(m.key() == before);
}

TEST_CASE("an attach of which a reservation fails ends there, and what it reserved stays") {
  for (std::uint64_t fails = 1; fails <= 4; ++fails) {
    CAPTURE(fails);
    Machine m = plugged();
    const CallOutcome failed = call(m, "device_attach.attach", {0x20, 5, fails});
    CHECK(error(failed) == E::E_NOMEM);
    CHECK(failed.actions.empty());
    for (std::uint64_t n = 0; n < 4; ++n) {
      CHECK(m.read("st", 0x20 + n) == (n + 1 < fails ? kReserved : 0));
    }
    CHECK(m.read("on", 0x20) == 0);
    CHECK(error(call(m, "device_attach.attach", {0x20, 5, 0})) == E::OK);
  }
  Machine m = plugged();
  CHECK(refused_call(m, "device_attach.attach", {0x40, 5, 0}) == E::E_NODEV);
}

TEST_CASE("a machine with a mistake comes to an end, and its mistake stays to be seen") {
  bool root_left = false;
  for (const MistakenMachine& mistaken : all_mistakes()) {
    if (mistaken.mistake->machine != "viommu_lifecycle") continue;
    CAPTURE(mistaken.mistake->name);
    for (std::uint64_t stage = 0; stage <= 9; ++stage) {
      Machine m(mistaken.code, std::vector<std::uint64_t>{0xffff});
      const CallOutcome made = call(m, "viommu_lifecycle.create", {5, stage});
      CHECK((made.error == 0) == (stage == 0));
      if (made.error == 0) call(m, "viommu_lifecycle.destroy", {5});
      root_left = root_left || m.read("root", 0xffff) != 0;
    }
  }
  CHECK(root_left);
}

// A machine of which one operation always comes to one of its cases.
Machine always(std::string_view machine, std::string_view operation, unsigned decides,
               const std::vector<std::uint64_t>& parameters) {
  MachineCode code = machine_named(machine);
  unsigned number = 0;
  while (code.info->operations[number].name != operation) ++number;
  code.when = [when = code.when, number, decides](MachineCode::State& s, unsigned op, unsigned n,
                                                  MachineCode::Values values) {
    return op == number ? n == decides : when(s, op, n, values);
  };
  return Machine(std::move(code), parameters);
}

TEST_CASE("a way back that is refused ends the call, with the error of the step that failed") {
  for (const char* refuses : {"go_down", "undo"}) {
    CAPTURE(refuses);
    Machine m = always("viommu_lifecycle", refuses, 0, {0xffff});
    const CallOutcome failed = call(m, "viommu_lifecycle.create", {5, 4});
    CHECK(error(failed) == E::E_NOMEM);
    CHECK(m.read("stage", 5) == 3);  // nothing was taken back
    CHECK(m.read("gid_used", 1) == 1);
  }
}

TEST_CASE("an IOMMU that is passed over is left alone, which is no error") {
  Machine m = always("iommu_init", "start", 1, {});
  const CallOutcome skipped = call(m, "iommu_init.init", {0, kRoot, 0});
  CHECK(error(skipped) == E::OK);
  CHECK(skipped.actions.empty());
  CHECK(skipped.cases.size() == 1);
  CHECK(m.read("stage", 0) == 0);
}

}  // namespace
}  // namespace amdvi::host::test
