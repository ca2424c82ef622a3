// Tested here: checker/profile.
#include <doctest/doctest.h>

#include "checker/profile/profile.hpp"

using namespace amdvi;

namespace {

const std::string kGood = R"(kind: profile
name: tiny
title: "A tiny device"
revision: "3.05"
header: {CapId: 0x0f, CapType: 3, IotlbSup: 1}
EFR: {HATS: 2, IASup: 1}
EFR2: {}
memory: {start: 0x100000, length: 0x200000, scratch: 0x400000}
requesters:
  - {name: edu, device_id: 0x0028, engine: edu}
options: {mode7_event: io_page_fault}
qemu: {binary: q, args: ["-a"], memory: 0x20000000}
)";

std::string with(const std::string& from, const std::string& to) {
  std::string text = kGood;
  text.replace(text.find(from), from.size(), to);
  return text;
}

// The error for kGood with one thing changed, as a user would read it.
std::string error_of(const std::string& from, const std::string& to) {
  const auto profile = profile::parse(with(from, to), "tiny.yaml");
  return profile ? "" : vector::to_text(profile.error());
}

bool starts(const std::string& text, std::string_view with) { return text.starts_with(with); }

}  // namespace

TEST_CASE("a profile gives its capabilities, window and requesters") {
  const auto profile = profile::parse(kGood, "some/where/tiny.yaml");
  REQUIRE(profile);
  std::uint64_t value = 0;
  CHECK((get_capability(profile->config, "EFR.HATS", value) && value == 2));
  CHECK((get_capability(profile->config, "Revision", value) && value == 0x305));
  CHECK((get_capability(profile->config, "header.IotlbSup", value) && value == 1));
  CHECK(profile->window_start == 0x100000);
  CHECK(profile->requesters.at(0).device_id == 0x28);
  CHECK(profile->qemu.args.at(0) == "-a");
  CHECK_FALSE(profile->qemu.mmio_base);
}

TEST_CASE("a profile is refused with the line of its mistake") {
  CHECK(starts(error_of("EFR: {HATS: 2", "EFR: {HATZ: 2"),
               "tiny.yaml:6:13: error: ExtendedFeature has no field 'HATZ'"));
  CHECK(starts(error_of("HATS: 2", "HATS: 4"), "tiny.yaml:6:13: error: 0x4 does not fit 2 bits"));
  CHECK(starts(error_of("HATS: 2", "HATS: 2, HATS: 1"),
               "tiny.yaml:6:16: error: key 'HATS' given twice"));
  CHECK(starts(error_of("HATS: 2", "GAPPISup: 1"),
               "tiny.yaml:6:17: error: revision 3.05 has no field GAPPISup"));
  CHECK(starts(error_of("start: 0x100000", "start: 0x100800"),
               "tiny.yaml:8:17: error: 0x100800 is not aligned to 4 KiB"));
  CHECK(starts(error_of("scratch: 0x400000", "scratch: 0x101000"),
               "tiny.yaml:8:54: error: the scratch page is inside of the window"));
  CHECK(starts(error_of("length: 0x200000", "length: 0xffffffffff000"),
               "tiny.yaml:8:35: error: the window ends above"));
  CHECK(
      starts(error_of("engine: edu", "engine: ed"), "tiny.yaml:10:44: error: unknown engine 'ed'"));
  CHECK(starts(error_of("io_page_fault", "none"),
               "tiny.yaml:11:24: error: option mode7_event has no value"));
  CHECK(starts(error_of("mode7_event", "mode8_event"), "tiny.yaml:11:24: error: unknown option"));
}

TEST_CASE("a profile is refused for what YAML lets pass") {
  CHECK(starts(error_of("\"3.05\"", "3.05"), "tiny.yaml:4:11: error: 3.05 is not in quotes"));
  CHECK(
      starts(error_of("\"3.05\"", "\"3.04\""), "tiny.yaml:4:11: error: '3.04' is not a revision"));
  CHECK(starts(error_of("HATS: 2", "HATS: 010"), "tiny.yaml:6:13: error: '010' is not a number"));
  CHECK(starts(error_of("HATS: 2", "HATS: -1"), "tiny.yaml:6:13: error: '-1' is not a number"));
  CHECK(starts(error_of("name: tiny", "name: other"),
               "tiny.yaml:2:7: error: profile 'other' is in a file"));
  CHECK(starts(error_of("kind: profile", "kind: register"),
               "tiny.yaml:1:7: error: this is a register"));
  CHECK(starts(error_of("title:", "titel:"), "tiny.yaml:3:1: error: unknown key 'titel'"));
  CHECK(starts(error_of("EFR2: {}\n", ""), "tiny.yaml:1:1: error: key 'EFR2' is missing"));
  CHECK(starts(error_of("EFR2: {}", "EFR2: ["), "tiny.yaml:"));
  CHECK(starts(error_of("kind: profile", "--- {}\n--- {}\nkind: x"), "tiny.yaml:"));
  CHECK_FALSE(profile::parse("", "tiny.yaml"));
  CHECK_FALSE(profile::parse("just text", "tiny.yaml"));
}

TEST_CASE("a profile that is not there is an error, not an exception") {
  const auto profile = profile::load("no/such/profile.yaml");
  REQUIRE_FALSE(profile);
  CHECK(profile.error().file == "no/such/profile.yaml");
}
