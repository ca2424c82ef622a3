// Tested here: checker/generate: evaluate, expect, and groups as far as their answers can be said by
// hand from the facts.
#include <algorithm>

#include <doctest/doctest.h>

#include <amdvi/config.hpp>

#include "checker/generate/groups.hpp"
#include "checker/generate/guest_case.hpp"

#include "judge_sample.hpp"

using namespace amdvi;
using namespace amdvi::generate;

namespace {

const profile::Profile& with_everything() {
  static const profile::Profile profile = [] {
    profile::Profile p = judge::sample::profile();
    p.window_length = 0x1000000;
    for (const char* feature : {"EFR.GTSup", "EFR.NXSup", "EFR.IASup", "EFR.GIoSup", "EFR.PPRSup",
                                "header.IotlbSup"}) {
      REQUIRE(set_capability(p.config, feature, 1));
    }
    return p;
  }();
  return profile;
}

const vector::Check& check_of(const vector::Vector& v, std::string_view label) {
  const auto found = std::find_if(v.checks.begin(), v.checks.end(),
                                  [&](const vector::Check& c) { return c.label == label; });
  REQUIRE(found != v.checks.end());
  return *found;
}

vector::Vector only(Collection& out) {
  std::vector<vector::Vector> all = out.take();
  REQUIRE(all.size() == 1);
  return all.front();
}

// core 5.2: guest tables of four levels, the page permits everything.
vector::Vector guest_read(const GuestAccess& access, Fields leaf) {
  Collection out(with_everything());
  GuestCase c(out.profile(), {});
  c.tables.good(c.scene.page());
  c.tables.entry(1, c.tables.leaf_word(c.scene.page(), 1, leaf));
  c.go();
  c.ask(out, access, {"sample", "a request through guest tables", {}});
  return only(out);
}

}  // namespace

TEST_CASE("a request with a PASID reaches the page of the guest tables and needs an engine for it") {
  const vector::Vector v = guest_read({.is_write = true}, {});
  CHECK(v.requires_ == std::vector<std::string>{"engine.pasid"});
  const vector::Check& page = check_of(v, "page");
  REQUIRE(page.one_of.size() == 1);
  CHECK(page.one_of[0].words[3].value == 0xA7A6A5A4A3A2A1A0);  // the token, 18h into the page
  CHECK(check_of(v, "events").one_of[0].words.empty());
}

TEST_CASE("a fetch from a no-execute page moves nothing and is logged") {
  const vector::Vector v = guest_read({.exec = true}, {{"NX", 1}});
  CHECK(check_of(v, "data").one_of[0].words[0].value == 0);
  const std::uint64_t first = check_of(v, "events").one_of[0].words[0].value;
  CHECK((first >> 60) == 2);  // IO_PAGE_FAULT, core 6.2
}

TEST_CASE("after a change of a page entry old and new are accepted, after the invalidation new") {
  Collection out(with_everything());
  add_cache_vectors(out);
  const std::vector<vector::Vector> all = out.take();
  const auto outcomes = [&](std::string_view name) {
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const vector::Vector& v) { return v.name == name; });
    REQUIRE(found != all.end());
    return check_of(*found, "data").one_of;
  };
  const std::string what = ": a page entry that leads elsewhere, then a read";
  const auto before = outcomes("After no invalidation" + what);
  REQUIRE(before.size() == 2);
  CHECK(before[0].words[0].value == 0x3333333333333333);
  CHECK(before[1].words[0].value == Scene::kPageFill);
  CHECK(before[1].options == std::vector<std::string>{"cache=all_stale"});
  CHECK(outcomes("After an invalidation of its page" + what).size() == 1);
  CHECK(outcomes("After an invalidation of the next page" + what).size() == 2);
  CHECK(outcomes("After an invalidation of another domain" + what).size() == 2);
}

TEST_CASE("a directory entry may stay without PDE, and goes with it") {
  Collection out(with_everything());
  add_cache_vectors(out);
  std::size_t seen = 0;
  for (const vector::Vector& v : out.take()) {
    const bool plain = v.name ==
                       "After an invalidation of its page: a directory entry that leads elsewhere, "
                       "then a write";
    const bool pde = v.name ==
                     "After an invalidation of its page with PDE=1: a directory entry that leads "
                     "elsewhere, then a write";
    if (!plain && !pde) continue;
    ++seen;
    CHECK(check_of(v, "other").one_of.size() == (plain ? 2U : 1U));
  }
  CHECK(seen == 2);
}

TEST_CASE("an option that no asked decision reads is not tried, and its outcomes are not lost") {
  // Mode=7 has two readings (core 3.7): both are in the vector, and only they.
  Collection out(with_everything());
  add_dte_vectors(out);
  const std::vector<vector::Vector> all = out.take();
  const bool both = std::any_of(all.begin(), all.end(), [](const vector::Vector& v) {
    const auto check = std::find_if(v.checks.begin(), v.checks.end(), [](const vector::Check& c) {
      return c.label == "events" && c.one_of.size() >= 2;
    });
    if (check == v.checks.end()) return false;
    return std::any_of(check->one_of.begin(), check->one_of.end(), [](const vector::Outcome& o) {
      return std::find(o.options.begin(), o.options.end(), "mode7_event=io_page_fault") !=
             o.options.end();
    });
  });
  CHECK(both);
}
