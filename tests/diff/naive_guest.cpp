// Guest translation of the naive model: behaviour.md 3.
#include "tests/diff/naive_bits.hpp"
#include "tests/diff/naive_iommu.hpp"

namespace naive {

// 3.3: five levels with GuestPagingMode 1. PASID 0 has no sign-extended half.
Answer Iommu::guest(const Request& r, const Dte& dte) {
  const std::uint32_t pasid = r.has_pasid ? r.pasid : 0;
  const Who w{r.id,  r.address, r.write, true, pasid, !(r.has_pasid && r.privileged && efr(37)),
              r.exec};
  const bool five = caps_.revision > 0x305 && bits(dte[2], 55, 54) == 1;
  const unsigned top = five ? 56 : 47;
  const std::uint64_t high = r.address >> top;
  if (high != 0 && (pasid == 0 || high != ~std::uint64_t{0} >> top)) {
    return page_fault(w, dte, false, false, false);
  }
  std::uint64_t root = 0;
  if (!guest_root(r, dte, w, root)) return {};
  return guest_walk(r, dte, w, root, five ? 5 : 4);
}

// 3.2: one to three levels of GCR3 tables; 3.4: the root a guest address with GCR3TRPMode.
bool Iommu::guest_root(const Request& r, const Dte& dte, const Who& w, std::uint64_t& root) {
  std::uint64_t table = bits(dte[0], 60, 58) << 12;
  table |= bits(dte[1], 31, 16) << 15;
  table |= bits(dte[1], 63, 43) << 31;
  const unsigned levels = static_cast<unsigned>(bits(dte[0], 57, 56)) + 1;
  if (w.pasid >> (9 * levels) != 0) {
    page_fault(w, dte, false, false, false);
    return false;
  }
  bool through_host = control(58);
  for (unsigned k = levels; k > 0; --k) {
    const std::uint64_t at = table + 8 * (w.pasid >> (9 * (k - 1)) & 511);
    std::uint64_t spa = 0, e = 0;
    if (!guest_load(r, dte, w, at, through_host, spa, e)) return false;
    if ((e & 1) == 0) {
      page_fault(w, dte, false, false, false);
      return false;
    }
    table = page(e);
  }
  root = table;
  return true;
}

Answer Iommu::host_stage(const Request& r, const Dte& dte, const Who& w, std::uint64_t gpa,
                         bool read, bool write) {
  Request h{r.id, gpa, read, write, r.posted};
  Who host = w;
  if (!choices_.host_fault_as_guest) {
    host.gn = false;
    host.address = gpa;
  }
  return by_mode(h, dte, host);
}

bool Iommu::guest_load(const Request& r, const Dte& dte, const Who& w, std::uint64_t gpa, bool host,
                       std::uint64_t& spa, std::uint64_t& value) {
  spa = gpa;
  if (host) {
    const Answer a = host_stage(r, dte, w, gpa, true, false);
    if (!a.ok) return false;
    spa = a.spa;
  }
  if (load(spa, value)) return true;
  table_error(w, dte, spa);
  return false;
}

// 3.3: accessed in every entry used, dirty in the leaf of a write.
bool Iommu::guest_mark(const Request& r, const Dte& dte, const Who& w, std::uint64_t gpa,
                       std::uint64_t spa, std::uint64_t value, bool leaf) {
  std::uint64_t marked = value;
  if (!control(54)) marked |= one(5);
  if (leaf && r.write && !control(48)) marked |= one(6);
  if (marked == value) return true;
  if (!host_stage(r, dte, w, gpa, false, true).ok) return false;
  store(spa, marked);
  return true;
}

Answer Iommu::guest_walk(const Request& r, const Dte& dte, const Who& w, std::uint64_t table,
                         unsigned level) {
  for (;; --level) {
    const unsigned shift = 12 + 9 * (level - 1);
    const std::uint64_t at = table + 8 * (r.address >> shift & 511);
    std::uint64_t spa = 0, e = 0;
    if (!guest_load(r, dte, w, at, true, spa, e)) return {};
    if ((e & 1) == 0) return page_fault(w, dte, false, false, false);
    const bool ps = bits(e, 7, 7) != 0 && level > 1;
    const bool leaf = ps || level == 1;
    const bool low_bits = ps && level <= 3 && (page(e) & (one(shift) - one(13))) != 0;
    const bool reserved = (ps && level > 3) || low_bits;
    const bool wp = w.user || !choices_.supervisor_may_write;
    bool denied = r.write && bits(e, 1, 1) == 0 && wp;
    denied = denied || (w.user && bits(e, 2, 2) == 0);
    denied = denied || (r.exec && bits(e, 63, 63) != 0 && efr(3));
    if (reserved || denied) {
      const bool pe = denied && (!reserved || choices_.priority == 1);
      return page_fault(w, dte, true, pe, !pe);
    }
    if (!guest_mark(r, dte, w, at, spa, e, leaf)) return {};
    if (leaf) return guest_leaf(r, dte, w, page(e), one(shift) - 1);
    table = page(e);
  }
}

// 3.4: the smaller of both pages.
Answer Iommu::guest_leaf(const Request& r, const Dte& dte, const Who& w, std::uint64_t base,
                         std::uint64_t pass) {
  const std::uint64_t gpa = (base & ~pass) | (r.address & pass);
  Answer a = host_stage(r, dte, w, gpa, r.read, r.write);
  if (a.ok && pass < a.pass) a.pass = pass;
  return a;
}

}  // namespace naive
