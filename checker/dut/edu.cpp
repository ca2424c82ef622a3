#include "checker/dut/edu.hpp"

#include <algorithm>

#include <fmt/core.h>

namespace amdvi::dut {
namespace {

constexpr std::uint64_t kRaise = 0x60;
constexpr std::uint64_t kAcknowledge = 0x64;
constexpr std::uint64_t kSource = 0x80;
constexpr std::uint64_t kDestination = 0x88;
constexpr std::uint64_t kCount = 0x90;
constexpr std::uint64_t kDmaCommand = 0x98;
constexpr std::uint64_t kRun = 1;
constexpr std::uint64_t kToMemoryBit = 2;

// The device's buffer, in the device's own address space. QEMU's range check excludes a transfer
// that ends with the last of its 4096 bytes, and aborts.
constexpr std::uint64_t kBuffer = 0x4'0000;
constexpr std::uint32_t kBufferSize = 4095;

// What a read that never landed is seen to return.
constexpr std::uint8_t kPoison = 0xee;
constexpr std::size_t kMsiLength = 4;

// Differs from fetch to fetch and from byte to byte, so that no DMA can leave it by accident.
std::vector<std::uint8_t> canary(std::uint32_t number, std::size_t length) {
  std::vector<std::uint8_t> out(length);
  std::uint32_t state = number * 2654435761U + 1;
  for (auto& byte : out) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<std::uint8_t>(state >> 24);
  }
  return out;
}

tl::unexpected<Failure> too_long(std::size_t length, std::size_t left) {
  return fail(FailureKind::kUnsupported,
              fmt::format("edu's buffer has {} of its {} bytes left for this vector, {} asked",
                          left, kBufferSize, length));
}

}  // namespace

Reply<Edu> Edu::attach(Qtest& qtest, Pci& pci, const Place& place) {
  const auto msi = pci.find_capability(place.bdf, kMsiCapability);
  if (!msi) return tl::unexpected(msi.error());
  if (!*msi) return fail(FailureKind::kAdapter, "this edu device has no MSI capability");
  return Edu(qtest, pci, place, **msi);
}

Reply<void> Edu::set_up() { return pci_->place_bar(place_.bdf, 0, place_.bar); }

bool Edu::fits_msi(std::uint64_t iova, std::span<const std::uint8_t> bytes) {
  // MSI data is 16 bits, sent as a zero-extended doubleword to a doubleword's address.
  return bytes.size() == kMsiLength && iova % kMsiLength == 0 && bytes[2] == 0 && bytes[3] == 0;
}

Reply<void> Edu::write_msi(std::uint64_t iova, std::span<const std::uint8_t> bytes) {
  const auto data = static_cast<std::uint16_t>(bytes[0] | bytes[1] << 8);
  Reply<void> sent = pci_->enable_msi(place_.bdf, msi_, {iova, data});
  if (sent) sent = qtest_->write(place_.bar + kRaise, 4, 1);
  if (sent) sent = qtest_->write(place_.bar + kAcknowledge, 4, 1);
  if (sent) sent = pci_->disable_msi(place_.bdf, msi_);
  return sent;
}

bool Edu::needs_priming(const Coming& coming) const {
  const bool known = std::all_of(coming.writes.begin(), coming.writes.end(),
                                 [this](const auto& bytes) { return find(bytes) != nullptr; });
  return image_.empty() || !known || room() < std::max(coming.read_bytes, kSpareReads);
}

Reply<void> Edu::prime(const Coming& coming) {
  reads_.clear();
  read_budget_ = std::max(coming.read_bytes, kSpareReads);
  if (!needs_priming(coming)) return {};
  image_.assign(kBufferSize, kPoison);
  used_ = 0;
  writes_.clear();
  for (const auto& bytes : coming.writes) {
    if (find(bytes) != nullptr) continue;
    const auto slot = allocate(bytes.size());
    if (!slot) return tl::unexpected(slot.error());
    std::copy(bytes.begin(), bytes.end(), image_.begin() + slot->offset);
    writes_.push_back(*slot);
  }
  if (auto sent = qtest_->write_bytes(place_.scratch, image_); !sent) return sent;
  return run(Direction::kToDevice, place_.scratch, {0, kBufferSize});
}

