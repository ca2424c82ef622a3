// Tested here: what a driver can be asked to do, by name, and what the machines answer:
// model/include/amdvi/host/calls.hpp. Orders and errors are worked out from viommu.md 9.2 and 9.5.
#include <stdexcept>
#include <string>

#include <amdvi/host/calls.hpp>

#include "tests/unit/host_machines.hpp"

namespace amdvi::host::test {
namespace {

constexpr std::uint64_t kNone = 0;  // ViommuStage::NONE: nothing is made

Machine life(std::uint64_t last_bdf = 0xffff) { return make("viommu_lifecycle", {last_bdf}); }

CallOutcome call(Machine& machine, std::string_view name, Args args) {
  return run_call(machine, name, {args.begin(), args.size()});
}

std::vector<spec::HostAction> actions(const CallOutcome& outcome) {
  std::vector<spec::HostAction> all;
  for (const Shown& action : outcome.actions) {
    all.push_back(static_cast<spec::HostAction>(action.action));
  }
  return all;
}

spec::HostError error(const CallOutcome& outcome) {
  return static_cast<spec::HostError>(outcome.error);
}

TEST_CASE("a driver is asked for operations, procedures and decisions that answer, by name") {
  const CallInfo* reserve = find_call("trans_devid_pool.reserve");
  REQUIRE(reserve != nullptr);
  CHECK(reserve->capability == "trans_devid_pool");
  REQUIRE(reserve->args.size() == 1);
  CHECK(reserve->args[0].width == 16);  // a device ID
  CHECK(find_call("trans_devid_pool.alloc")->args.empty());
  const CallInfo* create = find_call("viommu_lifecycle.create");
  REQUIRE(create != nullptr);
  CHECK(create->capability == "viommu_lifecycle");
  REQUIRE(create->args.size() == 2);
  CHECK(create->args[1].name == "fail_at");
  for (const char* none : {"", "nothing", "trans_devid_pool", "v1_walk_step"}) {
    CAPTURE(none);
    CHECK(find_call(none) == nullptr);
  }
}

TEST_CASE("a guest's entry is handed to a driver whole, in four words") {
  const CallInfo* validate = find_call("guest_dte_validation");
  REQUIRE(validate != nullptr);
  REQUIRE(validate->args.size() > 4);
  for (unsigned i = 0; i < 4; ++i) {
    CHECK(validate->args[i].name == "gdte." + std::to_string(i));
    CHECK(validate->args[i].width == 64);
  }
  for (std::size_t i = 4; i < validate->args.size(); ++i) {
    CHECK_FALSE(validate->args[i].name.starts_with("gdte"));
  }
}

TEST_CASE("what can be opened is a machine or a decision, with the parameters of a machine") {
  CHECK(is_capability("trans_devid_pool"));
  CHECK(is_capability("guest_dte_validation"));
  CHECK_FALSE(is_capability("trans_devid_pool.alloc"));
  const std::vector<CallArgument> last_bdf = parameters_of("trans_devid_pool");
  REQUIRE(last_bdf.size() == 1);
  CHECK(last_bdf[0].name == "last_bdf");
  CHECK(last_bdf[0].width == 16);
  CHECK(parameters_of("host_domain_ids").empty());
  CHECK(parameters_of("guest_dte_validation").empty());
}

TEST_CASE("an operation that is called by name does what the machine does") {
  Machine pool = make("trans_devid_pool", {0xffff});
  CHECK(error(call(pool, "trans_devid_pool.reserve", {0xffff})) == spec::HostError::OK);
  const CallOutcome given = call(pool, "trans_devid_pool.alloc", {});
  CHECK(given.result == 0xfffeU);
  // The second operation, and its second case: the first is that none is left.
  CHECK(given.cases == std::vector<std::pair<unsigned, unsigned>>{{1, 1}});
  CHECK(error(call(pool, "trans_devid_pool.free", {0xffff})) == spec::HostError::E_INVAL);
  CHECK_THROWS_AS(call(pool, "trans_devid_pool.nothing", {}), std::out_of_range);
}

TEST_CASE("making a vIOMMU in one go shows what its steps show, and answers with the GuestID") {
  Machine m = life();
  const CallOutcome made = call(m, "viommu_lifecycle.create", {5, 0});
  CHECK(error(made) == spec::HostError::OK);
  CHECK(made.result == 1U);
  CHECK(made.cases.size() == 12);
  using A = spec::HostAction;
  CHECK(actions(made) == std::vector{A::MAP_MMIO, A::RESET_VMMIO, A::COMPLETION_WAIT,
                                     A::SET_TRANSLATE_DTE, A::INVALIDATE_DEVTAB_ENTRY,
                                     A::COMPLETION_WAIT, A::WRITE_TRANS_DEVID, A::MAP_DEVID_TABLE,
                                     A::MAP_DOMID_TABLE, A::FILL_DOMID_MAP, A::CLEAR_DEVID_MAP});
  CHECK(m.read("reg", 1) == 0xffff);
}

TEST_CASE("a vIOMMU that cannot be made answers ENOMEM and leaves nothing, whatever step fails") {
  for (std::uint64_t stage = 1; stage <= 11; ++stage) {
    CAPTURE(stage);
    Machine m = life();
    const auto before = m.key();
    const CallOutcome failed = call(m, "viommu_lifecycle.create", {5, stage});
    CHECK(error(failed) == spec::HostError::E_NOMEM);
    CHECK_FALSE(failed.result.has_value());
    CHECK(m.read("stage", 5) == kNone);
    for (const char* cell : {"gid_used", "mmio", "reg", "devtbl", "domtbl", "queues"}) {
      CHECK(m.read(cell, 1) == 0);
    }
    CHECK(m.read("tid_state", 0xffff) == 0);
    CHECK(m.read("root", 0xffff) == 0);
    if (stage == 1) CHECK(m.key() == before);  // nothing was done, nothing was taken back
    if (stage == 1) CHECK(failed.cases.empty());
    CHECK(call(m, "viommu_lifecycle.create", {5, 0}).result == 1U);
  }
}

TEST_CASE("a vIOMMU without a free translation device ID is taken back and answers ENOSPC") {
  Machine m = life(0);  // the only device ID is 0, which is no translation device
  const CallOutcome failed = call(m, "viommu_lifecycle.create", {5, 0});
  CHECK(error(failed) == spec::HostError::E_NOSPC);
  CHECK(actions(failed) == std::vector{spec::HostAction::MAP_MMIO, spec::HostAction::UNMAP_MMIO});
  CHECK(m.read("stage", 5) == kNone);
  CHECK(m.read("gid_used", 1) == 0);
}

TEST_CASE("a vIOMMU that is there is not made again, and stays") {
  Machine m = life();
  REQUIRE(call(m, "viommu_lifecycle.create", {5, 0}).error == 0);
  const auto before = m.key();
  const CallOutcome again = call(m, "viommu_lifecycle.create", {5, 0});
  CHECK(error(again) == spec::HostError::E_INVAL);
  CHECK(again.actions.empty());
  CHECK(m.key() == before);
  const CallOutcome fails = call(m, "viommu_lifecycle.create", {5, 1});
  CHECK(error(fails) == spec::HostError::E_NOMEM);
  CHECK(m.key() == before);
}

TEST_CASE("a vIOMMU is destroyed in one go, once") {
  Machine m = life();
  REQUIRE(call(m, "viommu_lifecycle.create", {5, 0}).error == 0);
  using A = spec::HostAction;
  const CallOutcome gone = call(m, "viommu_lifecycle.destroy", {5});
  CHECK(error(gone) == spec::HostError::OK);
  CHECK(actions(gone) ==
        std::vector{A::DISABLE_QUEUES, A::FILL_DOMID_MAP, A::CLEAR_DEVID_MAP, A::UNMAP_DOMID_TABLE,
                    A::UNMAP_DEVID_TABLE, A::WRITE_TRANS_DEVID, A::CLEAR_TRANSLATE_DTE,
                    A::INVALIDATE_DEVTAB_ENTRY, A::COMPLETION_WAIT, A::UNMAP_MMIO});
  const CallOutcome again = call(m, "viommu_lifecycle.destroy", {5});
  CHECK(error(again) == spec::HostError::E_NOENT);
  CHECK(again.actions.empty());
}

TEST_CASE("a procedure has the name of its machine and its own, and nothing else") {
  REQUIRE(find_procedure("viommu_lifecycle.destroy") != nullptr);
  CHECK(find_procedure("viommu_lifecycle.destroy")->steps == 0);
  CHECK(find_procedure("viommu_lifecycle.create")->steps == 11);
  for (const char* none :
       {"", "viommu_lifecycle", "viommu_lifecycle-create", "trans_devid_pool.create",
        "viommu_machinery.create", "viommu_lifecycle.take_gid"}) {
    CAPTURE(none);
    CHECK(find_procedure(none) == nullptr);
  }
  Machine pool = make("trans_devid_pool", {8});
  CHECK_THROWS_AS(call(pool, "viommu_lifecycle.destroy", {5}), std::out_of_range);
}

}  // namespace
}  // namespace amdvi::host::test
