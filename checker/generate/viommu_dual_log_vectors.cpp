// Log B of guests: which of its two logs a guest's entry goes to, and the switch between them. The
// codes of the enables are disputed, as they are of the host's logs: either reading is accepted.
#include <fmt/format.h>

#include "checker/generate/groups.hpp"
#include "checker/generate/viommu_scene.hpp"

namespace amdvi::generate {

namespace {

constexpr std::uint16_t kGuest = 5, kGDevice = 0x0008;
constexpr vector::Pasid kPasid{true, 3, false, false};  // of requests that guest tables translate
constexpr std::uint64_t kIova = 0x1234'5000;
constexpr unsigned kLength = 8;

// What the two kinds of logs are called.
struct Kind {
  std::string_view group, word, base_word, enable;
  FieldList fields, base;  // of the words, off
  std::string_view on;     // what turns the log on
  std::string_view entry;  // empty: events
};

Kind events() {
  return {"viommu-log",
          "VfctrlEventControl",
          "VfctrlEventLogBBase",
          "DualEventLogEn",
          {{"EventBase", ViommuScene::kEvent >> 12}, {"EventLen", kLength}, {"EventLenB", kLength}},
          {{"EventBaseB", ViommuScene::kEventB >> 12}},
          "EventLogEn",
          ""};
}
Kind pages() {
  return {"viommu-ppr",
          "VfctrlPprControl",
          "VfctrlPprLogBBase",
          "DualPprLogEn",
          {{"PprBase", ViommuScene::kPpr >> 12},
           {"PprLen", kLength},
           {"PprLenB", kLength},
           {"PPREn", 1}},
          {{"PprBaseB", ViommuScene::kPprB >> 12}},
          "PPRLogEn",
          "PPREntry"};
}

void look(ViommuScene& v, const Kind& kind) {
  const GuestScene& g = v.guest(kGuest);
  const bool event = kind.entry.empty();
  v.scene().vf_read(kGuest, "Status", "guest-status");
  v.scene().vf_read(kGuest, event ? "EventLogTail" : "PPRLogTail", "tail-a");
  v.scene().vf_read(kGuest, event ? "EventLogBTail" : "PPRLogBTail", "tail-b");
  v.scene().entries(event ? g.event : g.ppr, 4096, std::string(kind.entry), "log-a", "log A");
  v.scene().entries(event ? g.event_b : g.ppr_b, 4096, std::string(kind.entry), "log-b", "log B");
  v.look_at_host();
}

// `room_a`, `room_b`: how many entries there is room for; 0: the whole log.
void add_one(Collection& out, const Kind& kind, unsigned code, unsigned room_a, unsigned room_b) {
  const bool event = kind.entry.empty();
  ViommuScene v(out.profile());
  v.add_guest(kGuest);
  v.back_second_logs(kGuest);
  v.attach(v.scene().device(), kGuest, kGDevice, {},
           pack("DeviceTableEntry", {{"PPR", !event}, {"I", !event}}));
  v.enable({{"PPREn", !event}});
  const auto off = pack_all(kind.word, kind.fields, {0});
  v.scene().vf_write(kGuest, std::string(kind.word), off[0]);
  v.scene().vf_write(kGuest, std::string(kind.base_word),
                     pack_all(kind.base_word, kind.base, {0})[0]);
  const auto head = [&](std::string_view reg, unsigned room) {
    if (room != 0) v.scene().vf_write(kGuest, std::string(reg), 16 * (room + 1));
  };
  head(event ? "EventLogHead" : "PPRLogHead", room_a);
  head(event ? "EventLogBHead" : "PPRLogBHead", room_b);
  v.scene().vf_write(kGuest, std::string(kind.word),
                     pack_all(kind.word, {{kind.enable, code}, {kind.on, 1}}, off)[0]);
  v.scene().start();
  v.scene().use_pasid(kPasid);
  for (unsigned i = 0; i < 3; ++i) {
    const std::uint64_t at = kIova + std::uint64_t{0x1000} * i;
    event ? v.scene().dma_write(at)
          : v.scene().page_request(at, true, false, kPasid, static_cast<std::uint16_t>(i));
  }
  look(v, kind);
  std::vector<std::string> needs{"engine.vf", "EFR.vIommuSup", "engine.pasid",
                                 event ? "EFR.DualEventLogSup" : "EFR.DualPprLogSup"};
  needs.emplace_back(event ? "engine.write" : "engine.ppr");
  out.add(std::move(v.scene()),
          {std::string(kind.group),
           fmt::format("Three entries for a guest with {}={}, room for {} in log A, {} in log B",
                       kind.enable, code, room_a == 0 ? "all" : std::to_string(room_a),
                       room_b == 0 ? "all" : std::to_string(room_b)),
           std::move(needs)});
}

void add_kind(Collection& out, const Kind& kind) {
  for (unsigned code = 0; code < 4; ++code) {
    for (const auto& [a, b] :
         {std::pair(0U, 0U), std::pair(1U, 0U), std::pair(0U, 1U), std::pair(1U, 1U)}) {
      add_one(out, kind, code, a, b);
    }
  }
}

}  // namespace

void add_viommu_dual_log_vectors(Collection& out) {
  if (out.has("EFR.DualEventLogSup")) add_kind(out, events());
  if (out.has("EFR.DualPprLogSup")) add_kind(out, pages());
}

}  // namespace amdvi::generate
