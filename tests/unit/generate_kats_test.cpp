#include <set>
#include <string>

#include <doctest/doctest.h>

#include "checker/generate/kats.hpp"
#include "checker/prove/decision_engine.hpp"

namespace amdvi {
namespace {

// Through the text, so that what consumers read is what is checked.
void check_answers(const vector::KatFile& file) {
  const auto text = vector::to_json(file);
  REQUIRE(text.has_value());
  const auto read = vector::parse_kats(*text, file.subject);
  REQUIRE(read.has_value());
  REQUIRE(read->tests.size() == file.tests.size());
  const auto engine = prove::make_engine(*spec::find_decision(file.subject));
  for (const vector::Kat& kat : read->tests) {
    CAPTURE(kat.id);
    const prove::Evaluation e = engine->evaluate(kat.in);
    CHECK(e.assumed);
    CHECK(e.outputs == kat.out);
    CHECK(engine->info().rules[e.rule].id == kat.rule);
  }
}

// The quick ones; tests/e2e/kat_mutants.cpp looks at all.
TEST_CASE("known answers are what the model decides and none is there twice") {
  std::set<std::string> ids;
  for (const std::string_view decision : {"exclusion", "log_append", "device_table_slot",
                                          "irte32_check", "interrupt_fault_log"}) {
    CAPTURE(decision);
    const vector::KatFile file = generate::make_kats(*spec::find_decision(decision));
    CHECK_FALSE(file.tests.empty());
    check_answers(file);
    for (const vector::Kat& kat : file.tests) CHECK(ids.insert(kat.id).second);
  }
}

}  // namespace
}  // namespace amdvi
