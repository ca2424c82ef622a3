#include <doctest/doctest.h>

#include "checker/wording/text.hpp"

namespace amdvi::wording {
namespace {

TEST_CASE("markup is escaped in text and attributes") {
  CHECK(escape("<a href=\"x\">&'") == "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
  CHECK(escape("]]>") == "]]&gt;");
}

TEST_CASE("what is not UTF-8, or is forbidden in XML, is replaced") {
  const std::string mark = "\xef\xbf\xbd";
  CHECK(clean(std::string_view("a\0b", 3)) == "a" + mark + "b");
  CHECK(clean("\x1b[31m") == mark + "[31m");
  CHECK(clean("\xff") == mark);
  CHECK(clean("\xc3") == mark);
  CHECK(clean("\xc0\xaf") == mark + mark);
  CHECK(clean("\xe0\x80\x80") == mark + mark + mark);
  CHECK(clean("\xed\xa0\x80") == mark + mark + mark);
  CHECK(clean("\xf5\x80\x80\x80") == mark + mark + mark + mark);
  CHECK(clean("\xef\xbf\xbf") == mark + mark + mark);
  CHECK(clean("\xc3\xa9 \xe2\x86\x92 \xf0\x9f\x98\x80\t\r\n") ==
        "\xc3\xa9 \xe2\x86\x92 \xf0\x9f\x98\x80\t\n");
}

TEST_CASE("numbers are written for people") {
  CHECK(thousands(0) == "0");
  CHECK(thousands(999) == "999");
  CHECK(thousands(1000) == "1,000");
  CHECK(thousands(1234567) == "1,234,567");
  CHECK(count(1, "vector") == "1 vector");
  CHECK(count(1204, "vector") == "1,204 vectors");
  CHECK(requester(0x00fa) == "00:1f.2");
}

TEST_CASE("long lines are wrapped between words") {
  CHECK(wrapped("aa bb\ncc", 5, "") == "aa bb\ncc\n");
  CHECK(wrapped("aa bb cc", 6, "  ") == "  aa\n  bb\n  cc\n");
  CHECK(wrapped("averylongword b", 5, "") == "averylongword\nb\n");
  CHECK(wrapped("  ", 5, "  ").empty());
}

}  // namespace
}  // namespace amdvi::wording
