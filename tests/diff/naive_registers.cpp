// The registers of the naive model.
#include "tests/diff/naive_bits.hpp"
#include "tests/diff/naive_iommu.hpp"

namespace naive {

std::uint64_t Iommu::read_register(unsigned offset) const {
  switch (offset) {
    case 0x0000:
      return devtab_[0];
    case 0x0008:
      return cmd_;
    case 0x0010:
      return evt_;
    case 0x0018:
      return control_;
    case 0x0020:
      return excl_base_;
    case 0x0028:
      return excl_limit_;
    case 0x0030:
      return (caps_.header >> 27 & 1) != 0 ? caps_.efr : 0;
    case 0x2000:
      return cmd_head_;
    case 0x2008:
      return cmd_tail_;
    case 0x2010:
      return evt_head_;
    case 0x2018:
      return evt_tail_;
    case 0x2020:
      return status_;
    default:
      return read_more(offset);
  }
}

std::uint64_t Iommu::read_more(unsigned offset) const {
  if (offset >= 0x60 && offset < 0xE0) return smi_[(offset - 0x60) / 8];
  if (offset >= 0x100 && offset < 0x138) return devtab_[1 + (offset - 0x100) / 8];
  switch (offset) {
    case 0x00E0:
      return ga_there() ? ga_ : 0;
    case 0x00E8:
      return ga_mirror_;
    case 0x2040:
      return ga_head_;
    case 0x2048:
      return ga_tail_;
    default:
      return 0;
  }
}

void Iommu::write_register(unsigned offset, unsigned size, std::uint64_t value) {
  const unsigned reg = offset & ~7u;
  std::uint64_t merged = value;
  if (size == 4) {
    const std::uint64_t old = read_register(reg);
    merged = (offset & 4) != 0 ? value << 32 | (old & 0xFFFFFFFF)
                               : (old & 0xFFFFFFFF00000000) | (value & 0xFFFFFFFF);
  }
  // core.md 2.0: SNP locks the device table, command, event and completion store bases.
  const bool lockable = reg <= 0x10 || reg == 0x20 || reg == 0x28;
  if (locked_ && lockable) return;
  const bool running_cmd = (status_ & kCmdRun) != 0, running_evt = (status_ & kLogRun) != 0;
  switch (reg) {
    case 0x0000:
      devtab_[0] = merged & 0x000FFFFFFFFFF1FF;
      break;
    case 0x0008:
      write_base(cmd_, merged, running_cmd, cmd_head_, cmd_tail_);
      break;
    case 0x0010:
      write_base(evt_, merged, running_evt, evt_head_, evt_tail_);
      break;
    case 0x0018:
      write_control(merged);
      break;
    case 0x0020:
      excl_base_ = merged & 0x000FFFFFFFFFF003;
      break;
    case 0x0028:
      excl_limit_ = merged & 0x000FFFFFFFFFF000;
      break;
    case 0x2000:
      write_pointer(cmd_head_, merged, cmd_, running_cmd, 0x7FFF0);
      break;
    case 0x2008:
      write_pointer(cmd_tail_, merged, cmd_, false, 0x7FFF0);
      break;
    case 0x2010:
      write_pointer(evt_head_, merged, evt_, false, 0x7FFF0);
      break;
    case 0x2018:
      write_pointer(evt_tail_, merged, evt_, running_evt, 0x7FFF0);
      break;
    case 0x2020:
      if (size == 8 || (offset & 4) == 0) status_ &= ~(value & 0x68E67);
      break;
    default:
      write_more(reg, merged);
      break;
  }
}

// core.md 2.1: what is there only with a feature.
void Iommu::write_more(unsigned reg, std::uint64_t value) {
  if (reg >= 0x60 && reg < 0xE0) {
    std::uint64_t& filter = smi_[(reg - 0x60) / 8];
    const bool there =
        bits(caps_.efr, 17, 16) == 1 && (reg - 0x60) / 8 < 1u << bits(caps_.efr, 20, 18);
    if (there && (filter >> 17 & 1) == 0) filter = value & 0x3FFFF;
  }
  if (reg >= 0x100 && reg < 0x138) {
    const unsigned segment = 1 + (reg - 0x100) / 8;
    if (segment < 1u << bits(caps_.efr, 39, 38)) devtab_[segment] = value & 0x000FFFFFFFFFF1FF;
  }
  if (!ga_there()) return;
  const bool running = (status_ & kGaRun) != 0;
  if (reg == 0xE0) write_base(ga_, value, running, ga_head_, ga_tail_);
  if (reg == 0xE8) ga_mirror_ = value & 0x000FFFFFFFFFFFF8;
  if (reg == 0x2040) write_pointer(ga_head_, value, ga_, false, 0xFFF8);
  if (reg == 0x2048) write_pointer(ga_tail_, value, ga_, running, 0xFFF8);
}

void Iommu::write_base(std::uint64_t& base, std::uint64_t value, bool running, std::uint64_t& head,
                       std::uint64_t& tail) {
  if (running && !choices_.take_base_running) return;
  if (bits(value, 59, 56) < 8 && !choices_.take_short_length) return;
  base = value & 0x0F0FFFFFFFFFF000;
  head = tail = 0;
}

void Iommu::write_pointer(std::uint64_t& pointer, std::uint64_t value, std::uint64_t base,
                          bool locked, std::uint64_t field) {
  if (locked && !choices_.take_pointer_running) return;
  const std::uint64_t offset = value & field;
  if (offset >= ring_bytes(base) && !choices_.take_pointer_beyond) return;
  pointer = offset;
}

// core.md 2.4: the bits that are there. Up to 3.05 bit 43 needs no feature and some are not.
std::uint64_t Iommu::control_bits() const {
  const bool old = caps_.revision <= 0x305;
  std::uint64_t there = 0xBC1F1D;
  const auto add = [&](bool has, unsigned hi, unsigned lo) {
    for (unsigned n = lo; has && n <= hi; ++n) there |= std::uint64_t{1} << n;
  };
  add((caps_.header >> 25 & 1) != 0, 1, 1);
  add((caps_.header >> 24 & 1) != 0, 7, 5);
  add(efr(1), 15, 13);
  add(efr(4), 16, 16);
  add(efr(7), 17, 17);
  add(bits(caps_.efr, 17, 16) == 1, 22, 22);
  add(bits(caps_.efr, 17, 16) == 1, 24, 24);
  add(bits(caps_.efr, 23, 21) != 0, 29, 25);
  add(bits(caps_.efr, 25, 24) != 0, 31, 30);
  add(bits(caps_.efr, 29, 28) != 0, 33, 32);
  add(bits(caps_.efr, 39, 38) != 0, 36, 34);
  add(efr(37), 38, 37);
  add(efr(41), 39, 39);
  add(bits(caps_.efr, 43, 42) != 0, 40, 40);
  add(efr(44), 41, 41);
  add(efr(41), 42, 42);
  add(old, 43, 43);
  add(!old && bits(caps_.efr2, 9, 8) != 0, 44, 43);
  add(efr(50), 45, 45);
  add(efr(49) || efr(52), 47, 46);
  add(!old && efr(53), 48, 48);
  add(efr(2), 51, 50);
  add(!old && efr(55), 53, 52);
  add(efr(61), 54, 54);
  add(!old && efr(5), 55, 55);
  add(!old && efr2(2), 56, 56);
  add(!old && efr2(3), 58, 58);
  add(!old, 60, 59);
  add(!old && bits(caps_.efr2, 7, 5) != 0, 63, 61);
  return there;
}

// core.md 2.4: enables start on the edge of the pair and stop on the fall of either.
void Iommu::write_control(std::uint64_t value) {
  const std::uint64_t before = control_;
  control_ = value & control_bits();
  const auto both = [](std::uint64_t c, unsigned n) { return (c & 1) != 0 && (c >> n & 1) != 0; };
  if (!both(control_, 12)) status_ &= ~kCmdRun;
  if (both(control_, 12) && !both(before, 12)) status_ |= kCmdRun;
  if (!both(control_, 2)) status_ &= ~kLogRun;
  if (both(control_, 2) && !both(before, 2)) {
    status_ |= kLogRun;
    if (choices_.enable_clears) status_ &= ~kOverflow;
  }
  status_ &= ~kPprRun;
  if (both(control_, 13)) status_ |= kPprRun;
  const auto ga = [&](std::uint64_t c) { return both(c, 28) && both(c, 17); };
  if (!ga(control_)) status_ &= ~kGaRun;
  if (ga(control_) && !ga(before)) status_ |= kGaRun;
}

}  // namespace naive
