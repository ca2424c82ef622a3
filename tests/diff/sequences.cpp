// Random sequences of register writes, commands and faulting requests: the state of the rings.
#include <fmt/core.h>

#include "tests/diff/pair.hpp"

namespace amdvi::diff {

namespace {

constexpr std::size_t kBytes = 0x40000;  // every ring up to length 13 fits somewhere
constexpr std::uint64_t kDevTab = 0x3F000;

std::uint64_t any_base(Random& rng) {
  const std::uint64_t page = chance(rng, 20) ? rng() & 0x000FFFFFFFFFF000 : below(rng, 48) << 12;
  const std::uint64_t length = chance(rng, 10) ? below(rng, 16) : chance(rng, 4) ? 9 : 8;
  return page | length << 56 | (chance(rng, 10) ? rng() & 0xF0F0000000000FFF : 0);
}

std::uint64_t any_pointer(Random& rng) {
  switch (below(rng, 4)) {
    case 0:
      return below(rng, 8) * 16;
    case 1:
      return 0x1000 - below(rng, 5) * 16;
    case 2:
      return 0x2000 - below(rng, 5) * 16;
    default:
      return rng() & (chance(rng, 2) ? ~std::uint64_t{0} : 0x1FF0);
  }
}

std::uint64_t any_control(Random& rng) {
  // IommuEn, EventLogEn, EventIntEn, ComWaitIntEn, CmdBufEn mostly on.
  std::uint64_t v = 0x101D;
  if (chance(rng, 2)) v ^= std::uint64_t{1} << below(rng, 13);
  if (chance(rng, 8)) v ^= rng();
  return v;
}

void write_something(Random& rng, Pair& p) {
  constexpr unsigned kOffsets[] = {0x08,   0x10,   0x18,   0x18,   0x18,   0x20,   0x28,
                                   0x2000, 0x2008, 0x2008, 0x2008, 0x2010, 0x2010, 0x2018,
                                   0x2020, 0x30,   0xE0,   0xE8,   0x2040, 0x2048};
  const unsigned offset = kOffsets[below(rng, std::size(kOffsets))];
  std::uint64_t value = rng();
  if (offset == 0x08 || offset == 0x10 || offset == 0xE0) value = any_base(rng);
  if (offset == 0x18) value = any_control(rng);
  // Around the page that completion stores go to: the window under SNP.
  if ((offset & ~8u) == 0x20 && chance(rng, 2)) value = 0x3C000 + below(rng, 4) * 0x1000;
  if (offset >= 0x2000 && offset != 0x2020) value = any_pointer(rng);
  if (!chance(rng, 6)) {
    p.write(offset, 8, value);
  } else {
    const unsigned high = chance(rng, 2) ? 4 : 0;
    p.write(offset + high, 4, high != 0 ? value >> 32 : value & 0xFFFFFFFF);
  }
}

// A command where the head points, mostly a legal one.
void place_command(Random& rng, Pair& p) {
  const std::uint64_t base = p.device.mmio_read(0x08, 8);
  const std::uint64_t at = (base & 0x000FFFFFFFFFF000) + p.device.mmio_read(0x2000, 8);
  if (at + 16 > kBytes) return;
  std::uint64_t opcode = below(rng, 16);
  if (chance(rng, 2)) opcode = 1 + below(rng, 2);
  std::uint64_t q0 = opcode << 60, q1 = opcode == 1 ? rng() : 0;
  if (opcode == 1) q0 |= below(rng, 8) | (chance(rng, 16) ? rng() & 0xFFFFFFFFFFFF8 : 0x3E000);
  if (opcode == 2) q0 |= below(rng, 4);
  if (chance(rng, 3)) (chance(rng, 2) ? q0 : q1) ^= std::uint64_t{1} << below(rng, 64);
  p.store(at, q0);
  p.store(at + 8, q1);
}

std::string act(Random& rng, Pair& p) {
  if (chance(rng, 4000)) {
    p.device.lock_for_snp();
    p.naive.lock_for_snp();
  }
  switch (below(rng, 4)) {
    case 0:
      write_something(rng, p);
      break;
    case 1: {
      const auto id = static_cast<std::uint16_t>(below(rng, 4));
      const std::uint64_t flags = below(rng, 4) << 33;  // SE, SA
      p.store(kDevTab + 32u * id, 1 | (chance(rng, 4) ? 4 : 0));
      p.store(kDevTab + 32u * id + 8, flags);
      const bool write = chance(rng, 2);
      return p.compare_request({id, rng(), !write, write, write});
    }
    default: {
      if ((p.device.mmio_read(0x2020, 8) & 0x10) == 0 && chance(rng, 2)) {  // halted: restart
        p.write(0x18, 8, 0x0D);
        p.write(0x18, 8, 0x101D);
      }
      place_command(rng, p);
      if (chance(rng, 2)) p.write(0x2008, 8, p.device.mmio_read(0x2000, 8) + 16);
      const bool a = p.device.step(), b = p.naive.step();
      if (a != b) {
        std::string where;
        for (const unsigned offset : {0x08u, 0x18u, 0x20u, 0x28u, 0x2000u, 0x2008u, 0x2020u}) {
          where += fmt::format(" {:#x}={:#x}", offset, p.naive.read_register(offset));
        }
        return fmt::format("step: libamdvi {}, naive {};{}", a, b, where);
      }
    }
  }
  return p.compare_registers();
}

}  // namespace

bool sequences(const Run& run) {
  Random rng(run.seed);
  for (std::uint64_t n = 0; n < run.number; ++n) {
    const Setup setup = run.setup(rng, Purpose::kRings);
    Pair p(setup, kBytes, run.reached);
    std::string difference = p.compare_registers();  // as at power-on
    p.write(0x00, 8, kDevTab);
    p.write(0x18, 8, 0x101D);
    unsigned i = 0;
    for (; i < 400 && difference.empty(); ++i) difference = act(rng, p);
    if (difference.empty()) difference = p.compare_memory();
    if (difference.empty()) continue;
    fmt::print("{}\nsequence {} with seed {}, step {}; EFR={:#x} header={:#x} revision={:#x}\n",
               difference, n, run.seed, i, setup.caps.efr, setup.caps.header, setup.caps.revision);
    return false;
  }
  return true;
}

}  // namespace amdvi::diff
