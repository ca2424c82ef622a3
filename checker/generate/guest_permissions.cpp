// Guest tables: permissions at two levels together, each bit of an entry alone, accessed and dirty.
#include <fmt/format.h>

#include "checker/generate/guest_case.hpp"

namespace amdvi::generate {

namespace {

constexpr std::array kAccesses{GuestAccess{}, GuestAccess{.is_write = true},
                               GuestAccess{.exec = true}, GuestAccess{.privileged = true},
                               GuestAccess{.is_write = true, .privileged = true},
                               GuestAccess{.exec = true, .privileged = true}};

// RW, US and NX of a directory and of the page, each with every access.
void add_combinations(Collection& out) {
  for (unsigned bits = 0; bits < 64; ++bits) {
    const unsigned high = bits >> 3, low = bits & 7;
    if (high != 6 && low != 6 && high != low) continue;  // 6: RW, US, not NX
    for (const GuestAccess& access : kAccesses) {
      GuestCase c(out.profile(), {});
      c.tables.good(c.scene.page());
      c.tables.entry(2, c.tables.directory_word(
                            2, {{"RW", high >> 2}, {"US", high >> 1 & 1}, {"NX", high & 1}}));
      c.tables.entry(1, c.tables.leaf_word(c.scene.page(), 1,
                                           {{"RW", low >> 2}, {"US", low >> 1 & 1}, {"NX", low & 1}}));
      c.go();
      c.ask(out, access,
            {"guest-permissions",
             fmt::format("RW,US,NX={:03b} above a page with {:03b}, {}", high, low,
                         in_words(access)),
             {}});
    }
  }
}

void add_bits(Collection& out) {
  for (const unsigned level : {1U, 3U}) {
    for (unsigned bit = 0; bit < 64; ++bit) {
      if (bit >= 12 && bit < 52) continue;  // the address
      GuestCase c(out.profile(), {});
      c.tables.good(c.scene.page());
      const std::uint64_t good =
          level == 1 ? c.tables.leaf_word(c.scene.page()) : c.tables.directory_word(level);
      c.tables.entry(level, good ^ std::uint64_t{1} << bit);
      c.go();
      c.ask(out, {.is_write = true},
            {"guest-bits",
             fmt::format("Bit {} of a guest entry of level {} is the other way round", bit, level),
             {}});
    }
  }
}

// What a walk writes into the entries it used.
void add_updates(Collection& out) {
  for (unsigned bits = 0; bits < 32; ++bits) {
    const bool no_a = (bits & 1) != 0, no_d = (bits & 2) != 0, is_write = (bits & 4) != 0;
    const bool a = (bits & 8) != 0, d = (bits & 16) != 0;
    GuestCase c(out.profile(), {});
    c.tables.good(c.scene.page());
    c.tables.entry(3, c.tables.directory_word(3, {{"A", a}}));
    c.tables.entry(1, c.tables.leaf_word(c.scene.page(), 1, {{"A", a}, {"D", d}}));
    c.go(c.tables.dte(), c.tables.control({{"GAUpdateDis", no_a}, {"GDUpdateDis", no_d}}));
    c.act({.is_write = is_write});
    c.scene.peek(c.tables.at(3), 8, "directory", "V2Entry of level 3");
    c.scene.peek(c.tables.at(1), 8, "leaf", "V2Entry of level 1");
    c.scene.events();
    c.hand_over(out, {},
                {"guest-updates",
                 fmt::format("A {} through entries with A={:d}, D={:d}; GAUpdateDis={:d}, "
                             "GDUpdateDis={:d}",
                             is_write ? "write" : "read", a, d, no_a, no_d),
                 {}});
  }
}

// A fault further down: what was used above is accessed all the same.
void add_fault_updates(Collection& out) {
  for (unsigned level = 1; level <= 3; ++level) {
    GuestCase c(out.profile(), {});
    c.tables.good(c.scene.page());
    c.tables.entry(level, 0);
    c.go();
    c.act({.is_write = true});
    c.scene.peek(c.tables.at(4), 8, "top", "V2Entry of level 4");
    c.scene.peek(c.tables.at(level), 8, "absent", "V2Entry that is not present");
    c.scene.events();
    c.hand_over(out, {},
                {"guest-updates", fmt::format("A walk that ends at level {} without an entry", level),
                 {}});
  }
}

}  // namespace

void add_guest_permissions(Collection& out) {
  add_combinations(out);
  add_bits(out);
  add_updates(out);
  add_fault_updates(out);
}

}  // namespace amdvi::generate
