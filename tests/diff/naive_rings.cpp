// The command ring, the event log and the GA log of the naive model.
#include "tests/diff/naive_bits.hpp"
#include "tests/diff/naive_iommu.hpp"

namespace naive {

// core.md 6.2: entries of 8 bytes; the tail is mirrored.
void Iommu::log_guest_interrupt(std::uint64_t entry) {
  if ((status_ & kGaRun) == 0 || (status_ & kGaOverflow) != 0) return;
  const bool enabled = (control_ >> 29 & 1) != 0;
  const std::uint64_t size = ring_bytes(ga_);
  const std::uint64_t next = (ga_tail_ + 8) % size;
  if (next == ga_head_) {
    status_ |= kGaOverflow;
    if (choices_.run_clears) status_ &= ~kGaRun;
    if (enabled) ++interrupts;
    return;
  }
  if (!store(page(ga_) + ga_tail_ % size, entry)) return;
  ga_tail_ = next;
  store(ga_mirror_, ga_tail_);
  status_ |= kGaInt;
  if (enabled) ++interrupts;
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
  cmd_head_ = done || choices_.head_after ? (offset + 16) % size : offset;
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
