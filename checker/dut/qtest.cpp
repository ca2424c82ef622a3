#include "checker/dut/qtest.hpp"

#include <fmt/core.h>

#include "checker/dut/codec.hpp"

namespace amdvi::dut {
namespace {

// QEMU takes about 256 requests before its side of the socket blocks.
constexpr std::size_t kWindow = 200;

Reply<char> width_letter(unsigned size) {
  switch (size) {
    case 1:
      return 'b';
    case 2:
      return 'w';
    case 4:
      return 'l';
    case 8:
      return 'q';
    default:
      return fail(FailureKind::kUnsupported, fmt::format("an access of {} bytes", size));
  }
}

}  // namespace

Qtest::Qtest(LineSocket socket, std::chrono::milliseconds deadline)
    : pipeline_(std::move(socket), {deadline, kWindow, "IRQ "}) {}

Reply<void> Qtest::write(std::uint64_t address, unsigned size, std::uint64_t value) {
  const auto letter = width_letter(size);
  if (!letter) return tl::unexpected(letter.error());
  return pipeline_.post(fmt::format("write{} {:#x} {:#x}", *letter, address, value));
}

Reply<std::uint64_t> Qtest::read(std::uint64_t address, unsigned size) {
  const auto letter = width_letter(size);
  if (!letter) return tl::unexpected(letter.error());
  return ask_number(fmt::format("read{} {:#x}", *letter, address));
}

Reply<void> Qtest::write_bytes(std::uint64_t address, std::span<const std::uint8_t> bytes) {
  if (bytes.empty()) return {};
  return pipeline_.post(
      fmt::format("b64write {:#x} {:#x} {}", address, bytes.size(), to_base64(bytes)));
}

Reply<void> Qtest::fill(std::uint64_t address, std::uint64_t length, std::uint8_t value) {
  if (length == 0) return {};
  return pipeline_.post(fmt::format("memset {:#x} {:#x} {:#x}", address, length, value));
}

Reply<std::vector<std::uint8_t>> Qtest::read_bytes(std::uint64_t address, std::size_t length) {
  if (length == 0) return std::vector<std::uint8_t>();
  const auto reply = pipeline_.ask(fmt::format("b64read {:#x} {:#x}", address, length));
  if (!reply) return tl::unexpected(reply.error());
  auto bytes = from_base64(*reply);
  if (!bytes || bytes->size() != length) {
    return fail(FailureKind::kAdapter, fmt::format("{} bytes asked, got '{}'", length, *reply));
  }
  return *std::move(bytes);
}

Reply<void> Qtest::out32(std::uint16_t port, std::uint32_t value) {
  return pipeline_.post(fmt::format("outl {:#x} {:#x}", port, value));
}

Reply<std::uint32_t> Qtest::in32(std::uint16_t port) {
  return ask_number(fmt::format("inl {:#x}", port)).map([](std::uint64_t value) {
    return static_cast<std::uint32_t>(value);
  });
}

Reply<void> Qtest::set_irq(std::string_view path, unsigned pin, bool level) {
  return pipeline_.post(fmt::format("set_irq_in {} unnamed-gpio-in {} {:d}", path, pin, level));
}

Reply<std::uint64_t> Qtest::ask_number(const std::string& request) {
  const auto reply = pipeline_.ask(request);
  if (!reply) return tl::unexpected(reply.error());
  const auto value = from_hex_number(*reply);
  if (!value) {
    return fail(FailureKind::kAdapter, fmt::format("a number asked, got '{}'", *reply));
  }
  return *value;
}

}  // namespace amdvi::dut
