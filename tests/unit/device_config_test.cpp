// Tested here: model/src/config.cpp and model/src/spec_info.cpp. Numbers are from core.md 2.1, 2.6,
// 3.1, 4.1 and 5.1.
#include <array>

#include "tests/unit/device_by_hand.hpp"

namespace amdvi::by_hand {
namespace {

TEST_CASE("a capability is set and read by the path of its field, or whole") {
  Config c = default_config();
  std::uint64_t value = 0;
  CHECK(set_capability(c, "EFR.HATS", 7));  // two bits wide
  CHECK(get_capability(c, "EFR.HATS", value));
  CHECK(value == 3);
  CHECK(get_capability(c, "EFR", value));
  CHECK(value == 0xC00);
  CHECK(set_capability(c, "Revision", 0x305));
  CHECK(get_capability(c, "Revision", value));
  CHECK(value == 0x305);
}

TEST_CASE("a capability, a field, an option or a value that is not there changes nothing") {
  Config c = default_config();
  std::uint64_t value = 0x1234;
  for (const char* path : {"Nothing", "EFR.Nothing", "Nothing.HATS", "EFR2.HATS", ""}) {
    CAPTURE(path);
    CHECK(!set_capability(c, path, 1));
    CHECK(!get_capability(c, path, value));
  }
  CHECK(value == 0x1234);
  CHECK(!set_option(c, "nothing", "true"));
  CHECK(!set_option(c, "mode7_event", "nothing"));
  CHECK(set_option(c, "mode7_event", "io_page_fault"));
}

TEST_CASE("what the specification has is found by name, by offset and by code") {
  REQUIRE(spec::find_decision("v1_walk_step") != nullptr);
  CHECK(spec::find_decision("v1_walk_step")->name == "v1_walk_step");
  CHECK(spec::find_decision("nothing") == nullptr);
  REQUIRE(spec::find_register_at(0x2018) != nullptr);
  CHECK(spec::find_register_at(0x2018)->name == "EventLogTail");
  CHECK(spec::find_register_at(0x2019) == nullptr);
  REQUIRE(spec::find_event(2) != nullptr);
  CHECK(spec::find_event(2)->name == "IO_PAGE_FAULT");
  CHECK(spec::find_event(0) == nullptr);
  CHECK(spec::event_of(std::uint64_t{5} << 60)->name == "ILLEGAL_COMMAND_ERROR");
  REQUIRE(spec::find_command(1) != nullptr);
  CHECK(spec::find_command(1)->name == "COMPLETION_WAIT");
  CHECK(spec::find_command(15) == nullptr);
  CHECK(spec::command_of(std::uint64_t{8} << 60)->name == "INVALIDATE_IOMMU_ALL");
  CHECK(spec::find_clause("nothing") == nullptr);
  CHECK(spec::find_structure("nothing") == nullptr);
}

TEST_CASE("a field in three pieces is put together and taken apart") {
  const spec::StructureInfo* dte = spec::find_structure("DeviceTableEntry");
  REQUIRE(dte != nullptr);
  for (const spec::FieldInfo& f : dte->fields) {
    if (f.name != "GCR3TRP") continue;
    std::array<std::uint64_t, 4> words{};
    const std::uint64_t root = 0xABCDE12345;  // address bits 51:12
    spec::set_field(f, words, root);
    // 14:12 at 60:58, 30:15 at 95:80, 51:31 at 127:107.
    CHECK(words[0] == (root & 7) << 58);
    CHECK(words[1] == ((root >> 3 & 0xFFFF) << 16 | (root >> 19) << 43));
    CHECK(spec::field_value(f, words) == root);
  }
}

TEST_CASE("a field of 64 bits takes them all") {
  const spec::StructureInfo* wait = spec::find_structure("COMPLETION_WAIT");
  REQUIRE(wait != nullptr);
  for (const spec::FieldInfo& f : wait->fields) {
    if (f.name != "StoreData") continue;
    std::array<std::uint64_t, 2> words{};
    spec::set_field(f, words, 0xFEDCBA9876543210);
    CHECK(words[1] == 0xFEDCBA9876543210);
    CHECK(spec::field_value(f, words) == 0xFEDCBA9876543210);
  }
}

}  // namespace
}  // namespace amdvi::by_hand
