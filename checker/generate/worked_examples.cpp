#include "checker/generate/worked_examples.hpp"

namespace amdvi::generate {

namespace {

struct Example {
  std::string_view subject;
  NamedValues values;
};

constexpr std::uint64_t kDevIdWindow = 1, kDomIdWindow = 2, kEventBWindow = 7;  // PrivateRegion
constexpr std::uint64_t kFixedRegion = 0x20'0000;  // bytes: a quarter of what every IOMMU maps

std::vector<Example> words() {
  return {
      {"VfctrlDevIdMapControl", {{"Write", 1}, {"GDeviceID", 8}, {"HDeviceID", 0xC100}, {"Valid", 1}}},
      {"VfctrlDevIdMapControl", {{"Write", 1}, {"GDeviceID", 8}, {"Valid", 1}}},
      {"VfctrlDevIdMapControl", {{"Write", 1}, {"GDeviceID", 8}}},
      {"VfctrlDomIdMapControl", {{"Write", 1}, {"GDomainID", 0xFFFF}, {"HDomainID", 1}, {"Valid", 1}}},
      {"VfctrlMiscControl", {{"TransDevID", 0xFFFF}}},
      {"VfctrlCommandControl", {{"ComBase", 0x12'3456}, {"ComLen", 9}, {"CmdBufEn", 1}}},
      {"VfctrlEventControl",
       {{"EventBase", 0x12'3458}, {"EventLen", 9}, {"EventLogEn", 1}, {"EventIntEn", 1}}},
      {"VfctrlPprControl",
       {{"PprBase", 0x12'345A}, {"PprLen", 9}, {"PPRLogEn", 1}, {"PPRIntEn", 1}, {"PPREn", 1}}},
      {"VfctrlPprControl", {{"PprBase", 0xFF'FFFF'FFFF}, {"PprLen", 15}, {"PPRLogEn", 1}}},
      {"RESET_VMMIO", {{"opcode", 0xA}, {"GuestID", 5}, {"All", 1}, {"vCmd", 1}}},
      {"DeviceTableEntry", {{"vImuEn", 1}, {"GDeviceID", 8}, {"GuestID", 5}}},
      {"GUEST_EVENT_FAULT", {{"EventCode", 0xB}, {"vEvent", 1}, {"vPtr", 1}, {"vCmd", 1}}},
      {"INVALIDATE_IOMMU_PAGES",
       {{"opcode", 3}, {"DomainID", 7}, {"S", 1}, {"PDE", 1}, {"Address", 0xFF}}},
  };
}

std::vector<Example> addresses() {
  std::vector<Example> all;
  for (const std::uint64_t gid : {0x1, 0xFFFF}) {
    for (const std::uint64_t region : {kDevIdWindow, kDomIdWindow, kEventBWindow}) {
      all.push_back({"private_slice", {{"region", region}, {"GuestID", gid}}});
    }
  }
  for (std::uint64_t i = 0; i < 4; ++i) {
    all.push_back({"private_flush_operand", {{"base", i * kFixedRegion}, {"size", kFixedRegion}}});
  }
  all.push_back({"private_flush_operand", {{"base", 0x10'0010'0000}, {"size", 0x10'0000}}});
  all.push_back({"private_flush_operand", {{"base", 0x20'0008'0000}, {"size", 0x8'0000}}});
  return all;
}

}  // namespace

std::vector<NamedValues> worked_examples(std::string_view subject) {
  std::vector<NamedValues> found;
  for (const std::vector<Example>& some : {words(), addresses()}) {
    for (const Example& example : some) {
      if (example.subject == subject) found.push_back(example.values);
    }
  }
  return found;
}

}  // namespace amdvi::generate
