// Tested here: memory that exists where it was written, model/src/memory.cpp.
#include <array>

#include "tests/unit/device_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

TEST_CASE("an access that begins in memory and ends behind it does not decode") {
  SparseMemory memory(0x2000);
  std::array<std::uint8_t, 8> bytes{};
  CHECK(memory.read(0x1FF8, bytes));
  CHECK_FALSE(memory.read(0x1FFC, bytes));
  CHECK_FALSE(memory.write(0x1FFC, bytes));
  CHECK_FALSE(memory.read(0x2000, bytes));
  std::array<std::uint64_t, 2> words{};
  CHECK(memory.read64(0x1FF0, std::span(words)));
  CHECK_FALSE(memory.read64(0x1FF8, std::span(words)));
}

TEST_CASE("words are little-endian at any alignment, also over the end of a page") {
  SparseMemory memory;
  for (const std::uint64_t at : {0x1000u, 0x1003u, 0x1FFDu}) {
    CAPTURE(at);
    REQUIRE(memory.write64(at, 0x1122'3344'5566'7788));
    std::array<std::uint8_t, 8> bytes{};
    REQUIRE(memory.read(at, bytes));
    CHECK(bytes == std::array<std::uint8_t, 8>{0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11});
    std::uint64_t word = 0;
    REQUIRE(memory.read64(at, word));
    CHECK(word == 0x1122'3344'5566'7788);
  }
}

TEST_CASE("what was never written is 0, before and behind what was") {
  SparseMemory memory;
  REQUIRE(memory.write64(0x2000, ~std::uint64_t{0}));
  std::array<std::uint64_t, 3> words{1, 1, 1};
  REQUIRE(memory.read64(0x1FF8, std::span(words)));
  CHECK(words == std::array<std::uint64_t, 3>{0, ~std::uint64_t{0}, 0});
  memory.clear();
  REQUIRE(memory.read64(0x2000, words[0]));
  CHECK(words[0] == 0);
}

}  // namespace
}  // namespace amdvi::by_hand
