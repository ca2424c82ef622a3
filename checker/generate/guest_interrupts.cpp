// Interrupts into guests: entries with GuestMode=1, the guest APIC page, doorbells, the GA log.
#include <fmt/format.h>

#include "checker/generate/ask.hpp"
#include "checker/generate/interrupt_scene.hpp"

namespace amdvi::generate {

namespace {

constexpr std::uint64_t kEntryBytes = 8;
constexpr std::string_view kFormat = "IRTE128Guest";

struct GuestInterrupt {
  InterruptScene scene;
  std::uint64_t apic, log, mirror;
  unsigned length = 8;

  explicit GuestInterrupt(const profile::Profile& profile, unsigned log_length = 8)
      : scene(profile), length(log_length) {
    apic = s().take(4096);
    log = s().take(std::uint64_t{16} << length);
    mirror = s().take(4096);
  }
  Scene& s() { return scene.scene(); }

  Words good(Fields more = {}) const {
    const auto plain = pack(kFormat, {{"RemapEn", 1},
                                      {"GuestMode", 1},
                                      {"Destination_7_0", 0x5A},
                                      {"GATag", 0x89ABCDEF},
                                      {"Vector", 0xA7},
                                      {"vAPICRoot", apic >> 12}});
    return pack(kFormat, more, plain);
  }
  void write_base() {
    s().write("GALogBase", pack("GALogBase", {{"Base", log >> 12}, {"Len", length}})[0]);
  }
  void begin() {
    s().zero(apic, 4096, "guest APIC page");
    s().zero(log, std::uint32_t{16} << length, "GA log");
    s().zero(mirror, 64, "where the GA log tail is mirrored");
    s().program_registers();
    write_base();
    s().write("GALogTailAddress", pack("GALogTailAddress", {{"Address", mirror >> 3}})[0]);
  }
  void place(std::uint64_t tail, std::uint64_t head) {
    s().write("GALogTail", tail * kEntryBytes);
    s().write("GALogHead", head * kEntryBytes);
  }
  static Words control(Fields more = {}) {
    return pack("Control", more,
                control_with({{"GAEn", 1}, {"GAMEn", 1}, {"GALogEn", 1}, {"GAIntEn", 1}}));
  }
  void go(const Words& entry, const Words& control, Fields dte = {}) {
    s().mem(scene.table() + kMessageData * 16, entry, fmt::format("{} {}", kFormat, kMessageData));
    s().set_dte(scene.dte(dte));
    s().write("Control", control[0]);
    s().invalidate();
    s().start();
  }
  void send(std::string label = "message") {
    s().msi(kMessageAddress, kMessageData, std::move(label));
  }
  void look(Collection& out, Question question) {
    s().peek(apic + 0x200, 0x80, "requests", "the request register of the guest APIC page");
    s().peek(log, 2 * kEntryBytes, "log", "GAEntry at the start of the log");
    s().peek(log + (std::uint64_t{16} << length) - 2 * kEntryBytes, 2 * kEntryBytes, "log-end",
             "GAEntry at the end of the log");
    s().peek(mirror, kEntryBytes, "mirror", "where the GA log tail is mirrored");
    s().read("GALogTail", "tail");
    s().read("Status", "status");
    s().events();
    question.requires_.emplace_back("engine.msi");
    out.add(std::move(s()), std::move(question));
  }
};

// The message is a doorbell's only where the guest runs.
Question question_of(std::string group, std::string name, bool doorbell) {
  Question q{std::move(group), std::move(name), {}};
  if (doorbell) q.requires_.emplace_back("engine.doorbell");
  return q;
}

void add_rules(Collection& out, bool xt) {
  Ask ask("irte128_guest_check", out.profile().config);
  GuestInterrupt probe(out.profile());
  ask.prefer("irte", kFormat, probe.good()).fix("irte.GuestMode", 1).fix("ctl.XTEn", xt);
  ask.prefer("ctl.GAEn", 1).prefer("ctl.GAMEn", 1).fix("ctl.GAEn", 1);
  for (unsigned rule = 0; rule < ask.info().rules.size(); ++rule) {
    for (unsigned bits = 0; bits < 8; ++bits) {
      ask.fix("irte.IsRun", bits & 1).fix("irte.GALogIntr", bits >> 1 & 1);
      const auto answer = ask.rule(rule);
      if (!answer) continue;
      GuestInterrupt c(out.profile());
      c.begin();
      const auto entry = answer->onto("irte", c.good({{"SupIOPF", bits >> 2}}));
      c.go(entry, answer->onto("ctl", GuestInterrupt::control({{"XTEn", xt}})));
      c.send();
      const spec::RuleInfo& r = ask.info().rules[rule];
      const std::string_view text = r.text.empty() ? "The interrupt is posted" : r.text;
      c.look(out, question_of("ga-entries",
                              fmt::format("{} (IsRun={}, GALogIntr={}, SupIOPF={}, XTEn={:d})", text,
                                          bits & 1, bits >> 1 & 1, bits >> 2, xt),
                              (bits & 1) != 0));
    }
  }
}

// Every bit of a good entry the other way round.
void add_bits(Collection& out, bool xt, bool running) {
  for (const spec::FieldInfo& f : spec::find_structure(kFormat)->fields) {
    if (f.name == "vAPICRoot" || f.name == "GuestMode") continue;
    unsigned width = 0;
    for (const spec::BitRange& piece : f.pieces) width += piece.hi - piece.lo + 1;
    for (unsigned bit = 0; bit < width; ++bit) {
      GuestInterrupt c(out.profile());
      c.begin();
      Words entry = c.good({{"IsRun", running}, {"GALogIntr", 1}});
      spec::set_field(f, entry, spec::field_value(f, entry) ^ std::uint64_t{1} << bit);
      c.go(entry, GuestInterrupt::control({{"XTEn", xt}}));
      c.send();
      c.look(out, question_of("ga-bits",
                              fmt::format("Bit {} of {} is the other way round, XTEn={:d}, {}", bit,
                                          f.name, xt, running ? "running" : "not running"),
                              true));
    }
  }
}

// Without one of these the format is not enabled, and without the log nothing is logged.
void add_enables(Collection& out) {
  for (const std::string_view field : {"GAEn", "GAMEn", "GALogEn", "GAIntEn", "IommuEn"}) {
    for (const bool running : {false, true}) {
      GuestInterrupt c(out.profile());
      c.begin();
      c.go(c.good({{"IsRun", running}, {"GALogIntr", 1}}), GuestInterrupt::control({{field, 0}}));
      c.send();
      c.look(out, question_of("ga-enables", fmt::format("{}=0, the guest {}", field,
                                                        running ? "runs" : "does not run"),
                              running));
    }
  }
  for (std::uint64_t mode = 2; mode < 8; ++mode) {
    GuestInterrupt c(out.profile());
    c.begin();
    c.go(c.good({{"GALogIntr", 1}}), GuestInterrupt::control({{"GAMEn", mode}}));
    c.send();
    c.look(out, question_of("ga-enables", fmt::format("GAMEn={}", mode), false));
  }
}

void add_logs(Collection& out) {
  for (unsigned length = 8; length <= 15; ++length) {
    GuestInterrupt c(out.profile(), length);
    const std::uint64_t last = (std::uint64_t{2} << length) - 1;
    if (last * kEntryBytes > 0xFFFF) continue;  // the tail has no more bits
    c.begin();
    c.place(last, last);
    c.go(c.good({{"GALogIntr", 1}}), GuestInterrupt::control());
    c.send();
    c.send("second");
    c.look(out, question_of("ga-log",
                            fmt::format("A GA log of 2^{} entries wraps after its last", length + 1),
                            false));
  }
  for (const unsigned steps : {0U, 1U, 2U}) {
    GuestInterrupt c(out.profile());
    c.begin();
    c.place(0, 2);
    c.go(c.good({{"GALogIntr", 1}}), GuestInterrupt::control());
    c.send();
    c.send("second");
    if (steps >= 1) c.s().write("GALogHead", kEntryBytes);
    if (steps == 2) {
      c.s().write("Control", GuestInterrupt::control({{"GALogEn", 0}})[0]);
      c.s().write("Status", pack("Status", {{"GALOverflow", 1}})[0]);
      c.write_base();
      c.s().write("Control", GuestInterrupt::control()[0]);
    }
    if (steps >= 1) c.send("third");
    c.look(out, question_of("ga-log",
                            steps == 0   ? "An entry that finds no room sets GALOverflow"
                            : steps == 1 ? "After an overflow nothing is logged even if there is room"
                                         : "Cleared and enabled again, the GA log takes entries again",
                            false));
  }
}

}  // namespace

void add_guest_interrupts(Collection& out) {
  if (!out.has("EFR.GASup") || !out.has("EFR.GAMSup")) return;
  add_rules(out, false);
  add_bits(out, false, false);
  add_bits(out, false, true);
  if (out.has("EFR.XTSup")) {
    add_rules(out, true);
    add_bits(out, true, true);
  }
  add_enables(out);
  add_logs(out);
}

}  // namespace amdvi::generate
