// Guest translation alone: where it starts, GCR3 tables of one to three levels, every rule of the
// walk at every level, every page size.
#include <fmt/format.h>

#include "checker/generate/ask.hpp"
#include "checker/generate/guest_case.hpp"

namespace amdvi::generate {

namespace {

constexpr std::array kAccesses{GuestAccess{}, GuestAccess{.is_write = true},
                               GuestAccess{.exec = true}, GuestAccess{.privileged = true},
                               GuestAccess{.is_write = true, .privileged = true},
                               GuestAccess{.exec = true, .privileged = true}};

unsigned most_levels(const Collection& out) { return out.has("EFR.GATS") ? 5 : 4; }

unsigned most_glx(const Collection& out) {
  std::uint64_t glx = 0;
  get_capability(out.profile().config, "EFR.GLXSup", glx);
  return static_cast<unsigned>(glx);
}

// The first and last PASID of each table, the first beyond it, and one in every table between.
void add_pasids(Collection& out) {
  for (unsigned glx = 0; glx <= most_glx(out); ++glx) {
    for (const std::uint32_t pasid : {0U, 0x1FFU, 0x200U, 0x3FFFFU, 0x40000U, 0xA5A5AU, 0xFFFFFU}) {
      for (const bool is_write : {false, true}) {
        GuestCase c(out.profile(), {.glx = glx, .pasid = pasid});
        c.tables.good(c.scene.page());
        c.go();
        c.ask(out, {.is_write = is_write},
              {"guest-pasids",
               fmt::format("PASID {:#x} and a GCR3 table of {} level{}", pasid, glx + 1,
                           glx == 0 ? "" : "s"),
               {}});
      }
    }
  }
}

// Around the borders of the canonical ranges.
void add_canonical(Collection& out) {
  for (unsigned levels = 4; levels <= most_levels(out); ++levels) {
    const unsigned top = levels == 5 ? 57 : 48;
    const std::uint64_t half = std::uint64_t{1} << (top - 1);
    const std::uint64_t high = ~std::uint64_t{0} << (top - 1);
    for (const std::uint64_t page : {half - 4096, half, 2 * half - 4096, 2 * half, high - 4096,
                                     high, ~std::uint64_t{4095}}) {
      for (const bool pasid : {false, true}) {
        GuestCase c(out.profile(), {.levels = levels, .pasid = pasid ? 5U : 0U}, page + kInPage);
        c.tables.good(c.scene.page());
        c.go(c.tables.dte({{"GIoV", !pasid}}), c.tables.control());
        c.ask(out, {.pasid = pasid},
              {"guest-canonical",
               fmt::format("Address {:#x} and guest tables of {} levels, {} a PASID", page, levels,
                           pasid ? "with" : "without"),
               {}});
      }
    }
  }
}

void add_gcr3(Collection& out) {
  for (unsigned glx = 0; glx <= most_glx(out); ++glx) {
    for (unsigned level = 1; level <= glx + 1; ++level) {
      const std::uint32_t pasid = glx == 0 ? 5 : glx == 1 ? 0x605 : 0xC0605;
      GuestCase c(out.profile(), {.glx = glx, .pasid = pasid});
      c.tables.good(c.scene.page());
      c.tables.gcr3(level, {{"V", 0}});
      c.go();
      c.ask(out, {},
            {"guest-gcr3", fmt::format("A GCR3 entry of level {} of {} is not valid", level, glx + 1),
             {}});
    }
  }
  for (const spec::FieldInfo& f : spec::find_structure("Gcr3Entry")->fields) {
    if (f.kind != spec::FieldKind::kIgnored) continue;
    for (unsigned bit = f.pieces[0].lo; bit <= f.pieces[0].hi; ++bit) {
      GuestCase c(out.profile(), {});
      c.tables.good(c.scene.page());
      c.tables.gcr3(1, {{f.name, std::uint64_t{1} << (bit - f.pieces[0].lo)}});
      c.go();
      c.ask(out, {},
            {"guest-gcr3", fmt::format("Bit {} of a GCR3 entry is not looked at", bit), {}});
    }
  }
}

// Which combination of GV, GIoV, GTEn and a PASID leads to the guest tables.
void add_enables(Collection& out) {
  for (unsigned bits = 0; bits < 16; ++bits) {
    for (const bool is_write : {false, true}) {
      const bool gv = (bits & 1) != 0, giov = (bits & 2) != 0, gten = (bits & 4) != 0;
      const bool pasid = (bits & 8) != 0;
      if (giov && !out.has("EFR.GIoSup")) continue;
      GuestCase c(out.profile(), {.pasid = pasid ? 5U : 0U});
      c.tables.good(c.scene.page());
      c.go(c.tables.dte({{"GV", gv}, {"GIoV", giov}}), c.tables.control({{"GTEn", gten}}));
      c.ask(out, {.is_write = is_write, .pasid = pasid},
            {"guest-enables",
             fmt::format("GV={:d}, GIoV={:d}, GTEn={:d}, a {} {} a PASID", gv, giov, gten,
                         is_write ? "write" : "read", pasid ? "with" : "without"),
             {}});
    }
  }
}

// A smallest entry for each rule of the device table entry check, with guest translation on.
struct EntryCase {
  Collection& out;
  Ask& ask;
  GuestAccess access;

