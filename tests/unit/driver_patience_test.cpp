// What of the time that a driver takes counts against its deadline.
#include <chrono>

#include <doctest/doctest.h>

#include "checker/driver/patience.hpp"

namespace {

using amdvi::driver::Patience;
using std::chrono::milliseconds;

TEST_CASE("a driver that is given no CPU is not taken for one that hangs") {
  Patience patience(milliseconds(1000));
  for (int i = 0; i < 100; ++i) patience.look(milliseconds(100), milliseconds(5 * i), false);
  CHECK(!patience.is_over());
}

TEST_CASE("a driver that runs for ever is stopped after the CPU time of its deadline") {
  Patience patience(milliseconds(1000));
  patience.look(milliseconds(5000), milliseconds(999), false);
  CHECK(!patience.is_over());
  patience.look(milliseconds(20), milliseconds(1000), false);
  CHECK(patience.is_over());
}

TEST_CASE("a driver that sleeps for ever is stopped although it needs no CPU") {
  Patience patience(milliseconds(1000));
  for (int i = 0; i < 9; ++i) patience.look(milliseconds(100), milliseconds(1), true);
  CHECK(!patience.is_over());
  patience.look(milliseconds(100), milliseconds(1), true);
  CHECK(patience.is_over());
}

TEST_CASE("running and sleeping count together") {
  Patience patience(milliseconds(1000));
  patience.look(milliseconds(600), milliseconds(0), true);
  patience.look(milliseconds(400), milliseconds(400), false);
  CHECK(patience.is_over());
}

TEST_CASE("a driver that neither runs nor sleeps does not keep anybody for ever") {
  Patience patience(milliseconds(1000));
  patience.look(milliseconds(19999), milliseconds(0), false);
  CHECK(!patience.is_over());
  patience.look(milliseconds(1), milliseconds(0), false);
  CHECK(patience.is_over());
}

}  // namespace
