#include "checker/generate/interrupt_scene.hpp"

#include <fmt/format.h>

namespace amdvi::generate {

namespace {

constexpr unsigned kTableLength = 9;              // 512 entries, what every IOMMU has
constexpr std::uint64_t kTableBytes = 16 * 2048;  // of the longest table
constexpr unsigned kRemap = 2;                    // DTE.IntCtl
constexpr unsigned kNarrowData = 16;              // bits of data in the MSI of every device

}  // namespace

std::string_view entry_structure(EntryFormat format) {
  return format == EntryFormat::k32 ? "IRTE32" : "IRTE128";
}

Words good_entry(EntryFormat format) {
  if (format == EntryFormat::k32) {
    return pack("IRTE32", {{"RemapEn", 1}, {"Destination", 0x5A}, {"Vector", 0xA7}});
  }
  return pack("IRTE128", {{"RemapEn", 1}, {"Destination_7_0", 0x5A}, {"Vector", 0xA7}});
}

Words control_with(Fields more) {
  const auto plain = pack("Control", {{"IommuEn", 1}, {"EventLogEn", 1}, {"CmdBufEn", 1}});
  return pack("Control", more, plain);
}

InterruptScene::InterruptScene(const profile::Profile& profile)
    : scene_(profile), table_(scene_.take(kTableBytes)) {}

Words InterruptScene::dte(Fields more) const {
  const auto plain = pack("DeviceTableEntry", {{"V", 1},
                                               {"TV", 1},
                                               {"IR", 1},
                                               {"IW", 1},
                                               {"DomainID", scene_.domain()},
                                               {"IV", 1},
                                               {"IntTabLen", kTableLength},
                                               {"IntTabRoot", table_ >> 6},
                                               {"IntCtl", kRemap}});
  return pack("DeviceTableEntry", more, plain);
}

void InterruptScene::entry(EntryFormat format, std::uint64_t index, const Words& words) {
  // A 32-bit entry is written with the zeros of the next one.
  const std::uint64_t size = format == EntryFormat::k32 ? 4 : 16;
  scene_.mem(table_ + index * size, words,
             fmt::format("{} {}", entry_structure(format), index));
}

void InterruptScene::ask(Collection& out, const Words& dte, const Words& control,
                         std::uint64_t address, std::uint32_t data, Question question) && {
  scene_.program_registers();
  scene_.set_dte(dte);
  scene_.write("Control", control[0]);
  scene_.queue(command("INVALIDATE_INTERRUPT_TABLE", {{"DeviceID", scene_.device()}}),
               "INVALIDATE_INTERRUPT_TABLE");
  scene_.invalidate();
  scene_.start();
  scene_.msi(address, data);
  scene_.events();
  question.requires_.emplace_back("engine.msi");
  if (data >> kNarrowData != 0) question.requires_.emplace_back("engine.msi32");
  out.add(std::move(scene_), std::move(question));
}

}  // namespace amdvi::generate
