// Tested here: model/include/amdvi/impl/pci.hpp and impl/own_interrupt.hpp. Layouts are from
// core.md 1, 2.12 and 2.13.
#include "tests/unit/interrupt_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

std::uint32_t cfg(const Quiet& q, std::uint16_t offset) { return q.device.config_read(offset); }

// The capability `id` of the list; 0: it is not there.
std::uint16_t find_capability(const Quiet& q, std::uint32_t id) {
  std::uint16_t at = cfg(q, 0x34) & 0xFF;
  for (unsigned i = 0; at != 0 && i < 48; ++i) {
    if ((cfg(q, at) & 0xFF) == id) return at;
    at = cfg(q, at) >> 8 & 0xFF;
  }
  return 0;
}

TEST_CASE("the function is an IOMMU of AMD with a capability list") {
  Quiet q;
  CHECK((cfg(q, 0x00) & 0xFFFF) == 0x1022);
  CHECK((cfg(q, 0x08) >> 8) == 0x080600);
  CHECK((cfg(q, 0x04) & 0x00100000) != 0);
  CHECK((cfg(q, 0x3C) & 0xFF00) == 0x100);
}

TEST_CASE("the capability list has the IOMMU, MSI and MSI mapping capabilities") {
  Quiet q({{"header.IotlbSup", 1}, {"header.EFRSup", 1}});
  CHECK(find_capability(q, 0x0F) == 0x40);
  CHECK(find_capability(q, 0x05) == 0x64);
  CHECK(find_capability(q, 0x08) == 0x74);
  CHECK(find_capability(q, 0x09) == 0);
  CHECK(cfg(q, 0x40) == 0x090B640F);  // CapId 0Fh, next 64h, type 3, revision 1, bits 24 and 27
  CHECK((cfg(q, 0x64) & 0x00810000) == 0x00800000);
  CHECK(cfg(q, 0x74) == 0xA8030008);
}

TEST_CASE("with vIommuSup there is a vendor-specific capability with two base addresses") {
  Quiet q({{"EFR.vIommuSup", 1}});
  const std::uint16_t at = find_capability(q, 0x09);
  REQUIRE(at != 0);
  q.device.config_write(static_cast<std::uint16_t>(at + 8), 0xABCDE001);
  q.device.config_write(static_cast<std::uint16_t>(at + 12), 0x12);
  CHECK(cfg(q, static_cast<std::uint16_t>(at + 8)) == 0xABCDE001);
  CHECK(cfg(q, static_cast<std::uint16_t>(at + 12)) == 0x12);
}

TEST_CASE("the base address takes bits 63:14, or 63:19 with PCSup, until it is enabled") {
  Quiet small, large({{"EFR.PCSup", 1}});
  for (Quiet* q : {&small, &large}) {
    CHECK(cfg(*q, 0x44) == 0);
    CHECK(cfg(*q, 0x48) == 0);
    q->device.config_write(0x44, 0xFFFFFFFE);
    q->device.config_write(0x48, 0x12345678);
  }
  CHECK(cfg(small, 0x44) == 0xFFFFC000);
  CHECK(cfg(large, 0x44) == 0xFFF80000);
  CHECK(cfg(small, 0x48) == 0x12345678);
}

TEST_CASE("Enable locks the base address until reset") {
  Quiet q;
  q.device.config_write(0x48, 0x1);
  q.device.config_write(0x44, 0xFEB80001);
  CHECK(cfg(q, 0x44) == 0xFEB80001);
  q.device.config_write(0x44, 0);
  q.device.config_write(0x48, 0);
  CHECK(cfg(q, 0x44) == 0xFEB80001);
  CHECK(cfg(q, 0x48) == 1);
  q.device.reset();
  CHECK(cfg(q, 0x44) == 0);
  q.device.config_write(0x44, 0xFEC00000);
  CHECK(cfg(q, 0x44) == 0xFEC00000);
}

TEST_CASE("read-only dwords ignore writes") {
  Quiet q;
  for (const unsigned dword : {0x00u, 0x08u, 0x34u, 0x40u, 0x4Cu, 0x50u, 0x54u, 0x74u}) {
    const auto offset = static_cast<std::uint16_t>(dword);
    CAPTURE(offset);
    const std::uint32_t before = cfg(q, offset);
    q.device.config_write(offset, ~before);
    CHECK(cfg(q, offset) == before);
  }
}

TEST_CASE("the MSI mirrors and the MSI capability are one state") {
  struct Row {
    std::uint16_t pci;
    std::uint64_t mmio;
    std::uint32_t writable;
  };
  for (const Row row : {Row{0x50, 0x150, 0}, Row{0x54, 0x154, 0}, Row{0x64, 0x158, 0x00710000},
                        Row{0x68, 0x15C, 0xFFFFFFFC}, Row{0x6C, 0x160, 0xFFFFFFFF},
                        Row{0x70, 0x164, 0x0000FFFF}, Row{0x74, 0x168, 0}}) {
    CAPTURE(row.pci);
    Quiet q({{"EFR.MsiCapMmioSup", 1}, {"header.CapExt", 1}});
    const std::uint32_t reset = cfg(q, row.pci);
    CHECK(q.r(row.mmio, 4) == reset);
    q.device.config_write(row.pci, ~reset);
    CHECK(cfg(q, row.pci) == (reset ^ row.writable));
    CHECK(q.r(row.mmio, 4) == (reset ^ row.writable));
    q.w(row.mmio, reset, 4);
    CHECK(q.r(row.mmio, 4) == reset);
    CHECK(cfg(q, row.pci) == reset);
  }
}

