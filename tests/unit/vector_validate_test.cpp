#include <functional>

#include <doctest/doctest.h>

#include "checker/vector/validate.hpp"
#include "tests/unit/vector_sample.hpp"

namespace amdvi::vector {
namespace {

// What is wrong with the sample after `change`; the id is made anew.
std::string flaw(const std::function<void(Vector&)>& change) {
  VectorFile file = sample::file();
  change(file.vectors[1]);
  file.vectors[1].id = make_id("dma", file.profile, file.vectors[1]);
  const auto invalid = validate(file);
  return invalid ? invalid->pointer + ": " + invalid->what : "";
}

TEST_CASE("a good vector file is accepted") {
  CHECK_FALSE(validate(sample::file()).has_value());
  CHECK(flaw([](Vector&) {}).empty());
}

TEST_CASE("an id that does not name its question is refused with the right one") {
  VectorFile file = sample::file();
  const std::string right = file.vectors[0].id;
  file.vectors[0].id.back() = file.vectors[0].id.back() == '0' ? '1' : '0';
  const auto invalid = validate(file);
  REQUIRE(invalid.has_value());
  CHECK(invalid->pointer == "/vectors/0/id");
  CHECK(invalid->what.find(right) != std::string::npos);
}

TEST_CASE("the same vector twice is refused") {
  VectorFile file = sample::file();
  file.vectors[1] = file.vectors[0];
  CHECK(validate(file)->pointer == "/vectors/1/id");
}

TEST_CASE("labels are unique and every observation has one") {
  CHECK(flaw([](Vector& v) { v.steps[4].label = "log"; }) ==
        "/vectors/1/steps/6/label: label 'log' is used twice");
  CHECK(flaw([](Vector& v) { v.steps[5].label.clear(); }) ==
        "/vectors/1/steps/5/label: an observation needs a label");
}

TEST_CASE("a check looks at a label that exists") {
  CHECK(flaw([](Vector& v) { v.checks[0].label = "gone"; }) ==
        "/vectors/1/checks/0/label: no step has the label 'gone'");
}

TEST_CASE("a register must be in the specification") {
  CHECK(flaw([](Vector& v) { v.setup[0].reg = "NoSuchRegister"; }) ==
        "/vectors/1/setup/0/reg: no MMIO register 'NoSuchRegister' in the specification");
  CHECK(flaw([](Vector& v) { v.checks[1].view.name = "NoSuchRegister"; }) ==
        "/vectors/1/checks/1/view/name: nothing is called 'NoSuchRegister' in the specification");
}

TEST_CASE("a clause must be in the specification") {
  CHECK(flaw([](Vector& v) { v.clauses = {"no.such-clause"}; }) ==
        "/vectors/1/clauses/0: no clause 'no.such-clause' in the specification");
  CHECK(flaw([](Vector& v) { v.checks[0].clauses.clear(); }) ==
        "/vectors/1/checks/0/clauses: no clause is named");
}

TEST_CASE("a check that could not fail is refused") {
  CHECK(flaw([](Vector& v) { v.checks[1].one_of[0].words[0].mask = 0; }) ==
        "/vectors/1/checks/1/one_of/0/words: every mask is zero: the check could not fail");
  CHECK(flaw([](Vector& v) { v.checks[1].one_of.clear(); }) ==
        "/vectors/1/checks/1/one_of: no outcome would pass");
  CHECK(flaw([](Vector& v) { v.checks.clear(); }) ==
        "/vectors/1/checks: the vector checks nothing");
}

TEST_CASE("check ids are unique in a vector") {
  CHECK(flaw([](Vector& v) { v.checks[1].id = "event"; }) ==
        "/vectors/1/checks/1/id: check 'event' is there twice");
}

TEST_CASE("an expectation has as many words as the step can observe") {
  CHECK_FALSE(flaw([](Vector& v) { v.checks[1].one_of[0].words.clear(); }).empty());
  CHECK_FALSE(flaw([](Vector& v) { v.checks[0].one_of[1].words.pop_back(); }).empty());
  CHECK_FALSE(flaw([](Vector& v) { v.checks[0].one_of[0].may_repeat = true; }).empty());
}

TEST_CASE("accesses have a size, a half and a value that go together") {
  CHECK_FALSE(flaw([](Vector& v) { v.setup[0].size = 2; }).empty());
  CHECK_FALSE(flaw([](Vector& v) { v.setup[0].high_half = true; }).empty());
  CHECK_FALSE(flaw([](Vector& v) { v.setup[1].value = std::uint64_t{1} << 32; }).empty());
}

TEST_CASE("lengths are positive, and multiples of 8 where they are observed") {
  CHECK_FALSE(flaw([](Vector& v) { v.steps[5].length = 4; }).empty());
  CHECK_FALSE(flaw([](Vector& v) { v.steps[1].length = 0; }).empty());
  CHECK_FALSE(flaw([](Vector& v) { v.steps[2].length = 0; }).empty());
  CHECK_FALSE(flaw([](Vector& v) { v.setup[3].length = 0; }).empty());
  CHECK_FALSE(flaw([](Vector& v) { v.steps[0].bytes.clear(); }).empty());
}

TEST_CASE("requests with flags that do not go together are refused") {
  CHECK(flaw([](Vector& v) { v.steps[8].bytes.pop_back(); }) ==
        "/vectors/1/steps/8/bytes: an atomic swaps 8 bytes");
  CHECK(flaw([](Vector& v) { v.steps[8].pasid.present = false; }) ==
        "/vectors/1/steps/8/pasid: execute and privileged are flags of a PASID prefix");
  CHECK(flaw([](Vector& v) { v.steps[11].group = 0x200; }) ==
        "/vectors/1/steps/11/group: the index of a group has 9 bits");
}

TEST_CASE("an unknown view is refused") {
  CHECK(flaw([](Vector& v) { v.checks[0].view.kind = "sound"; }) ==
        "/vectors/1/checks/0/view/kind: unknown view 'sound'");
}

}  // namespace
}  // namespace amdvi::vector
