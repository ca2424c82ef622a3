#include <numeric>

#include <doctest/doctest.h>

#include "checker/dut/codec.hpp"

namespace amdvi::dut {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST_CASE("dut codec: every length survives base64 and hex") {
  for (std::size_t length = 0; length < 70; ++length) {
    Bytes bytes(length);
    std::iota(bytes.begin(), bytes.end(), static_cast<std::uint8_t>(length * 37));
    CHECK(from_base64(to_base64(bytes)) == bytes);
    CHECK(from_hex(to_hex(bytes)) == bytes);
  }
}

TEST_CASE("dut codec: base64 is the standard one, padded") {
  CHECK(to_base64(Bytes{'f'}) == "Zg==");
  CHECK(to_base64(Bytes{'f', 'o'}) == "Zm8=");
  CHECK(to_base64(Bytes{'f', 'o', 'o'}) == "Zm9v");
  CHECK(to_base64(Bytes{0xff, 0xfe, 0xfb}) == "//77");
}

TEST_CASE("dut codec: hex may carry a prefix and either case") {
  CHECK(from_hex("0x0aFf") == Bytes{0x0a, 0xff});
  CHECK(to_hex(Bytes{0x0a, 0xff}) == "0aff");
}

TEST_CASE("dut codec: what is not understood is refused") {
  CHECK_FALSE(from_hex("abc"));
  CHECK_FALSE(from_hex("zz"));
  CHECK_FALSE(from_base64("Zg="));
  CHECK_FALSE(from_base64("Z*=="));
  CHECK_FALSE(from_hex_number("12"));
  CHECK_FALSE(from_hex_number("0x"));
  CHECK_FALSE(from_hex_number("0x12g"));
  CHECK_FALSE(from_hex_number("0x11112222333344445"));
  CHECK(from_hex_number("0xffffffffffffffff") == ~std::uint64_t{0});
}

TEST_CASE("dut codec: words are split at any number of spaces") {
  CHECK(split_words("") == std::vector<std::string_view>{});
  CHECK(split_words("  a  bc ") == std::vector<std::string_view>{"a", "bc"});
}

}  // namespace
}  // namespace amdvi::dut
