#include <doctest/doctest.h>

#include "tests/unit/vector_sample.hpp"

namespace amdvi::vector {
namespace {

std::string id_of(const Vector& vector) { return make_id("dma", "some-profile", vector); }

TEST_CASE("an id is the kind and 16 digits") {
  const std::string id = id_of(sample::every_step());
  CHECK(id.starts_with("dma-"));
  CHECK(id.size() == 20);
}

TEST_CASE("a corrected answer keeps the vector's id") {
  Vector vector = sample::every_step();
  vector.checks[0].one_of[1].words[0].value ^= 1;
  vector.checks.pop_back();
  vector.clauses.push_back("another");
  vector.name = "Another sentence";
  CHECK(id_of(vector) == id_of(sample::every_step()));
}

TEST_CASE("a reworded note keeps the vector's id") {
  Vector vector = sample::every_step();
  vector.setup[2].note = "said otherwise";
  CHECK(id_of(vector) == id_of(sample::every_step()));
}

TEST_CASE("another question has another id") {
  Vector setup = sample::every_step();
  setup.setup[0].value ^= 1;
  Vector steps = sample::every_step();
  steps.steps[0].at ^= 8;
  CHECK(id_of(setup) != id_of(sample::every_step()));
  CHECK(id_of(steps) != id_of(sample::every_step()));
  CHECK(make_id("dma", "other-profile", setup) != id_of(setup));
}

TEST_CASE("a known-answer test's id names decision and inputs, not the answer") {
  KatFile file = sample::kats();
  Kat test = file.tests[0];
  test.rule = "another";
  CHECK(make_kat_id(file, test) == file.tests[0].id);
  test.in[0] = 0;
  CHECK(make_kat_id(file, test) != file.tests[0].id);
}

}  // namespace
}  // namespace amdvi::vector
