// Bytes and numbers as text, for the protocols of this layer. Decoders refuse what they do not
// understand; nothing here throws. Tested by dut_codec_test.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace amdvi::dut {

std::string to_hex(std::span<const std::uint8_t> bytes);  // "" for none
std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text);

std::string to_base64(std::span<const std::uint8_t> bytes);
std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text);

std::optional<std::uint64_t> from_hex_number(std::string_view text);  // "0x1f"

std::vector<std::string_view> split_words(std::string_view line);

}  // namespace amdvi::dut
