// The adapter against tests/unit/dut_fake_qemu.py, whose IOMMU blocks all DMA while it is on.
#include <filesystem>
#include <numeric>

#include <doctest/doctest.h>

#include "checker/dut/qemu_config.hpp"
#include "tests/unit/dut_peer.hpp"

namespace amdvi::dut {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint16_t kEdu = 0x28;
constexpr std::uint16_t kLsi = 0x38;
constexpr std::uint16_t kIoApic = 0xa0;
constexpr std::uint64_t kControl = 0x18;

QemuConfig fake(const std::vector<std::string>& fakes = {}) {
  QemuConfig config;
  config.binary = FAKE_QEMU;
  for (const auto& word : fakes) config.args.push_back("--fake=" + word);
  config.memory = 2 << 20;
  config.scratch = 0x1f'f000;
  config.requesters = {{"edu", kEdu}, {"lsi53c895a", kLsi}, {"ioapic", kIoApic}};
  config.pci = {0x0806, 0x0f, 4, 8, 0xffff'c000, 1};
  config.control_offset = kControl;
  config.deadline = test::kPatient;
  return config;
}

Bytes counting(std::size_t length, std::uint8_t first) {
  Bytes bytes(length);
  std::iota(bytes.begin(), bytes.end(), first);
  return bytes;
}

std::string start_failure(const QemuConfig& config) {
  const auto hello = make_qemu_adapter(config)->hello();
  if (hello) return "started";
  CHECK(hello.error().kind == FailureKind::kAdapter);
  return hello.error().what;
}

TEST_CASE("dut qemu: hello tells version and engines") {
  const auto adapter = make_qemu_adapter(fake());
  const auto hello = adapter->hello();
  REQUIRE(hello);
  CHECK(hello->name == "QEMU emulator");
  CHECK(hello->version == "7.2.0 (fake)");
  CHECK(hello->engines == std::vector<std::string>{"write4", "read", "write", "copy", "msi"});
  CHECK(adapter->log().empty());
}

TEST_CASE("dut qemu: every engine moves data while the IOMMU is off") {
  const auto adapter = make_qemu_adapter(fake());
  REQUIRE(adapter->hello());
  const DmaRequest eight{kEdu, 0x1000, true, counting(8, 1), 0};
  const DmaRequest msi{kEdu, 0x2000, true, {0x34, 0x12, 0, 0}, 0};
  const std::vector<DmaRequest> coming{eight, msi};
  REQUIRE(adapter->prepare(coming));
  CHECK(adapter->dma(eight));
  CHECK(adapter->dma(msi));
  CHECK(adapter->mem_read(0x1000, 8).value() == eight.data);
  CHECK(adapter->mem_read(0x2000, 4).value() == msi.data);
  CHECK(adapter->copy({kLsi, 0x1000, 0x3000, 8, 0x4000, 0x4000}));
  CHECK(adapter->mem_read(0x3000, 8).value() == eight.data);
  CHECK(adapter->dma({kEdu, 0x1000, false, {}, 8}));
  CHECK(adapter->dma({kEdu, 0x2000, false, {}, 2}));
  CHECK(adapter->collect().value() == std::vector<Bytes>{eight.data, {0x34, 0x12}});
  CHECK(adapter->collect().value().empty());
}

TEST_CASE("dut qemu: reads made under the IOMMU are fetched with it off") {
  const auto adapter = make_qemu_adapter(fake());
  REQUIRE(adapter->hello());
  CHECK(adapter->mem_write(0x1000, counting(8, 1)));
  for (int round = 0; round < 300; ++round) {
    REQUIRE(adapter->prepare({}));
    CHECK(adapter->mmio_write(kControl, 8, 1));
    CHECK(adapter->dma({kEdu, 0x1000, false, {}, 8}));
    // The fake's blocked read gives zeros, not the buffer's poison.
    CHECK(adapter->collect().value() == std::vector<Bytes>{Bytes(8)});
    CHECK(adapter->mmio_read(kControl, 8).value() == 0);
  }
}

TEST_CASE("dut qemu: write data is prepared with the IOMMU off, whatever the last vector left") {
  const auto adapter = make_qemu_adapter(fake());
  REQUIRE(adapter->hello());
  CHECK(adapter->mmio_write(kControl, 4, 1));
  const DmaRequest large{kEdu, 0x1000, true, counting(4000, 7), 0};
  const DmaRequest other{kEdu, 0x1000, true, counting(4000, 8), 0};
  // The same bytes twice need room once.
  REQUIRE(adapter->prepare(std::vector<DmaRequest>{large, large}));
  CHECK(adapter->dma(large));
  CHECK(adapter->mem_read(0x1000, 4000).value() == large.data);
  const auto both = adapter->prepare(std::vector<DmaRequest>{large, other});
  REQUIRE_FALSE(both);
  CHECK(both.error().kind == FailureKind::kUnsupported);
}

TEST_CASE("dut qemu: a register write to Control is left alone when no buffer needs filling") {
  const auto adapter = make_qemu_adapter(fake());
  REQUIRE(adapter->hello());
  CHECK(adapter->mmio_write(kControl, 8, 0x8001));
  REQUIRE(adapter->prepare({}));
  CHECK(adapter->mmio_read(kControl, 8).value() == 0x8001);
  const std::vector<DmaRequest> coming{{kEdu, 0x1000, true, counting(8, 1), 0}};
  REQUIRE(adapter->prepare(coming));
  CHECK(adapter->mmio_read(kControl, 8).value() == 0);
}

TEST_CASE("dut qemu: what an engine cannot do is unsupported, what was not announced a mistake") {
  const auto adapter = make_qemu_adapter(fake());
  REQUIRE(adapter->hello());
  REQUIRE(adapter->prepare({}));
  const auto kind = [](const auto& reply) { return reply.error().kind; };
  CHECK(kind(adapter->dma({kEdu, 0, true, counting(8, 1), 0})) == FailureKind::kAdapter);
  CHECK(kind(adapter->dma({kEdu, 0, false, {}, 5000})) == FailureKind::kUnsupported);
  CHECK(kind(adapter->dma({kEdu, 0, false, {}, 0})) == FailureKind::kUnsupported);
  CHECK(kind(adapter->dma({kLsi, 0, false, {}, 8})) == FailureKind::kUnsupported);
  CHECK(kind(adapter->copy({kEdu, 0, 8, 8, 0x1000, 0x1000})) == FailureKind::kUnsupported);
  CHECK(kind(adapter->copy({kLsi, 1ULL << 32, 8, 8, 0, 0})) == FailureKind::kUnsupported);
  CHECK(kind(adapter->mmio_write(0, 3, 0)) == FailureKind::kUnsupported);
  CHECK(adapter->settle());
}

TEST_CASE("dut qemu: a paused machine has only the engines that need no clock") {
  const auto adapter = make_qemu_adapter(fake({"paused"}));
  const auto hello = adapter->hello();
  REQUIRE(hello);
  CHECK(hello->engines == std::vector<std::string>{"write4", "copy", "msi"});
  CHECK(adapter->prepare({}));
  CHECK(adapter->dma({kEdu, 0x1000, true, {1, 0, 0, 0}, 0}));
  CHECK(adapter->dma({kEdu, 0x1000, false, {}, 4}).error().kind == FailureKind::kUnsupported);
}

TEST_CASE("dut qemu: an interrupt is seen as the local APIC gets it") {
  const auto adapter = make_qemu_adapter(fake());
  REQUIRE(adapter->hello());
  for (const std::uint16_t device : {kEdu, kIoApic}) {
    CAPTURE(device);
    const auto logical = adapter->msi({device, 0xFEE5A004, 0x1A7});
    REQUIRE(logical);
    CHECK(logical->arrived);
    CHECK(logical->address == 0x5A004);
    CHECK(logical->data == 0x1A7);
    CHECK(logical->address_seen == 0xFF004);
    CHECK(adapter->msi({device, 0xFEE3C000, 0x31}).value().address == 0x3C000);
  }
  CHECK(adapter->mmio_write(kControl, 8, 1));
  CHECK_FALSE(adapter->msi({kEdu, 0xFEE5A000, 0xA7}).value().arrived);
  CHECK_FALSE(adapter->msi({kIoApic, 0xFEE5A000, 0xA7}).value().arrived);
  CHECK_FALSE(adapter->own_message().value().arrived);
}

TEST_CASE("dut qemu: an interrupt that no device of the machine can send is unsupported") {
  const auto adapter = make_qemu_adapter(fake());
  REQUIRE(adapter->hello());
  for (const MsiRequest& request :
       {MsiRequest{kEdu, 0xFEE00000, 0x10031}, MsiRequest{kEdu, 0xFEE00002, 0x31},
        MsiRequest{kLsi, 0xFEE00000, 0x31}, MsiRequest{kIoApic, 0xFEE00000, 0x4031},
        MsiRequest{kIoApic, 0xFEE00008, 0x31}, MsiRequest{kIoApic, 0xFEE00000, 0x731},
        MsiRequest{kIoApic, 0xFEE00010, 0x31}}) {
    CAPTURE(request.address);
    CAPTURE(request.data);
    const auto reply = adapter->msi(request);
    REQUIRE_FALSE(reply);
    CHECK(reply.error().kind == FailureKind::kUnsupported);
  }
}

TEST_CASE("dut qemu: configuration space is as it was reset until a register is accessed") {
  const auto adapter = make_qemu_adapter(fake());
  REQUIRE(adapter->hello());
  for (const auto kind : {ResetKind::kFresh, ResetKind::kSystem}) {
    REQUIRE(adapter->reset(kind));
    CHECK(adapter->config_write(0x44, 0xfed80000));
    CHECK(adapter->config_read(0x44).value() == 0xfed80000);
    CHECK(adapter->mmio_read(0, 8));
    CHECK(adapter->config_read(0x44).value() == 0xfed80001);
  }
}

TEST_CASE("dut qemu: a crash is told with its signal and last words, and a fresh reset recovers") {
  const auto adapter = make_qemu_adapter(fake({"crash"}));
  REQUIRE(adapter->hello());
  CHECK(adapter->mmio_write(0, 8, 1));  // posted: the failure comes with the next reply
  const auto failed = adapter->settle();
  REQUIRE_FALSE(failed);
  CHECK(failed.error().kind == FailureKind::kCrash);
  CHECK(failed.error().what == "QEMU ended: signal 6 (Aborted): assertion failed: 0");
  CHECK(adapter->log() != "");
  CHECK(adapter->reset(ResetKind::kSoft).error().kind == FailureKind::kCrash);
  CHECK(adapter->reset(ResetKind::kFresh));
  CHECK(adapter->mmio_read(0, 8).value() == 0);
}

TEST_CASE("dut qemu: a hang is a failure after the deadline, and a fresh reset recovers") {
  auto config = fake({"hang"});
  config.deadline = std::chrono::milliseconds{500};
  const auto adapter = make_qemu_adapter(config);
  REQUIRE(adapter->hello());
  CHECK(adapter->mmio_write(0, 8, 1));
  const auto failed = adapter->mmio_read(0, 8);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().kind == FailureKind::kHang);
  CHECK(failed.error().what == "QEMU hangs: no reply within 500 ms");
  CHECK(adapter->reset(ResetKind::kFresh));
}

TEST_CASE("dut qemu: both soft resets leave the engines working") {
  for (const auto soft : {QemuSoftReset::kRegisters, QemuSoftReset::kSystem}) {
    auto config = fake();
    config.soft_reset = soft;
    config.iommu_msi = Msi{0x5000, 0x77};
    const auto adapter = make_qemu_adapter(config);
    REQUIRE(adapter->hello());
    REQUIRE(adapter->reset(ResetKind::kSoft));
    REQUIRE(adapter->prepare({}));
    CHECK(adapter->dma({kEdu, 0x1000, false, {}, 8}));
    CHECK(adapter->collect().value().size() == 1);
    CHECK(adapter->mem_zero(0x1000, 16));
  }
}

TEST_CASE("dut qemu: nothing works before hello") {
  const auto adapter = make_qemu_adapter(fake());
  CHECK(adapter->settle().error().what == "QEMU is not running: hello() comes first");
  CHECK(adapter->log().empty());
}

TEST_CASE("dut qemu: a QEMU that does not start says what to do") {
  auto absent = fake();
  absent.binary = "/no/such/qemu";
  CHECK(start_failure(absent) ==
        "cannot start '/no/such/qemu': No such file or directory (install qemu-system-x86, or name "
        "it in the profile)");
  CHECK(start_failure(fake({"refuse"})) ==
        "QEMU did not start: exit status 1: fake: unsupported machine type (check the profile's "
        "arguments)");
  CHECK(start_failure(fake({"no-iommu"})) ==
        "this machine has no AMD IOMMU: add '-device amd-iommu' to the profile's arguments");
  CHECK(start_failure(fake({"no-edu"})) ==
        "no edu at 05.0: add '-device edu,addr=05.0' to the profile's arguments");
  CHECK(start_failure(fake({"stuck-dma"})).starts_with("edu's buffer cannot be fetched"));
  CHECK(start_failure(fake({"blind-dma"})).starts_with("edu at 05.0 does not move data"));
  auto deaf = fake({"deaf-dma"});
  deaf.deadline = std::chrono::milliseconds{500};
  CHECK(start_failure(deaf) ==
        "QEMU started, but its machine could not be set up: edu's DMA did not end within 500 ms");
}

TEST_CASE("dut qemu: a profile that cannot work is refused before anything is started") {
  const auto refused = [](auto change) {
    auto config = fake();
    change(config);
    const auto what = start_failure(config);
    return what.starts_with("QEMU profile: ") ? what.substr(14) : what;
  };
  CHECK(refused([](auto& c) { c.memory = 1000; }) == "memory must be a whole number of MiB");
  CHECK(refused([](auto& c) { c.scratch = c.memory; }) ==
        "scratch page 0x200000 is not a page of RAM");
  CHECK(refused([](auto& c) { c.bar_base = 0x100000; }) ==
        "device registers at 0x100000 would be in RAM");
  CHECK(refused([](auto& c) { c.pci = {}; }) == "the IOMMU capability's layout was not given");
  CHECK(refused([](auto& c) {
          c.requesters = {{"nvme", 8}};
        }) == "unknown engine 'nvme' (edu, lsi53c895a, ioapic)");
  CHECK(refused([](auto& c) {
          c.requesters = {{"edu", 0x108}};
        }) == "requester 0x0108 is not on bus 0");
  CHECK(refused([](auto& c) {
          c.args.push_back("edu,addr=05.0");
        }).starts_with("add dma_mask=0xffffffffffffffff"));
}

TEST_CASE("dut qemu: a base address other than the profile's is noted") {
  auto config = fake();
  config.mmio_base = 0x1000;
  const auto adapter = make_qemu_adapter(config);
  REQUIRE(adapter->hello());
  CHECK(adapter->log() ==
        "note: the IOMMU capability gives base address 0xfed80000, the profile 0x1000\n");
}

}  // namespace
}  // namespace amdvi::dut
