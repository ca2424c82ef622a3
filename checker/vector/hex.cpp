#include "checker/vector/hex.hpp"

#include <array>
#include <cstdlib>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace amdvi::vector {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

std::optional<unsigned> digit(char c) {
  const auto at = kDigits.find(c);
  if (at == std::string_view::npos) return std::nullopt;
  return static_cast<unsigned>(at);
}

}  // namespace

std::string hex(std::uint64_t value, unsigned digits) {
  return fmt::format("0x{:0{}x}", value, digits);
}

std::optional<std::uint64_t> parse_hex(std::string_view text, unsigned digits) {
  if (text.size() != digits + 2 || !text.starts_with("0x")) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text.substr(2)) {
    const auto nibble = digit(c);
    if (!nibble) return std::nullopt;
    value = value << 4 | *nibble;
  }
  return value;
}

std::string hex_bytes(std::span<const std::uint8_t> bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0xf];
  }
  return text;
}

std::optional<std::vector<std::uint8_t>> parse_bytes(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::vector<std::uint8_t> bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const auto high = digit(text[i]);
    const auto low = digit(text[i + 1]);
    if (!high || !low) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(*high << 4 | *low));
  }
  return bytes;
}

std::string sha256(std::string_view data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  // Without SHA-256 no id can be made or checked: the OpenSSL installation is broken.
  if (EVP_Digest(data.data(), data.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1) {
    std::abort();
  }
  return hex_bytes(std::span(digest).first(length));
}

}  // namespace amdvi::vector
