// Tested here: every layout of spec/core, against the bits that the facts give. Where revisions
// differ it is the newest. Pieces of a split field: the high one first.
#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <amdvi/spec_info.hpp>

namespace amdvi {
namespace {

struct Row {
  std::string_view name;
  std::uint32_t number;  // offset, opcode or event code
  std::string_view fields;
};

// Structures in memory: core.md 3.1, 3.6, 6 and 7.3, behaviour.md 1.4, 2.1, 3.2 and 3.3.
constexpr Row kStructures[] = {
    {"Command", 0x0, "Operand_low 59:0, opcode 63:60, Operand_high 127:64"},
    {"DeviceTableEntry", 0x0,
     "V 0, TV 1, CXLMemAttr 6:4, HAD 8:7, Mode 11:9, HostPTRoot 51:12, PPR 52, GPRP "
     "53, GIoV 54, GV 55, GLX 57:56, GCR3TRP 127:107+95:80+60:58, IR 61, IW 62, "
     "DomainID 79:64, I 96, SE 97, SA 98, IoCtl 100:99, Cache 101, SD 102, EX 103, "
     "SysMgt 105:104, SATS 106, IV 128, IntTabLen 132:129, IG 133, IntTabRoot 179:134, "
     "GuestPagingMode 183:182, InitPass 184, EIntPass 185, NMIPass 186, HPTMode 187, "
     "IntCtl 189:188, Lint0Pass 190, Lint1Pass 191, vImuEn 207, GDeviceID 223:208, "
     "GuestID 239:224, Ignored_245 245, AttrV 246, Mode0FC 247, SnoopAttribute 255:248"},
    {"DevIdMapEntry", 0x0,
     "Valid 0, Ignored_13_1 13:1, HDeviceID 29:14, Ignored_63_30 63:30, Ignored_127_64 127:64"},
    {"DomIdMapEntry", 0x0, "Valid 0, Ignored_13_1 13:1, HDomainID 29:14, Ignored_63_30 63:30"},
    {"ExtInterruptEntry", 0x0, "Valid 0, Ignored_1 1, Length 5:2, Base 51:6, Ignored_63_52 63:52"},
    {"GAEntry", 0x0, "GATag 31:0, DeviceID 47:32, Code 63:60"},
    {"Gcr3Entry", 0x0, "V 0, Ignored_11_1 11:1, Address 51:12, Ignored_63_52 63:52"},
    {"IRTE128", 0x0,
     "RemapEn 0, SupIOPF 1, IntType 4:2, RqEoi 5, DM 6, GuestMode 7, Destination_7_0 "
     "15:8, Destination_23_8 31:16, Ignored_63_32 63:32, Vector 71:64, "
     "Destination_31_24 127:120"},
    {"IRTE128Guest", 0x0,
     "RemapEn 0, SupIOPF 1, GALogIntr 2, GAPPIDis 5, IsRun 6, GuestMode 7, "
     "Destination_7_0 15:8, Destination_23_8 31:16, GATag 63:32, Vector 71:64, "
     "Ignored_75_72 75:72, vAPICRoot 115:76, Destination_31_24 127:120"},
    {"IRTE32", 0x0,
     "RemapEn 0, SupIOPF 1, IntType 4:2, RqEoi 5, DM 6, GuestMode 7, Destination 15:8, "
     "Vector 23:16"},
    {"MessageAddress", 0x0,
     "Other_1_0 1:0, DestinationMode 2, Other_11_3 11:3, Destination_7_0 19:12, Range 39:20, "
     "Destination_31_8 63:40"},
    {"MessageData", 0x0,
     "Vector 7:0, DeliveryMode 10:8, Other_13_11 13:11, Level 14, Trigger 15, Other_31_16 31:16"},
    {"PPREntry", 0x0,
     "DeviceID 15:0, PASID 45:42+31:16, PPRtag 41:32, EXEC 49, READ 50, WRITE 53, US "
     "54, RZ 55, GN 56, Code 63:60, Address 127:64"},
    {"V1Pde", 0x0,
     "PR 0, Ignored_4_1 4:1, A 5, Ignored_6 6, Ignored_8_7 8:7, NextLevel 11:9, "
     "NextTable 51:12, IR 61, IW 62, Ignored_63 63"},
    {"V1Pte", 0x0,
     "PR 0, Ignored_4_1 4:1, A 5, D 6, Ignored_8_7 8:7, NextLevel 11:9, PageAddress "
     "51:12, PMC 58:57, U 59, FC 60, IR 61, IW 62, Ignored_63 63"},
    {"V2Entry", 0x0,
     "P 0, RW 1, US 2, PWT 3, PCD 4, A 5, D 6, PS 7, G 8, Ignored_11_9 11:9, Address "
     "51:12, Ignored_62_52 62:52, NX 63"},
};

// Commands: core.md 4.1.
constexpr Row kCommands[] = {
    {"COMPLETE_PPR_REQUEST", 0x7,
     "DeviceID 15:0, PASID 51:32, GN 66, CompletionTag 111:96, opcode 63:60"},
    {"COMPLETION_WAIT", 0x1, "s 0, i 1, f 2, StoreAddress 51:3, StoreData 127:64, opcode 63:60"},
    {"INSERT_GUEST_EVENT", 0x9, "GuestID 47:32, opcode 63:60"},
    {"INVALIDATE_DEVTAB_ENTRY", 0x2, "DeviceID 15:0, opcode 63:60"},
    {"INVALIDATE_INTERRUPT_TABLE", 0x5, "DeviceID 15:0, opcode 63:60"},
    {"INVALIDATE_IOMMU_ALL", 0x8, "opcode 63:60"},
    {"INVALIDATE_IOMMU_PAGES", 0x3,
     "PASID 19:0, DomainID 47:32, S 64, PDE 65, GN 66, Address 127:76, opcode 63:60"},
    {"INVALIDATE_IOTLB_PAGES", 0x4,
     "DeviceID 15:0, PASID 59:56+23:16+55:48, Maxpend 31:24, QueueID 47:32, S 64, GN "
     "66, Type 69:68, Address 127:76, opcode 63:60"},
    {"PREFETCH_IOMMU_PAGES", 0x6,
     "DeviceID 15:0, PFCount 31:24, PASID 51:32, S 64, GN 66, Inval 68, Address "
     "127:76, opcode 63:60"},
    {"RESET_VMMIO", 0xA, "GuestID 15:0, All 28, vCmd 31, opcode 63:60"},
};

// Events: core.md 5.0 and 5.1.
constexpr Row kEvents[] = {
    {"COMMAND_HARDWARE_ERROR", 0x6,
     "Type 58:57, Address_11_0 75:64, Address_63_12 127:76, EventCode 63:60"},
    {"DEV_TAB_HARDWARE_ERROR", 0x3,
     "DeviceID 15:0, VNR 27, vEvent 29, vPtr 30, vCmd 31, I 51, RW 53, TR 56, Type "
     "58:57, Address_11_0 75:64, Address_63_12 127:76, EventCode 63:60"},
    {"EVENT_COUNTER_ZERO", 0xA,
     "CounterNote_51_32 83:64, CounterNote_31_0 127:96, EventCode 63:60"},
    {"GUEST_EVENT_FAULT", 0xB,
     "VNR 27, vEvent 29, vPtr 30, vCmd 31, GuestID 47:32, Flags 59:48, Operand 127:64, "
     "EventCode 63:60"},
    {"ILLEGAL_COMMAND_ERROR", 0x5, "Address 127:68, EventCode 63:60"},
    {"ILLEGAL_DEV_TABLE_ENTRY", 0x1,
     "DeviceID 15:0, PASID_19_16 19:16, VNR 27, vEvent 29, vPtr 30, vCmd 31, "
     "PASID_15_0 47:32, GN 48, I 51, RW 53, RZ 55, TR 56, Address_11_2 75:66, "
     "Address_63_12 127:76, EventCode 63:60"},
    {"INVALID_DEVICE_REQUEST", 0x8,
     "DeviceID 15:0, PASID_19_16 19:16, PASID_15_0 47:32, GN 48, US 49, TR 56, Type "
     "59:57, Address_11_0 75:64, Address_63_12 127:76, EventCode 63:60"},
    {"INVALID_PPR_REQUEST", 0x9,
     "DeviceID 15:0, PASID_15_0 31:16, PPRtag 41:32, PASID_19_16 45:42, US 54, RZ 55, "
     "GN 56, Address_11_0 75:64, Address_63_12 127:76, EventCode 63:60"},
    {"IOTLB_INV_TIMEOUT", 0x7, "DeviceID 15:0, Address 127:68, EventCode 63:60"},
    {"IO_PAGE_FAULT", 0x2,
     "DeviceID 15:0, PASID_19_16 19:16, VNR 27, vEvent 29, vPtr 30, vCmd 31, DomainID "
     "47:32, GN 48, NX 49, US 50, I 51, PR 52, RW 53, PE 54, RZ 55, TR 56, "
     "Address_11_0 75:64, Address_63_12 127:76, EventCode 63:60"},
    {"PAGE_TAB_HARDWARE_ERROR", 0x4,
     "DeviceID 15:0, PASID_19_16 19:16, VNR 27, vEvent 29, vPtr 30, vCmd 31, DomainID "
     "47:32, GN 48, I 51, RW 53, TR 56, Type 58:57, Address_11_3 75:67, Address_63_12 "
     "127:76, EventCode 63:60"},
    {"RMP_HARDWARE_ERROR", 0xE,
     "DeviceID 15:0, vmg_tag 47:32, Flags 59:48, Address_11_3 75:67, Address_63_12 "
     "127:76, EventCode 63:60"},
    {"RMP_PAGE_FAULT", 0xD,
     "DeviceID 15:0, flags_rmp 23:16, vmg_tag 47:32, Flags 59:48, Address_11_0 75:64, "
     "Address_63_12 127:76, EventCode 63:60"},
    {"VIOMMU_HARDWARE_ERROR", 0xC,
     "GuestID 15:0, Src 17:16, VNR 27, vEvent 29, vPtr 30, vCmd 31, Flags 59:48, "
     "Address_11_0 75:64, Address_63_12 127:76, EventCode 63:60"},
};

// Registers: core.md 2.1 to 2.20.
constexpr Row kRegisters[] = {
    {"CommandBufferBase", 0x8, "Base 51:12, Len 59:56"},
    {"CommandBufferHead", 0x2000, "Head 18:4"},
    {"CommandBufferTail", 0x2008, "Tail 18:4"},
    {"Control", 0x18,
     "IommuEn 0, HtTunEn 1, EventLogEn 2, EventIntEn 3, ComWaitIntEn 4, InvTimeOut "
     "7:5, PassPW 8, ResPassPW 9, Coherent 10, Isoc 11, CmdBufEn 12, PPRLogEn 13, "
     "PprIntEn 14, PPREn 15, GTEn 16, GAEn 17, CRW 21:18, SmiFEn 22, SlfWBDis 23, "
     "SmiFLogEn 24, GAMEn 27:25, GALogEn 28, GAIntEn 29, DualPprLogEn 31:30, "
     "DualEventLogEn 33:32, DevTblSegEn 36:34, PrivAbrtEn 38:37, PprAutoRspEn 39, "
     "MarcEn 40, BlkStopMrkEn 41, PprAutoRspAon 42, NumIntRemapMode 44:43, EPHEn 45, "
     "HADUpdate 47:46, GDUpdateDis 48, XTEn 50, IntCapXTEn 51, vCmdEn 52, vIommuEn 53, "
     "GAUpdateDis 54, GAPPIEn 55, TMPMEn 56, GCR3TRPMode 58, IRTCacheDis 59, "
     "GstBufferTRPMode 60, SNPAVICEn 63:61"},
    {"Counter", 0x0, "Count 47:0"},
    {"CounterConfiguration", 0x4000, "NCounter 10:7, NCounterBanks 17:12"},
    {"CounterDeviceIDBankLock", 0x4018, "Lock 63:0"},
    {"CounterDeviceIDMatch", 0x20, "Match 15:0, DIDMEN 31, Mask 47:32"},
    {"CounterDomainBankLock", 0x4010, "Lock 63:0"},
    {"CounterDomainMatch", 0x18, "Match 15:0, DOMMEN 31, Mask 47:32"},
    {"CounterPasidBankLock", 0x4008, "Lock 63:0"},
    {"CounterPasidMatch", 0x10, "Match 15:0, PASMEN 31, Mask 47:32"},
    {"CounterReport", 0x28, "EventNote 51:0, CERE 63"},
    {"CounterSource", 0x8, "CSOURCE 7:0, CountUnits 30, CAC 31"},
    {"DSCX", 0x140, "Specific 23:0, RevMinor 27:24, RevMajor 31:28"},
    {"DSFX", 0x138, "Specific 23:0, RevMinor 27:24, RevMajor 31:28"},
    {"DSSX", 0x148, "Specific 23:0, RevMinor 27:24, RevMajor 31:28"},
    {"DeviceTableBase", 0x0, "Size 8:0, Base 51:12"},
    {"DeviceTableSegment1Base", 0x100, "Size 8:0, Base 51:12"},
    {"DeviceTableSegment2To3Base", 0x108, "Size 8:0, Base 51:12"},
    {"DeviceTableSegment4To7Base", 0x118, "Size 8:0, Base 51:12"},
    {"EventLogBBase", 0xF8, "Base 51:12, Len 59:56"},
    {"EventLogBHead", 0x2070, "Head 18:4"},
    {"EventLogBTail", 0x2078, "Tail 18:4"},
    {"EventLogBase", 0x10, "Base 51:12, Len 59:56"},
    {"EventLogHead", 0x2010, "Head 18:4"},
    {"EventLogTail", 0x2018, "Tail 18:4"},
    {"ExclusionBase", 0x20, "ExEn 0, Allow 1, Base 51:12"},
    {"ExclusionLimit", 0x28, "Limit 51:12"},
    {"ExtendedFeature", 0x30,
     "PreFSup 0, PPRSup 1, XTSup 2, NXSup 3, GTSup 4, GAPPISup 5, IASup 6, GASup 7, "
     "HESup 8, PCSup 9, HATS 11:10, GATS 13:12, GLXSup 15:14, SmiFSup 17:16, SmiFRC "
     "20:18, GAMSup 23:21, DualPprLogSup 25:24, DualEventLogSup 29:28, SATSSup 31, "
     "PASmax 36:32, USSup 37, DevTblSegSup 39:38, PprOvrflwEarlySup 40, PPRAutoRspSup "
     "41, MarcSup 43:42, BlkStopMrkSup 44, PerfOptSup 45, MsiCapMmioSup 46, "
     "SnoopAttrSup 47, GIoSup 48, HASup 49, EPHSup 50, AttrFWSup 51, HDSup 52, "
     "GDUpdateDisSup 53, InvIotlbTypeSup 54, vIommuSup 55, VmGuardIoSup 56, "
     "VMTableSize 60:57, GAUpdateDisSup 61, ForcePhyDestSup 62, SNPSup 63"},
    {"ExtendedFeature2", 0x1A0,
     "SevSnpIoSup 1, TMPMSup 2, GCR3TRPModeSup 3, GAPPIDisSup 4, SNPAVICSup 7:5, "
     "NumIntRemapSup 9:8, HtRangeIgnore 11"},
    {"GALogBase", 0xE0, "Base 51:12, Len 59:56"},
    {"GALogHead", 0x2040, "Head 15:3"},
    {"GALogTail", 0x2048, "Tail 15:3"},
    {"GALogTailAddress", 0xE8, "Address 51:3"},
    {"HwEventLower", 0x48, "SecondOperand 63:0"},
    {"HwEventStatus", 0x50, "HEV 0, HEO 1"},
    {"HwEventUpper", 0x40, "FirstOperand 59:0, EventCode 63:60"},
    {"MarcBase", 0x200, "Base 51:12"},
    {"MarcLength", 0x210, "Length 51:12"},
    {"MarcReloc", 0x208, "RelocEn 0, ReadOnly 1, RelocAddr 51:12"},
    {"MsiAddressHigh", 0x160, "Address 31:0"},
    {"MsiAddressLow", 0x15C, "Address 31:2"},
    {"MsiCapabilityHeader", 0x158,
     "CapId 7:0, CapPtr 15:8, MsiEn 16, MultMessCap 19:17, MultMessEn 22:20, Msi64 23"},
    {"MsiData", 0x164, "Data 15:0"},
    {"MsiMappingCapabilityHeader", 0x168, "CapId 7:0, CapPtr 15:8, En 16, Fixd 17, CapType 31:27"},
    {"MsiVector0", 0x150,
     "MsiNum 4:0, GVAsize 7:5, PAsize 14:8, VAsize 21:15, HtAtsResv 22, MsiNumPPR "
     "31:27"},
    {"MsiVector1", 0x154, "MsiNumGA 4:0"},
    {"PPRAutoResponse", 0x2080, "ResponseCode 3:0, PprAutoRspMaskGn 4"},
    {"PPRLogBBase", 0xF0, "Base 51:12, Len 59:56"},
    {"PPRLogBHead", 0x2050, "Head 18:4"},
    {"PPRLogBTail", 0x2058, "Tail 18:4"},
    {"PPRLogBase", 0x38, "Base 51:12, Len 59:56"},
    {"PPRLogHead", 0x2030, "Head 18:4"},
    {"PPRLogTail", 0x2038, "Tail 18:4"},
    {"PPROverflowEarly", 0x2088, "Threshold 14:0, IntEn 30, Enable 31"},
    {"PPROverflowEarlyB", 0x2090, "Threshold 14:0, IntEn 30, Enable 31"},
    {"PerformanceOptimizationControl", 0x16C, "PerfOptEn 13"},
    {"Reserved1FF8", 0x1FF8, ""},
    {"SmiFilter", 0x60, "SmiDID 15:0, SmiDV 16, SmiFLock 17"},
    {"Status", 0x2020,
     "EventOverflow 0, EventLogInt 1, ComWaitInt 2, EventLogRun 3, CmdBufRun 4, "
     "PprOverflow 5, PprInt 6, PprLogRun 7, GALogRun 8, GALOverflow 9, GAInt 10, "
     "PprOvrflwB 11, PprLogActive 12, EventOvrflwB 15, EventLogActive 16, "
     "PprOvrflwEarlyB 17, PprOvrflwEarly 18"},
    {"VIommuStatus", 0x190, ""},
    {"XTGAInterruptControl", 0x180,
     "DestMode 2, Destination_23_0 31:8, Vector 39:32, DM 40, Destination_31_24 63:56"},
    {"XTGeneralInterruptControl", 0x170,
     "DestMode 2, Destination_23_0 31:8, Vector 39:32, DM 40, Destination_31_24 63:56"},
    {"XTPPRInterruptControl", 0x178,
     "DestMode 2, Destination_23_0 31:8, Vector 39:32, DM 40, Destination_31_24 63:56"},
};

// PCI configuration space, offsets inside of the capability: core.md 1.1 to 1.8.
constexpr Row kPci[] = {
    {"BaseAddressHigh", 0x8, "BaseAddress 31:0"},
    {"BaseAddressLow", 0x4, "Enable 0, BaseAddress 31:14"},
    {"CapabilityHeader", 0x0,
     "CapId 7:0, CapPtr 15:8, CapType 18:16, CapRev 23:19, IotlbSup 24, HtTunnel 25, "
     "NpCache 26, EFRSup 27, CapExt 28"},
    {"MiscInfo0", 0x10,
     "MsiNum 4:0, GVAsize 7:5, PAsize 14:8, VAsize 21:15, HtAtsResv 22, MsiNumPPR "
     "31:27"},
    {"MiscInfo1", 0x14, "MsiNumGA 4:0"},
    {"MsiHeader", 0x0,
     "CapId 7:0, CapPtr 15:8, MsiEn 16, MultMessCap 19:17, MultMessEn 22:20, Msi64 23"},
    {"MsiHigh", 0x8, "Address 31:0"},
    {"MsiLow", 0x4, "Address 31:2"},
    {"MsiMapping", 0x0, "CapId 7:0, CapPtr 15:8, En 16, Fixd 17, CapType 31:27"},
    {"MsiMessageData", 0xC, "Data 15:0"},
    {"PciCapabilityPointer", 0x34, "Pointer 7:0"},
    {"PciClass", 0x8, "RevisionID 7:0, ProgIf 15:8, SubClass 23:16, BaseClass 31:24"},
    {"PciCommandStatus", 0x4, "BusMaster 2, CapList 20, SignaledTargetAbort 27"},
    {"PciIdentification", 0x0, "VendorID 15:0, DeviceID 31:16"},
    {"PciInterruptPin", 0x3C, "Line 7:0, Pin 15:8"},
    {"Range", 0xC, "UnitID 4:0, RngValid 7, BusNumber 15:8, FirstDevice 23:16, LastDevice 31:24"},
    {"VendorHeader", 0x0, "CapId 7:0, CapPtr 15:8, Specific 31:16"},
    {"VendorInfo", 0x4, "Id 15:0, Revision 23:16"},
    {"VfBarHigh", 0xC, "Address 31:0"},
    {"VfBarLow", 0x8, "Enable 0, Address 31:12"},
    {"VfControlBarHigh", 0x14, "Address 31:0"},
    {"VfControlBarLow", 0x10, "Enable 0, Address 31:12"},
};

std::string as_text(const spec::StructureInfo& info) {
  std::string text;
  for (const spec::FieldInfo& field : info.fields) {
    if (field.kind == spec::FieldKind::kReserved || !field.until.empty()) continue;
    std::string bits;
    for (const spec::BitRange& piece : field.pieces) {
      bits += bits.empty() ? "" : "+";
      bits += piece.hi == piece.lo ? fmt::format("{}", piece.hi)
                                   : fmt::format("{}:{}", piece.hi, piece.lo);
    }
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", field.name, bits);
  }
  return text;
}

std::set<std::string> items(std::string_view text) {
  std::set<std::string> found;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(", "), text.size());
    found.emplace(text.substr(0, end));
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return found;
}

// The first of an array of registers stands for all.
const spec::StructureInfo* find(std::string_view name) {
  const auto* one = spec::find_structure(name);
  return one != nullptr ? one : spec::find_structure(fmt::format("{}[0]", name));
}

template <std::size_t N>
void check(const Row (&rows)[N], std::set<std::string_view>& seen) {
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const spec::StructureInfo* info = find(row.name);
    REQUIRE(info != nullptr);
    CHECK(info->offset + info->code == row.number);
    const std::string text = as_text(*info);
    for (const std::string& item : items(row.fields)) {
      CAPTURE(item);
      CHECK(items(text).contains(item));
    }
    CHECK(items(text).size() == items(row.fields).size());
    seen.insert(row.name);
  }
}

TEST_CASE("every structure, command, event and register has its fields where the facts have them") {
  std::set<std::string_view> seen;
  check(kStructures, seen);
  check(kCommands, seen);
  check(kEvents, seen);
  check(kRegisters, seen);
  check(kPci, seen);
  for (const spec::StructureInfo& info : spec::catalogue().structures) {
    const std::string_view from = info.clause->file;  // the vIOMMU's have tests of their own
    if (from.find("viommu") != from.npos || from.find("vfctrl") != from.npos) continue;
    CAPTURE(info.name);
    CHECK(seen.contains(info.name.substr(0, info.name.find('['))));
  }
}

}  // namespace
}  // namespace amdvi
