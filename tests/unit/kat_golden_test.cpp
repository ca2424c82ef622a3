// Answers worked out by hand (viommu.md 14), found among the known answers.
#include <algorithm>
#include <map>
#include <string>

#include <doctest/doctest.h>

#include "checker/generate/function_source.hpp"
#include "checker/generate/kats.hpp"

namespace amdvi {
namespace {

using Words = std::vector<std::uint64_t>;
using generate::NamedValues;

// What the test with these inputs answers; nothing if there is none.
Words answer(const vector::KatFile& file, const NamedValues& named) {
  const Words in = generate::in_order(file, named);
  for (const vector::Kat& kat : file.tests) {
    if (kat.in == in) return kat.out;
  }
  return {};
}

Words layout(std::string_view name, const NamedValues& named) {
  return answer(generate::make_kats(*spec::find_structure(name)), named);
}

Words function(std::string_view name, const NamedValues& named) {
  for (const generate::FunctionSource& source : generate::all_functions()) {
    if (source.info->name == name) return answer(generate::make_kats(source), named);
  }
  return {};
}

TEST_CASE("known answers have the map writes worked out by hand") {
  CHECK(layout("VfctrlDevIdMapControl",
               {{"Write", 1}, {"GDeviceID", 0x0008}, {"HDeviceID", 0xC100}, {"Valid", 1}}) ==
        Words{0x8002'0000'3040'0001});
  CHECK(layout("VfctrlDevIdMapControl", {{"Write", 1}, {"GDeviceID", 8}, {"Valid", 1}}) ==
        Words{0x8002'0000'0000'0001});
  CHECK(layout("VfctrlDevIdMapControl", {{"Write", 1}, {"GDeviceID", 8}}) ==
        Words{0x8002'0000'0000'0000});
  CHECK(layout("VfctrlDomIdMapControl",
               {{"Write", 1}, {"GDomainID", 0xFFFF}, {"HDomainID", 1}, {"Valid", 1}}) ==
        Words{0xBFFF'C000'0000'4001});
}

TEST_CASE("known answers have the queue and miscellaneous words worked out by hand") {
  CHECK(layout("VfctrlMiscControl", {{"TransDevID", 0xFFFF}}) == Words{0x0000'0000'FFFF'0000});
  CHECK(layout("VfctrlCommandControl",
               {{"ComBase", 0x1'2345'6000 >> 12}, {"ComLen", 9}, {"CmdBufEn", 1}}) ==
        Words{0x0000'0001'2345'6109});
  CHECK(layout("VfctrlEventControl", {{"EventBase", 0x1'2345'8000 >> 12},
                                      {"EventLen", 9},
                                      {"EventLogEn", 1},
                                      {"EventIntEn", 1}}) == Words{0x0000'0001'2345'8309});
  CHECK(layout("VfctrlPprControl", {{"PprBase", 0x1'2345'A000 >> 12},
                                    {"PprLen", 9},
                                    {"PPRLogEn", 1},
                                    {"PPRIntEn", 1},
                                    {"PPREn", 1}}) == Words{0x0000'0012'345A'0709});
  CHECK(layout("VfctrlPprControl",
               {{"PprBase", 0xF'FFFF'FFFF'F000 >> 12}, {"PprLen", 15}, {"PPRLogEn", 1}}) ==
        Words{0x00FF'FFFF'FFFF'010F});
}

TEST_CASE("known answers have the commands, the entry and the event worked out by hand") {
  CHECK(layout("RESET_VMMIO", {{"opcode", 0xA}, {"GuestID", 5}, {"All", 1}, {"vCmd", 1}}) ==
        Words{0xA000'0000'9000'0005, 0});
  CHECK(layout("DeviceTableEntry", {{"vImuEn", 1}, {"GDeviceID", 8}, {"GuestID", 5}}) ==
        Words{0, 0, 0, 0x0000'0005'0008'8000});
  CHECK(layout("GUEST_EVENT_FAULT",
               {{"EventCode", 0xB}, {"vEvent", 1}, {"vPtr", 1}, {"vCmd", 1}}) ==
        Words{0xB000'0000'E000'0000, 0});
  CHECK(layout("INVALIDATE_IOMMU_PAGES",
               {{"opcode", 3}, {"DomainID", 7}, {"S", 1}, {"PDE", 1}, {"Address", 0xFF}}) ==
        Words{0x3000'0007'0000'0000, 0x0F'F003});
}

TEST_CASE("known answers have the private addresses worked out by hand") {
  const auto slice = [](std::uint64_t region, std::uint64_t gid) {
    return function("private_slice", {{"region", region}, {"GuestID", gid}});
  };
  CHECK(slice(1, 1) == Words{0x10'0010'0000});
  CHECK(slice(2, 1) == Words{0x20'0008'0000});
  CHECK(slice(1, 0xFFFF) == Words{0x1F'FFF0'0000});
  CHECK(slice(2, 0xFFFF) == Words{0x27'FFF8'0000});
  CHECK(slice(7, 0xFFFF) == Words{0x4F'FFF8'0000});
  const auto flush = [](std::uint64_t base, std::uint64_t size) {
    return function("private_flush_operand", {{"base", base}, {"size", size}});
  };
  CHECK(flush(0, 0x20'0000) == Words{0x0F'F003});
  CHECK(flush(0x20'0000, 0x20'0000) == Words{0x2F'F003});
  CHECK(flush(0x40'0000, 0x20'0000) == Words{0x4F'F003});
  CHECK(flush(0x60'0000, 0x20'0000) == Words{0x6F'F003});
  CHECK(flush(0x10'0010'0000, 0x10'0000) == Words{0x10'0017'F003});
  CHECK(flush(0x20'0008'0000, 0x8'0000) == Words{0x20'000B'F003});
}

TEST_CASE("a function has no known answer beyond what its callers guarantee") {
  for (const generate::FunctionSource& source : generate::all_functions()) {
    if (source.info->name != "private_flush_operand") continue;
    CHECK_FALSE(source.evaluate(Words{0, 0x1000}).has_value());
    CHECK_FALSE(source.evaluate(Words{0x1000, 0x2000}).has_value());
    CHECK_FALSE(source.evaluate(Words{0, 0x3000}).has_value());
    CHECK(source.evaluate(Words{0x2000, 0x2000}).has_value());
    const vector::KatFile file = generate::make_kats(source);
    CHECK(std::all_of(file.tests.begin(), file.tests.end(),
                      [](const vector::Kat& k) { return k.in[1] >= 0x2000; }));
  }
}

// Every named value, single bit and the largest value of a field that the header names by hand.
TEST_CASE("known answers of a layout have every bit of every field") {
  const vector::KatFile file = generate::make_kats(*spec::find_structure("VfctrlPprControl"));
  Words seen(1);
  for (const vector::Kat& kat : file.tests) seen[0] |= kat.out[0];
  CHECK(seen[0] == ~std::uint64_t{0});
  const auto reserved = [&](unsigned bit) {
    return answer(file, {{"Reserved_63_56", std::uint64_t{1} << bit}});
  };
  CHECK(reserved(0) == Words{std::uint64_t{1} << 56});
  CHECK(reserved(7) == Words{std::uint64_t{1} << 63});
}

TEST_CASE("known answers of functions and layouts read back as they were written") {
  for (const vector::KatFile& file :
       {generate::make_kats(*spec::find_structure("DeviceTableEntry")),
        generate::make_kats(generate::all_functions().front())}) {
    const std::string text = vector::to_json(file).value();
    const auto read = vector::parse_kats(text, file.subject);
    REQUIRE(read.has_value());
    CHECK(read->kind == file.kind);
    CHECK(vector::to_json(*read).value() == text);
  }
}

TEST_CASE("a known-answer file of a layout or function that does not exist is refused") {
  vector::KatFile file = generate::make_kats(*spec::find_structure("VfctrlMiscControl"));
  file.subject = "exclusion";  // a decision
  CHECK(vector::to_json(file).error().what == "/layout: no layout 'exclusion' in the specification");
  file.kind = vector::KatKind::kFunction;
  CHECK(vector::to_json(file).error().what == "/function: no function 'exclusion' in the specification");
}

}  // namespace
}  // namespace amdvi
