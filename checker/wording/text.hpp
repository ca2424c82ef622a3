// Words and numbers as all reports write them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace amdvi::wording {

// Valid UTF-8 without the control characters that XML forbids; what is not becomes U+FFFD.
std::string clean(std::string_view text);
// The same, for the text or an attribute of XML or HTML.
std::string escape(std::string_view text);

// "1 vector", "1,204 vectors".
std::string count(std::size_t n, std::string_view noun);
std::string thousands(std::size_t n);

// "0x1000"
std::string short_hex(std::uint64_t value);
// "00:02.0"
std::string requester(std::uint16_t device_id);

std::string join(const std::vector<std::string>& parts, std::string_view separator);

// Lines of at most `width` columns, each after `indent`.
std::string wrapped(std::string_view text, std::size_t width, std::string_view indent);

}  // namespace amdvi::wording
