// Devices of guests, reservations, shared IDs and VFCTRL words on the executable machines, worked
// out by hand from viommu.md 3, 6.3, 9.2 and 14.
#include <initializer_list>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include <amdvi/spec/TransIdState.gen.hpp>

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
using amdvi::spec::TransIdState;

void ok(Machine& machine, std::string_view operation, Args args) {
  CAPTURE(operation);
  REQUIRE(machine.run(operation, args).error == 0);
}

std::uint64_t state(TransIdState s) { return static_cast<std::uint64_t>(s); }

// Guests 1 and 2 with GuestIDs 1 and 2; guest 1 has host device 0xc100 as 8 and domain 7.
Machine guests() {
  Machine host = make("nested_device");
  for (const std::uint64_t v : {1U, 2U}) REQUIRE(host.run("create", {v}).result == v);
  ok(host, "vdevice_init", {1, 8, 0xc100});
  REQUIRE(host.run("nested_alloc", {1, 7, 100}).result == 1U);
  return host;
}

TEST_CASE("a device is attached with the IDs of its guest, after the map and before the wait") {
  Machine host = guests();
  const Outcome attached = host.run("attach", {100, 0xc100});
  REQUIRE(shown(attached) == std::vector{HostAction::WRITE_DOMID_MAP, HostAction::SET_NESTED_DTE,
                                         HostAction::INVALIDATE_DEVTAB_ENTRY,
                                         HostAction::COMPLETION_WAIT});
  CHECK(attached.actions[0].args == std::vector<std::uint64_t>{1, 7, 1});
  CHECK(attached.actions[1].args == std::vector<std::uint64_t>{0xc100, 1, 8, 1});
  CHECK(refused(host, "attach", {100, 0xc100}) == HostError::E_BUSY);
  CHECK(refused(host, "vdevice_destroy", {1, 8}) == HostError::E_BUSY);
  CHECK(refused(host, "nested_free", {100}) == HostError::E_BUSY);
  CHECK(refused(host, "destroy_begin", {1}) == HostError::E_BUSY);
}

TEST_CASE("what cannot be attached is refused with the error of the reason, in their order") {
  Machine host = guests();
  ok(host, "vdevice_init", {2, 9, 0xc200});
  CHECK(refused(host, "attach", {101, 0xc100}) == HostError::E_NOENT);
  CHECK(refused(host, "attach", {100, 0xc300}) == HostError::E_INVAL);     // no virtual device
  CHECK(refused(host, "attach", {100, 0xc200}) == HostError::E_INVAL);     // of another guest
  CHECK(refused(host, "attach", {100, 0xc100, 1}) == HostError::E_INVAL);  // PASIDs
  CHECK(refused(host, "nested_alloc", {1, 7, 102, 22}) == HostError::E_INVAL);
  CHECK(refused(host, "nested_alloc", {1, 7, 102, 95}) == HostError::E_OPNOTSUPP);
}

TEST_CASE("a guest goes after its nested domains and its virtual devices") {
  Machine host = guests();
  ok(host, "attach", {100, 0xc100});
  ok(host, "detach", {0xc100});
  CHECK(refused(host, "detach", {0xc100}) == HostError::E_NOENT);
  CHECK(host.read("e_gid", 0xc100) == 0);
  ok(host, "nested_free", {100});
  CHECK(refused(host, "nested_free", {100}) == HostError::E_NOENT);
  ok(host, "destroy_begin", {1});
  CHECK(refused(host, "vdevice_init", {1, 9, 0xc101}) == HostError::E_INVAL);
  CHECK(refused(host, "destroy_end", {1}) == HostError::E_BUSY);
  ok(host, "vdevice_destroy", {1, 8});
  ok(host, "destroy_end", {1});
  CHECK(host.run("create", {3}).result == 1U);
}

// Device 0x20 with IVRS alias 0x21 and PCI alias 0x22; IDs up to 0x100.
Machine plugged() {
  Machine pool = make("device_attach", {0x100});
  ok(pool, "plug", {0x20, 0x21});
  ok(pool, "plug_alias", {0x20, 0x22});
  return pool;
}

TEST_CASE("a device is attached after its ID, its IVRS alias and its PCI alias are reserved") {
  Machine pool = plugged();
  CHECK(refused(pool, "attach_ivrs", {0x20}) == HostError::E_INVAL);
  CHECK(refused(pool, "attach_own", {0x30, 5}) == HostError::E_NODEV);
  CHECK(refused(pool, "attach_own", {0x20, 5, 1}) == HostError::E_NOMEM);
  ok(pool, "attach_own", {0x20, 5});
  CHECK(refused(pool, "attach_alias", {0x20, 0x22}) == HostError::E_INVAL);
  ok(pool, "attach_ivrs", {0x20});
  CHECK(refused(pool, "attach_finish", {0x20}) == HostError::E_INVAL);
  ok(pool, "attach_alias", {0x20, 0x22});
  const Outcome done = pool.run("attach_finish", {0x20});
  CHECK(shown(done) == std::vector{HostAction::SET_DEVICE_DTE, HostAction::INVALIDATE_DEVTAB_ENTRY,
                                   HostAction::COMPLETION_WAIT});
  for (const std::uint64_t id : {0x20U, 0x21U, 0x22U}) {
    CHECK(pool.read("st", id) == state(TransIdState::RESERVED));
  }
  const auto before = pool.key();
  CHECK(pool.run("attach_own", {0x20, 5}).error == 0);  // the domain that it has
  CHECK(pool.key() == before);
  ok(pool, "detach", {0x20});
  ok(pool, "unplug", {0x20});
  CHECK(pool.read("st", 0x22) == state(TransIdState::RESERVED));
}

