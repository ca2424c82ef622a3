// A pool that is not one machine's alone: what is free is said by somebody else too.
#include <set>

#include "tests/unit/host_machines.hpp"

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

}  // namespace
