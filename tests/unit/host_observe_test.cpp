// What hardware has is compared with what a driver should have: entries, words and maps made by
// hand from viommu.md 3, 5 and 6.1.
#include <array>
#include <map>

#include <doctest/doctest.h>

#include <amdvi/host/observe.hpp>

namespace {

using namespace amdvi::host;

constexpr std::uint16_t kDevice = 0xc100, kGuest = 1;
constexpr std::uint64_t kDevIdSlot = 0x10'0000'0000 + 0x10'0000 + (8 << 4);  // guest 1, device 8
constexpr std::uint64_t kDomIdSlot = 0x20'0000'0000 + 0x8'0000 + (7 << 3);   // guest 1, domain 7

struct Bench {
  std::map<std::pair<unsigned, unsigned>, std::uint64_t> words;
  std::map<std::uint64_t, std::uint64_t> memory;
  std::map<unsigned, std::array<std::uint64_t, 4>> entries;

  [[nodiscard]] Hardware hardware() const {
    return {[this](std::uint16_t guest, unsigned word) {
              const auto found = words.find({guest, word});
              return found != words.end() ? found->second : 0;
            },
            [this](std::uint64_t address) -> std::optional<std::uint64_t> {
              const auto found = memory.find(address);
              if (found == memory.end()) return std::nullopt;
              return found->second;
            },
            [this](std::uint16_t device) {
              const auto found = entries.find(device);
              return found != entries.end() ? found->second : std::array<std::uint64_t, 4>{};
            }};
  }
};

// Guest 1 has device 0xc100 as 8, attached to its domain 7, which has host domain ID 1.
Machine driver() {
  Machine m(machine_named("nested_device"));
  REQUIRE(m.run("create", {1}).result == 1U);
  REQUIRE(m.run("vdevice_init", {1, 8, kDevice}).error == 0);
  REQUIRE(m.run("nested_alloc", {1, 7, 0}).result == 1U);
  REQUIRE(m.run("attach", {0, kDevice}).error == 0);
  return m;
}

Bench hardware_of_it() {
  Bench bench;
  // V, TV, Mode 4, GV, IR, IW; DomainID 1; GuestID 1, GDeviceID 8, vImuEn.
  bench.entries[kDevice] = {0x6080'0001'2345'6803, 1, 0, 0x0000'0001'0008'8000};
  bench.memory[kDevIdSlot] = std::uint64_t{kDevice} << 14 | 1;
  bench.memory[kDomIdSlot] = std::uint64_t{1} << 14 | 1;
  bench.words[{kGuest, 4}] = 0x0000'0001'2345'6109;
  return bench;
}

std::size_t differences(const Bench& bench) {
  const std::array<std::uint16_t, 2> devices{kDevice, 0x20};
  return disagreements(driver(), bench.hardware(), devices).size();
}

TEST_CASE("hardware that has what its driver has agrees with it") {
  const Bench bench = hardware_of_it();
  CHECK(differences(bench) == 0);
  CHECK(observe_domain(bench.hardware(), kGuest, 7) == 1);
  CHECK_FALSE(observe_domain(bench.hardware(), kGuest, 8).has_value());
  CHECK(observe_guest(bench.hardware(), kGuest).command.base == 0x12'3456);
}

TEST_CASE("each thing that hardware has otherwise is a difference") {
  Bench bench = hardware_of_it();
  bench.entries[kDevice][3] = 0x0000'0002'0008'8000;  // GuestID of another, whose map is empty
  CHECK(differences(bench) == 2);
  bench = hardware_of_it();
  bench.entries[kDevice][1] = 2;  // DomainID
  CHECK(differences(bench) == 1);
  bench = hardware_of_it();
  bench.entries[kDevice][0] &= ~(std::uint64_t{1} << 55);  // GV
  CHECK(differences(bench) == 1);
  bench = hardware_of_it();
  bench.entries[0x20] = bench.entries[kDevice];  // vImuEn of a device that no guest has
  CHECK(differences(bench) == 1);
  bench = hardware_of_it();
  bench.memory[kDevIdSlot] = 1;  // "cleared" with Valid: names device 0
  CHECK(differences(bench) == 2);
  bench = hardware_of_it();
  bench.words[{kGuest, 4}] = 0x107;  // enabled with length code 7
  CHECK(differences(bench) == 1);
}

TEST_CASE("a root that is left behind and a register that was not cleared are differences") {
  const Machine life(machine_named("viommu_lifecycle"), std::array<std::uint64_t, 1>{0xffff});
  const std::array<std::uint16_t, 1> guests{kGuest}, devices{0xffff};
  Bench bench;
  CHECK(disagreements_of_life(life, bench.hardware(), guests, devices).empty());
  bench.words[{kGuest, 2}] = 0xffff'0000;
  CHECK(disagreements_of_life(life, bench.hardware(), guests, devices).size() == 1);
  bench.entries[0xffff] = {0x6000'0001'2345'6803, 1, 0, 0};
  CHECK(disagreements_of_life(life, bench.hardware(), guests, devices).size() == 2);
}

TEST_CASE("an attached entry that does not translate, and each illegal log, is a difference") {
  Bench bench = hardware_of_it();
  bench.entries[kDevice][0] &= ~std::uint64_t{2};  // TV
  CHECK(differences(bench) == 1);
  bench = hardware_of_it();
  bench.words[{kGuest, 5}] = 0x0000'0001'2345'8107;  // event log enabled, length code 7
  CHECK(differences(bench) == 1);
  bench = hardware_of_it();
  bench.words[{kGuest, 6}] = 0x109;  // PPR log enabled at page 0
  CHECK(differences(bench) == 1);
}

TEST_CASE("queues that run belong to a guest whose driver enabled them") {
  const std::array<std::uint16_t, 1> guests{kGuest};
  Machine life(machine_named("viommu_lifecycle"), std::array<std::uint64_t, 1>{0xffff});
  const auto queues = [&](unsigned word, std::uint64_t value) {
    Bench bench;
    bench.words[{kGuest, 2}] = life.read("reg", kGuest) << 16;
    bench.words[{kGuest, word}] = value;
    return disagreements_of_life(life, bench.hardware(), guests, {}).size();
  };
  CHECK(queues(4, 0x0000'0001'2345'6109) == 1);
  CHECK(queues(5, 0x0000'0001'2345'8109) == 1);
  CHECK(queues(6, 0x0000'0012'345a'0109) == 1);
  for (const std::string_view step :
       {"take_gid", "map_mmio", "take_trans_id", "reset_vmmio", "set_trans_dte", "set_trans_reg",
        "map_devid_table", "map_domid_table", "fill_maps", "enable_queues"}) {
    REQUIRE(life.run(step, {5}).error == 0);
  }
  CHECK(queues(4, 0x0000'0001'2345'6109) == 0);
}

TEST_CASE("a translation device whose root is set has an entry of the host that translates") {
  Machine life(machine_named("viommu_lifecycle"), std::array<std::uint64_t, 1>{0xffff});
  for (const std::string_view step :
       {"take_gid", "map_mmio", "take_trans_id", "reset_vmmio", "set_trans_dte"}) {
    REQUIRE(life.run(step, {5}).error == 0);
  }
  const std::array<std::uint16_t, 1> devices{0xffff};
  const auto differs = [&](const std::array<std::uint64_t, 4>& entry) {
    Bench bench;
    bench.entries[0xffff] = entry;
    return disagreements_of_life(life, bench.hardware(), {}, devices).size();
  };
  CHECK(differs({0x6000'0001'2345'6803, 1, 0, 0}) == 0);
  CHECK(differs({0x6000'0001'2345'6801, 1, 0, 0}) == 1);            // TV=0
  CHECK(differs({0x6000'0001'2345'6803, 1, 0, 0x0008'8000}) == 1);  // vImuEn
}

}  // namespace
