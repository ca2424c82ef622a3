#include "checker/dut/lsi.hpp"

#include <array>
#include <vector>

#include <fmt/core.h>

namespace amdvi::dut {
namespace {

constexpr unsigned kRegisterBar = 1;
constexpr std::uint64_t kStatus = 0x14;  // ISTAT0, one byte
constexpr std::uint64_t kSoftReset = 0x40;
constexpr std::uint64_t kScript = 0x2c;  // DSP: writing its last byte starts the script

constexpr std::uint32_t kMemoryMove = 0xc000'0000;
constexpr std::uint32_t kInterruptAndStop = 0x9808'0000;
constexpr std::uint32_t kLongest = 0xff'ffff;
constexpr std::uint64_t kReach = std::uint64_t{1} << 32;

std::vector<std::uint8_t> script_bytes(const CopyRequest& request) {
  const std::array<std::uint32_t, 5> words{
      kMemoryMove | request.length, static_cast<std::uint32_t>(request.from),
      static_cast<std::uint32_t>(request.to), kInterruptAndStop, 0};
  std::vector<std::uint8_t> bytes;
  for (const auto word : words) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
      bytes.push_back(static_cast<std::uint8_t>(word >> shift));
    }
  }
  return bytes;
}

}  // namespace

Reply<void> Lsi::set_up() { return pci_->place_bar(place_.bdf, kRegisterBar, place_.bar); }

Reply<void> Lsi::copy(const CopyRequest& request) {
  const bool reachable = request.from < kReach && request.to < kReach && request.script < kReach;
  if (!reachable || request.length == 0 || request.length > kLongest) {
    return fail(FailureKind::kUnsupported,
                fmt::format("lsi53c895a copies 1 to {} bytes between 32-bit addresses", kLongest));
  }
  if (auto sent = qtest_->write_bytes(request.script_spa, script_bytes(request)); !sent)
    return sent;
  // A script that could not be fetched leaves the processor waiting for ever: start from reset.
  if (auto sent = qtest_->write(place_.bar + kStatus, 1, kSoftReset); !sent) return sent;
  if (auto sent = qtest_->write(place_.bar + kStatus, 1, 0); !sent) return sent;
  return qtest_->write(place_.bar + kScript, 4, request.script);
}

}  // namespace amdvi::dut
