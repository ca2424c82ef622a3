// Tested here: how machines run by numbers, model/src/host_machine.cpp: with code made by hand.
#include <array>
#include <stdexcept>

#include "tests/unit/host_machines.hpp"

namespace amdvi::host::test {
namespace {

TEST_CASE("a machine, an operation or a cell that is not there is an error") {
  CHECK_THROWS_AS(machine_named("nothing"), std::out_of_range);
  Machine pool = make("trans_devid_pool", {8});
  CHECK_THROWS_AS(pool.run("nothing", {}), std::out_of_range);
  CHECK_THROWS_AS((void)pool.read("nothing"), std::out_of_range);
}

TEST_CASE("a parameter that is not given is 0") {
  Machine pool = make("trans_devid_pool");
  CHECK(pool.read("last_bdf") == 0);
  CHECK(pool.run("alloc", {}).error != 0);
}

// The pool of translation device IDs, whose cell 1 is the state of each ID.
constexpr unsigned kStates = 1;

TEST_CASE("what an operation sets and then resets is as it was first, and nothing else is") {
  MachineCode code = machine_named("trans_devid_pool");
  code.update = [](MachineCode::State&, unsigned, unsigned, MachineCode::Values,
                   MachineCode::Updates& updates) {
    updates.set(kStates, 1, 2);
    updates.set(kStates, 2, 2);
    updates.set(kStates + 1, 1, 1);
    updates.reset(kStates, [](std::uint64_t index) { return index == 1; });
  };
  Machine pool(std::move(code), std::array<std::uint64_t, 1>{8});
  pool.run("reserve", {5});
  CHECK(pool.read(kStates, 1) == 0);
  CHECK(pool.read(kStates, 2) == 2);
  CHECK(pool.read(kStates + 1, 1) == 1);
}

TEST_CASE("an operation of which no case holds is an error, not silence") {
  MachineCode code = machine_named("trans_devid_pool");
  code.when = [](MachineCode::State&, unsigned, unsigned, MachineCode::Values) { return false; };
  Machine pool(std::move(code), std::array<std::uint64_t, 1>{8});
  CHECK_THROWS_AS(pool.run("reserve", {5}), std::logic_error);
}

}  // namespace
}  // namespace amdvi::host::test
