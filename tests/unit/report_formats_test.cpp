#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "checker/report/report.hpp"
#include "checker/report/tally.hpp"
#include "tests/unit/report_sample.hpp"

namespace amdvi::report {
namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::size_t times(const std::string& text, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++n;
  return n;
}

// Elements closed in the order they were opened, attributes quoted, no stray '<' or '&'.
// `voids` are elements that are never closed (HTML).
std::string malformed(std::string_view text, const std::vector<std::string>& voids) {
  std::vector<std::string> open;
  while (!text.empty()) {
    const auto at = text.find('<');
    if (at == std::string_view::npos) break;
    const auto end = text.find('>', at);
    if (end == std::string_view::npos) return "an unclosed tag";
    const std::string tag(text.substr(at + 1, end - at - 1));
    text.remove_prefix(end + 1);
    if (tag.empty() || tag.find('<') != std::string::npos) return "a stray <";
    if (times(tag, "\"") % 2 != 0) return "an unbalanced quote in " + tag;
    if (tag[0] == '?' || tag[0] == '!' || tag.back() == '/') continue;
    const std::string name = tag.substr(tag[0] == '/' ? 1 : 0, tag.find(' '));
    if (tag[0] != '/') {
      if (std::find(voids.begin(), voids.end(), name) == voids.end()) open.push_back(name);
      continue;
    }
    if (open.empty() || open.back() != name) return "</" + name + "> closes nothing";
    open.pop_back();
  }
  return open.empty() ? "" : "<" + open.back() + "> is not closed";
}

std::string stray_ampersand(const std::string& text) {
  for (std::size_t at = 0; (at = text.find('&', at)) != std::string::npos; ++at) {
    const auto end = text.find(';', at);
    if (end == std::string::npos || end - at > 6) return text.substr(at, 20);
  }
  return "";
}

TEST_CASE("JUnit is well-formed whatever the device says") {
  const std::string xml = junit(sample::run());
  CHECK(malformed(xml, {}) == "");
  CHECK(stray_ampersand(xml) == "");
  CHECK_FALSE(has(xml, "]]>"));
  CHECK_FALSE(has(xml, "\x01"));
}

TEST_CASE("JUnit counts failures, errors and skips apart, and suspects pass") {
  const std::string xml = junit(sample::run());
  CHECK(has(xml, "tests=\"9\" failures=\"2\" errors=\"2\" skipped=\"2\" time="));
  CHECK(times(xml, "<failure ") == 2);
  CHECK(times(xml, "<error ") == 2);
  CHECK(times(xml, "<skipped ") == 2);
  CHECK(times(xml, "<system-out>") == 2);
  CHECK(times(xml, "<testsuite ") == 2);
}

TEST_CASE("a canary that failed is an error in JUnit") {
  judge::Run run = sample::run();
  run.canary = "the device does not answer";
  const std::string xml = junit(run);
  CHECK(malformed(xml, {}) == "");
  CHECK(has(xml, "<error message=\"the device does not answer\""));
}

TEST_CASE("JSON Lines are one result a line and a summary") {
  std::istringstream lines(json_lines(sample::run()));
  std::vector<nlohmann::json> parsed;
  for (std::string line; std::getline(lines, line);) parsed.push_back(nlohmann::json::parse(line));
  REQUIRE(parsed.size() == 10);
  CHECK(parsed[1].at("id") == "b-fail");
  CHECK(parsed[1].at("verdict") == "fail");
  CHECK(parsed[1].at("checks")[0].at("observed")[0] == "0x0000000000000000");
  const auto& summary = parsed.back().at("summary");
  CHECK(summary.at("verdict") == "does not conform");
  CHECK(summary.at("counts").at("skip") == 2);
  CHECK(summary.at("findings").size() == 2);
}

TEST_CASE("the page is well-formed and needs nothing from elsewhere") {
  const std::string page = html_page(sample::run());
  CHECK(malformed(page, {"meta", "br"}) == "");
  CHECK_FALSE(has(page, "http:"));
  CHECK_FALSE(has(page, "https:"));
  CHECK_FALSE(has(page, "<script"));
  CHECK_FALSE(has(page, "<b>&"));
  CHECK_FALSE(has(page, "url("));
}

TEST_CASE("the page leads with the verdict and links every broken clause") {
  const std::string page = html_page(sample::run());
  CHECK(has(page, "<h1>Does not conform</h1>"));
  CHECK(has(page, "4 of 7 vectors failed, 1 clause broken."));
  const std::string clause = vector::sample::a_clause();
  CHECK(has(page, "href=\"#" + clause + "\""));
  CHECK(has(page, "id=\"" + clause + "\""));
  CHECK(page.find(">" + clause + "<") < page.find("no.such-clause</code>"));
}

TEST_CASE("the page shows hangs and crashes that no finding explains") {
  const std::string page = html_page(sample::run());
  CHECK(has(page, "<section class=\"finding fail\" id=\"e-hang\">"));
  CHECK(has(page, "<section class=\"finding fail\" id=\"f-crash\">"));
}

TEST_CASE("the summary ends with the verdict, and tells how to rerun each finding") {
  const std::string text = summary(sample::run(), {});
  CHECK(has(text, "fail 2  suspect 1  hang 1  crash 1  unstable 1  skip 2  pass 1\n"));
  CHECK(has(text, "  skipped       2  reason "));
  CHECK(has(text, "rerun     amdvi run --dut model vectors --only b-fail\n"));
  CHECK(has(text, "(2 vectors, must)"));
  CHECK(text.ends_with("does not conform: 4 of 7 vectors failed, 1 clause broken.\n"));
  CHECK_FALSE(has(text, "\x1b"));
  CHECK_FALSE(has(text, "\x01"));
}

TEST_CASE("colour is only added where it is asked for") {
  CHECK(has(summary(sample::run(), {true, false}), "\x1b[31mFAIL   \x1b[0m"));
}

TEST_CASE("a quiet summary leaves out the counts") {
  CHECK_FALSE(has(summary(sample::run(), {false, true}), "skipped"));
}

}  // namespace
}  // namespace amdvi::report
