#include <functional>

#include <doctest/doctest.h>

#include "tests/unit/vector_sample.hpp"

namespace amdvi::vector {
namespace {

std::string error_of(const std::function<void(KatFile&)>& change) {
  KatFile file = sample::kats();
  change(file);
  const auto text = to_json(file);
  return text ? "" : text.error().what;
}

std::string replaced(std::string_view from, std::string_view to) {
  std::string text = to_json(sample::kats()).value();
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST_CASE("a known-answer file that is read and written again is the same bytes") {
  const std::string text = to_json(sample::kats()).value();
  const auto file = parse_kats(text, "k.json");
  REQUIRE(file.has_value());
  CHECK(to_json(*file).value() == text);
  CHECK(file->tests[0].in == sample::kats().tests[0].in);
}

TEST_CASE("inputs that are zero are not written") {
  const std::string text = to_json(sample::kats()).value();
  CHECK(text.find("\"in\":{\"" + sample::kats().inputs.front().name + "\":\"0x") !=
        std::string::npos);
}

TEST_CASE("a known-answer test for a decision that does not exist is refused") {
  CHECK(error_of([](KatFile& f) { f.subject = "none"; }).find("no decision 'none'") !=
        std::string::npos);
  CHECK(error_of([](KatFile& f) { f.tests[0].rule = "none"; }).find("no rule 'none'") !=
        std::string::npos);
  CHECK(error_of([](KatFile& f) { f.inputs[0].name = "none"; }).find("no 'none'") !=
        std::string::npos);
}

TEST_CASE("a known-answer test has one value for each field, and no wider") {
  CHECK_FALSE(error_of([](KatFile& f) { f.tests[0].in.pop_back(); }).empty());
  CHECK_FALSE(error_of([](KatFile& f) { f.tests[0].out.clear(); }).empty());
  CHECK_FALSE(error_of([](KatFile& f) {
                f.inputs[0].width = 64;
                f.tests[0].in[0] = ~std::uint64_t{0};
              }).empty());
}

TEST_CASE("an unknown input is refused at its place") {
  const auto file = parse_kats(replaced("\"in\":{\"", "\"in\":{\"x\":\"0x1\",\""), "k.json");
  REQUIRE_FALSE(file.has_value());
  CHECK(file.error().line == 2);
  CHECK(file.error().what == "'x' is no input of this file");
}

TEST_CASE("a vector file is not taken for a known-answer file") {
  const auto file = parse_kats(to_json(sample::file()).value(), "k.json");
  REQUIRE_FALSE(file.has_value());
}

}  // namespace
}  // namespace amdvi::vector
