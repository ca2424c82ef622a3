// Tested here: SparseMemory of model/include/amdvi/memory.hpp.
#include <array>
#include <cstdint>
#include <span>

#include <doctest/doctest.h>

#include <amdvi/memory.hpp>

using namespace amdvi;

TEST_CASE("words of memory are little-endian at any alignment, across pages and beside what is empty") {
  SparseMemory memory;
  for (const std::uint64_t at : {0x1000, 0x1003, 0x1FF8, 0x1FFC}) {
    CAPTURE(at);
    memory.clear();
    const std::array<std::uint8_t, 8> bytes{0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88};
    REQUIRE(memory.write(at, bytes));
    for (int again = 0; again < 2; ++again) {  // the page is known by then
      std::array<std::uint64_t, 3> words{1, 2, 3};
      REQUIRE(memory.read64(at - 8, words));
      CHECK(words == std::array<std::uint64_t, 3>{0, 0x8877665544332211, 0});
    }
  }
}

TEST_CASE("memory ends at its limit, also within a page that was used") {
  SparseMemory memory{0x1010};
  REQUIRE(memory.write64(0x1008, 5));
  for (int again = 0; again < 2; ++again) {
    std::uint64_t word = 0;
    CHECK(memory.read64(0x1008, word));
    CHECK(word == 5);
    CHECK_FALSE(memory.read64(0x1010, word));
    CHECK_FALSE(memory.read64(0x1009, word));
    std::array<std::uint64_t, 2> words{};
    CHECK_FALSE(memory.read64(0x1008, words));
  }
}

TEST_CASE("a copy of memory is a snapshot, whatever was read before") {
  SparseMemory memory;
  std::uint64_t word = 0;
  memory.write64(0x4000, 1);
  REQUIRE(memory.read64(0x4000, word));
  SparseMemory copy = memory;
  memory.write64(0x4000, 2);
  REQUIRE(copy.read64(0x4000, word));
  CHECK(word == 1);
  copy = memory;
  memory.write64(0x4000, 3);
  REQUIRE(copy.read64(0x4000, word));
  CHECK(word == 2);
  REQUIRE(memory.read64(0x4000, word));
  CHECK(word == 3);
}

TEST_CASE("more pages than are remembered are all found") {
  SparseMemory memory;
  for (std::uint64_t page = 0; page < 500; ++page) memory.write64(page << 12, page + 1);
  for (std::uint64_t page = 0; page < 500; ++page) {
    std::uint64_t word = 0;
    REQUIRE(memory.read64(page << 12, word));
    CHECK(word == page + 1);
  }
}
