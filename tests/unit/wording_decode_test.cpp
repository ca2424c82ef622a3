#include <array>

#include <doctest/doctest.h>

#include "checker/wording/compare.hpp"
#include "checker/wording/decode.hpp"

namespace amdvi::wording {
namespace {

using spec::Access;
using spec::BitRange;
using spec::FieldKind;
using vector::Masked;

constexpr std::uint64_t kAll = ~std::uint64_t{0};

constexpr std::array kV = {BitRange{0, 0}};
constexpr std::array kOld = {BitRange{2, 1}};
constexpr std::array kMode = {BitRange{11, 9}};
constexpr std::array kRoot = {BitRange{51, 12}};
constexpr std::array kSplit = {BitRange{67, 64}, BitRange{60, 58}};
constexpr std::array kModes = {spec::ValueName{2, "two levels"}};

constexpr spec::FieldInfo field(std::string_view name, std::span<const BitRange> pieces) {
  return {name, pieces, "", nullptr, FieldKind::kPlain, Access::kNone, 0, "", "", {}, ""};
}

constexpr spec::FieldInfo reserved(std::string_view name, std::span<const BitRange> pieces,
                                   std::string_view until) {
  spec::FieldInfo result = field(name, pieces);
  result.kind = FieldKind::kReserved;
  result.until = until;
  return result;
}

constexpr spec::FieldInfo since(spec::FieldInfo info, std::string_view revision) {
  info.since = revision;
  return info;
}

constexpr spec::FieldInfo named(spec::FieldInfo info, std::span<const spec::ValueName> values) {
  info.values = values;
  return info;
}

constexpr std::array kFields = {field("V", kV),
                                reserved("Reserved_2_1", kOld, "3.9"),
                                since(field("New", kOld), "3.10"),
                                named(field("Mode", kMode), kModes),
                                field("Root", kRoot),
                                field("Split", kSplit)};
constexpr spec::StructureInfo kEntry = {
    "Entry", "An entry", spec::StructureKind::kStructure, 128, nullptr, kFields, 0, 0, "", nullptr};

using Words = std::vector<std::uint64_t>;

TEST_CASE("flags are named, values follow their field, zero is left out") {
  CHECK(in_words(kEntry, Words{1, 0}, "3.10") == "V");
  CHECK(in_words(kEntry, Words{0x601, 0}, "3.10") == "V|Mode=3");
  CHECK(in_words(kEntry, Words{0x400, 0}, "3.10") == "Mode=two levels (2)");
  CHECK(in_words(kEntry, Words{0, 0}, "3.10") == "0");
}

TEST_CASE("an address is written whole") {
  CHECK(in_words(kEntry, Words{0x81000, 0}, "3.10") == "Root=0x81000");
}

TEST_CASE("a split field has one value") {
  CHECK(in_words(kEntry, Words{std::uint64_t{5} << 58, 0xa}, "3.10") == "Split=0x55");
}

TEST_CASE("reserved bits that are set are shown with their value") {
  CHECK(in_words(kEntry, Words{4, 0}, "3.9") == "Reserved_2_1=2");
}

TEST_CASE("a field is known by the name it has in the revision") {
  CHECK(in_words(kEntry, Words{4, 0}, "3.10") == "New=2");
  CHECK(in_words(kEntry, Words{4, 0}, "3.5") == "Reserved_2_1=2");
}

TEST_CASE("words that are missing count as zero") {
  CHECK(in_words(kEntry, Words{1}, "3.10") == "V");
  CHECK(in_words(kEntry, {}, "3.10") == "0");
}

TEST_CASE("a difference is named by its field, in either half of a split one") {
  const std::array<Masked, 2> expected = {Masked{1, kAll}, Masked{0, kAll}};
  CHECK(differences(kEntry, expected, Words{1, 0}, "3.10").empty());
  CHECK(differences(kEntry, expected, Words{0, 0}, "3.10") == std::vector<std::string>{"V"});
  CHECK(differences(kEntry, expected, Words{1, 8}, "3.10") == std::vector<std::string>{"Split"});
  CHECK(differences(kEntry, expected, Words{0x1001 | std::uint64_t{1} << 58, 0}, "3.10") ==
        std::vector<std::string>{"Root", "Split"});
}

TEST_CASE("bits outside the mask do not differ") {
  const std::array<Masked, 2> expected = {Masked{0, 1}, Masked{0, 0}};
  CHECK(differences(kEntry, expected, Words{kAll - 1, kAll}, "3.10").empty());
  CHECK(is_compared(kFields[0], expected));
  CHECK_FALSE(is_compared(kFields[4], expected));
}

vector::Check check(std::string kind) {
  vector::Check result;
  result.view.kind = std::move(kind);
  return result;
}

vector::Outcome outcome(std::vector<Masked> words, bool may_repeat = false) {
  return {std::move(words), may_repeat, "", {}};
}

TEST_CASE("plain words are compared one by one") {
  const auto pieces =
      compare(check("data"), outcome({{1, kAll}, {2, kAll}}), std::array<std::uint64_t, 2>{1, 3});
  REQUIRE(pieces.size() == 2);
  CHECK_FALSE(pieces[0].differs);
  CHECK(pieces[1].differs);
  CHECK(pieces[1].title == "bytes 15:8");
}

TEST_CASE("a missing and a surplus log entry differ") {
  const std::array<std::uint64_t, 2> entry = {0x2000000000000000, 0};
  const auto missing = compare(check("events"), outcome({{entry[0], kAll}, {0, kAll}}), {});
  REQUIRE(missing.size() == 1);
  CHECK(missing[0].differs);
  CHECK(missing[0].title.find("is missing") != std::string::npos);
  const auto surplus = compare(check("events"), outcome({}), entry);
  REQUIRE(surplus.size() == 1);
  CHECK(surplus[0].differs);
  CHECK(surplus[0].title.find("should not be") != std::string::npos);
}

TEST_CASE("a repeated entry is compared with the last one expected") {
  const std::array<std::uint64_t, 4> entries = {0x2000000000000000, 0, 0x2000000000000000, 1};
  const auto pieces =
      compare(check("events"), outcome({{entries[0], kAll}, {0, kAll}}, true), entries);
  REQUIRE(pieces.size() == 2);
  CHECK_FALSE(pieces[0].differs);
  CHECK(pieces[1].differs);
  CHECK(pieces[1].expected.size() == 2);
}

}  // namespace
}  // namespace amdvi::wording
