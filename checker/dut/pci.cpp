#include "checker/dut/pci.hpp"

namespace amdvi::dut {
namespace {

constexpr std::uint16_t kAddressPort = 0xcf8;
constexpr std::uint16_t kDataPort = 0xcfc;
constexpr std::uint32_t kConfigEnable = 0x8000'0000;

constexpr std::uint8_t kId = 0x00;
constexpr std::uint8_t kCommand = 0x04;  // status in the upper half: write-1-to-clear, so write 0
constexpr std::uint8_t kClass = 0x08;
constexpr std::uint8_t kHeader = 0x0c;
constexpr std::uint8_t kBar0 = 0x10;
constexpr std::uint8_t kCapabilities = 0x34;
constexpr std::uint32_t kHasCapabilities = 1U << 20;
constexpr std::uint32_t kMultiFunction = 1U << 23;
constexpr std::uint32_t kDecodeMemoryAndMaster = 0x6;

constexpr std::uint32_t kMsiEnable = 1U << 16;
constexpr std::uint32_t kMsi64Bit = 1U << 23;

constexpr std::uint32_t kNoDevice = 0xffff'ffff;
constexpr unsigned kDevices = 32;
constexpr unsigned kFunctions = 8;
// A capability needs 4 bytes of the 192 after the header: more steps than that is a loop.
constexpr unsigned kMostCapabilities = 48;

}  // namespace

Reply<std::uint32_t> Pci::read(std::uint16_t bdf, std::uint8_t offset) {
  const std::uint32_t where = kConfigEnable | std::uint32_t{bdf} << 8 | (offset & 0xfcU);
  if (auto sent = qtest_->out32(kAddressPort, where); !sent) return tl::unexpected(sent.error());
  return qtest_->in32(kDataPort);
}

Reply<void> Pci::write(std::uint16_t bdf, std::uint8_t offset, std::uint32_t value) {
  const std::uint32_t where = kConfigEnable | std::uint32_t{bdf} << 8 | (offset & 0xfcU);
  if (auto sent = qtest_->out32(kAddressPort, where); !sent) return sent;
  return qtest_->out32(kDataPort, value);
}

Reply<std::optional<PciFunction>> Pci::probe(std::uint16_t bdf) {
  const auto id = read(bdf, kId);
  if (!id) return tl::unexpected(id.error());
  if (*id == kNoDevice) return std::nullopt;
  return read(bdf, kClass).map([&](std::uint32_t value) {
    return std::optional(PciFunction{bdf, *id, static_cast<std::uint16_t>(value >> 16)});
  });
}

Reply<std::vector<PciFunction>> Pci::scan() {
  std::vector<PciFunction> found;
  for (unsigned device = 0; device < kDevices; ++device) {
    unsigned functions = 1;
    for (unsigned function = 0; function < functions; ++function) {
      const auto bdf = static_cast<std::uint16_t>(device << 3 | function);
      const auto here = probe(bdf);
      if (!here) return tl::unexpected(here.error());
      if (!*here) continue;
      found.push_back(**here);
      if (function != 0) continue;
      const auto header = read(bdf, kHeader);
      if (!header) return tl::unexpected(header.error());
      if ((*header & kMultiFunction) != 0) functions = kFunctions;
    }
  }
  return found;
}

Reply<std::optional<std::uint8_t>> Pci::find_capability(std::uint16_t bdf, std::uint8_t id) {
  const auto status = read(bdf, kCommand);
  if (!status) return tl::unexpected(status.error());
  if ((*status & kHasCapabilities) == 0) return std::nullopt;
  const auto first = read(bdf, kCapabilities);
  if (!first) return tl::unexpected(first.error());
  auto at = static_cast<std::uint8_t>(*first & 0xfcU);
  for (unsigned step = 0; at != 0 && step < kMostCapabilities; ++step) {
    const auto header = read(bdf, at);
    if (!header) return tl::unexpected(header.error());
    if ((*header & 0xffU) == id) return at;
    at = static_cast<std::uint8_t>(*header >> 8 & 0xfcU);
  }
  return std::nullopt;
}

Reply<void> Pci::place_bar(std::uint16_t bdf, unsigned bar, std::uint32_t address) {
  const auto offset = static_cast<std::uint8_t>(kBar0 + 4 * bar);
  if (auto sent = write(bdf, offset, address); !sent) return sent;
  return write(bdf, kCommand, kDecodeMemoryAndMaster);
}

Reply<void> Pci::enable_msi(std::uint16_t bdf, std::uint8_t capability, const Msi& msi) {
  const auto header = read(bdf, capability);
  if (!header) return tl::unexpected(header.error());
  if ((*header & kMsi64Bit) == 0) {
    return fail(FailureKind::kUnsupported, "the function has no 64-bit MSI capability");
  }
  const auto at = [capability](unsigned offset) {
    return static_cast<std::uint8_t>(capability + offset);
  };
  Reply<void> sent = write(bdf, at(4), static_cast<std::uint32_t>(msi.address));
  if (sent) sent = write(bdf, at(8), static_cast<std::uint32_t>(msi.address >> 32));
  if (sent) sent = write(bdf, at(12), msi.data);
  if (sent) sent = write(bdf, capability, *header | kMsiEnable);
  return sent;
}

Reply<void> Pci::disable_msi(std::uint16_t bdf, std::uint8_t capability) {
  // Id and next pointer are read-only; a zero control word is MSI off, one vector.
  return write(bdf, capability, 0);
}

}  // namespace amdvi::dut
