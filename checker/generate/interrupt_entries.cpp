// Interrupt remapping entries: a smallest entry for each rule, each bit alone, the message.
#include <fmt/format.h>

#include "checker/generate/ask.hpp"
#include "checker/generate/interrupt_scene.hpp"

namespace amdvi::generate {

namespace {

struct Format {
  EntryFormat format;
  bool xt = false;
};

unsigned width_of(const spec::FieldInfo& field) {
  unsigned bits = 0;
  for (const spec::BitRange& piece : field.pieces) bits += piece.hi - piece.lo + 1;
  return bits;
}

Words control_of(const Format& f) {
  return control_with({{"GAEn", f.format == EntryFormat::k128}, {"XTEn", f.xt}});
}

std::string name_of(const Format& f) {
  return fmt::format("{}{}", entry_structure(f.format), f.xt ? " with XTEn=1" : "");
}

void ask_entry(Collection& out, const Format& f, const Words& entry, std::uint32_t data,
               Fields more, Question question) {
  InterruptScene scene(out.profile());
  scene.entry(f.format, kMessageData, entry);
  const Words dte = scene.dte(more);
  std::move(scene).ask(out, dte, control_of(f), kMessageAddress, data, std::move(question));
}

void add_entry_rules(Collection& out, const Format& f) {
  Ask ask(f.format == EntryFormat::k32 ? "irte32_check" : "irte128_check", out.profile().config);
  const Words good = good_entry(f.format);
  ask.prefer("irte", entry_structure(f.format), good).fix("ctl.XTEn", f.xt ? 1 : 0);
  for (unsigned rule = 0; rule < ask.info().rules.size(); ++rule) {
    const auto answer = ask.rule(rule);
    if (!answer) continue;
    const spec::RuleInfo& r = ask.info().rules[rule];
    for (const bool suppress : {false, true}) {
      Words entry = answer->onto("irte", good);
      if (suppress) entry = pack(entry_structure(f.format), {{"SupIOPF", 1}}, entry);
      ask_entry(out, f, entry, kMessageData, {},
                {"interrupt-entries",
                 fmt::format("{}, SupIOPF={:d}: {}", name_of(f), suppress,
                             r.text.empty() ? r.id : r.text),
                 {}});
    }
  }
  for (unsigned atom = 0; atom < ask.info().atoms.size(); ++atom) {
    for (const Answer& answer : ask.shows(atom)) {
      ask_entry(out, f, answer.onto("irte", good), kMessageData, {},
                {"interrupt-entries",
                 fmt::format("{}: \"{}\" decides", name_of(f), ask.info().atoms[atom].text),
                 {}});
    }
  }
}

// Every bit of a good entry changed, one at a time: what it is for or that it must be 0.
void add_entry_bits(Collection& out, const Format& f) {
  for (const spec::FieldInfo& field : spec::find_structure(entry_structure(f.format))->fields) {
    // Guest mode has a format of its own.
    if (field.name == "GuestMode" && f.format == EntryFormat::k128) continue;
    const std::uint64_t old = spec::field_value(field, good_entry(f.format));
    for (unsigned bit = 0; bit < width_of(field); ++bit) {
      Words entry = good_entry(f.format);
      spec::set_field(field, entry, old ^ (std::uint64_t{1} << bit));
      ask_entry(out, f, entry, kMessageData, {},
                {"interrupt-entry-bits",
                 fmt::format("Bit {} of {} in an {} is the other way round", bit, field.name,
                             name_of(f)),
                 {}});
    }
  }
}

void add_messages(Collection& out, const Format& f) {
  const Words good = good_entry(f.format);
  for (std::uint32_t high = 1; high < 4; ++high) {
    ask_entry(out, f, good, high << 14 | kMessageData, {},
              {"interrupt-entries",
               fmt::format("{}: data bits 15:14 of the request are {:02b}", name_of(f), high), {}});
  }
  // Arbitrated is a delivery mode and bit 8 of the index.
  InterruptScene scene(out.profile());
  scene.entry(f.format, 0x100 | kMessageData, good);
  const Words dte = scene.dte();
  std::move(scene).ask(out, dte, control_of(f), kMessageAddress | 0x5000, 0x100 | kMessageData,
                       {"interrupt-entries",
                        fmt::format("{}: an arbitrated request becomes a fixed message",
                                    name_of(f)),
                        {}});
}

// IG silences every fault of the device, SupIOPF those of the entry.
void add_suppression(Collection& out, const Format& f) {
  for (const bool ig : {false, true}) {
    for (const bool suppress : {false, true}) {
      const Words entry =
          pack(entry_structure(f.format), {{"RemapEn", 0}, {"SupIOPF", suppress}},
               good_entry(f.format));
      ask_entry(out, f, entry, kMessageData, {{"IG", ig}},
                {"interrupt-entries",
                 fmt::format("{}: RemapEn=0 with IG={:d} and SupIOPF={:d}", name_of(f), ig,
                             suppress),
                 {}});
    }
  }
}

}  // namespace

void add_interrupt_entries(Collection& out) {
  std::vector<Format> formats{{EntryFormat::k32}};
  if (out.has("EFR.GASup")) formats.push_back({EntryFormat::k128});
  if (out.has("EFR.GASup") && out.has("EFR.XTSup")) formats.push_back({EntryFormat::k128, true});
  for (const Format& f : formats) {
    add_entry_rules(out, f);
    add_entry_bits(out, f);
    add_messages(out, f);
    add_suppression(out, f);
  }
}

}  // namespace amdvi::generate
