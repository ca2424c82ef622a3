#include "checker/dut/ioapic.hpp"

#include <string_view>

#include <fmt/core.h>

namespace amdvi::dut {
namespace {

constexpr std::uint64_t kSelect = 0xfec0'0000;
constexpr std::uint64_t kWindow = 0xfec0'0010;
constexpr std::string_view kPath = "ioapic";
constexpr unsigned kPin = 1;
constexpr std::uint32_t kEntry = 0x10 + 2 * kPin;  // low half; the high one follows

constexpr std::uint32_t kMasked = 1U << 16;
constexpr std::uint32_t kVectorAndMode = 0x7ff;  // of data and of the low half alike
constexpr unsigned kExtIntMode = 7;              // its vector comes from elsewhere
constexpr unsigned kLogicalOfEntry = 11;         // destination mode
constexpr unsigned kLogicalOfAddress = 2;

constexpr std::uint64_t kRange = 0xfee0'0000;
constexpr std::uint64_t kDestinationOfAddress = 0xff000;
constexpr unsigned kToHighHalf = 12;  // from there to bits 31:24

}  // namespace

Reply<void> IoApic::send(std::uint64_t address, std::uint32_t data) {
  const std::uint64_t sendable = kDestinationOfAddress | 1U << kLogicalOfAddress;
  const bool reserved = (data & ~kVectorAndMode) != 0 || data >> 8 == kExtIntMode;
  if ((address & ~sendable) != kRange || reserved) {
    return fail(FailureKind::kUnsupported,
                fmt::format("the IO-APIC cannot send {:#x} to {:#x}", data, address));
  }
  const auto logical = static_cast<std::uint32_t>(address >> kLogicalOfAddress & 1);
  const auto high = static_cast<std::uint32_t>(address & kDestinationOfAddress) << kToHighHalf;
  Reply<void> sent = write(kEntry, kMasked);
  if (sent) sent = write(kEntry + 1, high);
  if (sent) sent = write(kEntry, data | logical << kLogicalOfEntry);
  if (sent) sent = qtest_->set_irq(kPath, kPin, true);
  if (sent) sent = qtest_->set_irq(kPath, kPin, false);
  if (sent) sent = write(kEntry, kMasked);
  return sent;
}

Reply<void> IoApic::write(std::uint32_t index, std::uint32_t value) {
  if (auto sent = qtest_->write(kSelect, 4, index); !sent) return sent;
  return qtest_->write(kWindow, 4, value);
}

}  // namespace amdvi::dut
