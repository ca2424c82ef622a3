#include "tests/diff/naive_iommu.hpp"

namespace naive {

namespace {

std::uint64_t bits(std::uint64_t v, unsigned hi, unsigned lo) {
  return v << (63 - hi) >> (63 - hi + lo);
}
std::uint64_t one(unsigned n) { return std::uint64_t{1} << n; }
std::uint64_t page(std::uint64_t v) { return bits(v, 51, 12) << 12; }

}  // namespace

Iommu::Iommu(Caps caps, Choices choices, std::size_t bytes)
    : memory(bytes), caps_(caps), choices_(choices) {
  if (efr(44)) control_ |= one(41);  // BlkStopMrkEn
  if (efr(50)) control_ |= one(45);  // EPHEn
}

bool Iommu::load(std::uint64_t at, std::uint64_t& value) const {
  if (at >= memory.size() || memory.size() - at < 8) return false;
  value = 0;
  for (unsigned i = 0; i < 8; ++i) value |= std::uint64_t{memory[at + i]} << (8 * i);
  return true;
}

bool Iommu::store(std::uint64_t at, std::uint64_t value) {
  if (at >= memory.size() || memory.size() - at < 8) return false;
  for (unsigned i = 0; i < 8; ++i) memory[at + i] = static_cast<std::uint8_t>(value >> (8 * i));
  return true;
}

// behaviour.md 1.1
Answer Iommu::request(const Request& r) {
  const Answer unchanged{true, false, r.address, ~std::uint64_t{0}};
  if ((control_ & 1) == 0) return unchanged;
  const bool ht = r.address >= 0xFD00000000 && r.address <= 0xFFFFFFFFFF;
  if (r.address >= 0xFEE00000 && r.address <= 0xFEEFFFFF) {
    if (r.write && !r.read && r.posted) return {false, true, 0, 0};
    log(std::uint64_t{8} << 60 | r.id, r.address);
    return {};
  }
  if (ht && (caps_.efr2 >> 11 & 1) == 0) {
    log(std::uint64_t{8} << 60 | r.id, r.address);
    return {};
  }
  if (r.id * 32u + 32 > (bits(devtab_, 8, 0) + 1) * 4096) {
    const std::uint64_t address = choices_.overflow_id_address ? r.address : 0;
    if (choices_.overflow_id_illegal) {
      log(std::uint64_t{1} << 60 | std::uint64_t{r.write} << 53 | r.id,
          address & ~std::uint64_t{3});
    } else {
      const bool rw = r.write && choices_.rw_if_not_present;
      log(std::uint64_t{2} << 60 | std::uint64_t{rw} << 53 | r.id, address);
    }
    return {};
  }
  const std::uint64_t at = page(devtab_) + 32u * r.id;
  std::uint64_t dte[4];
  for (unsigned i = 0; i < 4; ++i) {
    if (load(at + 8 * i, dte[i])) continue;
    log(std::uint64_t{3} << 60 | hw_error_type() | std::uint64_t{r.write} << 53 | r.id, at);
    return {};
  }
  if ((dte[0] & 1) == 0) return unchanged;
  return with_entry(r, dte);
}

// core.md 3.1 and 3.2
bool Iommu::reserved_in_entry(const std::uint64_t* dte) const {
  const std::uint64_t q0 = dte[0], q1 = dte[1];
  if (bits(q0, 3, 2) != 0 || bits(q0, 63, 63) != 0) return true;
  if (caps_.revision <= 0x310 && bits(q0, 6, 4) != 0) return true;
  if (bits(q1, 42, 42) != 0 && (caps_.revision <= 0x305 || !efr(31))) return true;
  const bool guest = bits(q0, 60, 55) != 0 || bits(q1, 31, 16) != 0 || bits(q1, 63, 43) != 0;
  if (guest && !efr(4)) return true;
  if (bits(q0, 54, 54) != 0 && !efr(48)) return true;
  if (bits(q0, 53, 53) != 0 && !efr(50)) return true;
  if (bits(q0, 52, 52) != 0 && !efr(1) && !efr(50)) return true;
  if (bits(q0, 8, 7) != 0 && !efr(49) && !efr(52)) return true;
  return bits(q1, 32, 32) != 0 && (caps_.header >> 24 & 1) == 0;
}

bool Iommu::excluded(const Request& r, std::uint64_t q1) const {
  if (caps_.snp || (excl_base_ & 1) == 0) return false;
  if ((excl_base_ & 2) == 0 && bits(q1, 39, 39) == 0) return false;
  return r.address >= page(excl_base_) && r.address <= (page(excl_limit_) | 0xFFF);
}

Answer Iommu::with_entry(const Request& r, const std::uint64_t* dte) {
  const Answer unchanged{true, false, r.address, ~std::uint64_t{0}};
  const std::uint64_t q0 = dte[0];
  const unsigned mode = static_cast<unsigned>(bits(q0, 11, 9));
  const unsigned hats = static_cast<unsigned>(bits(caps_.efr, 11, 10));
  if (reserved_in_entry(dte)) return illegal_entry(r, true);
  if (bits(q0, 8, 7) == 2) return illegal_entry(r, choices_.encoding_rz);
  if (bits(dte[1], 36, 35) == 3 && !choices_.ioctl_port_io_only) {
    return illegal_entry(r, choices_.encoding_rz);
  }
  const bool tv = (q0 & 2) != 0;
  if (caps_.snp && !caps_.snp_mode0 && tv && mode == 0) {
    return illegal_entry(r, choices_.encoding_rz);
  }
  if ((hats == 3 || caps_.hatdis) && page(q0) != 0) return illegal_entry(r, choices_.encoding_rz);
  const bool in_exclusion = excluded(r, dte[1]);
  if (in_exclusion && choices_.exclusion_before_tv) return unchanged;
  if (!tv) return page_fault(r, dte, false, false, false);
  if (in_exclusion) return unchanged;
  if ((r.read && bits(q0, 61, 61) == 0) || (r.write && bits(q0, 62, 62) == 0)) {
    return page_fault(r, dte, true, true, false);
  }
  if (mode == 0) return unchanged;
  const unsigned levels = hats == 3 ? 0 : 4 + hats;
  if (mode == 7 || mode > levels) {
    if (choices_.mode7_page_fault) return page_fault(r, dte, true, false, false);
    return illegal_entry(r, false);
  }
  if (mode < 6 && r.address >> (12 + 9 * mode) != 0) {
    return page_fault(r, dte, choices_.mode_range_pr, false, false);
  }
  return walk(r, dte);
}

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
Answer Iommu::walk(const Request& r, const std::uint64_t* dte) {
  unsigned level = static_cast<unsigned>(bits(dte[0], 11, 9));
  std::uint64_t table = page(dte[0]);
  for (;;) {
    const unsigned shift = 12 + 9 * (level - 1);
    const std::uint64_t at = table + 8 * (level == 6 ? r.address >> 57 : r.address >> shift & 511);
    std::uint64_t e = 0;
    if (!load(at, e)) {
      log(std::uint64_t{4} << 60 | hw_error_type() | std::uint64_t{r.write} << 53 |
              bits(dte[1], 15, 0) << 32 | r.id,
          at);
      return {};
    }
    if ((e & 1) == 0) return page_fault(r, dte, false, false, false);
    const Entry x = look_at(r, e, level);
    const bool misplaced = x.bad_level || x.bad_size;
    if ((x.reserved ? 1 : 0) + (x.denied ? 1 : 0) + (misplaced ? 1 : 0) > 1) {
      const bool level_first = misplaced && choices_.priority == 2;
      const bool pe = x.denied && !level_first && (!x.reserved || choices_.priority == 1);
      return page_fault(r, dte, true, pe, x.reserved && !pe && !level_first);
    }
    if (x.reserved || x.doubtful) return page_fault(r, dte, true, false, true);
    if (x.denied) return page_fault(r, dte, true, true, false);
    if (x.leaf) return leaf(r, dte, e, level, x);
    if (x.bad_level) return page_fault(r, dte, true, false, false);
    table = page(e);
    level = x.next;
  }
}

Answer Iommu::leaf(const Request& r, const std::uint64_t* dte, std::uint64_t e, unsigned level,
                   const Entry& x) {
  bool bad = x.bad_size;
  if (level == 6) bad = x.next == 7 || !choices_.level6_page;
  if (x.next == 7 && level < 6 &&
      (bits(e, 51, 12) == 0xFFFFFFFFFF || (level == 5 && x.log_size == 52))) {
    bad = !choices_.all_ones_legal;
  }
  const std::uint64_t pass = one(x.log_size) - 1;
  if (x.next == 0 && choices_.low_bits_fault && (page(e) & pass) != 0) bad = true;
  if (bad) return page_fault(r, dte, true, false, false);
  return {true, false, (page(e) & ~pass) | (r.address & pass), pass};
}

Answer Iommu::page_fault(const Request& r, const std::uint64_t* dte, bool pr, bool pe, bool rz) {
  if (bits(dte[1], 34, 34) != 0) return {};                                // SA
  if (bits(dte[1], 33, 33) != 0 && reported_.count(r.id) != 0) return {};  // SE
  reported_.insert(r.id);
  const bool rw = r.write && (pr || choices_.rw_if_not_present);
  std::uint64_t q0 = std::uint64_t{2} << 60 | r.id;
  q0 |= bits(dte[1], 15, 0) << 32;
  q0 |= std::uint64_t{pr} << 52 | std::uint64_t{rw} << 53;
  q0 |= std::uint64_t{pe} << 54 | std::uint64_t{rz} << 55;
  log(q0, choices_.page_aligned ? r.address & ~std::uint64_t{0xFFF} : r.address);
  return {};
}

Answer Iommu::illegal_entry(const Request& r, bool rz) {
  log(std::uint64_t{1} << 60 | std::uint64_t{r.write} << 53 | std::uint64_t{rz} << 55 | r.id,
      r.address & ~std::uint64_t{3});
  return {};
}

}  // namespace naive
