#include "tests/diff/naive_iommu.hpp"

#include "tests/diff/naive_bits.hpp"

namespace naive {

namespace {

// Bits 59:0 but for the flags: DeviceID, and the domain or the PASID.
std::uint64_t named(const Who& w, std::uint64_t domain) {
  if (!w.gn) return domain << 32 | w.id;
  return one(48) | bits(w.pasid, 15, 0) << 32 | bits(w.pasid, 19, 16) << 16 | w.id;
}

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

// behaviour.md 1.1 M3 and M4, 1.6
bool Iommu::fetch_entry(const Who& w, Dte& dte) {
  const unsigned top = static_cast<unsigned>(bits(control_, 36, 34));  // bits of the segment number
  const unsigned segment = w.id >> (16 - top), index = w.id & ((0x10000u >> top) - 1);
  const std::uint64_t base = devtab_[segment];
  const std::uint64_t i = w.interrupt ? one(51) : 0;
  if (index * 32u + 32 > (bits(base, 8, 0) + 1) * 4096) {
    const std::uint64_t address = choices_.overflow_id_address ? w.address : 0;
    Who nobody = w;
    nobody.address = address;
    if (choices_.overflow_id_illegal) {
      illegal_entry(nobody, false);
    } else {
      log(fault_word(nobody, 0, false), address);
    }
    return false;
  }
  const std::uint64_t at = page(base) + 32u * index;
  for (unsigned n = 0; n < 4; ++n) {
    if (load(at + 8 * n, dte[n])) continue;
    log(std::uint64_t{3} << 60 | hw_error_type() | i | std::uint64_t{w.write} << 53 | w.id, at);
    return false;
  }
  return true;
}

// behaviour.md 1.1
Answer Iommu::request(const Request& r) {
  const Answer unchanged{true, false, r.address, ~std::uint64_t{0}};
  if (!control(0)) return unchanged;
  const Who w{r.id, r.address, r.write, r.has_pasid, r.pasid, !r.privileged, r.exec};
  const bool ht = r.address >= 0xFD00000000 && r.address <= 0xFFFFFFFFFF && !efr2(11);
  const bool window = r.address >= 0xFEE00000 && r.address <= 0xFEEFFFFF;
  if (window && r.write && !r.read && r.posted) return {false, true, 0, 0};
  if (window || ht) {
    log(std::uint64_t{8} << 60 | named(w, 0) | std::uint64_t{w.gn && w.user} << 49, r.address);
    return {};
  }
  Dte dte{};
  if (!fetch_entry(w, dte)) return {};
  if ((dte[0] & 1) == 0) return unchanged;
  return with_entry(r, dte);
}

// core.md 3.1 and 3.2
bool Iommu::reserved_low(const Dte& dte) const {
  const std::uint64_t q0 = dte[0], q1 = dte[1];
  if (bits(q0, 3, 2) != 0 || bits(q0, 63, 63) != 0) return true;
  if (entry_revision() <= 0x310 && bits(q0, 6, 4) != 0) return true;
  if (bits(q1, 42, 42) != 0 && (entry_revision() <= 0x305 || !efr(31))) return true;
  const bool guest = bits(q0, 60, 55) != 0 || bits(q1, 31, 16) != 0 || bits(q1, 63, 43) != 0;
  if (guest && !efr(4)) return true;
  if (bits(q0, 54, 54) != 0 && !efr(48)) return true;
  if (bits(q0, 53, 53) != 0 && !efr(50)) return true;
  if (bits(q0, 52, 52) != 0 && !efr(1) && !efr(50)) return true;
  if (bits(q0, 8, 7) != 0 && !efr(49) && !efr(52)) return true;
  return bits(q1, 32, 32) != 0 && (caps_.header >> 24 & 1) == 0;
}

bool Iommu::reserved_high(const Dte& dte) const {
  const std::uint64_t q2 = dte[2], q3 = dte[3];
  if (bits(q2, 53, 52) != 0 || bits(q3, 14, 0) != 0 || bits(q3, 52, 48) != 0) return true;
  const bool old = entry_revision() <= 0x305;
  if (old && (bits(q2, 55, 54) != 0 || bits(q2, 59, 59) != 0)) return true;
  if (old && bits(q3, 53, 15) != 0) return true;
  if (entry_revision() <= 0x310 && bits(q3, 53, 53) != 0) return true;
  if (bits(q3, 47, 15) != 0 && !efr(55)) return true;  // vImuEn, GDeviceID, GuestID
  if (bits(q3, 55, 54) != 0 && !efr(51)) return true;  // AttrV, Mode0FC
  return bits(q3, 63, 56) != 0 && !efr(47);            // SnoopAttribute
}

bool Iommu::excluded(const Request& r, std::uint64_t q1) const {
  if (caps_.snp || (excl_base_ & 1) == 0) return false;
  if ((excl_base_ & 2) == 0 && bits(q1, 39, 39) == 0) return false;
  return r.address >= page(excl_base_) && r.address <= (page(excl_limit_) | 0xFFF);
}

// core.md 3.4: with GV=1, which is not used with GTEn=0 (core.md 2.4)
bool Iommu::bad_guest_fields(const Dte& dte) const {
  if (!control(16) || bits(dte[0], 55, 55) == 0) return false;
  const std::uint64_t glx = bits(dte[0], 57, 56), mode = bits(dte[2], 55, 54);
  if (glx == 3 || glx > bits(caps_.efr, 15, 14)) return true;
  if (entry_revision() <= 0x305) return false;  // no such field
  return mode >= 2 || (mode == 1 && bits(caps_.efr, 13, 12) == 0);
}

bool Iommu::bad_encoding(const Dte& dte) const {
  const bool tv = (dte[0] & 2) != 0;
  const std::uint64_t mode = bits(dte[0], 11, 9);
  if (bits(dte[0], 8, 7) == 2) return true;
  if (bits(dte[1], 36, 35) == 3 && !choices_.ioctl_port_io_only) return true;
  if (bad_guest_fields(dte)) return true;
  if (caps_.snp && !caps_.snp_mode0 && tv && mode == 0) return true;
  return (bits(caps_.efr, 11, 10) == 3 || caps_.hatdis) && page(dte[0]) != 0;
}

Answer Iommu::with_entry(const Request& r, const Dte& dte) {
  const Answer unchanged{true, false, r.address, ~std::uint64_t{0}};
  const Who w{r.id, r.address, r.write, r.has_pasid, r.pasid, !r.privileged, r.exec};
  const std::uint64_t q0 = dte[0];
  if (reserved_low(dte)) return illegal_entry(w, true);
  if (choices_.other_half && (dte[2] & 1) != 0 && reserved_high(dte)) return illegal_entry(w, true);
  if (bad_encoding(dte)) return illegal_entry(w, choices_.encoding_rz);
  const bool tv = (q0 & 2) != 0;
  const bool in_exclusion = excluded(r, dte[1]);
  if (in_exclusion && choices_.exclusion_before_tv) return unchanged;
  if (!tv) return page_fault(w, dte, false, false, false);
  if (in_exclusion) return unchanged;
  if ((r.read && bits(q0, 61, 61) == 0) || (r.write && bits(q0, 62, 62) == 0)) {
    return page_fault(w, dte, true, true, false);
  }
  const bool gv = control(16) && bits(q0, 55, 55) != 0;
  const bool guest_path = gv && (r.has_pasid || bits(q0, 54, 54) != 0);
  if (guest_path && !bad_mode(dte)) return guest(r, dte);
  if (r.has_pasid && !guest_path) {
    if (choices_.pasid_page_fault) return page_fault(w, dte, false, false, false);
    log(std::uint64_t{8} << 60 | std::uint64_t{1} << 57 | named(w, 0) | std::uint64_t{w.user} << 49,
        r.address);
    return {};
  }
  return by_mode(r, dte, w);
}

bool Iommu::bad_mode(const Dte& dte) const {
  const std::uint64_t mode = bits(dte[0], 11, 9), hats = bits(caps_.efr, 11, 10);
  return mode == 7 || mode > (hats == 3 ? 0 : 4 + hats);
}

// behaviour.md 1.1 M11 to M14
Answer Iommu::by_mode(const Request& r, const Dte& dte, const Who& w) {
  const unsigned mode = static_cast<unsigned>(bits(dte[0], 11, 9));
  if (mode == 0) return {true, false, r.address, ~std::uint64_t{0}};
  if (bad_mode(dte)) {
    if (choices_.mode7_page_fault) return page_fault(w, dte, true, false, false);
    return illegal_entry(w, false);
  }
  if (mode < 6 && r.address >> (12 + 9 * mode) != 0) {
    return page_fault(w, dte, choices_.mode_range_pr, false, false);
  }
  return walk(r, dte, w);
}

void Iommu::table_error(const Who& w, const Dte& dte, std::uint64_t at) {
  log(std::uint64_t{4} << 60 | hw_error_type() | std::uint64_t{w.interrupt} << 51 |
          std::uint64_t{w.write} << 53 | named(w, bits(dte[1], 15, 0)),
      at);
}

std::uint64_t Iommu::fault_word(const Who& w, std::uint64_t domain, bool pr) const {
  const bool rw = w.write && (pr || choices_.rw_if_not_present);
  return std::uint64_t{2} << 60 | named(w, domain) | std::uint64_t{w.gn && w.exec} << 49 |
         std::uint64_t{w.gn && w.user} << 50 | std::uint64_t{w.interrupt} << 51 |
         std::uint64_t{rw} << 53;
}

Answer Iommu::page_fault(const Who& w, const Dte& dte, bool pr, bool pe, bool rz) {
  if (bits(dte[1], 34, 34) != 0) return {};                                // SA
  if (bits(dte[1], 33, 33) != 0 && reported_.count(w.id) != 0) return {};  // SE
  if ((dte[0] & 1) != 0) reported_.insert(w.id);
  std::uint64_t q0 = fault_word(w, bits(dte[1], 15, 0), pr);
  q0 |= std::uint64_t{pr} << 52 | std::uint64_t{pe} << 54 | std::uint64_t{rz} << 55;
  log(q0, choices_.page_aligned ? w.address & ~std::uint64_t{0xFFF} : w.address);
  return {};
}

Answer Iommu::illegal_entry(const Who& w, bool rz) {
  log(std::uint64_t{1} << 60 | named(w, 0) | std::uint64_t{w.interrupt} << 51 |
          std::uint64_t{w.write} << 53 | std::uint64_t{rz} << 55,
      w.address & ~std::uint64_t{3});
  return {};
}

}  // namespace naive
