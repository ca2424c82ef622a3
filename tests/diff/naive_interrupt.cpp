// Interrupt remapping of the naive model: behaviour.md 5, core.md 7.
#include "tests/diff/naive_bits.hpp"
#include "tests/diff/naive_iommu.hpp"

namespace naive {

namespace {

Who who(const Message& m) {
  Who w{m.id, m.address};
  w.interrupt = true;
  return w;
}
Delivery forwarded(const Message& m) { return {Delivery::kForwarded, m.address, m.data, 0}; }

}  // namespace

Delivery Iommu::interrupt(const Message& m) {
  if (!control(0)) return forwarded(m);
  Dte dte{};
  if (!fetch_entry(who(m), dte)) return {};
  if ((dte[2] & 1) == 0) return forwarded(m);
  if ((dte[0] & 1) == 0 && choices_.v0_forward) return forwarded(m);
  const bool low = choices_.other_half && (dte[0] & 1) != 0 && reserved_low(dte);
  if (reserved_high(dte) || low) {
    illegal_entry(who(m), true);
    return {};
  }
  if (m.has_pasid) return interrupt_fault(m, dte, false, false, false);
  if (bits(control_, 44, 43) == 1 && caps_.revision > 0x305 && bits(m.address, 2, 2) != 0) {
    return by_control(m, dte, m.data & 0x7FF);
  }
  return by_class(m, dte);
}

// IntCtl; step 10 of core.md 7.1 names it too, where 2048-entry mode goes.
Delivery Iommu::by_control(const Message& m, const Dte& dte, unsigned index) {
  switch (bits(dte[2], 61, 60)) {
    case 0:
      if (choices_.intctl0_logs) interrupt_fault(m, dte, false, false, false);
      return {};
    case 1:
      return forwarded(m);
    case 2:
      return by_table(m, dte, index);
    default:
      illegal_entry(who(m), true);
      return {};
  }
}

// core.md 7.1
Delivery Iommu::by_class(const Message& m, const Dte& dte) {
  const unsigned mode = m.data >> 8 & 7;
  if (mode <= 1) return by_control(m, dte, m.data & 0x1FF);
  if (mode == 3 || mode == 6 || bits(m.address, 2, 2) != 0) return {};
  if (mode == 2) {
    if (!control(22) || smi_allowed(m.id)) return forwarded(m);
    if (control(24)) interrupt_fault(m, dte, false, false, false);
    return {};
  }
  const unsigned pass = mode == 4 ? 58 : mode == 5 ? 56 : 57;  // NMI, INIT, ExtInt
  if (bits(dte[2], pass, pass) != 0) return forwarded(m);
  return {};
}

// core.md 2.9
bool Iommu::smi_allowed(std::uint16_t id) const {
  for (const std::uint64_t filter : smi_) {
    if (bits(filter, 16, 16) != 0 && bits(filter, 15, 0) == id) return true;
  }
  return false;
}

Delivery Iommu::by_table(const Message& m, const Dte& dte, unsigned index) {
  const unsigned length = static_cast<unsigned>(bits(dte[2], 4, 1));
  const bool many = bits(caps_.efr2, 9, 8) == 1 && caps_.revision > 0x305;
  if (length > 11 || (length > 9 && !many && choices_.long_table_illegal)) {
    illegal_entry(who(m), false);
    return {};
  }
  if (index >= 1u << length) return interrupt_fault(m, dte, false, false, false);
  const std::uint64_t root = bits(dte[2], 51, 6) << 6;
  if (control(17)) return wide_entry(m, dte, root + 16u * index);
  return narrow_entry(m, dte, root + 4u * index);
}

Delivery Iommu::entry_unreadable(const Message& m, const Dte& dte, std::uint64_t at) {
  if (choices_.irte_error_logs) table_error(who(m), dte, at & ~std::uint64_t{7});
  return {};
}

Delivery Iommu::narrow_entry(const Message& m, const Dte& dte, std::uint64_t at) {
  std::uint64_t pair = 0;
  if (!load(at & ~std::uint64_t{7}, pair)) return entry_unreadable(m, dte, at);
  const std::uint64_t e = (at & 4) != 0 ? pair >> 32 : pair & 0xFFFFFFFF;
  const bool quiet = bits(e, 1, 1) != 0;
  if ((e & 1) == 0) return interrupt_fault(m, dte, false, false, quiet);
  if (bits(e, 31, 24) != 0 || bits(e, 7, 7) != 0 || bits(e, 4, 2) >= 2) {
    return interrupt_fault(m, dte, true, true, quiet);
  }
  return send(m, bits(e, 4, 2), bits(e, 6, 6), bits(e, 23, 16), bits(e, 15, 8));
}

Delivery Iommu::wide_entry(const Message& m, const Dte& dte, std::uint64_t at) {
  std::uint64_t q0 = 0, q1 = 0;
  if (!load(at, q0) || !load(at + 8, q1)) return entry_unreadable(m, dte, at);
  const bool quiet = bits(q0, 1, 1) != 0;
  if ((q0 & 1) == 0) return interrupt_fault(m, dte, false, false, quiet);
  const bool xt = control(50);
  bool bad = !xt && (bits(q0, 31, 16) != 0 || bits(q1, 63, 56) != 0);
  if (bits(q0, 7, 7) != 0) {
    if (bits(control_, 27, 25) != 1) bad = true;
    if (caps_.snp && bits(control_, 63, 61) != 1) bad = true;
    if (bits(q0, 4, 3) != 0 || bits(q1, 55, 52) != 0) bad = true;    // 75:72 are ignored
    if (bits(q0, 5, 5) != 0 && caps_.revision <= 0x305) bad = true;  // GAPPIDis
    if (bad) return interrupt_fault(m, dte, true, true, quiet);
    return post(m, q0, q1);
  }
  if (bits(q1, 55, 8) != 0 || bits(q0, 4, 2) >= 2) bad = true;
  if (bad) return interrupt_fault(m, dte, true, true, quiet);
  const std::uint64_t destination = bits(q1, 63, 56) << 24 | bits(q0, 31, 8);
  return send(m, bits(q0, 4, 2), bits(q0, 6, 6), bits(q1, 7, 0), destination);
}

// core.md 7.5; destinations above 8 bits as the processors' extended format has them: 63:40.
Delivery Iommu::send(const Message& m, std::uint64_t type, std::uint64_t dm, std::uint64_t vector,
                     std::uint64_t destination) const {
  if (efr(62)) dm = 0;  // ForcePhyDestSup
  const std::uint64_t address =
      bits(destination, 31, 8) << 40 | 0xFEE00000 | bits(destination, 7, 0) << 12 | dm << 2;
  Delivery d{Delivery::kRemapped, address, 0, static_cast<std::uint32_t>(destination)};
  d.data = static_cast<std::uint32_t>(vector | type << 8) | (m.data & 0xC000);
  return d;
}

// behaviour.md 5.3: the vector's bit of the IRR, eight words 16 bytes apart from 200h.
Delivery Iommu::post(const Message& m, std::uint64_t q0, std::uint64_t q1) {
  const unsigned vector = static_cast<unsigned>(bits(q1, 7, 0));
  const std::uint64_t word = page(q1) + 0x200 + 16 * (vector / 32);
  std::uint64_t irr = 0;
  if (!load(word, irr)) return {};
  store(word, irr | one(vector % 32));
  const std::uint64_t destination = bits(q1, 63, 56) << 24 | bits(q0, 31, 8);
  if (bits(q0, 6, 6) != 0) {
    ++doorbells;
  } else if (bits(q0, 2, 2) != 0) {
    log_guest_interrupt(one(60) | std::uint64_t{m.id} << 32 | q0 >> 32);
  }
  return {Delivery::kPosted, 0, vector, static_cast<std::uint32_t>(destination)};
}

Delivery Iommu::interrupt_fault(const Message& m, const Dte& dte, bool pr, bool rz, bool quiet) {
  if (quiet || bits(dte[2], 5, 5) != 0) return {};         // SupIOPF, IG
  const Dte no_suppression{0, bits(dte[1], 15, 0), 0, 0};  // SE and SA are of memory requests
  page_fault(who(m), no_suppression, pr, false, rz);
  return {};
}

}  // namespace naive
