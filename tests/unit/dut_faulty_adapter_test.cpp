// Tested here: checker/dut/model_adapter.hpp, checker/dut/faulty_adapter.hpp.
#include <set>

#include <doctest/doctest.h>

#include "checker/dut/caching_adapter.hpp"
#include "checker/dut/faulty_adapter.hpp"
#include "checker/dut/model_adapter.hpp"

#include "judge_sample.hpp"

using namespace amdvi;
using namespace amdvi::dut;

namespace {

const Config& config() {
  static const Config config = judge::sample::profile().config;
  return config;
}

// Typed on purpose, not from the generated code: device 8, table, log and a level-1 page table.
constexpr std::uint64_t kTable = 0x100000, kLog = 0x300000, kPages = 0x400000;
constexpr std::uint64_t kIR = std::uint64_t{1} << 61, kIW = std::uint64_t{1} << 62;

void put(Adapter& device, std::uint64_t at, std::uint64_t word) {
  std::vector<std::uint8_t> bytes;
  for (unsigned i = 0; i < 8; ++i) bytes.push_back(static_cast<std::uint8_t>(word >> (8 * i)));
  REQUIRE(device.mem_write(at, bytes));
}

void set_up(Adapter& device, std::uint64_t dte0, std::uint64_t pte) {
  REQUIRE(device.hello());
  put(device, kTable + 32 * 8, dte0);
  put(device, kTable + 32 * 8 + 8, 7);
  put(device, kPages + 8 * 5, pte);
  REQUIRE(device.mmio_write(0x00, 8, kTable));
  REQUIRE(device.mmio_write(0x10, 8, kLog | std::uint64_t{8} << 56));
  REQUIRE(device.mmio_write(0x18, 8, 1 | 1 << 2));
}

bool write_lands(Adapter& device) {
  const auto reply = device.dma({8, 0x5000, true, {0xAA, 0xBB}, 0});
  REQUIRE(reply);
  const auto target = device.mem_read(0x77000, 2);
  REQUIRE(target);
  const bool landed = *target == std::vector<std::uint8_t>{0xAA, 0xBB};
  CHECK(reply->completed.value() == landed);
  return landed;
}

constexpr std::uint64_t kDte = 3 | 1 << 9 | kPages | kIR | kIW;
constexpr std::uint64_t kPte = 0x77000 | 1 | kIR | kIW;

}  // namespace

TEST_CASE("the model adapter moves data through the tables") {
  const auto device = make_model_adapter(config());
  set_up(*device, kDte, kPte);
  CHECK(write_lands(*device));
  const auto read = device->dma({8, 0x5000, false, {}, 2});
  REQUIRE(read);
  CHECK(read->data == std::vector<std::uint8_t>{0xAA, 0xBB});
  const auto all = device->collect();
  REQUIRE(all);
  CHECK(all->size() == 1);
}

TEST_CASE("a fresh reset clears memory and registers, a soft one registers") {
  const auto device = make_model_adapter(config());
  set_up(*device, kDte, kPte);
  REQUIRE(device->reset(ResetKind::kSoft));
  CHECK(*device->mmio_read(0x00, 8) == 0);
  CHECK(device->mem_read(kTable + 32 * 8, 1)->front() != 0);
  REQUIRE(device->reset(ResetKind::kFresh));
  CHECK(device->mem_read(kTable + 32 * 8, 1)->front() == 0);
}

TEST_CASE("a copy reads its script, then moves") {
  const auto device = make_model_adapter(config());
  set_up(*device, kDte, kPte);
  put(*device, kPages + 8 * 6, 0x78000 | 1 | kIR);
  put(*device, 0x77000, 0x1234);
  put(*device, kPages + 8 * 7, 0x79000 | 1 | kIR | kIW);
  // No script page: nothing moves.
  REQUIRE(device->copy({8, 0x5000, 0x7000, 8, 0x9000, 0}));
  CHECK(device->mem_read(0x79000, 1)->front() == 0);
  REQUIRE(device->copy({8, 0x5000, 0x7000, 8, 0x6000, 0x78000}));
  CHECK(device->mem_read(0x79000, 1)->front() == 0x34);
}

TEST_CASE("faults have names of their own, one line each, and are found by them") {
  std::set<std::string_view> names;
  for (const FaultInfo& fault : faults()) {
    CHECK(names.insert(fault.name).second);
    CHECK_FALSE(fault.text.empty());
    CHECK(make_faulty_adapter(config(), fault.name) != nullptr);
  }
  CHECK(names.size() >= 16);
  CHECK(make_faulty_adapter(config(), "no-such-fault") == nullptr);
}

TEST_CASE("atoms are found by decision, index and kind, and nothing else is") {
  CHECK(atom_faults().size() > 100);
  CHECK(make_faulty_adapter(config(), atom_faults().back()) != nullptr);
  for (const std::string_view bad :
       {"atom:", "atom:v1_walk_step", "atom:v1_walk_step/0", "atom:v1_walk_step/x:flip",
        "atom:v1_walk_step/0:bend", "atom:v1_walk_step/9999:flip", "atom:none/0:flip"}) {
    CHECK(make_faulty_adapter(config(), bad) == nullptr);
  }
}

