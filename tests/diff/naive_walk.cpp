// The host page tables of the naive model: behaviour.md 2.
#include "tests/diff/naive_bits.hpp"
#include "tests/diff/naive_iommu.hpp"

namespace naive {

// What is wrong with a present entry of a table of `level`, whatever is reported of it.
struct Iommu::Entry {
  unsigned next = 0, log_size = 0;
  bool leaf = false, reserved = false, doubtful = false, denied = false, bad_size = false,
       bad_level = false;
};

Iommu::Entry Iommu::look_at(const Request& r, std::uint64_t e, unsigned level) const {
  Entry x;
  x.next = static_cast<unsigned>(bits(e, 11, 9));
  x.leaf = x.next == 0 || x.next == 7;
  x.reserved = x.leaf ? bits(e, 56, 52) != 0 : bits(e, 60, 52) != 0;
  x.doubtful =
      x.leaf && bits(e, 58, 57) != 0 && (caps_.revision <= 0x305 || (caps_.efr2 >> 2 & 1) == 0);
  x.denied = (r.read && bits(e, 61, 61) == 0) || (r.write && bits(e, 62, 62) == 0);
  const unsigned low = 12 + 9 * (level - 1);
  x.log_size = low;
  if (x.next == 7) {
    // Up to and including the lowest zero bit at or above bit 12.
    unsigned z = 12;
    while (z < 52 && (e >> z & 1) != 0) ++z;
    x.log_size = z + 1;
    x.bad_size = x.log_size <= low || (x.log_size >= low + 9 && level < 6);
  }
  x.bad_level = !x.leaf && x.next >= level;
  for (unsigned n = 12 + 9 * x.next; !x.leaf && n < low; ++n) {
    if ((r.address >> n & 1) != 0) x.bad_level = true;
  }
  return x;
}

// behaviour.md 2.2
Answer Iommu::walk(const Request& r, const Dte& dte, const Who& w) {
  unsigned level = static_cast<unsigned>(bits(dte[0], 11, 9));
  std::uint64_t table = page(dte[0]);
  for (;;) {
    const unsigned shift = 12 + 9 * (level - 1);
    const std::uint64_t at = table + 8 * (level == 6 ? r.address >> 57 : r.address >> shift & 511);
    std::uint64_t e = 0;
    if (!load(at, e)) {
      table_error(w, dte, at);
      return {};
    }
    if ((e & 1) == 0) return page_fault(w, dte, false, false, false);
    const Entry x = look_at(r, e, level);
    const bool misplaced = x.bad_level || x.bad_size;
    if ((x.reserved ? 1 : 0) + (x.denied ? 1 : 0) + (misplaced ? 1 : 0) > 1) {
      const bool level_first = misplaced && choices_.priority == 2;
      const bool pe = x.denied && !level_first && (!x.reserved || choices_.priority == 1);
      return page_fault(w, dte, true, pe, x.reserved && !pe && !level_first);
    }
    if (x.reserved || x.doubtful) return page_fault(w, dte, true, false, true);
    if (x.denied) return page_fault(w, dte, true, true, false);
    if (x.leaf) {
      const Answer a = leaf(r, dte, e, level, x, w);
      if (a.ok) mark_host(dte, at, e, true, r.write);
      return a;
    }
    if (x.bad_level) return page_fault(w, dte, true, false, false);
    mark_host(dte, at, e, false, r.write);
    table = page(e);
    level = x.next;
  }
}

// behaviour.md 2.4: Control.HADUpdate and DTE.HAD, both; bit 0 is accessed, bit 1 dirty too.
void Iommu::mark_host(const Dte& dte, std::uint64_t at, std::uint64_t entry, bool leaf,
                      bool write) {
  const std::uint64_t both = bits(control_, 47, 46) & bits(dte[0], 8, 7);
  std::uint64_t marked = entry;
  if ((both & 1) == 0 || !efr(49)) return;
  marked |= one(5);
  if ((both & 2) != 0 && efr(52) && leaf && write) marked |= one(6);
  if (marked != entry) store(at, marked);
}

Answer Iommu::leaf(const Request& r, const Dte& dte, std::uint64_t e, unsigned level,
                   const Entry& x, const Who& w) {
  bool bad = x.bad_size;
  if (level == 6) bad = x.next == 7 || !choices_.level6_page;
  if (x.next == 7 && level < 6 &&
      (bits(e, 51, 12) == 0xFFFFFFFFFF || (level == 5 && x.log_size == 52))) {
    bad = !choices_.all_ones_legal;
  }
  const std::uint64_t pass = one(x.log_size) - 1;
  if (x.next == 0 && choices_.low_bits_fault && (page(e) & pass) != 0) bad = true;
  if (bad) return page_fault(w, dte, true, false, false);
  return {true, false, (page(e) & ~pass) | (r.address & pass), pass};
}

}  // namespace naive
