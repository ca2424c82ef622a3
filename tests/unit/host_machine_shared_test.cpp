// A pool that is not one machine's alone: what is free is said by somebody else too.
#include <set>
#include <string>

#include "tests/unit/host_machines.hpp"
#include "tests/unit/host_walk.hpp"

namespace {

using namespace amdvi::host;
using amdvi::spec::HostError;

TEST_CASE("a machine whose pool others use too picks what is free for all of them, at any time") {
  std::set<std::uint64_t> elsewhere{1, 3};
  MachineCode code = machine_named("host_domain_ids");
  code.alone = false;
  code.pick = [inner = code.pick, &elsewhere](MachineCode::State& state, unsigned operation,
                                              MachineCode::Values args, std::uint64_t candidate) {
    return inner(state, operation, args, candidate) && !elsewhere.contains(candidate);
  };
  Machine pool(code);
  CHECK(pool.run("alloc", {}).result == 2U);
  CHECK(pool.run("alloc", {}).result == 4U);
  elsewhere.erase(3);
  CHECK(pool.run("alloc", {}).result == 3U);
  elsewhere.insert(5);
  CHECK(pool.run("alloc", {}).result == 6U);
}

TEST_CASE("a machine that passes over candidates of a kind picks what a look at each one finds") {
  for (const MachineCode& code : all_machines()) {
    MachineCode each = code;
    each.alone = false;
    for (const std::uint64_t limit : {0xffff, 5}) {
      amdvi::host_walk::Walk skips(code, 7, limit), looks(each, 7, limit);
      const std::string name(code.info->name);
      INFO(name);
      for (int i = 0; i < 200; ++i) {
        skips.step();
        looks.step();
        REQUIRE(skips.machine().key() == looks.machine().key());
      }
    }
  }
}

}  // namespace
