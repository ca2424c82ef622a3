// Random requests through guest tables and, nested, through host tables: made valid, then with up
// to two bits flipped.
#include <array>
#include <map>

#include <fmt/core.h>

#include "tests/diff/pair.hpp"

namespace amdvi::diff {

namespace {

constexpr std::uint64_t kDevTab = 0, kLog = 0x10000, kPool = 0x20000;
constexpr std::size_t kBytes = 0x60000;
constexpr std::uint64_t kRW = std::uint64_t{3} << 61;
constexpr std::uint64_t kPage = 0x000FFFFFFFFFF000;

std::uint64_t low(unsigned n) { return n >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1; }

// The tables of one request, as they grow. Every page is at the same place in 2 MiB for the guest
// as in memory, so that a host page of any size can map it.
class Maker {
 public:
  Maker(Random& rng, unsigned mode, bool root_is_guest_address)
      : rng_(rng), mode_(mode), root_is_guest_address_(root_is_guest_address) {
    host_root = mode == 0 ? 0 : new_page();
  }

  std::uint64_t gcr3(unsigned levels, std::uint32_t pasid, std::uint64_t tables);
  std::uint64_t guest_tables(unsigned levels, std::uint64_t gva);
  void host_map(std::uint64_t gpa, bool in_pool);
  void flip();

  std::map<std::uint64_t, std::uint64_t> entries;
  std::uint64_t host_root = 0;

 private:
  std::uint64_t new_page() {
    pages_ += 0x1000;
    return kPool + pages_ - 0x1000;
  }
  // A page of guest memory with something behind it.
  std::uint64_t guest_page() {
    std::uint64_t gpa = new_page();
    const unsigned width = 12 + 9 * mode_;
    if (mode_ > 1 && chance(rng_, 3)) gpa |= rng_() & low(width < 52 ? width : 52) & ~low(21);
    if (mode_ > 0) host_map(gpa, true);
    return gpa;
  }
  std::uint64_t host_leaf(std::uint64_t gpa, unsigned level, unsigned size, bool in_pool);
  std::uint64_t guest_leaf(unsigned level);

