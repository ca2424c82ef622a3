// Tested here: DMA writes that are interrupt requests, model/include/amdvi/impl/translate.hpp, and
// the parts of the HyperTransport window. Numbers are worked out from behaviour.md 1.1 (M2, M2b),
// 1.3 and 5.1 and core.md 7.6.
#include "tests/unit/interrupt_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

using Kind = InterruptResult::Kind;

class Upstream : public Interrupts {
 public:
  void upstream_interrupt(const InterruptResult& result) override { results.push_back(result); }
  std::vector<InterruptResult> results;
};

// Interrupts of device 1 are remapped: entry 5 makes vector 42h.
struct DmaInterrupt : Bench {
  explicit DmaInterrupt(std::initializer_list<Choice> options = {}, std::uint64_t control = kAllOn)
      : Bench({}, options, control) {
    device = device.copy_onto(memory, &upstream);
    dte(1, 0, 0, int_dte());
    const std::uint8_t entry[4] = {1, 0, 0x42, 0};
    REQUIRE(memory.write(kIrt + 4 * 5, entry));
  }
  bool dword(std::uint64_t address, std::uint8_t low = 5) {
    const std::uint8_t bytes[4] = {low, 0, 0, 0};
    return device.dma_write(1, address, bytes);
  }
  unsigned type() { return static_cast<unsigned>(event(0, 0) >> 57 & 7); }
  Upstream upstream;
};

TEST_CASE("a dword that a device writes to FEEx_xxxxh is remapped and moves no data") {
  DmaInterrupt d;
  CHECK(d.dword(0xFEE0'0000));
  REQUIRE(d.upstream.results.size() == 1);
  CHECK(d.upstream.results[0].kind == Kind::kRemapped);
  CHECK((d.upstream.results[0].data & 0xFF) == 0x42);
  CHECK(d.mem(0xFEE0'0000) == 0);
  CHECK(d.events() == 0);
}

TEST_CASE("an interrupt request that is refused refuses the write it came with") {
  DmaInterrupt d;
  CHECK(!d.dword(0xFEE0'0000, 6));  // RemapEn=0
  CHECK(d.code() == 2);
  CHECK((d.event(0, 0) >> 51 & 1) == 1);  // I
  REQUIRE(d.upstream.results.size() == 1);
  CHECK(d.upstream.results[0].kind == Kind::kAborted);
}

TEST_CASE("a write to the interrupt range that is not one aligned dword is refused with type 4") {
  struct Row {
    std::uint64_t address;
    std::size_t length;
  };
  for (const Row& row : {Row{0xFEE0'0000, 1}, Row{0xFEE0'0000, 2}, Row{0xFEE0'0000, 8},
                         Row{0xFEE0'0002, 4}, Row{0xFEE0'0000, 64}}) {
    CAPTURE(row.address);
    CAPTURE(row.length);
    DmaInterrupt d;
    CHECK(!d.device.dma_write(1, row.address, std::vector<std::uint8_t>(row.length, 5)));
    CHECK(d.code() == 8);
    CHECK(d.type() == 4);
    CHECK(d.upstream.results.empty());
  }
}

TEST_CASE("a read of the interrupt range is refused with type 0, of whatever size") {
  for (const std::size_t length : {4u, 8u}) {
    DmaInterrupt d;
    std::vector<std::uint8_t> bytes(length);
    CHECK(!d.device.dma_read(1, 0xFEE0'0000, bytes));
    CHECK(d.code() == 8);
    CHECK(d.type() == 0);
  }
}

TEST_CASE("with IommuEn=0 a write to FEEx_xxxxh goes where it says") {
  DmaInterrupt d({}, 0);
  CHECK(d.dword(0xFEE0'0000));
  CHECK(d.upstream.results.empty());
  CHECK(d.mem(0xFEE0'0000) == 5);
}

TEST_CASE("option ht_window_decode: FDF8 is the interrupt range of HyperTransport") {
  DmaInterrupt refuse, decode({{"ht_window_decode", "decode"}});
  CHECK(!refuse.dword(0xFD'F800'0000));
  CHECK(refuse.code() == 8);
  CHECK(decode.dword(0xFD'F800'0000));
  REQUIRE(decode.upstream.results.size() == 1);
  CHECK(decode.upstream.results[0].kind == Kind::kRemapped);
  CHECK(decode.dword(0xFD'F8FF'FFFC));
  CHECK(!decode.dword(0xFD'F900'0000));
  std::vector<std::uint8_t> bytes(4);
  CHECK(!decode.device.dma_read(1, 0xFD'F800'0000, bytes));
}

TEST_CASE("option ht_window_decode: FDFC is the port I/O range of HyperTransport") {
  DmaInterrupt d({{"ht_window_decode", "decode"}});
  d.dte(1, kV, std::uint64_t{1} << 35);  // IoCtl 100:99 = 01: forwarded
  CHECK(d.read(1, 0xFD'FC00'1234).spa == 0xFD'FC00'1234);
  CHECK(d.events() == 0);
  d.dte(1, kV);  // 00: refused
  CHECK(!d.read(1, 0xFD'FC00'1234).ok);
  CHECK(d.code() == 8);
  CHECK(d.type() == 2);
  CHECK(!d.read(1, 0xFD'FB00'0000).ok);
  CHECK(!d.read(1, 0xFD'FD00'0000).ok);
  CHECK(!d.read(1, 0xFF'FFFF'FFFF).ok);
}

TEST_CASE("option msi_coalesce: an event sends no interrupt while EventLogInt is set") {
  for (const bool coalesce : {false, true}) {
    CAPTURE(coalesce);
    Bench b({}, {{"msi_coalesce", coalesce ? "true" : "false"}}, kAllOn | kEventIntEn);
    b.dte(1, kV);
    for (int i = 0; i < 3; ++i) b.read(1, 0);
    CHECK(b.interrupts.log == (coalesce ? 1u : 3u));
    b.w(0x2020, kLogInt);
    b.read(1, 0);
    CHECK(b.interrupts.log == (coalesce ? 2u : 4u));
  }
}

TEST_CASE("with coalesced interrupts an overflow sends one of its own") {
  Bench b({}, {{"msi_coalesce", "true"}}, kAllOn | kEventIntEn);
  b.dte(1, kV);
  for (int i = 0; i < 255; ++i) b.read(1, 0);
  CHECK(b.interrupts.log == 1);
  b.read(1, 0);
  CHECK((b.status() & kOverflow) != 0);
  CHECK(b.interrupts.log == 2);
}

}  // namespace
}  // namespace amdvi::by_hand
