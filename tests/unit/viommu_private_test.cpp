// Tested here: model/include/amdvi/impl/viommu_private.hpp. Values from viommu.md 3.1, 4, 4.1, 5,
// 6.4 and 14.
#include <set>

#include <amdvi/spec/dirty_status_bit.gen.hpp>
#include <amdvi/spec/dirty_status_byte.gen.hpp>

#include "tests/unit/viommu_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

TEST_CASE("a DevID map write goes to the guest's table in the private address space") {
  VirtualBench b;
  b.ctl(1, 0x00, 0x8002'0000'3040'0001);  // 14: gDev 8 -> hDev 0xC100
  CHECK(b.mem(kPrivate + 0x10'0010'0080) == 0x3040'0001);
  CHECK(b.mem(kPrivate + 0x10'0010'0088) == 0);
  b.ctl(0xFFFF, 0x00, 0x8002'0000'3040'0001);
  CHECK(b.mem(kPrivate + 0x1F'FFF0'0080) == 0x3040'0001);
}

TEST_CASE("a DomID map write goes to the guest's table in the private address space") {
  VirtualBench b;
  b.ctl(1, 0x08, 0xBFFF'C000'0000'4001);  // 14: gDom 0xFFFF -> hDom 1
  CHECK(b.mem(kPrivate + 0x20'0008'0000 + 8 * 0xFFFF) == 0x4001);
  b.ctl(0xFFFF, 0x08, 0xBFFF'C000'0000'4001);
  CHECK(b.mem(kPrivate + 0x27'FFF8'0000 + 8 * 0xFFFF) == 0x4001);
}

TEST_CASE("how an entry of a map is stored is an option that what guests see does not depend on") {
  VirtualBench b({{"map_entry_format", "packed"}});
  b.ctl(1, 0x00, 0x8002'0000'3040'0001);
  CHECK(b.mem(kPrivate + 0x10'0010'0080) == (bit(63) | 0xC100));
  b.guest(1);
  b.guest_command(1, 0, op(2) | 8);
  b.submit(1, 1);
  REQUIRE(b.ears.commands.size() == 1);
  CHECK(b.ears.commands[0].mapped[0] == (op(2) | 0xC100));
}

TEST_CASE("a map word without Write stores nothing") {
  VirtualBench b;
  b.ctl(1, 0x00, 0x0002'0000'3040'0001);
  b.ctl(1, 0x08, 0x3FFF'C000'0000'4001);
  CHECK(b.mem(kPrivate + 0x10'0010'0080) == 0);
  CHECK(b.mem(kPrivate + 0x20'0008'0000 + 8 * 0xFFFF) == 0);
  CHECK(b.ears.accesses.empty());
}

TEST_CASE("Write without Valid removes an entry, the drivers' clear installs device 0") {
  VirtualBench b;
  b.ctl(1, 0x00, 0x8002'0000'3040'0001);
  b.ctl(1, 0x00, 0x8002'0000'0000'0000);
  CHECK(b.mem(kPrivate + 0x10'0010'0080) == 0);
  b.ctl(1, 0x00, 0x8002'0000'0000'0001);
  CHECK(b.mem(kPrivate + 0x10'0010'0080) == 1);
}

TEST_CASE("a map word written in halves stores its entry once, with the half that has Write") {
  VirtualBench b;
  b.device.vfctrl_write(1 * 64, 4, 0x3040'0001);
  CHECK(b.ears.accesses.empty());
  b.device.vfctrl_write(1 * 64 + 4, 4, 0x8002'0000);
  CHECK(b.mem(kPrivate + 0x10'0010'0080) == 0x3040'0001);
  CHECK(b.ears.accesses.size() == 1);
  b.device.vfctrl_write(1 * 64, 4, 0x1);
  CHECK(b.ears.accesses.size() == 1);
}

TEST_CASE("observers hear of private addresses and where they are") {
  VirtualBench b;
  b.map_device(1, 8, 0xC100);
  REQUIRE(b.ears.accesses.size() == 1);
  CHECK(b.ears.accesses[0].address == 0x10'0010'0080);
  CHECK(b.ears.accesses[0].write);
  CHECK(b.ears.accesses[0].ok);
  CHECK(b.ears.accesses[0].spa == kPrivate + 0x10'0010'0080);
}

TEST_CASE("the entry of another function translates private addresses if that is the IOMMU") {
  SparseMemory memory{bit(52)};
  Config config = VirtualQuiet::with_viommu({{"EFR.HATS", 2}}, {});
  config.own_device_id = 0x1234;
  Device device(config, memory);
  device.config_write(0x88, 0xD0000001);
  device.mmio_write(0, 8, kDevTab | 0x1FF);
  REQUIRE(memory.write64(kPrivateTable + 8 * 64, kPrivate | kIR | kIW | 1));
  REQUIRE(memory.write64(kDevTab + 32 * 0x1234, kPrivateTable | 3 << 9 | kV | kTV | kIR | kIW));
  device.vfctrl_write(1 * 64, 8, 0x8002'0000'3040'0001);
  std::uint64_t stored = 0;
  REQUIRE(memory.read64(kPrivate + 0x10'0080, stored));  // 0x10'0080 in the leaf of 64 GiB
  CHECK(stored == 0x3040'0001);
}

TEST_CASE("a private table of two levels does not reach the maps") {
  VirtualBench b;
  b.host_dte(kOwn, kPrivateTable, 2, 0xD0);
  b.map_device(1, 8, 0xC100);
  CHECK(b.mem(kPrivate + 0x10'0010'0080) == 0);
  REQUIRE(b.host_events() == 1);
  // 8: type C, GuestID 15:0, address 127:64.
  CHECK((b.host_event(0, 0) >> 60) == 0xC);
  CHECK((b.host_event(0, 0) & 0xFFFF) == 1);
  CHECK(b.host_event(0, 1) == 0x10'0010'0080);
}

TEST_CASE("a private address that is not mapped is reported as an option says") {
  VirtualBench error, fault({{"private_fault", "io_page_fault"}}),
      silent({{"private_fault", "silent"}});
  for (VirtualBench* b : {&error, &fault, &silent}) {
    b->put(kPrivateTable + 8 * 128, 0);  // 0x20'0000'0000
    b->map_domain(1, 5, 7);
    CHECK_FALSE(b->ears.accesses.at(0).ok);
    CHECK(b->mem(kPrivate + 0x20'0008'0028) == 0);
  }
  REQUIRE(error.host_events() == 1);
  CHECK((error.host_event(0, 0) >> 60) == 0xC);
  REQUIRE(fault.host_events() == 1);
  CHECK((fault.host_event(0, 0) >> 60) == 2);
  CHECK((fault.host_event(0, 0) & 0xFFFF) == kOwn);
  CHECK((fault.host_event(0, 0) >> 27 & 31) == 0x8);  // 8: vPtr 30
  CHECK(silent.host_events() == 0);
}

TEST_CASE("a private page that may not be written is not written") {
  VirtualBench b;
  b.put(kPrivateTable + 8 * 64, kPrivate | kIR | 1);
  b.map_device(1, 8, 0xC100);
  CHECK(b.mem(kPrivate + 0x10'0080) == 0);
  CHECK(b.host_events() == 1);
}

TEST_CASE("the address of VIOMMU_HARDWARE_ERROR is the private one, or the system's, by option") {
  VirtualBench as_accessed, system({{"viommu_error_address", "system"}});
  for (VirtualBench* b : {&as_accessed, &system}) {
    b->host_dte(kOwn, bit(45), 3, 0xD0);  // beyond memory
    b->map_device(1, 8, 0xC100);
    b->put(kPrivateTable + 8 * 64, bit(46) | kIR | kIW | 1);
    b->host_dte(kOwn, kPrivateTable, 3, 0xD0);
    b->map_device(1, 8, 0xC100);
    REQUIRE(b->host_events() == 2);
  }
  CHECK(as_accessed.host_event(0, 1) == 0x10'0010'0080);
  CHECK(as_accessed.host_event(1, 1) == 0x10'0010'0080);
  CHECK(system.host_event(0, 1) == bit(45) + 8 * 64);
  CHECK(system.host_event(1, 1) == bit(46) + 0x10'0080);
}

TEST_CASE("the virtual flags of VIOMMU_HARDWARE_ERROR tell of the cause or are 0, by option") {
  VirtualBench flags, zero({{"viommu_event_flags", "zero"}});
  for (VirtualBench* b : {&flags, &zero}) {
    b->dte(kOwn, kV | kTV, 0);
    b->map_device(1, 8, 0xC100);
    REQUIRE(b->host_events() == 1);
  }
  CHECK((flags.host_event(0, 0) >> 27 & 31) == 0x8);  // vPtr 30
  CHECK((zero.host_event(0, 0) >> 27 & 31) == 0);
}

TEST_CASE("a guest's MMIO backing shows nothing, or its control words, by option") {
  VirtualBench nothing, words({{"guest_mmio_backing", "control_words"}});
  for (VirtualBench* b : {&nothing, &words}) b->ctl(0xFFFF, 0x20, 0x1'2345'6009);
  CHECK(nothing.mem(kPrivate + 0x3F'FFE0) == 0);
  CHECK(words.mem(kPrivate + 0x3F'FFE0) == 0x1'2345'6009);  // 0xFFFF * 64 + 0x20
}

TEST_CASE("a tail write sets the guest's dirty bit where it is kept") {
  VirtualBench none, step32({{"command_dirty_status", "apart_32"}}),
      step16({{"command_dirty_status", "apart_16"}});
  for (VirtualBench* b : {&none, &step32, &step16}) {
    b->ctl(0x8301, 0x20, 8);
    b->vf(0x8301, 0x08, 0x10);
  }
  // 4.1: byte gid[7:0]*32 + gid[15:13]*4, bit gid[12:8]; with *16 instead of *32 and an OR.
  CHECK(none.ears.accesses.empty());
  CHECK(step32.mem(kPrivate + 0x40'0030) == 8);
  CHECK(step16.mem(kPrivate + 0x40'0010) == 8);
}

TEST_CASE("a head write sets no dirty bit") {
  VirtualBench b({{"command_dirty_status", "apart_32"}});
  b.ctl(1, 0x20, 8);
  b.vf(1, 0x00, 0x10);
  CHECK(b.ears.accesses.empty());
}

TEST_CASE("a dirty bit leaves its neighbours alone") {
  VirtualBench b({{"command_dirty_status", "apart_32"}});
  for (const std::uint32_t gid : {0x0001u, 0x0101u, 0x2001u}) {
    b.ctl(gid, 0x20, 8);
    b.vf(gid, 0x08, 0x10);
  }
  CHECK(b.mem(kPrivate + 0x40'0020) == (1 | 2 | bit(32)));
}

TEST_CASE("bits 32 bytes apart are one for each guest in 8 KiB, 16 bytes apart guests share them") {
  Concrete d;
  for (const bool narrow : {false, true}) {
    Config config = config_with({}, {{"command_dirty_status", narrow ? "apart_16" : "apart_32"}});
    std::set<std::uint64_t> bits;
    std::uint64_t last = 0;
    for (std::uint64_t gid = 0; gid < 0x10000; ++gid) {
      const auto id = Concrete::k<16>(gid);
      const std::uint64_t byte = spec::dirty_status_byte<Concrete>(d, id, config.opt).v;
      bits.insert(byte * 8 + spec::dirty_status_bit<Concrete>(d, id).v);
      last = std::max(last, byte + 3);
    }
    CHECK(bits.size() == (narrow ? 32768 : 65536));
    CHECK(last == (narrow ? 0x40'0FFF : 0x40'1FFF));
  }
}

}  // namespace
}  // namespace amdvi::by_hand