TEST_CASE(
    "a device plugged under an ID that was handed out is busy, and so is one with such an alias") {
  Machine pool = make("device_attach", {0x100});
  ok(pool, "iommu_found", {0x100});
  CHECK(pool.run("alloc", {}).result == 0xffU);
  CHECK(refused(pool, "alloc", {1}) == HostError::E_NOMEM);
  CHECK(refused(pool, "iommu_found", {0xff}) == HostError::E_BUSY);
  ok(pool, "plug", {0xff, 0xff});
  CHECK(refused(pool, "attach_own", {0xff, 5}) == HostError::E_BUSY);
  ok(pool, "plug", {0x20, 0xff});
  ok(pool, "attach_own", {0x20, 5});
  CHECK(refused(pool, "attach_ivrs", {0x20}) == HostError::E_BUSY);
  ok(pool, "attach_fails", {0x20});
  CHECK(pool.read("st", 0x20) == state(TransIdState::RESERVED));  // no rollback
  CHECK(pool.read("on", 0x20) == 0);
  ok(pool, "free", {0xff});
  CHECK(refused(pool, "free", {0xff}) == HostError::E_INVAL);
  ok(pool, "attach_own", {0xff, 5});
}

TEST_CASE("vIOMMUs of a virtual machine share an ID only in the variant that says so") {
  for (const std::uint64_t per_vm : {0U, 1U}) {
    CAPTURE(per_vm);
    Machine pool = make("trans_id_sharing", {3, per_vm});
    CHECK(pool.run("take", {1, 7}).result == 3U);
    CHECK(pool.run("take", {2, 7}).result == (per_vm != 0 ? 3U : 2U));
    CHECK(refused(pool, "take", {2, 7}) == HostError::E_EXIST);
    ok(pool, "give_back", {1});
    CHECK(refused(pool, "give_back", {1}) == HostError::E_NOENT);
    CHECK(pool.read("st", 3) == state(per_vm != 0 ? TransIdState::ALLOCATED : TransIdState::FREE));
    ok(pool, "give_back", {2});
    CHECK(pool.read("st", 3) == state(TransIdState::FREE));
  }
}

TEST_CASE("words of a guest's queues are the golden ones") {
  Machine words = make("vf_words");
  CHECK(refused(words, "command_queue", {5, 0x12'3456, 9, 1}) == HostError::E_INVAL);
  ok(words, "reset", {5});
  CHECK(refused(words, "command_queue", {5, 0x12'3456, 7, 1}) == HostError::E_INVAL);
  CHECK(refused(words, "event_queue", {5, 0, 9, 1}) == HostError::E_INVAL);
  ok(words, "command_queue", {5, 0x12'3456, 9, 1});
  ok(words, "event_queue", {5, 0x12'3458, 9, 1, 1});
  ok(words, "ppr_queue", {5, 0x12'345a, 9, 1, 1, 1});
  CHECK(words.read("command", 5) == 0x0000'0001'2345'6109);
  CHECK(words.read("event", 5) == 0x0000'0001'2345'8309);
  CHECK(words.read("ppr", 5) == 0x0000'0012'345a'0709);
  ok(words, "ppr_queue", {5, 0xff'ffff'ffff, 15, 1});
  CHECK(words.read("ppr", 5) == 0x00ff'ffff'ffff'010f);
}

TEST_CASE("a guest reads of Control what it wrote of the bits that are mirrored") {
  Machine words = make("vf_words");
  ok(words, "reset", {5});
  CHECK(refused(words, "control_write", {5, 1U << 12}) == HostError::E_INVAL);
  ok(words, "command_queue", {5, 1, 8});
  ok(words, "event_queue", {5, 1, 8});
  ok(words, "ppr_queue", {5, 1, 8});
  ok(words, "control_write", {5, ~std::uint64_t{0}});
  // Bits 2, 3, 4, 12 to 15, 30 to 33, 39, 41 and 42.
  CHECK(words.run("control_read", {5}).result == 0x0000'0683'c000'f01c);
  ok(words, "control_write", {5, 1U << 12});
  CHECK(words.run("control_read", {5}).result == 0x1000U);
  CHECK(refused(words, "release", {5}) == HostError::E_BUSY);
  ok(words, "disable_queues", {5});
  ok(words, "release", {5});
  CHECK(words.key() == make("vf_words").key());
}

TEST_CASE("all 65535 GuestIDs can be used, and no more") {
  Machine pool = make("guest_id_pool", {0xffff});
  for (std::uint64_t id = 1; id <= 0xffff; ++id) REQUIRE(pool.run("alloc", {}).result == id);
  CHECK(refused(pool, "alloc", {}) == HostError::E_NOSPC);
  CHECK(refused(pool, "free", {0x1234}) == HostError::E_BUSY);
  ok(pool, "retire", {0x1234});
  ok(pool, "free", {0x1234});
  CHECK(refused(pool, "free", {0x1234}) == HostError::E_INVAL);
  CHECK(pool.run("alloc", {}).result == 0x1234U);
}

}  // namespace