TEST_CASE("the interrupt of the IOMMU is a write of 4 bytes where the MSI capability says") {
  IntBench b({}, {}, kAllOn | kEventIntEn);
  constexpr std::uint64_t kWord = 0x7'8000;
  REQUIRE(b.memory.write64(kWord, 0x1111'1111'1111'1111));
  b.device.config_write(0x68, kWord);
  b.device.config_write(0x70, 0xBEEF);
  b.dte(1, kV);
  b.read(1, 0);
  CHECK(b.mem(kWord) == 0x1111'1111'1111'1111);  // MsiEn=0
  b.device.config_write(0x64, 0x10000);
  b.read(1, 0);
  CHECK(b.mem(kWord) == 0x1111'1111'0000'BEEF);
}

TEST_CASE("a message of the IOMMU to the processors is not a write to memory") {
  CHECK(is_interrupt_address(0xFEE00000));
  CHECK(is_interrupt_address(0xFEEFFFFC));
  CHECK(is_interrupt_address(0x1234'5600'FEE5'A004));
  CHECK_FALSE(is_interrupt_address(0xFED00000));
  CHECK_FALSE(is_interrupt_address(0xFEF00000));
  CHECK_FALSE(is_interrupt_address(0x1'FEE0'0000));
}

TEST_CASE("without MsiCapMmioSup the mirrors read zero and the capability works") {
  Quiet q;
  q.device.config_write(0x68, 0xFEE00000);
  CHECK(q.r(0x15C, 4) == 0);
  CHECK(cfg(q, 0x68) == 0xFEE00000);
}

// One event; what the IOMMU sends of it.
const Recorder& one_event(IntBench& b) {
  b.dte(1, kV);
  b.read(1, 0);
  return b.recorder;
}

TEST_CASE("an event is sent by the MSI capability when it is enabled") {
  for (const bool enabled : {false, true}) {
    IntBench b({}, {}, kAllOn | kEventIntEn);
    b.device.config_write(0x68, 0xFEE0500C);
    b.device.config_write(0x6C, 0x1);
    b.device.config_write(0x70, 0x4041);
    b.device.config_write(0x64, enabled ? 0x10000 : 0);
    const Recorder& heard = one_event(b);
    CHECK(heard.log == 1);
    REQUIRE(heard.messages.size() == static_cast<std::size_t>(enabled));
    if (!enabled) continue;
    CHECK(heard.messages[0].cause == InterruptCause::kEventLog);
    CHECK(heard.messages[0].address == 0x1'FEE0500C);
    CHECK(heard.messages[0].data == 0x4041);
  }
}

TEST_CASE("with several messages allowed the low data bits are the message number") {
  IntBench b({}, {}, kAllOn | kEventIntEn);
  b.device.config_write(0x68, 0xFEE00000);
  b.device.config_write(0x70, 0x4043);
  b.device.config_write(0x64, 0x10000 | 1 << 20);  // two messages; the event log has number 0
  const Recorder& heard = one_event(b);
  REQUIRE(heard.messages.size() == 1);
  CHECK(heard.messages[0].data == 0x4042);
}

TEST_CASE("without EventIntEn an event sends nothing") {
  IntBench b;
  b.device.config_write(0x64, 0x10000);
  const Recorder& heard = one_event(b);
  CHECK(heard.messages.empty());
  CHECK(heard.log == 0);
}

TEST_CASE("COMPLETION_WAIT sends its interrupt by the MSI capability") {
  IntBench b({}, {}, kAllOn | kComWaitIntEn);
  b.device.config_write(0x68, 0xFEE00000);
  b.device.config_write(0x70, 0x30);
  b.device.config_write(0x64, 0x10000);
  b.command(0, bit(60) | 2);
  b.submit(1);
  REQUIRE(b.recorder.messages.size() == 1);
  CHECK(b.recorder.messages[0].cause == InterruptCause::kCompletionWait);
  CHECK(b.recorder.messages[0].data == 0x30);
}

TEST_CASE("with IntCapXTEn the message comes from 0170h and not from the MSI capability") {
  IntBench b({{"EFR.XTSup", 1}}, {}, kAllOn | kEventIntEn | kIntCapXTEn);
  b.device.config_write(0x68, 0xFEE01000);
  b.device.config_write(0x70, 0x55);
  b.device.config_write(0x64, 0x10000);
  // DestMode 2, destination 31:8 and 63:56, vector 39:32, delivery mode 40.
  b.w(0x170, 0x1100'01A5'2233'4404);
  const Recorder& heard = one_event(b);
  REQUIRE(heard.messages.size() == 1);
  CHECK(heard.messages[0].address == 0x11223300'FEE44004);
  CHECK(heard.messages[0].data == 0x1A5);
}

TEST_CASE("an XT interrupt control register with vector 0 sends nothing") {
  IntBench b({{"EFR.XTSup", 1}}, {}, kAllOn | kEventIntEn | kIntCapXTEn);
  b.device.config_write(0x64, 0x10000);
  CHECK(one_event(b).messages.empty());
}

TEST_CASE("a refused memory request is noted in the PCI status, a command error is not") {
  IntBench b;
  b.command(0, 0);
  b.submit(1);
  CHECK((cfg(b, 4) & 0x08000000) == 0);
  one_event(b);
  CHECK((cfg(b, 4) & 0x08000000) != 0);
}

TEST_CASE("IntCapXTEn lets interrupts out without MsiEn") {
  IntBench b({{"EFR.XTSup", 1}}, {}, kAllOn | kEventIntEn | kIntCapXTEn);
  b.w(0x170, std::uint64_t{0x41} << 32 | 0x7 << 8);  // vector 41h for processor 7
  const Recorder& heard = one_event(b);
  REQUIRE(heard.messages.size() == 1);
  CHECK((heard.messages[0].data & 0xFF) == 0x41);
}

}  // namespace
}  // namespace amdvi::by_hand