Reply<void> Edu::write(std::uint64_t iova, std::span<const std::uint8_t> bytes) {
  const Slot* slot = find(bytes);
  if (slot == nullptr) {
    return fail(
        FailureKind::kAdapter,
        fmt::format("a DMA write of {} bytes was not announced by prepare()", bytes.size()));
  }
  return run(Direction::kToMemory, iova, *slot);
}

Reply<void> Edu::read(std::uint64_t iova, std::uint32_t length) {
  if (length > read_budget_) return too_long(length, read_budget_);
  const auto slot = allocate(length);
  if (!slot) return tl::unexpected(slot.error());
  read_budget_ -= length;
  if (auto ran = run(Direction::kToDevice, iova, *slot); !ran) return ran;
  reads_.push_back(*slot);
  return {};
}

Reply<std::vector<std::vector<std::uint8_t>>> Edu::fetch() {
  std::vector<std::vector<std::uint8_t>> out;
  if (reads_.empty()) return out;
  const Slot span{reads_.front().offset, used_ - reads_.front().offset};
  const auto before = canary(++fetches_, span.length);
  if (auto sent = qtest_->write_bytes(place_.scratch, before); !sent) {
    return tl::unexpected(sent.error());
  }
  if (auto ran = run(Direction::kToMemory, place_.scratch, span); !ran) {
    return tl::unexpected(ran.error());
  }
  const auto bytes = qtest_->read_bytes(place_.scratch, span.length);
  if (!bytes) return tl::unexpected(bytes.error());
  if (*bytes == before) {
    return fail(FailureKind::kAdapter,
                "edu's buffer cannot be fetched: its DMA does not pass although the IOMMU is off");
  }
  for (const auto& slot : reads_) {
    const auto begin = bytes->begin() + (slot.offset - span.offset);
    out.emplace_back(begin, begin + slot.length);
  }
  reads_.clear();
  return out;
}

const Edu::Slot* Edu::find(std::span<const std::uint8_t> bytes) const {
  const auto found = std::find_if(writes_.begin(), writes_.end(), [&](const Slot& slot) {
    return slot.length == bytes.size() &&
           std::equal(bytes.begin(), bytes.end(), image_.begin() + slot.offset);
  });
  return found == writes_.end() ? nullptr : &*found;
}

std::size_t Edu::room() const { return kBufferSize - used_; }

Reply<Edu::Slot> Edu::allocate(std::size_t length) {
  if (length == 0 || length > room()) return too_long(length, room());
  const Slot slot{used_, static_cast<std::uint32_t>(length)};
  used_ += slot.length;
  return slot;
}

Reply<void> Edu::run(Direction direction, std::uint64_t iova, const Slot& slot) {
  const std::uint64_t local = kBuffer + slot.offset;
  const bool to_memory = direction == Direction::kToMemory;
  Reply<void> sent = qtest_->write(place_.bar + kSource, 8, to_memory ? local : iova);
  if (sent) sent = qtest_->write(place_.bar + kDestination, 8, to_memory ? iova : local);
  if (sent) sent = qtest_->write(place_.bar + kCount, 8, slot.length);
  if (sent)
    sent = qtest_->write(place_.bar + kDmaCommand, 8, to_memory ? kRun | kToMemoryBit : kRun);
  return sent ? wait_done() : sent;
}

// Each look is a round trip, in which QEMU's clock moves on: no sleep is needed.
Reply<void> Edu::wait_done() {
  const Deadline deadline(place_.deadline);
  while (!deadline.passed()) {
    const auto state = qtest_->read(place_.bar + kDmaCommand, 8);
    if (!state) return tl::unexpected(state.error());
    if ((*state & kRun) == 0) return {};
  }
  return fail(FailureKind::kHang,
              fmt::format("edu's DMA did not end within {} ms", place_.deadline.count()));
}

}  // namespace amdvi::dut
