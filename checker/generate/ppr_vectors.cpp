// Page requests: what may be asked, the log they go to, its overflow, and the answers.
#include <fmt/format.h>

#include "checker/generate/groups.hpp"

namespace amdvi::generate {

namespace {

constexpr std::uint64_t kEntryBytes = 16;

struct PprCase {
  Scene scene;
  std::uint64_t ring = 0;
  unsigned length = 8;

  explicit PprCase(const profile::Profile& profile, unsigned ring_length = 8)
      : scene(profile), length(ring_length) {
    const std::uint32_t bytes = std::uint32_t{16} << length;
    ring = scene.take(bytes);
    scene.zero(ring, bytes, "PPR log");
  }
  void write_base() {
    scene.write("PPRLogBase", pack("PPRLogBase", {{"Base", ring >> 12}, {"Len", length}})[0]);
  }
  // From this entry on, with the head there or elsewhere.
  void place(std::uint64_t tail, std::uint64_t head) {
    scene.write("PPRLogTail", tail * kEntryBytes);
    scene.write("PPRLogHead", head * kEntryBytes);
  }
  void begin() {
    scene.program_registers();
    write_base();
  }
  void go(const FieldList& dte = {}, const FieldList& control = {}) {
    const auto entry =
        pack("DeviceTableEntry",
             {{"V", 1}, {"TV", 1}, {"IR", 1}, {"IW", 1}, {"DomainID", scene.domain()}, {"PPR", 1}});
    scene.set_dte(pack_all("DeviceTableEntry", dte, entry));
    set_control(control);
    scene.invalidate();
    scene.start();
  }
  void set_control(const FieldList& more = {}) {
    const auto plain =
        pack("Control",
             {{"IommuEn", 1}, {"EventLogEn", 1}, {"CmdBufEn", 1}, {"PPRLogEn", 1}, {"PPREn", 1}});
    scene.write("Control", pack_all("Control", more, plain)[0]);
  }
  void ask(std::uint16_t group = 5, bool last = true) {
    scene.page_request(0x1234'5000, true, true, {}, group, last);
  }
  void look(Collection& out, Question question) {
    scene.peek(ring, 4 * kEntryBytes, "entries", "PPREntry at the start of the log");
    scene.peek(ring + (kEntryBytes << length) - 2 * kEntryBytes, 2 * kEntryBytes, "end",
               "PPREntry at the end of the log");
    scene.read("PPRLogTail", "tail");
    scene.read("Status", "status");
    scene.responses();
    scene.events();
    question.requires_.emplace_back("engine.ppr");
    out.add(std::move(scene), std::move(question));
  }
};

// Every part of an entry.
void add_entries(Collection& out) {
  for (unsigned bits = 0; bits < 32; ++bits) {
    const bool read = (bits & 1) != 0, write = (bits & 2) != 0, pasid = (bits & 4) != 0;
    const bool exec = (bits & 8) != 0, privileged = (bits & 16) != 0;
    if (!pasid && (exec || privileged)) continue;
    if (!read && !write) continue;
    if (pasid && !out.has("EFR.GTSup")) continue;
    PprCase c(out.profile());
    c.begin();
    c.go({{"GV", pasid}}, {{"GTEn", pasid}});
    c.scene.page_request(0x7654'3000, read, write,
                         {pasid, pasid ? 0xA5A5AU : 0U, exec, privileged});
    c.look(out, {"ppr-entries",
                 fmt::format("A page request with R,W={:d}{:d}{}{}{}", read, write,
                             pasid ? " and a PASID" : "", exec ? ", to execute" : "",
                             privileged ? ", privileged" : ""),
                 {}});
  }
  for (unsigned bit = 0; bit < 52; ++bit) {
    PprCase c(out.profile());
    c.begin();
    c.go();
    c.scene.page_request(std::uint64_t{4096} << bit, true, false);
    c.look(out, {"ppr-entries", fmt::format("A page request for page 2^{}", bit), {}});
  }
  for (const unsigned group : {0x000U, 0x001U, 0x055U, 0x0AAU, 0x100U, 0x1FFU}) {
    for (const bool last : {false, true}) {
      PprCase c(out.profile());
      c.begin();
      c.go();
      c.ask(static_cast<std::uint16_t>(group), last);
      c.look(out, {"ppr-entries",
                   fmt::format("A page request of group {:#x}{}", group, last ? ", its last" : ""),
                   {}});
    }
  }
}

struct Variant {
  std::string_view what;
  FieldList dte{};
  FieldList control{};
  bool pasid = false;
};

void add_rules(Collection& out) {
  const std::vector<Variant> variants{
      {"V=0", {{"V", 0}}},
      {"V=0 and a reserved bit", {{"V", 0}, {"Reserved_3_2", 1}}},
      {"PPR=0", {{"PPR", 0}}},
      {"TV=0", {{"TV", 0}}},
      {"a reserved bit in the device entry", {{"Reserved_3_2", 1}}},
      {"a PASID without GV", {}, {}, true},
      {"a PASID without GV and PPREn=0", {}, {{"PPREn", 0}}, true},
      {"PPREn=0", {}, {{"PPREn", 0}}},
      {"PPRLogEn=0", {}, {{"PPRLogEn", 0}}},
      {"PPRLogEn=0 and PprAutoRspEn=1", {}, {{"PPRLogEn", 0}, {"PprAutoRspEn", 1}}},
      {"PPREn=0 and PprAutoRspEn=1", {}, {{"PPREn", 0}, {"PprAutoRspEn", 1}}},
      {"PprAutoRspEn=1 while the log runs", {}, {{"PprAutoRspEn", 1}}},
      {"PprAutoRspAon=1", {}, {{"PprAutoRspAon", 1}}},
      {"PprAutoRspAon=1 and PPRLogEn=0", {}, {{"PprAutoRspAon", 1}, {"PPRLogEn", 0}}},
      {"PprAutoRspAon=1 and PPREn=0", {}, {{"PprAutoRspAon", 1}, {"PPREn", 0}}},
      {"PprIntEn=1", {}, {{"PprIntEn", 1}}},
      {"SE=1", {{"PPR", 0}, {"SE", 1}}},
      {"SA=1", {{"PPR", 0}, {"SA", 1}}},
  };
  for (const Variant& v : variants) {
    PprCase c(out.profile());
    c.begin();
    c.go(v.dte, v.control);
    c.scene.page_request(0x1234'5000, true, true, {v.pasid, v.pasid ? 7U : 0U, false, false});
    c.look(out, {"ppr-rules", fmt::format("A page request with {}", v.what), {}});
  }
}

// A request for neither reading nor writing ends what a device had asked with a PASID.
void add_stop_markers(Collection& out) {
  for (unsigned bits = 0; bits < 8; ++bits) {
    const bool read = (bits & 1) != 0, write = (bits & 2) != 0, blocked = (bits & 4) != 0;
    PprCase c(out.profile());
    c.begin();
    c.go({}, {{"BlkStopMrkEn", blocked}});
    c.scene.page_request(0x1234'5000, read, write);
    c.look(out, {"ppr-rules",
                 fmt::format("A page request with R,W={:d}{:d} and BlkStopMrkEn={:d}", read, write,
                             blocked),
                 {}});
  }
}

void add_rings(Collection& out) {
  for (unsigned length = 8; length <= 15; ++length) {
    PprCase c(out.profile(), length);
    const std::uint64_t last = (std::uint64_t{1} << length) - 1;
    c.begin();
    c.place(last, last);
    c.go();
    c.ask(1);
    c.ask(2);
    c.look(
        out,
        {"ppr-rings", fmt::format("A PPR log of 2^{} entries wraps after its last", length), {}});
  }
}

// Room for one entry: the second is lost.
void fill(PprCase& c, const FieldList& control = {}) {
  c.begin();
  c.place(0, 2);
  c.go({}, control);
  c.ask(1);
  c.ask(2);
}

void add_overflow(Collection& out) {
  for (const bool automatic : {false, true}) {
    if (automatic && !out.has("EFR.PPRAutoRspSup")) continue;
    const std::string suffix = automatic ? ", with automatic responses" : "";
    PprCase full(out.profile());
    fill(full, {{"PprAutoRspEn", automatic}});
    full.look(out,
              {"ppr-overflow", "A page request that finds no room is not logged" + suffix, {}});

    PprCase freed(out.profile());
    fill(freed, {{"PprAutoRspEn", automatic}});
    freed.scene.write("PPRLogHead", kEntryBytes);
    freed.ask(3);
    freed.look(out, {"ppr-overflow",
                     "After an overflow nothing is logged even if there is room again" + suffix,
                     {}});

    PprCase again(out.profile());
    fill(again, {{"PprAutoRspEn", automatic}});
    again.set_control({{"PPRLogEn", 0}});
    again.scene.write("Status", pack("Status", {{"PprOverflow", 1}})[0]);
    again.write_base();
    again.set_control();
    again.ask(3);
    again.look(out, {"ppr-overflow",
                     "Cleared and enabled again, the log takes page requests again" + suffix,
                     {}});
  }
}

void add_automatic(Collection& out) {
  if (!out.has("EFR.PPRAutoRspSup")) return;
  for (unsigned code = 0; code < 16; ++code) {
    for (const bool last : {false, true}) {
      PprCase c(out.profile());
      c.begin();
      c.scene.write("PPRAutoResponse", pack("PPRAutoResponse", {{"ResponseCode", code}})[0]);
      c.go({}, {{"PprAutoRspEn", 1}, {"PPRLogEn", 0}});
      c.ask(9, last);
      c.look(out, {"ppr-automatic",
                   fmt::format("An automatic response with code {} to a request that is {}the last "
                               "of its group",
                               code, last ? "" : "not "),
                   {}});
    }
  }
}

void add_early(Collection& out) {
  if (!out.has("EFR.PprOvrflwEarlySup")) return;
  for (const bool enable : {false, true}) {
    for (const unsigned threshold : {0U, 1U, 2U, 3U, 4U}) {
      PprCase c(out.profile());
      c.begin();
      c.scene.write("PPROverflowEarly",
                    pack("PPROverflowEarly", {{"Enable", enable}, {"Threshold", threshold}})[0]);
      c.place(254, 254);
      c.go();
      for (std::uint16_t i = 0; i < 3; ++i) c.ask(i);
      c.look(out, {"ppr-early",
                   fmt::format("Three page requests, early overflow at {}, Enable={:d}", threshold,
                               enable),
                   {}});
    }
  }
}

void add_answer(Collection& out, Fields fields, std::string name) {
  Scene scene(out.profile());
  const auto words = command("COMPLETE_PPR_REQUEST", {{"DeviceID", scene.device()}});
  scene.program_registers();
  scene.enable();
  scene.start();
  scene.queue(pack("COMPLETE_PPR_REQUEST", fields, words), "COMPLETE_PPR_REQUEST");
  scene.invalidate();
  scene.responses();
  scene.read("Status", "status");
  scene.events();
  out.add(std::move(scene), {"ppr-answers", std::move(name), {"engine.ppr"}});
}

void add_answers(Collection& out) {
  for (unsigned bit = 0; bit < 16; ++bit) {
    if (bit >= 9 && bit < 12) continue;  // between group and response code
    add_answer(out, {{"CompletionTag", std::uint64_t{1} << bit}},
               fmt::format("An answer with bit {} of the tag", bit));
  }
  for (unsigned bit = 0; bit < 20; ++bit) {
    for (const bool gn : {false, true}) {
      add_answer(out, {{"GN", gn}, {"PASID", std::uint64_t{1} << bit}},
                 fmt::format("An answer with bit {} of the PASID, GN={:d}", bit, gn));
    }
  }
  for (const std::uint64_t device : {0x0000ULL, 0x5A5AULL, 0xFFFFULL}) {
    add_answer(out, {{"DeviceID", device}}, fmt::format("An answer to device {:#x}", device));
  }
}

}  // namespace

void add_ppr_vectors(Collection& out) {
  if (!out.has("EFR.PPRSup")) return;
  add_entries(out);
  add_rules(out);
  if (out.has("EFR.BlkStopMrkSup")) add_stop_markers(out);
  add_rings(out);
  add_overflow(out);
  add_automatic(out);
  add_early(out);
  add_answers(out);
}

}  // namespace amdvi::generate
