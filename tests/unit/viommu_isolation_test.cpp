// Whatever is done to one guest, and by it, nothing of another changes: viommu.md 2, 3, 5
// and 11.29.
#include <array>
#include <vector>

#include <rapidcheck.h>

#include "tests/unit/viommu_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

constexpr std::uint32_t kBusy = 7, kQuiet = 8;
constexpr std::uint16_t kDevice = 0x4100;

// All that the device and its private memory hold of a guest.
std::vector<std::uint64_t> everything_of(VirtualBench& b, std::uint32_t gid) {
  std::vector<std::uint64_t> all;
  for (std::uint32_t word = 0; word < 0x40; word += 8) all.push_back(b.ctl(gid, word));
  for (std::uint32_t reg = 0; reg < 0x98; reg += 8) all.push_back(b.vf(gid, reg));
  for (std::uint64_t id : {0ull, 5ull, 8ull, 0xFFFFull}) {
    all.push_back(b.mem(kPrivate + devid_map(gid) + 16 * id));
    all.push_back(b.mem(kPrivate + domid_map(gid) + 8 * id));
  }
  return all;
}

void set_up(VirtualBench& b) {
  for (const std::uint32_t gid : {kBusy, kQuiet}) {
    b.guest(gid);
    b.map_device(gid, 8, 0x4000 + gid);
    b.map_domain(gid, 5, 0x100 + gid);
  }
  // The quiet guest is halted on a bad command, with an event.
  b.guest_command(kQuiet, 0, op(12));
  b.submit(kQuiet, 1);
  REQUIRE(b.events(kQuiet) == 1);
  b.dte(kDevice, kV | kTV | kIR | kIW | bit(52) | 3 << 9 | 0xA000000, 0x77, 0,
        std::uint64_t{kBusy} << 32 | 8 << 16 | bit(15));
}

// One of the things that can happen to a guest; `a` and `c` choose among them.
void act(VirtualBench& b, unsigned what, std::uint64_t a, std::uint64_t c) {
  const auto low = static_cast<std::uint32_t>(a);
  switch (what) {
    case 0:
      b.device.vfctrl_write(kBusy * 64 + low % 8 * 8, 8, c);
      break;
    case 1:
      b.device.vf_write(kBusy * 4096 + low % 20 * 8, 8, c);
      break;
    case 2:
      b.guest_command(kBusy, 0, (a & ~op(15)) | op(static_cast<unsigned>(c % 11)), c);
      b.submit(kBusy, 1);
      break;
    case 3:
      b.device.translate({kDevice, c, (a & 1) == 0, (a & 1) != 0});
      break;
    case 4: {
      PageRequest r;
      r.device_id = kDevice;
      r.address = c;
      b.device.ppr(r);
      break;
    }
    case 5: {
      const auto slot = static_cast<unsigned>(b.r(0x2008) / 16);
      b.host_command(
          slot, op(9 + low % 2) | kBusy | std::uint64_t{kBusy} << 32 | (c & (bit(28) | bit(31))));
      b.host_submit(slot + 1);
      break;
    }
    default:
      b.guest(kBusy);
  }
}

TEST_CASE("whatever is done to one guest and by it, nothing of another guest changes") {
  CHECK(rc::check([] {
    VirtualBench b({{"host_stage_event", "both"}});
    set_up(b);
    const auto before = everything_of(b, kQuiet);
    const auto acts = *rc::gen::container<std::vector<unsigned>>(rc::gen::inRange(0u, 7u));
    for (const unsigned what : acts) {
      act(b, what, *rc::gen::arbitrary<std::uint64_t>(), *rc::gen::arbitrary<std::uint64_t>());
      RC_ASSERT(everything_of(b, kQuiet) == before);
    }
  }));
}

}  // namespace
}  // namespace amdvi::by_hand
