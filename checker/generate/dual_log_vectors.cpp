// The second event log and the second PPR log: which log an entry goes to, their rings, and the
// switch from a full log to the other. The codes of the enables are disputed: what either reading
// leads to is accepted.
#include <fmt/format.h>

#include "checker/generate/groups.hpp"

namespace amdvi::generate {

namespace {

constexpr std::uint64_t kEntryBytes = 16;
constexpr std::uint64_t kIova = 0x1234'5000;

// One of the two kinds of logs.
struct Kind {
  std::string_view name, group, enable, feature;
  std::string_view base, head, tail;        // of log A
  std::string_view base_b, head_b, tail_b;  // of log B
  std::string_view entry;                   // empty: events
};
constexpr Kind kEvents{"event",
                       "event-log-b",
                       "DualEventLogEn",
                       "EFR.DualEventLogSup",
                       "EventLogBase",
                       "EventLogHead",
                       "EventLogTail",
                       "EventLogBBase",
                       "EventLogBHead",
                       "EventLogBTail",
                       ""};
constexpr Kind kPages{"PPR",         "ppr-log-b",   "DualPprLogEn", "EFR.DualPprLogSup",
                      "PPRLogBase",  "PPRLogHead",  "PPRLogTail",   "PPRLogBBase",
                      "PPRLogBHead", "PPRLogBTail", "PPREntry"};

// A device whose every request is reported, and two logs of one kind.
class DualLogs {
 public:
  DualLogs(const profile::Profile& profile, const Kind& kind, unsigned length = 8)
      : scene_(profile), kind_(kind), length_(length), a_(take()), b_(take()) {}

  Scene& scene() { return scene_; }
  std::uint64_t last() const { return (std::uint64_t{1} << length_) - 1; }

  void begin() {
    scene_.program_registers();
    scene_.zero(a_, bytes(), fmt::format("{} log A", kind_.name));
    scene_.zero(b_, bytes(), fmt::format("{} log B", kind_.name));
    write_base(kind_.base, a_);
    write_base(kind_.base_b, b_);
    scene_.set_dte(pack("DeviceTableEntry", {{"V", 1},
                                             {"TV", is_event() ? 0 : 1},
                                             {"PPR", is_event() ? 0 : 1},
                                             {"DomainID", scene_.domain()}}));
  }
  void place_a(std::uint64_t tail, std::uint64_t head) {
    place(kind_.tail, kind_.head, tail, head);
  }
  void place_b(std::uint64_t tail, std::uint64_t head) {
    place(kind_.tail_b, kind_.head_b, tail, head);
  }
  void control(unsigned code) {
    const auto plain = pack("Control", {{"IommuEn", 1}, {"EventLogEn", 1}, {"CmdBufEn", 1}});
    const auto pages = pack("Control", {{"PPRLogEn", 1}, {"PPREn", 1}}, plain);
    scene_.write("Control", pack("Control", {{kind_.enable, code}}, is_event() ? plain : pages)[0]);
  }
  void go(unsigned code) {
    control(code);
    scene_.invalidate();
    scene_.start();
  }
  // `number` tells the reports apart.
  void report(unsigned number) {
    const std::uint64_t at = kIova + std::uint64_t{0x1000} * number;
    if (is_event()) {
      scene_.dma_write(at);
    } else {
      scene_.page_request(at, true, false, {}, static_cast<std::uint16_t>(number));
    }
  }
  void look(Collection& out, std::string name) {
    scene_.read("Status", "log-status");
    scene_.read(std::string(kind_.tail), "log-tail-a");
    scene_.read(std::string(kind_.tail_b), "log-tail-b");
    scene_.entries(a_, bytes(), std::string(kind_.entry), "log-a", "log A");
    scene_.entries(b_, bytes(), std::string(kind_.entry), "log-b", "log B");
    std::vector<std::string> needs{std::string(kind_.feature)};
    if (!is_event()) needs.emplace_back("engine.ppr");
    out.add(std::move(scene_), {std::string(kind_.group), std::move(name), std::move(needs)});
  }

 private:
  bool is_event() const { return kind_.entry.empty(); }
  std::uint32_t bytes() const { return std::uint32_t{16} << length_; }
  std::uint64_t take() { return scene_.take(bytes()); }
  void write_base(std::string_view reg, std::uint64_t at) {
    scene_.write(std::string(reg), pack(reg, {{"Base", at >> 12}, {"Len", length_}})[0]);
  }
  void place(std::string_view tail_reg, std::string_view head_reg, std::uint64_t tail,
             std::uint64_t head) {
    scene_.write(std::string(tail_reg), tail * kEntryBytes);
    scene_.write(std::string(head_reg), head * kEntryBytes);
  }

  Scene scene_;
  const Kind& kind_;
  unsigned length_;
  std::uint64_t a_, b_;
};

void add_codes(Collection& out, const Kind& kind) {
  for (unsigned code = 0; code < 4; ++code) {
    DualLogs logs(out.profile(), kind);
    logs.begin();
    logs.go(code);
    logs.report(0);
    logs.look(out, fmt::format("Where an entry goes with {}={}", kind.enable, code));
  }
}

// Under either reading one of the codes is log B.
void add_rings(Collection& out, const Kind& kind) {
  for (unsigned length = 8; length <= 15; ++length) {
    for (const unsigned code : {1U, 2U}) {
      DualLogs logs(out.profile(), kind, length);
      logs.begin();
      logs.place_b(logs.last(), logs.last());
      logs.go(code);
      logs.report(0);
      logs.report(1);
      logs.look(out, fmt::format("{} log B of 2^{} entries wraps after its last, {}={}", kind.name,
                                 length, kind.enable, code));
    }
  }
}

// Room for one entry in log B: the second is lost, or goes to log A.
void add_overflow(Collection& out, const Kind& kind) {
  for (unsigned code = 1; code < 4; ++code) {
    DualLogs logs(out.profile(), kind);
    logs.begin();
    logs.place_b(0, 2);
    logs.go(code);
    for (unsigned i = 0; i < 3; ++i) logs.report(i);
    logs.look(out,
              fmt::format("{} log B is full after one entry, {}={}", kind.name, kind.enable, code));
  }
}

// Log A is full: the automatic mode goes on in log B, and when that is full too, nowhere.
void add_swaps(Collection& out, const Kind& kind) {
  for (unsigned code = 0; code < 4; ++code) {
    for (const bool both : {false, true}) {
      DualLogs logs(out.profile(), kind);
      logs.begin();
      logs.place_a(0, 2);
      if (both) logs.place_b(0, 2);
      logs.go(code);
      for (unsigned i = 0; i < 4; ++i) logs.report(i);
      logs.look(out, fmt::format("{} log A is full after one entry{}, {}={}", kind.name,
                                 both ? ", log B too" : "", kind.enable, code));
    }
  }
}

void add_kind(Collection& out, const Kind& kind) {
  if (!out.has(kind.feature)) return;
  add_codes(out, kind);
  add_rings(out, kind);
  add_overflow(out, kind);
  add_swaps(out, kind);
}

}  // namespace

void add_dual_log_vectors(Collection& out) {
  add_kind(out, kEvents);
  add_kind(out, kPages);
}

}  // namespace amdvi::generate