  GuestShape shape() const { return {.pasid = access.pasid ? 5U : 0U}; }
  void near_good() {
    GuestCase c(out.profile(), shape());
    ask.prefer("dte", "DeviceTableEntry", c.tables.dte({{"GIoV", !access.pasid}}));
    ask.prefer("req.address", c.va).fix("ctl.GTEn", 1).fix("req.has_pasid", access.pasid);
    ask.fix("req.read", !access.is_write).fix("req.write", access.is_write).fix("excluded", 0);
  }
  void add(const Answer& answer, std::string_view group, std::string_view what) {
    GuestCase c(out.profile(), shape());
    c.tables.good(c.scene.page());
    c.va = answer.value("req.address");
    c.go(answer.onto("dte", c.tables.dte()), c.tables.control());
    c.ask(out, access,
          {std::string(group),
           fmt::format("{}: a {} where guest translation is on", what, in_words(access)), {}});
  }
};

void add_entry_rules(Collection& out) {
  Ask ask("dte_memory_check", out.profile().config);
  for (const bool pasid : {false, true}) {
    for (const bool is_write : {false, true}) {
      EntryCase c{out, ask, {.is_write = is_write, .pasid = pasid}};
      c.near_good();
      for (unsigned rule = 0; rule < ask.info().rules.size(); ++rule) {
        const spec::RuleInfo& r = ask.info().rules[rule];
        const auto answer = ask.rule(rule);
        if (answer) c.add(*answer, "guest-check", r.text.empty() ? r.id : r.text);
      }
      for (unsigned atom = 0; atom < ask.info().atoms.size(); ++atom) {
        for (const Answer& answer : ask.shows(atom)) {
          c.add(answer, "guest-conditions", ask.info().atoms[atom].text);
        }
      }
    }
  }
}

struct WalkCase {
  Collection& out;
  Ask& ask;
  unsigned levels, level;
  GuestAccess access;
  std::uint64_t good = 0;

  void near_good() {
    GuestCase c(out.profile(), {.levels = levels});
    good = level == 1 ? c.tables.leaf_word(c.scene.page()) : c.tables.directory_word(level);
    ask.prefer("entry", "V2Entry", std::span(&good, 1)).fix("level", level);
    ask.fix("user", !access.privileged).fix("req.write", access.is_write);
    ask.fix("req.exec", access.exec).fix("req.read", !access.is_write);
  }
  void add(const Answer& answer, std::string_view group, std::string_view what) {
    GuestCase c(out.profile(), {.levels = levels});
    c.tables.good(c.scene.page());
    c.tables.entry(level, answer.onto("entry", {good})[0]);
    c.go();
    c.ask(out, access,
          {std::string(group),
           fmt::format("{}, level {} of {}, {}", what, level, levels, in_words(access)), {}});
  }
};

void add_rules(Collection& out, Ask& ask, unsigned levels, unsigned level) {
  for (const GuestAccess& access : kAccesses) {
    WalkCase c{out, ask, levels, level, access};
    c.near_good();
    for (unsigned rule = 0; rule < ask.info().rules.size(); ++rule) {
      const spec::RuleInfo& r = ask.info().rules[rule];
      const auto answer = ask.rule(rule);
      if (answer) c.add(*answer, "guest-faults", r.text.empty() ? r.id : r.text);
    }
    for (unsigned atom = 0; atom < ask.info().atoms.size() && levels == 4; ++atom) {
      for (const Answer& answer : ask.shows(atom)) {
        c.add(answer, "guest-walk-conditions", ask.info().atoms[atom].text);
      }
    }
  }
}

void add_sizes(Collection& out) {
  for (unsigned levels = 4; levels <= most_levels(out); ++levels) {
    for (unsigned level = 1; level <= 3; ++level) {
      for (const bool is_write : {false, true}) {
        const std::uint64_t offset_mask = (std::uint64_t{4096} << 9 * (level - 1)) - 1;
        const Scene probe(out.profile());
        // An index of its own at every level, and within the page where the target lies.
        const std::uint64_t base = 0x0034'5678'9000'0000 >> (levels == 5 ? 0 : 9);
        const std::uint64_t va = (base & ~offset_mask) | ((probe.page() + kInPage) & offset_mask);
        GuestCase c(out.profile(), {.levels = levels}, va);
        c.tables.good(c.scene.page(), level);
        c.go();
        c.ask(out, {.is_write = is_write},
              {"guest-sizes",
               fmt::format("A page of level {} in guest tables of {} levels, a {}", level, levels,
                           is_write ? "write" : "read"),
               {}});
      }
    }
  }
}

// Each address bit below the size of a large page.
void add_large_page_bits(Collection& out) {
  for (unsigned level = 2; level <= 3; ++level) {
    for (unsigned bit = 12; bit < 12 + 9 * (level - 1); ++bit) {
      GuestCase c(out.profile(), {});
      c.tables.good(c.scene.page(), level);
      const std::uint64_t word =
          c.tables.leaf_word(c.scene.page(), level) | std::uint64_t{1} << bit;
      c.tables.entry(level, word);
      c.go();
      c.ask(out, {},
            {"guest-large-bits",
             fmt::format("Bit {} of a large page of level {} alone", bit, level), {}});
    }
  }
}

}  // namespace

void add_guest_walks(Collection& out) {
  add_pasids(out);
  add_canonical(out);
  add_gcr3(out);
  add_enables(out);
  add_entry_rules(out);
  Ask ask("v2_walk_step", out.profile().config);
  for (unsigned levels = 4; levels <= most_levels(out); ++levels) {
    for (unsigned level = 1; level <= levels; ++level) {
      if (levels == 4 || level >= 4) add_rules(out, ask, levels, level);
    }
  }
  add_sizes(out);
  add_large_page_bits(out);
}

void add_guest_vectors(Collection& out) {
  if (!out.has("EFR.GTSup")) return;
  add_guest_walks(out);
  add_guest_permissions(out);
  add_nested_walks(out);
}

}  // namespace amdvi::generate
