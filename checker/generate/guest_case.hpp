// One request through guest tables, and everything one can see of it: what the guest vectors share.
#pragma once

#include <string>

#include "checker/generate/groups.hpp"
#include "checker/generate/guest.hpp"

namespace amdvi::generate {

// Where in a page requests go: canaries lie on both sides.
inline constexpr std::uint64_t kInPage = 0x18;

struct GuestAccess {
  bool is_write = false;
  bool exec = false;
  bool privileged = false;
  bool pasid = true;  // without one, DTE.GIoV must lead to the tables
};
std::string in_words(const GuestAccess& access);

struct GuestCase {
  Scene scene;
  std::uint64_t va;
  GuestTables tables;

  GuestCase(const profile::Profile& profile, GuestShape shape, std::uint64_t address = 0);
  GuestCase(const GuestCase&) = delete;  // the tables know where the scene is

  // Programs, enables with this DTE and Control, and starts the steps.
  void go(const std::vector<std::uint64_t>& dte, const std::vector<std::uint64_t>& control);
  void go() { go(tables.dte(), tables.control()); }
  void act(const GuestAccess& access);
  // act() and a look at the pages and events; hands the vector over.
  void ask(Collection& out, const GuestAccess& access, Question question);
  void hand_over(Collection& out, const GuestAccess& access, Question question);
};

void add_guest_walks(Collection& out);        // starts, GCR3 tables, every rule of the walk, sizes
void add_guest_permissions(Collection& out);  // permission combinations, bits, accessed and dirty
void add_nested_walks(Collection& out);       // every access through the host tables

}  // namespace amdvi::generate