TEST_CASE("faults do what their names say") {
  const auto lands = [](std::string_view fault, std::uint64_t dte, std::uint64_t pte) {
    const auto device = make_faulty_adapter(config(), fault);
    set_up(*device, dte, pte);
    return write_lands(*device);
  };
  CHECK_FALSE(lands("log-never-written", kDte & ~std::uint64_t{2}, kPte));
  CHECK(lands("ignore-tv", kDte & ~std::uint64_t{2}, kPte));
  CHECK(lands("ignore-dte-iw", kDte & ~kIW, kPte));
  CHECK(lands("ignore-pte-iw", kDte, kPte & ~kIW));
  CHECK_FALSE(lands("ignore-pte-ir", kDte, kPte & ~kIW));
  CHECK(lands("ignore-pte-present", kDte, kPte & ~std::uint64_t{1}));
  CHECK(lands("ignore-pte-reserved", kDte, kPte | std::uint64_t{1} << 52));
  CHECK(lands(judge::sample::atom_fault("v1_walk_step", "pte.PR", "flip"), kDte,
              kPte & ~std::uint64_t{1}));
}

TEST_CASE("a fault of the log changes entries, not their number") {
  const auto device = make_faulty_adapter(config(), "event-device-missing");
  set_up(*device, 1, 0);
  CHECK_FALSE(write_lands(*device));
  CHECK(*device->mmio_read(0x2018, 8) == 0x10);
  const auto entry = *device->mem_read(kLog, 16);
  CHECK(entry[0] == 0);         // DeviceID
  CHECK(entry[4] == 7);         // DomainID
  CHECK((entry[7] >> 4) == 2);  // IO_PAGE_FAULT
}

TEST_CASE("the model adapter swaps, answers translation requests and keeps what devices get") {
  Config with_ats = config();
  REQUIRE(set_capability(with_ats, "header.IotlbSup", 1));
  const auto device = make_model_adapter(with_ats);
  set_up(*device, kDte, kPte);
  put(*device, kTable + 32 * 8 + 8, 7 | std::uint64_t{1} << 32);  // I, core 3.1 bit 96
  put(*device, 0x77010, 0x1122334455667788);
  const auto swapped = device->dma({8, 0x5010, true, {1, 2, 3, 4, 5, 6, 7, 8}, 0, {}, true});
  REQUIRE(swapped);
  CHECK(swapped->data ==
        std::vector<std::uint8_t>{0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11});
  CHECK(device->mem_read(0x77010, 1)->front() == 1);
  const auto answer = device->ats({8, 0x5010, true, true, {}});
  REQUIRE(answer);
  CHECK((answer->ok && answer->read && answer->write && !answer->exec));
  CHECK(answer->address == 0x77010);
  CHECK(answer->offset_mask == 0xFFF);
  CHECK(device->dma({8, 0x77018, true, {0x5A}, 0, {}, false, true})->completed.value());
  CHECK(device->mem_read(0x77018, 1)->front() == 0x5A);
  CHECK(device->responses()->empty());
  CHECK(device->invalidations()->empty());
}

TEST_CASE("a device that caches uses an old entry until it is invalidated, and no longer") {
  const auto device = make_caching_adapter(config());
  set_up(*device, kDte, kPte);
  REQUIRE(device->mmio_write(0x08, 8, 0x500000 | std::uint64_t{8} << 56));
  REQUIRE(device->mmio_write(0x18, 8, 1 | 1 << 2 | 1 << 12));
  const auto run = [&](std::uint64_t at, std::uint64_t low, std::uint64_t high) {
    put(*device, 0x500000 + at, low);
    put(*device, 0x500008 + at, high);
    REQUIRE(device->mmio_write(0x2008, 8, at + 16));
    REQUIRE(device->settle());
  };
  // Everything from before: INVALIDATE_DEVTAB_ENTRY, INVALIDATE_IOMMU_PAGES of domain 7 whole.
  run(0x00, 0x2000000000000008, 0);
  run(0x10, 0x3000000700000000, 0x7FFFFFFFFFFFF003);
  run(0x20, 0x1000000000000000, 0);
  CHECK(write_lands(*device));
  put(*device, kPages + 8 * 5, 0x88000 | 1 | kIR | kIW);
  put(*device, 0x77000, 0);
  CHECK(write_lands(*device));  // the old page
  run(0x30, 0x3000000700000000, 0x0000000000005000);
  run(0x40, 0x1000000000000000, 0);
  put(*device, 0x77000, 0);
  REQUIRE(device->dma({8, 0x5000, true, {0xAA, 0xBB}, 0}));
  CHECK(device->mem_read(0x77000, 1)->front() == 0);
  CHECK(device->mem_read(0x88000, 1)->front() == 0xAA);
}
