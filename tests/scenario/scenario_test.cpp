// The scenario of story.hpp with the reference driver, right and with mistakes; with AMDVI_DRIVER
// set, with that one.
#include <cstdlib>

#include <doctest/doctest.h>

#include "tests/scenario/story.hpp"

namespace {

using namespace amdvi;
using scenario::Finding;

const char* foreign_driver() { return std::getenv("AMDVI_DRIVER"); }  // NOLINT: one thread

driver::Library load() {
  const char* path = foreign_driver() != nullptr ? foreign_driver() : REFERENCE_DRIVER;
  auto library = driver::Library::open(path);
  REQUIRE_MESSAGE(library.has_value(), library.error());
  return std::move(*library);
}

std::vector<Finding> findings_with(const std::string& options) {
  const driver::Library library = load();
  const scenario::DriverUnderTest driver{&library, options};
  return scenario::Story(driver).run();
}

TEST_CASE("two IOMMUs with two guests each live and go, and all invariants hold") {
  const char* options = std::getenv("AMDVI_DRIVER_OPTIONS");  // NOLINT: one thread
  const std::vector<Finding> findings = findings_with(options != nullptr ? options : "");
  CHECK_MESSAGE(findings.empty(), scenario::to_text(findings));
}

struct Mistake {
  std::string name, noticed;
};

void is_noticed(const Mistake& mistake) {
  if (foreign_driver() != nullptr) return;  // only the reference driver makes them
  const std::vector<Finding> findings = findings_with("mistake=" + mistake.name);
  INFO(mistake.name);
  CHECK_MESSAGE(has(findings, mistake.noticed), scenario::to_text(findings));
}

TEST_CASE("mistakes of a driver that only hardware shows break the invariant that they should") {
  for (const Mistake& mistake : {Mistake{"map_not_total", "11.6"},
                                 {"register_not_cleared", "11.11"},
                                 {"alloc_beyond_table", "11.12"},
                                 {"register_before_entry", "11.13"},
                                 {"root_left_behind", "11.15"},
                                 {"own_entry_not_flushed", "11.16"},
                                 {"pages_cached", "11.19"},
                                 {"pages_freed_before_flush", "11.20"},
                                 {"unwind_forgets_mapping", "11.22"},
                                 {"ppr_base_unshifted", "11.26"},
                                 {"viommu_before_commands", "11.27"},
                                 {"control_bit_lost", "11.28"},
                                 {"unmap_forgets_parent", "11.30"},
                                 {"detach_keeps_cache", "11.30"},
                                 {"own_entry_left", "end"},
                                 {"private_domain_left", "answer"}}) {
    is_noticed(mistake);
  }
}

TEST_CASE("mistakes of a driver that guests notice") {
  is_noticed({"queues_left_running", "guest"});
  is_noticed({"guest_bits_copied", "guest"});
}

}  // namespace