  Random& rng_;
  unsigned mode_;
  bool root_is_guest_address_;
  std::uint64_t pages_ = 0;
};

// A leaf of 2^size bytes.
std::uint64_t Maker::host_leaf(std::uint64_t gpa, unsigned level, unsigned size, bool in_pool) {
  std::uint64_t base = in_pool ? gpa & low(21) : rng_() & kPage;
  base &= ~low(size);
  const std::uint64_t flags = 1 | kRW | (rng_() & 0x60);
  if (size == 12 + 9 * (level - 1)) return base | flags;
  return base | (low(size - 1) & kPage) | 7 << 9 | flags;
}

void Maker::host_map(std::uint64_t gpa, bool in_pool) {
  std::uint64_t table = host_root;
  for (unsigned level = mode_;;) {
    const unsigned own = 12 + 9 * (level - 1);
    const std::uint64_t at = table + 8 * (gpa >> own & 511);
    const auto there = entries.find(at);
    if (there != entries.end()) {
      level = static_cast<unsigned>(there->second >> 9 & 7);
      if (level == 0 || level == 7) return;
      table = there->second & kPage;
      continue;
    }
    const unsigned size = own + (chance(rng_, 3) ? static_cast<unsigned>(below(rng_, 9)) : 0);
    const bool low_only = (gpa & low(size) & ~low(21)) == 0;
    if (level == 1 || (level < 6 && chance(rng_, 4) && (low_only || !in_pool))) {
      entries[at] = host_leaf(gpa, level, size, in_pool);
      return;
    }
    unsigned next = level - 1;
    while (next > 1 && (gpa >> (12 + 9 * (next - 1)) & 511) == 0 && chance(rng_, 4)) --next;
    table = new_page();
    entries[at] = table | std::uint64_t{next} << 9 | 1 | kRW | (chance(rng_, 2) ? 0x20 : 0);
    level = next;
  }
}

std::uint64_t Maker::gcr3(unsigned levels, std::uint32_t pasid, std::uint64_t tables) {
  const auto page = [&] { return root_is_guest_address_ ? guest_page() : new_page(); };
  const std::uint64_t root = page();
  std::uint64_t table = root;
  for (unsigned k = levels; k > 0; --k) {
    std::uint64_t at = table + 8 * (pasid >> (9 * (k - 1)) & 511);
    table = k > 1 ? page() : tables;
    entries[(at & low(21))] = table | 1 | (rng_() & rng_() & 0xFFE);
  }
  return root;
}

std::uint64_t Maker::guest_leaf(unsigned level) {
  const unsigned size = 12 + 9 * (level - 1);
  const unsigned width = mode_ > 0 && mode_ < 5 ? 12 + 9 * mode_ : 52;
  std::uint64_t base = rng_() & kPage & low(width) & ~low(size);
  if (chance(rng_, 2)) base &= rng_() & rng_();
  return base | (level > 1 ? 0x80 : rng_() & 0x80);
}

std::uint64_t Maker::guest_tables(unsigned levels, std::uint64_t gva) {
  const std::uint64_t root = guest_page();
  std::uint64_t table = root;
  for (unsigned level = levels;; --level) {
    const unsigned shift = 12 + 9 * (level - 1);
    const std::uint64_t at = (table & low(21)) + 8 * (gva >> shift & 511);
    const std::uint64_t flags = 7 | (rng_() & 0x78) | (chance(rng_, 6) ? rng_() & 0x7FF : 0) << 52;
    const std::uint64_t nx = chance(rng_, 16) ? std::uint64_t{1} << 63 : 0;
    if (level == 1 || (level < 4 && chance(rng_, 4))) {
      const std::uint64_t leaf = guest_leaf(level);
      entries[at] = leaf | flags | nx;
      if (mode_ > 0) host_map((leaf & kPage & ~low(shift)) | (gva & low(shift)), false);
      return root;
    }
    table = guest_page();
    entries[at] = table | (flags & ~std::uint64_t{0x80}) | nx;
  }
}

void Maker::flip() {
  constexpr unsigned kMattering[] = {0,  0,  1,  2,  7,  9,  10, 11, 12,
                                     13, 20, 29, 52, 57, 59, 61, 62, 63};
  auto i = entries.begin();
  std::advance(i, static_cast<long>(below(rng_, entries.size())));
  const std::uint64_t n =
      chance(rng_, 3) ? below(rng_, 64) : kMattering[below(rng_, std::size(kMattering))];
  i->second ^= std::uint64_t{1} << n;
}

struct Case {
  naive::Request request{};
  std::array<std::uint64_t, 4> dte{};
  std::map<std::uint64_t, std::uint64_t> entries;
};

std::uint64_t any_gva(Random& rng, unsigned levels, std::uint32_t pasid) {
  const unsigned width = levels == 5 ? 56 : 47;
  std::uint64_t gva = rng() & low(width);
  if (chance(rng, 3)) gva &= rng() & rng();
  if (chance(rng, 16)) gva = 0xFEDFF000 + below(rng, 0x102000);
  if (chance(rng, 24)) return gva ^ std::uint64_t{1} << (width + below(rng, 64 - width));
  return pasid != 0 && chance(rng, 3) ? gva | ~low(width) : gva;
}

naive::Request any_request(Random& rng) {
  naive::Request r{};
  r.id = static_cast<std::uint16_t>(below(rng, 128));
  r.has_pasid = !chance(rng, 4);
  const unsigned kind = static_cast<unsigned>(below(rng, 8));
  r.read = kind < 4 || kind == 7;
  r.write = kind >= 4;
  r.posted = r.write && kind != 6;
  r.exec = r.has_pasid && r.read && !r.write && chance(rng, 3);
  r.privileged = r.has_pasid && chance(rng, 3);
  return r;
}

std::array<std::uint64_t, 4> any_entry(Random& rng, unsigned mode, unsigned gcr3_levels, bool five,
                                       std::uint64_t host, std::uint64_t gcr3) {
  std::array<std::uint64_t, 4> dte{};
  dte[0] = 3 | std::uint64_t{mode} << 9 | host | kRW | std::uint64_t{1} << 55;
  dte[0] |= std::uint64_t{gcr3_levels - 1} << 56 | (gcr3 >> 12 & 7) << 58;
  if (!chance(rng, 6)) dte[0] |= std::uint64_t{1} << 54;                    // GIoV
  if (chance(rng, 2)) dte[0] |= (chance(rng, 2) ? 3 : below(rng, 3)) << 7;  // HAD
  dte[1] = (rng() & 0xFFFF) | (gcr3 >> 15 & 0xFFFF) << 16 | (gcr3 >> 31) << 43;
  if (chance(rng, 8)) dte[1] |= std::uint64_t{1} << (33 + below(rng, 2));
  dte[2] = five ? std::uint64_t{1} << 54 : 0;
  return dte;
}

Case any_case(Random& rng, const Setup& setup, bool root_is_guest_address) {
  Case c;
  const auto mode =
      chance(rng, 3) ? 0 : 1 + static_cast<unsigned>(below(rng, chance(rng, 8) ? 6 : 4));
  const bool known = setup.caps.revision > 0x305;
  const bool five = known && (setup.caps.efr >> 12 & 3) != 0 && chance(rng, 2);
  const unsigned deepest = 1 + static_cast<unsigned>(setup.caps.efr >> 14 & 3);
  const unsigned levels = 1 + static_cast<unsigned>(below(rng, deepest));
  c.request = any_request(rng);
  const unsigned pasid_bits = chance(rng, 24) || levels > 2 ? 20 : 9 * levels;
  if (c.request.has_pasid) c.request.pasid = static_cast<std::uint32_t>(rng() & low(pasid_bits));
  if (chance(rng, 6)) c.request.pasid = 0;
  c.request.address = any_gva(rng, five ? 5 : 4, c.request.pasid);
  Maker m(rng, mode, root_is_guest_address && mode != 0);
  const std::uint64_t tables = m.guest_tables(five ? 5 : 4, c.request.address);
  const std::uint64_t gcr3 = m.gcr3(levels, c.request.pasid, tables);
  c.dte = any_entry(rng, mode, levels, five, m.host_root, gcr3);
  for (std::uint64_t n = below(rng, 3); n > 0; --n) {
    if (!chance(rng, 4))
      m.flip();
    else
      c.dte[below(rng, 3)] ^= std::uint64_t{1} << below(rng, 64);
  }
  c.entries = std::move(m.entries);
  return c;
}

// What Control has besides the enables: guest translation and the updates.
std::uint64_t set_up(Random& rng, Pair& p) {
  p.write(0x00, 8, kDevTab | 15);
  p.write(0x10, 8, kLog | std::uint64_t{8} << 56);
  std::uint64_t control = 5 | (chance(rng, 8) ? 0 : 1 << 16);
  control |= std::array{0u, 1u, 3u, 3u}[below(rng, 4)] * (std::uint64_t{1} << 46);
  for (const unsigned n : {48u, 54u, 58u}) control |= below(rng, 2) << n;
  p.write(0x18, 8, control);
  return p.device.mmio_read(0x18, 8);
}

void print(const Case& c, const std::string& difference) {
  const naive::Request& r = c.request;
  fmt::print(
      "{}\nrequest id={:#x} address={:#x} read={} write={} posted={} pasid={} {:#x} exec={} "
      "privileged={}\ndte {:016x} {:016x} {:016x} {:016x}\n",
      difference, r.id, r.address, r.read, r.write, r.posted, r.has_pasid, r.pasid, r.exec,
      r.privileged, c.dte[0], c.dte[1], c.dte[2], c.dte[3]);
  for (const auto& [at, value] : c.entries) fmt::print("entry at {:#x}: {:016x}\n", at, value);
}

bool run_case(Pair& p, const Case& c) {
  for (unsigned i = 0; i < 4; ++i) p.store(kDevTab + 32u * c.request.id + 8 * i, c.dte[i]);
  for (const auto& [at, value] : c.entries) p.store(at, value);
  const std::uint64_t tail = p.device.mmio_read(0x2018, 8);
  std::string difference = p.compare_request(c.request);
  if (difference.empty()) difference = p.compare_registers();
  if (difference.empty()) difference = p.compare_event(kLog, tail);
  for (const auto& [at, value] : c.entries) {
    if (difference.empty()) difference = p.compare_word(at);
    p.store(at, 0);
  }
  p.write(0x2010, 8, p.device.mmio_read(0x2018, 8));  // the log is read at once
  if (difference.empty()) return true;
  print(c, difference);
  return false;
}

}  // namespace

bool guests(const Run& run) {
  Random rng(run.seed);
  constexpr std::uint64_t kPerSetup = 500;
  for (std::uint64_t done = 0; done < run.number; done += kPerSetup) {
    const Setup setup = run.setup(rng, Purpose::kGuest);
    Pair p(setup, kBytes, run.reached);
    const std::uint64_t control = set_up(rng, p);
    bool same = true;
    std::uint64_t i = 0;
    for (; i < kPerSetup && same; ++i) {
      same = run_case(p, any_case(rng, setup, (control >> 58 & 1) != 0));
    }
    const std::string difference = same ? p.compare_memory() : "";
    if (same && difference.empty()) continue;
    fmt::print(
        "{}guest request {} with seed {}; EFR={:#x} EFR2={:#x} revision={:#x} "
        "Control={:#x}\n",
        difference, done + i - 1, run.seed, setup.caps.efr, setup.caps.efr2, setup.caps.revision,
        control);
    return false;
  }
  return true;
}

}  // namespace amdvi::diff
