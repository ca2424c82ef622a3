// Tested here: every register of spec/core, its reset value and the bits that software can change.
// Offsets, masks and reset values are typed from core.md 1 and 2, where every feature is there.
#include <set>

#include "tests/unit/device_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

constexpr std::uint64_t kOnes = ~std::uint64_t{0};
constexpr std::uint64_t kRing = 0x0F0F'FFFF'FFFF'F000, kRingReset = bit(59);
constexpr std::uint64_t kTable = 0x000F'FFFF'FFFF'F1FF, kPage = 0x000F'FFFF'FFFF'F000;
constexpr std::uint64_t kPointer = 0x7FFF0, kGaPointer = 0xFFF8;
constexpr std::uint64_t kXtInterrupt = 0xFF00'01FF'FFFF'FF04;

// `kept`: what is read after all ones were written. `count` of them, `stride` apart.
struct Row {
  std::string_view name;
  std::uint64_t offset, reset, kept;
  unsigned size = 8, count = 1, stride = 8;
};

// SmiFSup has two bits and one known value, 1; DevTblSegSup 3.
constexpr std::uint64_t kEfr = ~bit(17), kEfr2 = 0xBFE;

// core.md 2.1 to 2.19; nothing runs.
constexpr Row kMmio[] = {
    {"DeviceTableBase", 0x0000, 0, kTable},
    {"CommandBufferBase", 0x0008, kRingReset, kRing},
    {"EventLogBase", 0x0010, kRingReset, kRing},
    {"Control", 0x0018, 0x0000'2200'0000'0400, ~(bit(49) | bit(57))},
    {"ExclusionBase", 0x0020, 0, kPage | 3},
    {"ExclusionLimit", 0x0028, 0, kPage},
    {"ExtendedFeature", 0x0030, kEfr, kEfr},
    {"PPRLogBase", 0x0038, kRingReset, kRing},
    {"HwEventUpper", 0x0040, 0, kOnes},
    {"HwEventLower", 0x0048, 0, kOnes},
    {"HwEventStatus", 0x0050, 0, 0},
    {"SmiFilter", 0x0060, 0, 0x3FFFF, 8, 16},
    {"GALogBase", 0x00E0, kRingReset, kRing},
    {"GALogTailAddress", 0x00E8, 0, 0x000F'FFFF'FFFF'FFF8},
    {"PPRLogBBase", 0x00F0, kRingReset, kRing},
    {"EventLogBBase", 0x00F8, kRingReset, kRing},
    {"DeviceTableSegment1Base", 0x0100, 0, kTable},
    {"DeviceTableSegment2To3Base", 0x0108, 0, kTable, 8, 2},
    {"DeviceTableSegment4To7Base", 0x0118, 0, kTable, 8, 4},
    {"DSFX", 0x0138, 0, 0},
    {"DSCX", 0x0140, 0, 0xFFFF'FFFF},
    {"DSSX", 0x0148, 0, 0xFFFF'FFFF},
    // 52 and 64 bits of address, guest addresses of 48.
    {"MsiVector0", 0x0150, 52 << 8 | 64 << 15 | 2 << 5, 52 << 8 | 64 << 15 | 2 << 5, 4},
    {"MsiVector1", 0x0154, 0, 0, 4},
    {"MsiCapabilityHeader", 0x0158, 0x0080'7405, 0x00F1'7405, 4},
    {"MsiAddressLow", 0x015C, 0, 0xFFFF'FFFC, 4},
    {"MsiAddressHigh", 0x0160, 0, 0xFFFF'FFFF, 4},
    {"MsiData", 0x0164, 0, 0xFFFF, 4},
    {"MsiMappingCapabilityHeader", 0x0168, 0xA803'7808, 0xA803'7808, 4},
    {"PerformanceOptimizationControl", 0x016C, 0, bit(13), 4},
    {"XTGeneralInterruptControl", 0x0170, 0, kXtInterrupt},
    {"XTPPRInterruptControl", 0x0178, 0, kXtInterrupt},
    {"XTGAInterruptControl", 0x0180, 0, kXtInterrupt},
    {"VIommuStatus", 0x0190, 0, 0},
    {"ExtendedFeature2", 0x01A0, kEfr2, kEfr2},
    {"MarcBase", 0x0200, 0, kPage, 8, 4, 0x18},
    {"MarcReloc", 0x0208, 0, kPage | 3, 8, 4, 0x18},
    {"MarcLength", 0x0210, 0, kPage, 8, 4, 0x18},
    {"Reserved1FF8", 0x1FF8, 0, 0},
    {"CommandBufferHead", 0x2000, 0, kPointer},
    {"CommandBufferTail", 0x2008, 0, kPointer},
    {"EventLogHead", 0x2010, 0, kPointer},
    {"EventLogTail", 0x2018, 0, kPointer},
    {"Status", 0x2020, 0, 0},
    {"PPRLogHead", 0x2030, 0, kPointer},
    {"PPRLogTail", 0x2038, 0, kPointer},
    {"GALogHead", 0x2040, 0, kGaPointer},
    {"GALogTail", 0x2048, 0, kGaPointer},
    {"PPRLogBHead", 0x2050, 0, kPointer},
    {"PPRLogBTail", 0x2058, 0, kPointer},
    {"EventLogBHead", 0x2070, 0, kPointer},
    {"EventLogBTail", 0x2078, 0, kPointer},
    {"PPRAutoResponse", 0x2080, 0, 0x1F},
    {"PPROverflowEarly", 0x2088, 0, 0xC000'7FFF},
    {"PPROverflowEarlyB", 0x2090, 0, 0xC000'7FFF},
    {"CounterConfiguration", 0x4000, 4 << 7 | 2 << 12, 4 << 7 | 2 << 12},
    {"CounterPasidBankLock", 0x4008, 0, kOnes},
    {"CounterDomainBankLock", 0x4010, 0, kOnes},
    {"CounterDeviceIDBankLock", 0x4018, 0, kOnes},
};

// core.md 2.20: the block of counter 3 of bank 1.
constexpr std::uint64_t kBlock = 0x41300, kMatch = 0xFFFF'8000'FFFF;
constexpr Row kCounterBlock[] = {
    {"Counter", kBlock, 0, 0xFFFF'FFFF'FFFF},
    {"CounterSource", kBlock + 0x08, 0, 0xC000'00FF},
    {"CounterPasidMatch", kBlock + 0x10, 0, kMatch},
    {"CounterDomainMatch", kBlock + 0x18, 0, kMatch},
    {"CounterDeviceIDMatch", kBlock + 0x20, 0, kMatch},
    {"CounterReport", kBlock + 0x28, 0, 0x800F'FFFF'FFFF'FFFF},
};

// core.md 1, with the capabilities at 40h, 64h, 74h and 78h.
constexpr Row kPci[] = {
    {"PciIdentification", 0x00, 0x0000'1022, 0x0000'1022},
    {"PciCommandStatus", 0x04, 0x0010'0000, 0x0010'0004},
    {"PciClass", 0x08, 0x0806'0000, 0x0806'0000},
    {"PciCapabilityPointer", 0x34, 0x40, 0x40},
    {"PciInterruptPin", 0x3C, 0x0100, 0x01FF},
    {"CapabilityHeader", 0x40, 0x1F0B'640F, 0x1F0B'640F},
    {"BaseAddressLow", 0x44, 0, 0xFFF8'0001},
    {"BaseAddressHigh", 0x48, 0, 0xFFFF'FFFF},
    {"Range", 0x4C, 0, 0},
    {"MiscInfo0", 0x50, 52 << 8 | 64 << 15 | 2 << 5, 52 << 8 | 64 << 15 | 2 << 5},
    {"MiscInfo1", 0x54, 0, 0},
    {"MsiHeader", 0x64, 0x0080'7405, 0x00F1'7405},
    {"MsiLow", 0x68, 0, 0xFFFF'FFFC},
    {"MsiHigh", 0x6C, 0, 0xFFFF'FFFF},
    {"MsiMessageData", 0x70, 0, 0xFFFF},
    {"MsiMapping", 0x74, 0xA803'7808, 0xA803'7808},
    {"VendorHeader", 0x78, 0x09, 0x09},
    {"VendorInfo", 0x7C, 0, 0},
    {"VfBarLow", 0x80, 0, 0xFFFF'F001},
    {"VfBarHigh", 0x84, 0, 0xFFFF'FFFF},
    {"VfControlBarLow", 0x88, 0, 0xFFFF'F001},
    {"VfControlBarHigh", 0x8C, 0, 0xFFFF'FFFF},
};

struct Everything : Quiet {
  Everything()
      : Quiet({{"EFR", kEfr}, {"EFR2", kEfr2}, {"header", 0xFFFF'FFFF}},
              {{"dev_tbl_seg_too_large", "take"}}) {}
  // Rings as long as they can be, so that every value of a pointer is in its ring.
  void lengthen() {
    for (const unsigned base : {0x08u, 0x10u, 0x38u, 0xE0u, 0xF0u, 0xF8u}) w(base, kRing);
  }
};

template <std::size_t N>
void check_mmio(const Row (&rows)[N], std::set<std::string_view>& seen) {
  for (const Row& row : rows) {
    CAPTURE(row.name);
    seen.insert(row.name);
    for (unsigned n = 0; n < row.count; ++n) {
      CAPTURE(n);
      Everything q;
      const std::uint64_t offset = row.offset + std::uint64_t{n} * row.stride;
      CHECK(q.r(offset, row.size) == row.reset);
      q.lengthen();
      q.w(offset, row.size == 8 ? kOnes : 0xFFFF'FFFF, row.size);
      CHECK(q.r(offset, row.size) == row.kept);
    }
  }
}

bool all_seen(const std::set<std::string_view>& seen, bool pci) {
  for (const spec::StructureInfo& info : spec::catalogue().structures) {
    if (info.kind != spec::StructureKind::kRegister) continue;
    if (info.space.starts_with("pci") != pci) continue;
    CAPTURE(info.name);
    if (!seen.contains(info.name.substr(0, info.name.find('[')))) return false;
  }
  return true;
}

TEST_CASE("every register comes up with its reset value and keeps its writable bits, no others") {
  std::set<std::string_view> seen;
  check_mmio(kMmio, seen);
  check_mmio(kCounterBlock, seen);
  CHECK(all_seen(seen, false));
}

TEST_CASE("every dword of the capabilities comes up with its reset value and keeps its bits") {
  std::set<std::string_view> seen;
  for (const Row& row : kPci) {
    CAPTURE(row.name);
    seen.insert(row.name);
    Everything q;
    const auto offset = static_cast<std::uint16_t>(row.offset);
    CHECK(q.device.config_read(offset) == row.reset);
    q.device.config_write(offset, 0xFFFF'FFFF);
    CHECK(q.device.config_read(offset) == row.kept);
  }
  CHECK(all_seen(seen, true));
}

}  // namespace
}  // namespace amdvi::by_hand
