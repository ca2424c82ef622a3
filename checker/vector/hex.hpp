// The one spelling of numbers and bytes in vector files. JSON numbers lose bits above 2^53 in many
// readers, so everything wider than a length is a string; only the canonical spelling is read, so
// that a file and its rewritten self are the same bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace amdvi::vector {

// "0x" and exactly `digits` lower-case hexadecimal digits.
std::string hex(std::uint64_t value, unsigned digits = 16);
std::optional<std::uint64_t> parse_hex(std::string_view text, unsigned digits = 16);

// Two lower-case digits a byte, lowest address first.
std::string hex_bytes(std::span<const std::uint8_t> bytes);
std::optional<std::vector<std::uint8_t>> parse_bytes(std::string_view text);

// SHA-256 in 64 lower-case digits.
std::string sha256(std::string_view data);

}  // namespace amdvi::vector
