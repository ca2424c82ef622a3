#include "checker/wording/decode.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "checker/wording/text.hpp"

namespace amdvi::wording {
namespace {

// "3.10" -> {3, 10}, so that 3.10 is after 3.9.
std::pair<int, int> version(std::string_view text) {
  std::pair<int, int> result{0, 0};
  const char* end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, result.first);
  if (major.ptr != end) std::from_chars(major.ptr + 1, end, result.second);
  return result;
}

unsigned width_of(const spec::FieldInfo& field) {
  unsigned width = 0;
  for (const auto& piece : field.pieces) width += piece.hi - piece.lo + 1U;
  return width;
}

// How far an address field's value stands above its word's bit 0; 0 for other fields. Addresses
// are the only fields this wide that start above bit 0 of a word.
unsigned address_shift(const spec::FieldInfo& field) {
  if (field.pieces.size() != 1 || width_of(field) <= 24) return 0;
  const unsigned shift = field.pieces[0].lo % 64U;
  return shift <= 12 ? shift : 0;
}

std::string_view value_name(const spec::FieldInfo& field, std::uint64_t value) {
  for (const auto& named : field.values) {
    if (named.value == value) return named.name;
  }
  return {};
}

// The code that makes a command or an event what its name already says.
bool names_itself(const spec::StructureInfo& info, const spec::FieldInfo& field) {
  const bool coded =
      info.kind == spec::StructureKind::kCommand || info.kind == spec::StructureKind::kEvent;
  return coded && field.pieces.front().hi == 63 && field.pieces.front().lo == 60;
}

// Words the structure occupies, those beyond `words` zero.
std::vector<std::uint64_t> padded(const spec::StructureInfo& info,
                                  std::span<const std::uint64_t> words) {
  std::vector<std::uint64_t> result(words_of(info));
  std::copy_n(words.begin(), std::min(words.size(), result.size()), result.begin());
  return result;
}

}  // namespace

bool is_in(const spec::FieldInfo& field, std::string_view revision) {
  if (revision.empty()) return true;
  const auto now = version(revision);
  return (field.since.empty() || version(field.since) <= now) &&
         (field.until.empty() || now <= version(field.until));
}

std::size_t words_of(const spec::StructureInfo& info) { return (info.width + 63) / 64; }

std::vector<Decoded> decode(const spec::StructureInfo& info, std::span<const std::uint64_t> words,
                            std::string_view revision) {
  const auto all = padded(info, words);
  std::vector<Decoded> result;
  for (const auto& field : info.fields) {
    if (!is_in(field, revision)) continue;
    const std::uint64_t value = spec::field_value(field, all);
    result.push_back({&field, value, value_name(field, value)});
  }
  return result;
}

std::string value_text(const Decoded& decoded) {
  const std::uint64_t value = decoded.value << address_shift(*decoded.field);
  if (!decoded.value_name.empty()) return fmt::format("{} ({})", decoded.value_name, value);
  return value < 10 ? fmt::format("{}", value) : short_hex(value);
}

std::string in_words(const spec::StructureInfo& info, std::span<const std::uint64_t> words,
                     std::string_view revision) {
  std::vector<std::string> parts;
  for (const Decoded& decoded : decode(info, words, revision)) {
    if (decoded.value == 0 || names_itself(info, *decoded.field)) continue;
    const bool flag =
        width_of(*decoded.field) == 1 && decoded.field->kind == spec::FieldKind::kPlain;
    parts.push_back(std::string(decoded.field->name) + (flag ? "" : "=" + value_text(decoded)));
  }
  return parts.empty() ? "0" : join(parts, "|");
}

std::uint64_t bits_of(const spec::FieldInfo& field, std::size_t index) {
  std::uint64_t bits = 0;
  for (const auto& piece : field.pieces) {
    const std::size_t low = std::max<std::size_t>(piece.lo, index * 64);
    const std::size_t high = std::min<std::size_t>(piece.hi, index * 64 + 63);
    if (low > high) continue;
    bits |= ~std::uint64_t{0} >> (63 - (high - low)) << (low % 64);
  }
  return bits;
}

bool differs(const spec::FieldInfo& field, std::span<const vector::Masked> expected,
             std::span<const std::uint64_t> observed) {
  for (std::size_t i = 0; i < std::min(expected.size(), observed.size()); ++i) {
    const std::uint64_t wrong = (expected[i].value ^ observed[i]) & expected[i].mask;
    if ((wrong & bits_of(field, i)) != 0) return true;
  }
  return false;
}

bool is_compared(const spec::FieldInfo& field, std::span<const vector::Masked> expected) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if ((expected[i].mask & bits_of(field, i)) != 0) return true;
  }
  return false;
}

std::vector<std::string> differences(const spec::StructureInfo& info,
                                     std::span<const vector::Masked> expected,
                                     std::span<const std::uint64_t> observed,
                                     std::string_view revision) {
  std::vector<std::string> names;
  for (const auto& field : info.fields) {
    if (is_in(field, revision) && differs(field, expected, observed)) {
      names.emplace_back(field.name);
    }
  }
  return names;
}

}  // namespace amdvi::wording
