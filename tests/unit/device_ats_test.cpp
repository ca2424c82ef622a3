// Tested here: translation requests and pretranslated requests, model/include/amdvi/impl/ats.hpp,
// and INVALIDATE_IOTLB_PAGES. Numbers are worked out from behaviour.md 1.1 and 1.3, core.md 4.1.
#include "tests/unit/device_guest.hpp"

namespace amdvi::by_hand {
namespace {

constexpr std::uint64_t kI = bit(96 - 64);
constexpr std::uint64_t kU = bit(59);

// Device 1 may use ATS; two host levels, page 1 at 765'4000.
struct Ats : Bench {
  explicit Ats(std::uint64_t q1 = kI, std::initializer_list<Choice> options = {})
      : Bench(kGuestCaps, options) {
    dte(1, kV | kTV | std::uint64_t{2} << 9 | kTables | kIR | kIW, 0x77 | q1);
    REQUIRE(memory.write64(kTables, 0x4001000 | 1 | std::uint64_t{1} << 9 | kIR | kIW));
    page(kIR | kIW);
  }
  void page(std::uint64_t bits) { REQUIRE(memory.write64(0x4001008, 0x7654000 | 1 | bits)); }
  AtsAnswer ask(std::uint64_t address = 0x1000) {
    return device.ats_translate({1, address, true, true});
  }
  unsigned type() { return static_cast<unsigned>(event(0, 0) >> 57 & 7); }
  bool TR() { return (event(0, 0) >> 56 & 1) != 0; }
};

TEST_CASE("a translation request is answered with the page, its size and its permissions") {
  Ats a;
  AtsAnswer answer = a.ask(0x1234);
  CHECK(answer.ok);
  CHECK(answer.spa == 0x7654234);
  CHECK(answer.offset_mask == 0xFFF);
  CHECK(answer.read);
  CHECK(answer.write);
  a.page(kIR);
  answer = a.ask();
  CHECK(answer.read);
  CHECK(!answer.write);
  a.page(kIW);
  CHECK(!a.ask().read);
  CHECK(a.ask().write);
  CHECK(a.events() == 0);
}

TEST_CASE("a page fault is answered without permissions and not logged") {
  Ats a;
  a.page(0);
  CHECK(a.ask().ok);
  CHECK(!a.ask().read);
  CHECK(!a.ask().write);
  CHECK(a.ask(0x5000).ok);  // not present
  CHECK(!a.ask(0x5000).read);
  a.dte(1, kV, kI);  // TV=0
  CHECK(a.ask().ok);
  CHECK(!a.ask().read);
  CHECK(a.events() == 0);
}

TEST_CASE("a leaf with U=1 is answered as for untranslated requests only") {
  Ats a;
  CHECK(!a.ask().untranslated_only);
  a.page(kIR | kU);
  CHECK(a.ask().untranslated_only);
}

TEST_CASE("without DTE.I a translation request is INVALID_DEVICE_REQUEST TR=1 type 1") {
  Ats a(0);
  CHECK(!a.ask().ok);
  REQUIRE(a.events() == 1);
  CHECK(a.code() == 8);
  CHECK(a.TR());
  CHECK(a.type() == 1);
}

TEST_CASE("a translation request for the interrupt range is type 0 and of no device type 2") {
  Ats a;
  CHECK(!a.ask(0xFEE00000).ok);
  CHECK(a.code() == 8);
  CHECK(a.TR());
  CHECK(a.type() == 0);
  Ats b;
  b.w(0x0000, kDevTab);  // 128 entries
  CHECK(!b.device.ats_translate({0x80, 0x1000, true, false}).ok);
  CHECK(b.code() == 8);
  CHECK(b.type() == 2);
}

TEST_CASE("an illegal entry met by a translation request is logged once, with TR=1") {
  Ats a;
  a.dte(1, kV | kTV | bit(2), kI);
  CHECK(!a.ask().ok);
  CHECK(a.events() == 1);
  CHECK(a.code() == 1);
  CHECK(a.TR());
}

TEST_CASE("with V=0 or IommuEn=0 a translation request is answered with its own address") {
  Ats a;
  a.dte(1, 0);
  AtsAnswer answer = a.ask(0x1000);
  CHECK(answer.ok);
  CHECK(answer.spa == 0x1000);
  CHECK(answer.read);
  CHECK(answer.write);
  a.w(0x0018, 0);
  CHECK(a.ask(0x1000).spa == 0x1000);
}

TEST_CASE("a translation request with a PASID is answered from the guest tables") {
  Guest g(0x1000);
  g.entry_of_device(0, kI);
  g.entry(1, 0x7654000 | kP | kUS | kNX);
  Request r = g.request();
  r.exec = r.write = true;
  const AtsAnswer answer = g.device.ats_translate(r);
  CHECK(answer.ok);
  CHECK(answer.spa == 0x7654000);
  CHECK(answer.read);
  CHECK(!answer.write);
  CHECK(!answer.exec);
  CHECK(g.events() == 0);
}

TEST_CASE("a translated request passes unchanged with DTE.I and is refused without") {
  Ats a;
  const Translation t = a.device.translated({1, 0x7654321, true, false});
  CHECK(t.ok);
  CHECK(t.spa == 0x7654321);
  Ats b(0);
  CHECK(!b.device.translated({1, 0x7654321, true, false}).ok);
  CHECK(b.code() == 8);
  CHECK(!b.TR());
  CHECK(b.type() == 1);
}

// A device that answers invalidations or does not.
class Endpoint : public Interrupts {
 public:
  bool invalidate_iotlb(const IotlbInvalidation& message) override {
    got = message;
    return answers;
  }
  IotlbInvalidation got;
  bool answers = true;
};

TEST_CASE("INVALIDATE_IOTLB_PAGES tells the device what to drop") {
  Ats a;
  Endpoint endpoint;
  Device device = a.device.copy_onto(a.memory, &endpoint);
  // DeviceID 1, Maxpend 32, QueueID 2, PASID A'BCDE: BC at 23:16, DE at 55:48, A at 59:56.
  a.command(0, std::uint64_t{4} << 60 | 0xA'DE'0002'20'BC'0001, 0x12345000 | 1 | 4);
  device.mmio_write(0x2008, 8, 16);
  device.run();
  CHECK(endpoint.got.device_id == 1);
  CHECK(endpoint.got.queue_id == 2);
  CHECK(endpoint.got.has_pasid);
  CHECK(endpoint.got.pasid == 0xABCDE);
  CHECK(endpoint.got.first == 0x12344000);  // S=1, bit 12 is 1, bit 13 is 0: 16 KiB
  CHECK(endpoint.got.offset_mask == 0x3FFF);
  CHECK(device.mmio_read(0x2000, 8) == 16);
}

TEST_CASE("an invalidation without answer is IOTLB_INV_TIMEOUT and halts") {
  Ats a;
  Endpoint endpoint;
  endpoint.answers = false;
  a.w(0x0018, kAllOn | 2u << 5);  // 10 ms
  Device device = a.device.copy_onto(a.memory, &endpoint);
  a.command(0, std::uint64_t{1} << 60);
  a.command(1, std::uint64_t{4} << 60 | 1, 0x1000);
  device.mmio_write(0x2008, 8, 32);
  device.run();
  CHECK(a.code() == 7);
  CHECK((a.event(0, 0) & 0xFFFF) == 1);
  CHECK(a.event(0, 1) == kCmd + 16);
  CHECK((device.mmio_read(0x2020, 8) & kCmdRun) == 0);
}

TEST_CASE("option exclusion_translation_request: the answer for an excluded address") {
  for (const bool identity : {false, true}) {
    CAPTURE(identity);
    Ats a(kI, {{"exclusion_translation_request", identity ? "identity" : "no_permission"}});
    a.w(0x28, 0x1000);
    a.w(0x20, 0x1000 | 3);
    const AtsAnswer answer = a.ask();
    CHECK(answer.ok);
    CHECK(answer.read == identity);
    CHECK(answer.spa == (identity ? 0x1000u : 0u));
    CHECK(a.events() == 0);
  }
}

TEST_CASE("option translated_request_permission: DTE.IR and DTE.IW bind translated requests") {
  for (const bool bound : {false, true}) {
    CAPTURE(bound);
    Ats a(kI, {{"translated_request_permission", bound ? "true" : "false"}});
    a.dte(1, kV | kTV | kTables | std::uint64_t{2} << 9 | kIR, kI);
    CHECK(a.device.translated({1, 0x9000, true, false}).ok);
    CHECK(a.device.translated({1, 0x9000, false, true}).ok == !bound);
    CHECK(a.events() == (bound ? 1u : 0u));
    if (bound) CHECK(a.PE());
  }
}

TEST_CASE("no other command tells a device to drop translations") {
  Ats a;
  Endpoint endpoint;
  Device device = a.device.copy_onto(a.memory, &endpoint);
  endpoint.got.device_id = 0xFFFF;
  // INVALIDATE_DEVTAB_ENTRY, _IOMMU_PAGES, _INTERRUPT_TABLE and COMPLETION_WAIT.
  a.command(0, std::uint64_t{2} << 60 | 1);
  a.command(1, std::uint64_t{3} << 60 | std::uint64_t{0x77} << 32, 0x7FFF'FFFF'FFFF'F000 | 3);
  a.command(2, std::uint64_t{5} << 60 | 1);
  a.command(3, std::uint64_t{1} << 60);
  device.mmio_write(0x2008, 8, 64);
  device.run();
  CHECK(device.mmio_read(0x2000, 8) == 64);
  CHECK(endpoint.got.device_id == 0xFFFF);
}

TEST_CASE("a refused translation request is no target abort") {
  Ats a(0);  // I=0
  CHECK(!a.ask().ok);
  CHECK(a.events() == 1);
  CHECK((a.device.config_read(4) >> 27 & 1) == 0);
  CHECK(!a.device.translated({1, 0x9000, true, false}).ok);
  CHECK((a.device.config_read(4) >> 27 & 1) == 1);
}

TEST_CASE("a user's translation request for a supervisor page is answered without permissions") {
  Guest g(0x1000);
  g.entry_of_device(0, bit(32));  // I
  g.entry(1, 0x7654000 | kP | kRWbit);
  const AtsAnswer answer = g.device.ats_translate(g.request());
  CHECK(answer.ok);
  CHECK_FALSE(answer.read);
  CHECK(g.events() == 0);
}

TEST_CASE("a translated request of an illegal entry is ILLEGAL_DEV_TABLE_ENTRY") {
  Bench b;
  b.dte(1, kV | bit(2), bit(32));
  CHECK_FALSE(b.device.translated({1, 0x1000, true, false}).ok);
  REQUIRE(b.events() == 1);
  CHECK(b.code() == 1);
}

}  // namespace
}  // namespace amdvi::by_hand
