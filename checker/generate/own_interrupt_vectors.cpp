// Interrupts of the IOMMU itself. Its MSI is a plain write: pointed at a word of memory it can be
// looked at on any device.
#include <fmt/format.h>

#include "checker/generate/groups.hpp"
#include "checker/generate/interrupt_scene.hpp"

namespace amdvi::generate {

namespace {

constexpr std::uint16_t kData = 0x5A5A;
constexpr std::uint64_t kLowHalf = 0xFFFFFFFF;
constexpr std::string_view kGroup = "own-interrupts";

// A device whose interrupts go to a word of memory.
class OwnScene {
 public:
  explicit OwnScene(const profile::Profile& profile)
      : scene_(profile), word_(scene_.take(4096)) {}

  Scene& scene() { return scene_; }
  std::uint64_t word() const { return word_; }

  // Registers, the word, then Control.
  void start(Fields control, bool msi_enabled = true) {
    scene_.program_registers();
    point_at(word_, kData, msi_enabled);
    scene_.enable(control);
    scene_.start();
  }
  void point_at(std::uint64_t address, std::uint16_t data, bool enabled) {
    const auto config = [&](std::string_view reg, Fields fields) {
      scene_.config_write(std::string(reg), static_cast<std::uint32_t>(pack(reg, fields)[0]));
    };
    config("MsiHeader", {});
    config("MsiLow", {{"Address", (address & kLowHalf) >> 2}});
    config("MsiHigh", {{"Address", address >> 32}});
    config("MsiMessageData", {{"Data", data}});
    config("PciCommandStatus", {{"BusMaster", 1}});
    if (enabled) config("MsiHeader", {{"MsiEn", 1}});
  }

  void wait(bool interrupt) {
    scene_.queue(command("COMPLETION_WAIT", {{"i", interrupt}}), "COMPLETION_WAIT");
    scene_.ring();
  }
  // An event that no requester is needed for.
  void illegal_command() {
    scene_.queue(std::vector<std::uint64_t>{0, 0}, "a command without an opcode");
    scene_.ring();
  }
  void look(std::string label = "own-message") {
    scene_.peek(word_, 8, std::move(label), "where its interrupts are written to");
  }

 private:
  Scene scene_;
  std::uint64_t word_;
};

Question question(std::string name) { return {std::string(kGroup), std::move(name), {}}; }

void add_waits(Collection& out) {
  for (const bool enable : {false, true}) {
    for (const bool i : {false, true}) {
      OwnScene s(out.profile());
      s.start({{"ComWaitIntEn", enable}});
      s.wait(i);
      s.look();
      s.scene().read("Status", "status");
      out.add(std::move(s.scene()),
              question(fmt::format("COMPLETION_WAIT with i={:d} and ComWaitIntEn={:d}", i, enable)));
    }
  }
  OwnScene disabled(out.profile());
  disabled.start({{"ComWaitIntEn", 1}}, false);
  disabled.wait(true);
  disabled.look();
  disabled.scene().read("Status", "status");
  out.add(std::move(disabled.scene()), question("With MsiEn=0 no interrupt is sent"));
}

// The status bit is cleared and the word too: the next one is seen again.
void add_again(Collection& out) {
  OwnScene s(out.profile());
  s.start({{"ComWaitIntEn", 1}});
  s.wait(true);
  s.look("own-first");
  s.scene().write("Status", pack("Status", {{"ComWaitInt", 1}})[0]);
  s.scene().zero(s.word(), 8, "where its interrupts are written to");
  s.scene().read("Status", "cleared");
  s.wait(true);
  s.look("own-second");
  Question q = question("A second interrupt after ComWaitInt was cleared");
  q.about = {"cleared", "reg.status.w1c"};
  out.add(std::move(s.scene()), std::move(q));
}

void add_events(Collection& out) {
  for (const bool enable : {false, true}) {
    for (const bool full : {false, true}) {
      OwnScene s(out.profile());
      s.start({{"EventIntEn", enable}});
      // One slot is never used: with the head right after the tail there is no room.
      if (full) s.scene().write("EventLogHead", 0x10);
      s.illegal_command();
      s.look();
      s.scene().read("Status", "status");
      s.scene().events();
      out.add(std::move(s.scene()),
              question(fmt::format("An event with EventIntEn={:d} in a log {} room", enable,
                                   full ? "without" : "with")));
    }
  }
}

// To the processors it goes as it is, whatever the tables say about its own DeviceID.
void add_to_processor(Collection& out) {
  OwnScene s(out.profile());
  s.scene().program_registers();
  s.point_at(kMessageAddress, 0x5A, true);
  s.scene().enable({{"ComWaitIntEn", 1}});
  s.scene().start();
  s.wait(true);
  s.scene().own_message("own-message");
  out.add(std::move(s.scene()), question("An interrupt of the IOMMU itself is not remapped"));
}

void add_xt(Collection& out) {
  for (const bool logical : {false, true}) {
    for (const std::uint64_t vector : {0x00, 0x99}) {
      OwnScene s(out.profile());
      s.scene().write("XTGeneralInterruptControl",
                      pack("XTGeneralInterruptControl", {{"DestMode", logical},
                                                         {"Destination_23_0", 0x33225A},
                                                         {"Vector", vector},
                                                         {"Destination_31_24", 0x44}})[0]);
      s.start({{"GAEn", 1}, {"XTEn", 1}, {"IntCapXTEn", 1}, {"ComWaitIntEn", 1}});
      s.wait(true);
      s.scene().own_message("own-message");
      s.look("own-word");
      out.add(std::move(s.scene()),
              question(fmt::format("IntCapXTEn=1: vector {:#x} to a {} destination", vector,
                                   logical ? "logical" : "physical")));
    }
  }
}

// A guest that does not run gets its interrupt by way of the GA log.
void add_ga_log(Collection& out, bool enable) {
  OwnScene s(out.profile());
  Scene& scene = s.scene();
  const std::uint64_t log = scene.take(4096), page = scene.take(4096), table = scene.take(32768);
  scene.write("GALogBase", pack("GALogBase", {{"Base", log >> 12}, {"Len", 8}})[0]);
  scene.mem(table + 16 * kMessageData,
            pack("IRTE128Guest", {{"RemapEn", 1},
                                  {"GALogIntr", 1},
                                  {"GuestMode", 1},
                                  {"Vector", 0x45},
                                  {"vAPICRoot", page >> 12}}),
            "IRTE128Guest");
  scene.program_registers();
  scene.set_dte(pack("DeviceTableEntry", {{"V", 1},
                                          {"TV", 1},
                                          {"IV", 1},
                                          {"IntTabLen", 9},
                                          {"IntTabRoot", table >> 6},
                                          {"IntCtl", 2}}));
  s.point_at(s.word(), kData, true);
  scene.enable({{"GAEn", 1}, {"GAMEn", 1}, {"GALogEn", 1}, {"GAIntEn", enable}});
  scene.invalidate();
  scene.start();
  scene.msi(kMessageAddress, kMessageData);
  s.look();
  scene.read("Status", "status");
  out.add(std::move(scene), {std::string(kGroup),
                             fmt::format("A GA log entry with GAIntEn={:d}", enable),
                             {"engine.msi"}});
}

}  // namespace

void add_own_interrupt_vectors(Collection& out) {
  add_waits(out);
  add_again(out);
  add_events(out);
  add_to_processor(out);
  if (out.has("EFR.XTSup") && out.has("EFR.GASup")) add_xt(out);
  if (!out.has("EFR.GAMSup")) return;
  for (const bool enable : {false, true}) add_ga_log(out, enable);
}

}  // namespace amdvi::generate
