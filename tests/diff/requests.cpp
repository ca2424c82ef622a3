// Random memory requests through structured tables: mostly valid, with one or two perturbations.
#include <array>

#include <fmt/core.h>

#include "tests/diff/pair.hpp"

namespace amdvi::diff {

namespace {

constexpr std::uint64_t kDevTab = 0, kLog = 0x10000, kTables = 0x20000;
constexpr std::size_t kBytes = 0x40000;
constexpr std::uint64_t kIR = std::uint64_t{1} << 61, kIW = std::uint64_t{1} << 62;

std::uint64_t low(unsigned n) { return n >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1; }

// An address below 2^n, with all, few, many or just the outermost bits set.
std::uint64_t any_address(Random& rng, unsigned n) {
  switch (below(rng, 5)) {
    case 0:
      return rng() & low(n);
    case 1:
      return rng() & rng() & rng() & low(n);
    case 2:
      return (rng() | rng()) & low(n);
    case 3:
      return (std::uint64_t{1} << below(rng, n)) | below(rng, 0x1000);
    default:
      return low(n) & ~(std::uint64_t{1} << below(rng, n));
  }
}

std::uint64_t any_request_address(Random& rng, unsigned mode) {
  if (chance(rng, 24)) return 0xFEDFF000 + below(rng, 0x102000);     // interrupt range
  if (chance(rng, 24)) return 0xFCFFFFF000 + (rng() & 0x300001FFF);  // HT window
  if (chance(rng, 24)) return 0x4000 + below(rng, 0x6000);           // exclusion range
  const unsigned width = mode == 0 || mode > 5 ? 64 : 12 + 9 * mode;
  const std::uint64_t address = any_address(rng, width);
  if (!chance(rng, 24) || width == 64) return address;
  return address | std::uint64_t{1} << (width + below(rng, 64 - width));
}

std::uint64_t flip(Random& rng, std::uint64_t v) { return v ^ std::uint64_t{1} << below(rng, 64); }

struct Case {
  naive::Request request;
  std::array<std::uint64_t, 4> dte{};
  struct Entry {
    std::uint64_t at, value;
  };
  std::array<Entry, 6> entries{};
  unsigned count = 0;
};

std::uint64_t permission(Random& rng) {
  return (chance(rng, 12) ? 0 : kIR) | (chance(rng, 12) ? 0 : kIW);
}

std::uint64_t any_leaf(Random& rng, unsigned level) {
  const std::uint64_t base = (rng() & 0x000FFFFFFFFFF000) | 1 | permission(rng);
  const unsigned own = 12 + 9 * (level - 1);
  if (chance(rng, 2) && level < 6) {
    // NextLevel 7; the size is mostly legal: ones from bit 12, then a zero.
    const unsigned size = chance(rng, 6) ? 13 + static_cast<unsigned>(below(rng, 41))
                                         : own + 1 + static_cast<unsigned>(below(rng, 8));
    const std::uint64_t mask = low(size < 53 ? size : 53) & ~std::uint64_t{0xFFF};
    const std::uint64_t zero = size <= 52 ? std::uint64_t{1} << (size - 1) : 0;
    return ((base | mask) & ~zero) | 7 << 9;
  }
  return chance(rng, 4) ? base : base & ~(low(own) & ~std::uint64_t{0xFFF});
}

// Entries along the walk of the request's address; skipped levels mostly have zero bits.
void make_walk(Random& rng, Case& c, unsigned level) {
  std::uint64_t table = kTables;
  while (level >= 1 && level <= 6 && c.count < 6) {
    const std::uint64_t index = c.request.address >> (12 + 9 * (level - 1)) & 511;
    Case::Entry& e = c.entries[c.count++];
    e.at = table + 8 * index;
    if (level == 1 || chance(rng, 4)) {
      e.value = any_leaf(rng, level);
      return;
    }
    unsigned next = level - 1;
    if (chance(rng, 4)) next = 1 + static_cast<unsigned>(below(rng, level - 1));
    if (chance(rng, 40)) next = 1 + static_cast<unsigned>(below(rng, 6));
    if (next + 1 < level && !chance(rng, 3)) {
      c.request.address &= ~(low(12 + 9 * (level - 1)) & ~low(12 + 9 * next));
    }
    table += 0x1000;
    const std::uint64_t pointer = chance(rng, 40) ? rng() & 0x000FFFFFFFFFF000 : table;
    e.value = pointer | 1 | std::uint64_t{next} << 9 | permission(rng);
    level = next < level ? next : 0;
  }
}

Case any_case(Random& rng) {
  Case c;
  const auto mode = static_cast<unsigned>(below(rng, 8));
  c.request.id = static_cast<std::uint16_t>(chance(rng, 30) ? rng() : below(rng, 128));
  c.request.address = any_request_address(rng, mode);
  const unsigned kind = static_cast<unsigned>(below(rng, 8));
  c.request.read = kind < 4 || kind == 7;
  c.request.write = kind >= 4;
  c.request.posted = c.request.write && kind != 6;
  c.dte[0] = 3 | std::uint64_t{mode} << 9 | permission(rng) | (mode == 0 ? 0 : kTables);
  if (chance(rng, 40)) c.dte[0] ^= 2;
  c.dte[1] = rng() & 0xFFFF;
  if (chance(rng, 6)) c.dte[1] |= std::uint64_t{1} << (33 + below(rng, 2));  // SE, SA
  if (chance(rng, 4)) c.dte[1] |= std::uint64_t{1} << 39;                    // EX
  if (chance(rng, 2)) c.dte[1] |= below(rng, 3) << 35 | below(rng, 4) << 40;
  c.dte[2] = rng();
  c.dte[3] = rng();
  make_walk(rng, c, mode == 7 ? 4 : mode);
  for (std::uint64_t n = below(rng, 3); n > 0; --n) {
    if (c.count != 0 && chance(rng, 2)) {
      Case::Entry& e = c.entries[below(rng, c.count)];
      e.value = flip(rng, e.value);
    } else if (chance(rng, 2)) {
      std::uint64_t& q = c.dte[below(rng, 2)];
      q = flip(rng, q);
    }
  }
  return c;
}

void set_up(Random& rng, Pair& p) {
  p.write(0x00, 8, kDevTab | (chance(rng, 4) ? below(rng, 16) : 15));
  if (chance(rng, 16)) p.write(0x00, 8, 0x7FFFF000 | below(rng, 512));  // nothing there
  p.write(0x10, 8, kLog | std::uint64_t{8} << 56);
  p.write(0x20, 8, 0x5000 | below(rng, 4));
  p.write(0x28, 8, (0x4000 + below(rng, 5) * 0x1000) & ~std::uint64_t{0xFFF});
  p.write(0x18, 8, chance(rng, 32) ? 4 : 5 | below(rng, 2) << 3);
}

bool run_case(Pair& p, const Case& c) {
  const std::uint64_t entry = kDevTab + 32u * c.request.id;
  if (entry + 32 <= kLog) {
    for (unsigned i = 0; i < 4; ++i) p.store(entry + 8 * i, c.dte[i]);
  }
  for (unsigned i = 0; i < c.count; ++i) p.store(c.entries[i].at, c.entries[i].value);
  const std::uint64_t tail = p.device.mmio_read(0x2018, 8);
  std::string difference = p.compare_request(c.request);
  if (difference.empty()) difference = p.compare_registers();
  if (difference.empty()) difference = p.compare_event(kLog, tail);
  if (difference.empty()) {
    p.write(0x2010, 8, p.device.mmio_read(0x2018, 8));  // the log is read at once
    return true;
  }
  fmt::print("{}\nrequest id={:#x} address={:#x} read={} write={} posted={}\n", difference,
             c.request.id, c.request.address, c.request.read, c.request.write, c.request.posted);
  fmt::print("dte {:016x} {:016x} {:016x} {:016x}\n", c.dte[0], c.dte[1], c.dte[2], c.dte[3]);
  for (unsigned i = 0; i < c.count; ++i) {
    fmt::print("entry at {:#x}: {:016x}\n", c.entries[i].at, c.entries[i].value);
  }
  return false;
}

}  // namespace

bool requests(const Run& run) {
  Random rng(run.seed);
  constexpr std::uint64_t kPerSetup = 500;
  for (std::uint64_t done = 0; done < run.number; done += kPerSetup) {
    const Setup setup = run.setup(rng, Purpose::kMemory);
    Pair p(setup, kBytes, run.reached);
    set_up(rng, p);
    for (std::uint64_t i = 0; i < kPerSetup; ++i) {
      if (run_case(p, any_case(rng))) continue;
      fmt::print("request {} with seed {}; EFR={:#x} EFR2={:#x} revision={:#x}\n", done + i,
                 run.seed, setup.caps.efr, setup.caps.efr2, setup.caps.revision);
      return false;
    }
  }
  return true;
}

}  // namespace amdvi::diff
