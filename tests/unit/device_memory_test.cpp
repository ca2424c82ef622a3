// Tested here: where memory begins and ends, model/src/memory.cpp, by bytes; words are in
// device_sparse_memory_test.cpp.
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
