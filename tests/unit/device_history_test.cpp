// Tested here: a memory that remembers, model/src/history.cpp.
#include <amdvi/cache.hpp>

#include "tests/unit/device_by_hand.hpp"
#include "tests/unit/failing_memory.hpp"

namespace amdvi::by_hand {
namespace {

struct Past {
  SparseMemory memory;
  FailingMemory failing{memory};
  History history{failing};
  void put(std::uint64_t spa, std::uint64_t value) { REQUIRE(history.write64(spa, value)); }
  // Since when a word from 1000h to 1FFFh has held `wanted`.
  History::Time since(std::uint64_t wanted) {
    return history.since(0x1000, 0x1FFF,
                         [&](std::uint64_t, std::uint64_t value) { return value == wanted; });
  }
};

TEST_CASE("a write of nothing and a write that memory refuses are no moments in time") {
  Past p;
  p.put(0x1000, 1);
  const History::Time before = p.history.now();
  CHECK(p.history.write(0x1000, {}));
  p.failing.no_write = {0x1000};
  CHECK_FALSE(p.history.write64(0x1000, 2));
  CHECK(p.history.now() == before);
  CHECK(p.history.versions(0x1000, 1).size() == 2);
  CHECK(p.history.versions(0x1000, 1)[0].words[0] == 1);
}

TEST_CASE("two words were together what they were at one moment") {
  Past p;
  p.put(0x1000, 1);
  p.put(0x1008, 2);
  const auto versions = p.history.versions(0x1000, 2);
  REQUIRE(versions.size() == 3);
  CHECK(versions[0].words == History::Words{1, 2});
  CHECK(versions[1].words == History::Words{1, 0});
  CHECK(versions[2].words == History::Words{0, 0});
}

TEST_CASE("since when a value has been somewhere is known, also after it was overwritten") {
  Past p;
  CHECK(p.since(7) == 0);  // nothing ever changed
  p.put(0x0FF8, 7);        // not in the range
  CHECK(p.since(7) == 0);
  p.put(0x1800, 7);
  const History::Time first = p.history.now();
  CHECK(p.since(7) == first);
  p.put(0x1800, 8);
  p.put(0x1000, 7);
  CHECK(p.since(7) == first);
  CHECK(p.since(9) == 0);
  p.put(0x2000, 9);
  CHECK(p.since(9) == 0);
  p.history.forget();
  CHECK(p.since(7) == 0);
}

}  // namespace
}  // namespace amdvi::by_hand
