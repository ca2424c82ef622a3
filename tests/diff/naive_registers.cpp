// The registers, the command ring and the event log of the naive model.
#include "tests/diff/naive_iommu.hpp"

namespace naive {

namespace {

constexpr std::uint64_t kOverflow = 1, kLogInt = 2, kComWaitInt = 4, kLogRun = 8, kCmdRun = 16;

std::uint64_t bits(std::uint64_t v, unsigned hi, unsigned lo) {
  return v << (63 - hi) >> (63 - hi + lo);
}
std::uint64_t ring_bytes(std::uint64_t base) { return std::uint64_t{16} << bits(base, 59, 56); }
std::uint64_t page(std::uint64_t v) { return bits(v, 51, 12) << 12; }

}  // namespace

std::uint64_t Iommu::read_register(unsigned offset) const {
  switch (offset) {
    case 0x0000:
      return devtab_;
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
  const bool running_cmd = (status_ & kCmdRun) != 0, running_evt = (status_ & kLogRun) != 0;
  switch (reg) {
    case 0x0000:
      devtab_ = merged & 0x000FFFFFFFFFF1FF;
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
      write_pointer(cmd_head_, merged, cmd_, running_cmd);
      break;
    case 0x2008:
      write_pointer(cmd_tail_, merged, cmd_, false);
      break;
    case 0x2010:
      write_pointer(evt_head_, merged, evt_, false);
      break;
    case 0x2018:
      write_pointer(evt_tail_, merged, evt_, running_evt);
      break;
    case 0x2020:
      if (size == 8 || (offset & 4) == 0) status_ &= ~(value & 0x68E67);
      break;
    default:
      break;
  }
}

void Iommu::write_base(std::uint64_t& base, std::uint64_t value, bool running, std::uint64_t& head,
                       std::uint64_t& tail) {
  if (running && !choices_.take_base_running) return;
  if (bits(value, 59, 56) < 8 && !choices_.take_short_length) return;
  base = value & 0x0F0FFFFFFFFFF000;
  head = tail = 0;
}

void Iommu::write_pointer(std::uint64_t& pointer, std::uint64_t value, std::uint64_t base,
                          bool locked) {
  if (locked && !choices_.take_pointer_running) return;
  const std::uint64_t offset = value & 0x7FFF0;
  if (offset >= ring_bytes(base) && !choices_.take_pointer_beyond) return;
  pointer = offset;
}

// core.md 2.4: enables start on the edge of the pair and stop on the fall of either.
void Iommu::write_control(std::uint64_t value) {
  const std::uint64_t before = control_;
  std::uint64_t there = 0x1800000000BC1F1D;                 // needs no feature
  if (caps_.revision <= 0x305) there = 0x0000080000BC1F1D;  // bit 43, and nothing above 54
  if ((caps_.header >> 24 & 1) != 0) there |= 0xE0;         // InvTimeOut
  if ((caps_.efr >> 1 & 1) != 0) there |= 0xE000;           // PPR enables
  if ((caps_.efr >> 55 & 1) != 0 && caps_.revision > 0x305) there |= std::uint64_t{3} << 52;
  if ((caps_.efr >> 44 & 1) != 0) there |= std::uint64_t{1} << 41;
  if ((caps_.efr >> 50 & 1) != 0) there |= std::uint64_t{1} << 45;
  control_ = value & there;
  const auto both = [](std::uint64_t c, unsigned n) { return (c & 1) != 0 && (c >> n & 1) != 0; };
  if (!both(control_, 12)) status_ &= ~kCmdRun;
  if (both(control_, 12) && !both(before, 12)) status_ |= kCmdRun;
  if (!both(control_, 2)) status_ &= ~kLogRun;
  if (both(control_, 2) && !both(before, 2)) {
    status_ |= kLogRun;
    if (choices_.enable_clears) status_ &= ~kOverflow;
  }
}

// core.md 5.6
void Iommu::log(std::uint64_t q0, std::uint64_t q1) {
  if ((status_ & kLogRun) == 0 || (status_ & kOverflow) != 0) return;
  const bool enabled = (control_ & 8) != 0;
  const std::uint64_t size = ring_bytes(evt_);
  const std::uint64_t next = (evt_tail_ + 16) % size;
  if (next == evt_head_) {
    status_ |= kOverflow;
    if (choices_.run_clears) status_ &= ~kLogRun;
    if (enabled) ++interrupts;
    return;
  }
  const std::uint64_t at = page(evt_) + evt_tail_ % size;
  if (!store(at, q0) || !store(at + 8, q1)) return;
  evt_tail_ = next;
  if (enabled || !choices_.logint_needs_enable) status_ |= kLogInt;
  if (enabled) ++interrupts;
  if (choices_.last_slot && (next + 16) % size == evt_head_) {
    status_ |= kOverflow;
    if (choices_.run_clears) status_ &= ~kLogRun;
  }
}

// core.md 4.1: the masks of legal bits.
bool Iommu::legal(std::uint64_t q0, std::uint64_t q1) const {
  const auto within = [&](std::uint64_t m0, std::uint64_t m1) {
    return (q0 & ~m0) == 0 && (q1 & ~m1) == 0;
  };
  const auto has = [&](unsigned n) { return (caps_.efr >> n & 1) != 0; };
  switch (q0 >> 60) {
    case 1:
      return within(0xF00FFFFFFFFFFFFF, 0xFFFFFFFFFFFFFFFF);
    case 2:
      return within(0xF00000000000FFFF, 0);
    case 3:
      return within(0xF000FFFF000FFFFF, 0xFFFFFFFFFFFFF007);
    case 4:
      return (caps_.header >> 24 & 1) != 0 && within(~std::uint64_t{0}, 0xFFFFFFFFFFFFF035);
    case 5:
      return within(0xF00000000000FFFF, 0);
    case 6:
      return has(0) && within(0xF00FFFFFFF00FFFF, 0xFFFFFFFFFFFFF015);
    case 7:
      return has(1) && within(0xF00FFFFF0000FFFF, 0x0000FFFF00000004);
    case 8:
      return has(6) && within(0xF000000000000000, 0);
    case 9:
    case 10:
      return has(55);
    default:
      return false;
  }
}

bool Iommu::step() {
  if ((status_ & kCmdRun) == 0) return false;
  const std::uint64_t size = ring_bytes(cmd_);
  const std::uint64_t offset = cmd_head_ % size;
  if (offset == cmd_tail_ % size) return false;
  const bool done = command(page(cmd_) + offset);
  if (done || choices_.head_after) cmd_head_ = (offset + 16) % size;
  if (!done) status_ &= ~kCmdRun;
  return done;
}

bool Iommu::command(std::uint64_t at) {
  std::uint64_t q0 = 0, q1 = 0;
  if (!load(at, q0) || !load(at + 8, q1)) {
    log(std::uint64_t{6} << 60 | hw_error_type(), choices_.fetch_at_base ? page(cmd_) : at);
    return false;
  }
  if (!legal(q0, q1)) {
    log(std::uint64_t{5} << 60, at);
    return false;
  }
  if (q0 >> 60 == 2) reported_.erase(static_cast<std::uint16_t>(q0));
  if (q0 >> 60 == 8) reported_.clear();
  if (q0 >> 60 != 1) return true;
  const std::uint64_t address = q0 & 0x000FFFFFFFFFFFF8;
  if ((q0 & 1) != 0) {
    const bool in_window =
        !caps_.snp || (address >= page(excl_base_) && address <= (page(excl_limit_) | 0xFFF));
    if ((!in_window || !store(address, q1)) && !choices_.store_go_on) {
      log(std::uint64_t{6} << 60 | hw_error_type(), address);
      return false;
    }
  }
  if ((q0 & 2) != 0) {
    status_ |= kComWaitInt;
    if ((control_ & 0x10) != 0) ++interrupts;
  }
  return true;
}

}  // namespace naive
