// Random interrupt requests: entries that are mostly valid, every delivery mode, GA log.
#include <array>

#include <fmt/core.h>

#include "tests/diff/pair.hpp"

namespace amdvi::diff {

namespace {

constexpr std::uint64_t kDevTab = 0, kLog = 0x10000, kGaLog = 0x12000, kMirror = 0x14000,
                        kApics = 0x18000, kTables = 0x20000;
constexpr std::size_t kBytes = 0x30000;
constexpr std::uint64_t kGAEn = 1 << 17;

struct Case {
  naive::Message message{};
  std::array<std::uint64_t, 4> dte{};
  std::uint64_t at = 0, q0 = 0, q1 = 0;
  bool wide = false;
};

std::uint64_t one(std::uint64_t n) { return std::uint64_t{1} << n; }

naive::Message any_message(Random& rng) {
  naive::Message m{};
  m.id = static_cast<std::uint16_t>(chance(rng, 16) ? rng() : below(rng, 64));
  if (chance(rng, 4)) m.id = static_cast<std::uint16_t>(m.id | below(rng, 8) << 13);
  m.address = 0xFEE00000 | (rng() & 0xFFFFC);
  if (!chance(rng, 2)) m.address &= ~std::uint64_t{4};  // DM
  m.data = static_cast<std::uint32_t>(rng() & 0xC0FF) |
           static_cast<std::uint32_t>(chance(rng, 3) ? below(rng, 8) : below(rng, 2)) << 8;
  if (chance(rng, 16)) m.data = static_cast<std::uint32_t>(rng());
  m.has_pasid = chance(rng, 24);
  return m;
}

std::array<std::uint64_t, 4> any_entry(Random& rng) {
  std::array<std::uint64_t, 4> dte{};
  dte[0] = chance(rng, 3) ? 0 : 1;
  dte[1] = rng() & 0xFFFF;
  if (chance(rng, 8)) dte[1] |= one(33 + below(rng, 2));  // SE and SA say nothing here
  const std::uint64_t length = chance(rng, 3) ? below(rng, 16) : 8 + below(rng, 4);
  dte[2] = 1 | length << 1 | (chance(rng, 6) ? one(5) : 0);
  dte[2] |= chance(rng, 24) ? rng() & 0x000FFFFFFFFFFF80 : kTables | below(rng, 4) << 7;
  dte[2] |= below(rng, 8) << 56 | below(rng, 4) << 62;
  dte[2] |= (chance(rng, 3) ? below(rng, 4) : 2) << 60;
  if (chance(rng, 8)) dte[2] ^= one(below(rng, 6) == 0 ? 0 : 52 + below(rng, 8));
  if (chance(rng, 8)) dte[3] ^= one(below(rng, 64));
  if (chance(rng, 40)) dte[0] ^= one(below(rng, 64));
  return dte;
}

void any_wide(Random& rng, Case& c, bool guest_mode, bool extended) {
  const std::uint64_t destination = rng() & (extended || chance(rng, 12) ? 0xFFFFFFFF : 0xFF);
  c.q0 = 1 | below(rng, 4) * 0x20 | (destination & 0xFFFFFF) << 8 | (chance(rng, 6) ? 2 : 0);
  c.q1 = below(rng, 256) | destination >> 24 << 56;
  if (guest_mode) {
    c.q0 |= 0x80 | (chance(rng, 3) ? 0 : 4) | (rng() & 0xFFFFFFFF00000000);
    if (chance(rng, 2)) c.q0 &= ~std::uint64_t{0x20};  // GAPPIDis
    c.q1 |= kApics + below(rng, 4) * 0x1000;
  } else {
    c.q0 |= (chance(rng, 8) ? below(rng, 8) : below(rng, 2)) << 2;
    if (chance(rng, 2)) c.q0 |= rng() & 0xFFFFFFFF00000000;
  }
}

Case any_case(Random& rng, std::uint64_t control) {
  Case c;
  c.message = any_message(rng);
  c.dte = any_entry(rng);
  c.wide = (control & kGAEn) != 0;
  const bool all_bits = (control >> 43 & 3) == 1 && (c.message.address & 4) != 0;
  const std::uint64_t index = c.message.data & (all_bits ? 0x7FF : 0x1FF);
  c.at = (c.dte[2] & 0x000FFFFFFFFFFFC0) + index * (c.wide ? 16 : 4);
  if (c.wide) {
    any_wide(rng, c, chance(rng, 2), (control >> 50 & 1) != 0);
  } else {
    c.q0 = 1 | below(rng, 2) << 5 | below(rng, 2) << 6 | below(rng, 65536) << 8;
    c.q0 |= (chance(rng, 8) ? below(rng, 8) : below(rng, 2)) << 2 | (chance(rng, 6) ? 2 : 0);
  }
  if (chance(rng, 3)) {
    std::uint64_t& q = c.wide && chance(rng, 2) ? c.q1 : c.q0;
    // The guest's APIC page stays where memory is.
    const std::uint64_t n = &q == &c.q1 && chance(rng, 2) ? 52 + below(rng, 12) : below(rng, 12);
    q ^= one(c.wide ? n : below(rng, 32));
  }
  return c;
}

// Control besides the enables: the table format, guest mode, the GA log, the filter, segments.
std::uint64_t set_up(Random& rng, Pair& p, const Setup& setup) {
  const unsigned segments = static_cast<unsigned>(below(rng, 1 + (setup.caps.efr >> 38 & 3)));
  p.write(0x00, 8, kDevTab | (chance(rng, 4) ? below(rng, 16) : 1));
  if (chance(rng, 16)) p.write(0x00, 8, 0x7FFFF000 | below(rng, 512));  // nothing there
  for (unsigned n = 1; n < 8; ++n) p.write(0xF8 + 8 * n, 8, kDevTab + 0x2000 * n);
  p.write(0x10, 8, kLog | one(59));
  p.write(0xE0, 8, kGaLog | one(59));
  p.write(0xE8, 8, kMirror);
  p.write(0x2040, 8, 8 * below(rng, 64));  // mostly about to be full
  for (unsigned n = 0; n < 32; ++n) {      // each twice: the second may find it locked
    p.write(0x60 + 8 * (n % 16), 8,
            below(rng, 64) | (chance(rng, 4) ? 0 : one(16)) | below(rng, 2) << 17);
  }
  std::uint64_t control = 5 | (chance(rng, 4) ? 0 : kGAEn) | below(rng, 2) << 3;
  for (const unsigned n : {22u, 24u, 28u, 29u, 50u}) control |= below(rng, 2) << n;
  control |= (chance(rng, 3) ? below(rng, 3) : 1) << 25 | below(rng, 2) << 43;
  control |= std::uint64_t{segments} << 34 | (chance(rng, 3) ? 0 : one(61));
  p.write(0x18, 8, chance(rng, 32) ? 4 : control);
  return p.device.mmio_read(0x18, 8);
}

void put(Pair& p, const Case& c, std::uint64_t control) {
  const unsigned top = static_cast<unsigned>(control >> 34 & 7);
  const unsigned segment = c.message.id >> (16 - top);
  const std::uint64_t entry =
      kDevTab + 0x2000 * segment + 32 * (c.message.id & ((0x10000u >> top) - 1));
  if (entry + 32 <= kLog) {
    for (unsigned i = 0; i < 4; ++i) p.store(entry + 8 * i, c.dte[i]);
  }
  if (c.at < kTables || c.at + 16 > kBytes) return;
  if (c.wide) {
    p.store(c.at, c.q0);
    p.store(c.at + 8, c.q1);
    return;
  }
  const unsigned shift = (c.at & 4) != 0 ? 32 : 0;
  const std::uint64_t word = c.at & ~std::uint64_t{7};
  p.store(word, (p.word(word) & ~(std::uint64_t{0xFFFFFFFF} << shift)) | (c.q0 & 0xFFFFFFFF)
                                                                             << shift);
}

bool run_case(Random& rng, Pair& p, const Case& c, std::uint64_t control) {
  put(p, c, control);
  const std::uint64_t tail = p.device.mmio_read(0x2018, 8);
  std::string difference = p.compare_message(c.message);
  if (difference.empty()) difference = p.compare_registers();
  if (difference.empty()) difference = p.compare_event(kLog, tail);
  p.write(0x2010, 8, p.device.mmio_read(0x2018, 8));  // the log is read at once
  if (chance(rng, 100)) p.write(0x2040, 8, p.device.mmio_read(0x2048, 8));
  if (chance(rng, 50)) p.write(0x2020, 8, rng());
  if (chance(rng, 50)) {  // the GA log off and on
    p.write(0x18, 8, control & ~one(28));
    p.write(0x18, 8, control);
  }
  if (difference.empty()) return true;
  fmt::print("{}\ninterrupt id={:#x} address={:#x} data={:#x} pasid={}\n", difference, c.message.id,
             c.message.address, c.message.data, c.message.has_pasid);
  fmt::print("dte {:016x} {:016x} {:016x} {:016x}\nentry at {:#x}: {:016x} {:016x}\n", c.dte[0],
             c.dte[1], c.dte[2], c.dte[3], c.at, c.q0, c.q1);
  return false;
}

}  // namespace

bool messages(const Run& run) {
  Random rng(run.seed);
  constexpr std::uint64_t kPerSetup = 500;
  for (std::uint64_t done = 0; done < run.number; done += kPerSetup) {
    const Setup setup = run.setup(rng, Purpose::kInterrupts);
    Pair p(setup, kBytes, run.reached);
    const std::uint64_t control = set_up(rng, p, setup);
    bool same = true;
    std::uint64_t i = 0;
    for (; i < kPerSetup && same; ++i) same = run_case(rng, p, any_case(rng, control), control);
    const std::string difference = same ? p.compare_memory() : "";
    if (same && difference.empty()) continue;
    fmt::print("{}interrupt {} with seed {}; EFR={:#x} EFR2={:#x} revision={:#x} Control={:#x}\n",
               difference, done + i - 1, run.seed, setup.caps.efr, setup.caps.efr2,
               setup.caps.revision, control);
    return false;
  }
  return true;
}

}  // namespace amdvi::diff
