// Tested here: the device in the domain that records its steps decides as the plain one does.
#include <array>

#include "tests/unit/device_guest.hpp"
#include "tests/unit/interrupt_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

constexpr std::array<Setting, 10> kMany{{{"EFR.HATS", 2},
                                         {"EFR.GTSup", 1},
                                         {"EFR.GIoSup", 1},
                                         {"EFR.HASup", 1},
                                         {"EFR.HDSup", 1},
                                         {"EFR.GASup", 1},
                                         {"EFR.GAMSup", 1},
                                         {"EFR.PPRSup", 1},
                                         {"EFR.DualEventLogSup", 2},
                                         {"header.IotlbSup", 1}}};

// Tables of all kinds; what the device made of them, as numbers.
template <class AnyDevice>
struct Scene {
  Scene() : device(config(), memory) {
    device.mmio_write(0x00, 8, kDevTab | 1);
    device.mmio_write(0x08, 8, kCmd | bit(59));
    device.mmio_write(0x10, 8, kLog | bit(59));
    device.mmio_write(0x38, 8, 0x9000000 | bit(59));
    device.mmio_write(0xE0, 8, kGaLog | bit(59));
    device.mmio_write(0xF8, 8, 0xA000000 | bit(59));
    // HADUpdate 3, autoswap of the event log.
    device.mmio_write(0x18, 8,
                      kAllOn | kGTEn | kGAEn | kGAMEn | kGALogEn | bit(13) | bit(15) |
                          std::uint64_t{3} << 46 | std::uint64_t{2} << 32);
    put(kDevTab + 32, {kV | kTV | std::uint64_t{2} << 9 | kTables | kIR | kIW | 0x180 | bit(52),
                       0x77 | bit(32), int_dte(), 0});
    put(kDevTab + 64, {kV | kTV | kGV | kGIoV | kIR | kIW | gcr3_low(kGcr3), gcr3_high(kGcr3), 0});
    put(kTables, {0x4001000 | 1 | bit(9) | kIR | kIW});
    put(0x4001008, {0x7654000 | 1 | kIR | kIW, 0x7655000 | 1 | kIR});
    put(kGcr3, {kGuestTables | kP});
    for (std::uint64_t n = 0; n < 3; ++n) {
      put(kGuestTables + 0x1000 * n, {(kGuestTables + 0x1000 * (n + 1)) | kUser});
    }
    put(kGuestTables + 0x3008, {0x7654000 | kUser, 0x7655000 | kP});
    put(kIrt + 16 * 0x31, {0x85, kApic | 0x45, 0x01, 0x77, 0x02, 0});
  }
  static Config config() {
    Config c = default_config();
    for (const Setting& s : kMany) REQUIRE(set_capability(c, s.name, s.value));
    return c;
  }
  void put(std::uint64_t at, std::initializer_list<std::uint64_t> words) {
    for (const std::uint64_t word : words) {
      REQUIRE(memory.write64(at, word));
      at += 8;
    }
  }
  std::uint64_t word(std::uint64_t at) {
    std::uint64_t value = 0;
    REQUIRE(memory.read64(at, value));
    return value;
  }
  void note(const Translation& t) { seen.insert(seen.end(), {t.ok, t.spa, t.offset_mask}); }

  SparseMemory memory;
  AnyDevice device;
  std::vector<std::uint64_t> seen;
};

template <class AnyDevice>
std::vector<std::uint64_t> requests() {
  Scene<AnyDevice> s;
  for (const int number : {0, 1, 2, 300}) {
    const auto id = static_cast<std::uint16_t>(number);
    for (const std::uint64_t address : {0x1000ull, 0x2000ull, 0x3000ull, 0xFEE00000ull}) {
      for (const bool write : {false, true}) {
        const Request r{id, address, !write, write, false};
        s.note(s.device.translate(r));
        s.note(s.device.translated(r));
        s.note(s.device.port_io(r));
        s.note(s.device.system_management(r, write));
        const AtsAnswer a = s.device.ats_translate(r);
        s.seen.insert(s.seen.end(), {a.ok, a.spa, a.read, a.write});
      }
    }
    for (const std::uint32_t data : {0x31u, 0x32u, 0x33u, 0x34u, 0x431u}) {
      const InterruptResult i = s.device.interrupt({id, kMsi, data});
      s.seen.insert(s.seen.end(), {static_cast<std::uint64_t>(i.kind), i.address, i.data});
    }
    PageRequest page;
    page.device_id = id;
    s.seen.push_back(static_cast<std::uint64_t>(s.device.ppr(page)));
  }
  for (std::uint64_t at = kLog; at < kLog + 0x1000; at += 8) s.seen.push_back(s.word(at));
  for (const std::uint64_t at :
       {kTables, std::uint64_t{0x4001008}, kGuestTables + 0x3008, kGaLog}) {
    s.seen.push_back(s.word(at));
  }
  return s.seen;
}

// The commands of every opcode, and more faults than one log holds.
template <class AnyDevice>
std::vector<std::uint64_t> commands() {
  Scene<AnyDevice> s;
  for (std::uint64_t n = 1; n <= 8; ++n) s.put(kCmd + 16 * n - 16, {n << 60, 0});
  s.device.mmio_write(0x2008, 8, 16 * 8);
  s.device.run();
  s.put(kDevTab + 96, {kV | bit(2)});
  for (unsigned i = 0; i < 520; ++i) s.note(s.device.translate({3, 0x1000, true, false}));
  s.device.mmio_write(0x18, 8, 0);
  for (const unsigned offset : {0x2000u, 0x2008u, 0x2010u, 0x2018u, 0x2020u, 0x2070u, 0x2078u}) {
    s.seen.push_back(s.device.mmio_read(offset, 8));
  }
  return s.seen;
}

TEST_CASE("a device that explains itself gives the answers of one that does not") {
  CHECK(requests<ExplainingDevice>() == requests<Device>());
}

TEST_CASE("a device that explains itself runs its rings as one that does not") {
  CHECK(commands<ExplainingDevice>() == commands<Device>());
}

}  // namespace
}  // namespace amdvi::by_hand
