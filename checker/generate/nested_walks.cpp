// Guest tables behind host tables: every access of the guest walk through the host tables, the
// combined permission and page, the GCR3 root as either kind of address.
#include <fmt/format.h>

#include "checker/generate/guest_case.hpp"

namespace amdvi::generate {

namespace {

GuestShape nested(bool root_gpa = false, unsigned glx = 0) {
  return {.glx = glx, .nested = true, .root_gpa = root_gpa, .pasid = glx == 0 ? 5U : 0x605U};
}

void add_permissions(Collection& out) {
  for (unsigned bits = 0; bits < 16; ++bits) {
    const bool rw = (bits & 1) != 0, ir = (bits & 2) != 0, iw = (bits & 4) != 0;
    const bool is_write = (bits & 8) != 0;
    GuestCase c(out.profile(), nested());
    c.tables.good(c.scene.page());
    c.tables.entry(1, c.tables.leaf_word(c.scene.page(), 1, {{"RW", rw}}));
    c.tables.host().page(c.scene.page(), {{"IR", ir}, {"IW", iw}});
    c.go();
    c.ask(out, {.is_write = is_write},
          {"nested-permissions",
           fmt::format("A {} of a page with RW=({:d}), host IR={:d}, IW={:d}",
                       is_write ? "write" : "read", rw, ir, iw),
           {}});
  }
}

struct Fault {
  std::string_view what;
  std::string_view field;
};
constexpr std::array kHostFaults{Fault{"not present", "PR"}, Fault{"not readable", "IR"},
                                 Fault{"not writable", "IW"}};

// The host entry of each guest table and of the page, one after the other.
void add_host_faults(Collection& out) {
  for (const bool root_gpa : {false, true}) {
    if (root_gpa && !out.has("EFR2.GCR3TRPModeSup")) continue;
    for (const Fault& fault : kHostFaults) {
      for (unsigned target = 0; target <= 6; ++target) {
        const unsigned glx = out.has("EFR.GLXSup") ? 1 : 0;
        if (target == 6 && glx == 0) continue;
        GuestCase c(out.profile(), nested(root_gpa, glx));
        c.tables.good(c.scene.page());
        const std::uint64_t spa = target == 0   ? c.scene.page()
                                  : target <= 4 ? c.tables.table(target)
                                                : c.tables.gcr3_table(target - 4);
        c.tables.host().page(spa, {{fault.field, 0}});
        c.go();
        c.ask(out, {.is_write = true},
              {"nested-faults",
               fmt::format("The host page of {} is {}, GCR3TRPMode={:d}",
                           target == 0 ? std::string("the target")
                           : target <= 4
                               ? fmt::format("the guest table of level {}", target)
                               : fmt::format("the GCR3 table of level {}", target - 4),
                           fault.what, root_gpa),
               {}});
      }
    }
  }
}

// Each combination of guest and host page: the smaller decides what passes through.
void add_sizes(Collection& out) {
  for (unsigned level = 1; level <= 2; ++level) {
    for (const bool large : {false, true}) {
      for (const bool is_write : {false, true}) {
        const std::uint64_t offset_mask = (std::uint64_t{4096} << 9 * (level - 1)) - 1;
        const Scene probe(out.profile());
        const std::uint64_t va = (std::uint64_t{0x1234'5600'0000} & ~offset_mask) |
                                 ((probe.page() + kInPage) & offset_mask);
        GuestCase c(out.profile(), nested(), va);
        c.tables.good(c.scene.page(), level);
        if (large) c.tables.host().large_page(c.scene.page());
        c.go();
        c.ask(out, {.is_write = is_write},
              {"nested-sizes",
               fmt::format("A guest page of level {} in a host page of level {}, a {}", level,
                           large ? 2 : 1, is_write ? "write" : "read"),
               {}});
      }
    }
  }
}

// Guest physical addresses beyond the host tables.
void add_beyond(Collection& out) {
  constexpr std::uint64_t kBeyond = std::uint64_t{1} << 39;
  for (unsigned level = 1; level <= 4; ++level) {
    GuestCase c(out.profile(), nested());
    c.tables.good(c.scene.page());
    const std::uint64_t good =
        level == 1 ? c.tables.leaf_word(c.scene.page()) : c.tables.directory_word(level);
    c.tables.entry(level, good | kBeyond);
    c.go();
    c.ask(out, {},
          {"nested-faults",
           fmt::format("The guest entry of level {} leads beyond what the host tables map", level),
           {}});
  }
  GuestCase c(out.profile(), nested());
  c.tables.good(c.scene.page());
  c.tables.gcr3(1, {{"Address", (kBeyond | c.tables.gpa(c.tables.table(4))) >> 12}});
  c.go();
  c.ask(out, {},
        {"nested-faults", "A GCR3 entry leads beyond what the host tables map", {}});
}

// The guest entries of a nested walk are written, and so are the host's.
void add_updates(Collection& out) {
  if (!out.has("EFR.HASup")) return;
  for (unsigned had = 0; had < 4; ++had) {
    for (unsigned update = 0; update < 4; ++update) {
      for (const bool is_write : {false, true}) {
        GuestCase c(out.profile(), nested());
        c.tables.good(c.scene.page());
        c.go(c.tables.dte({{"HAD", had}}), c.tables.control({{"HADUpdate", update}}));
        c.act({.is_write = is_write});
        c.scene.peek(c.tables.host().entry_of(c.scene.page()), 8, "host-leaf",
                     "V1Pte of the target");
        c.scene.peek(c.tables.host().entry_of(c.tables.table(1)), 8, "host-table",
                     "V1Pte of the guest table of level 1");
        c.scene.peek(c.tables.at(1), 8, "guest-leaf", "V2Entry of level 1");
        c.scene.events();
        c.hand_over(out, {},
                    {"nested-updates",
                     fmt::format("A {} with HAD={:02b} and HADUpdate={:02b}",
                                 is_write ? "write" : "read", had, update),
                     {}});
      }
    }
  }
}

}  // namespace

void add_nested_walks(Collection& out) {
  add_permissions(out);
  add_host_faults(out);
  add_sizes(out);
  add_beyond(out);
  add_updates(out);
}

}  // namespace amdvi::generate
