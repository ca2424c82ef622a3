// Cached entries. Without an invalidation a device may use an entry as it was or as it is; once the
// right command has completed, only as it is. What the right command is, the model says.
#include <functional>

#include <fmt/format.h>

#include "checker/generate/guest_case.hpp"
#include "checker/generate/interrupt_scene.hpp"
#include "checker/generate/walk.hpp"

namespace amdvi::generate {

namespace {

constexpr std::uint64_t kOtherFill = 0x3333333333333333;
constexpr std::uint32_t kLook = 64;
constexpr std::uint64_t kEverything = 0x7FFFFFFFFFFFF;

// What is done between the change and the next access.
struct Drop {
  std::string what;
  std::vector<Words> commands;  // a COMPLETION_WAIT follows, if there are any
  std::vector<std::string> leads;
  bool entry_only = false;  // nothing but the device entry
};

Words pages(std::uint16_t domain, Fields more) {
  const Words plain = command("INVALIDATE_IOMMU_PAGES", {{"DomainID", domain}});
  return pack("INVALIDATE_IOMMU_PAGES", more, plain);
}

// Address and S of a range of 2^`size` pages.
std::uint64_t range(std::uint64_t iova, unsigned size) {
  const std::uint64_t page = iova >> 12;
  if (size == 0) return page;
  return (page & ~((std::uint64_t{1} << size) - 1)) | ((std::uint64_t{1} << (size - 1)) - 1);
}

std::vector<Drop> every_drop(const Collection& out, const Scene& scene, std::uint64_t iova) {
  const std::uint16_t domain = scene.domain();
  const std::vector<std::string> by_pages{"cmd.invalidate-iommu-pages.effect", "cache.wait"};
  const Words entry = command("INVALIDATE_DEVTAB_ENTRY", {{"DeviceID", scene.device()}});
  const Words all_pages = pages(domain, {{"S", 1}, {"PDE", 1}, {"Address", kEverything}});
  std::vector<Drop> drops{
      {"no invalidation", {}, {"cache.scope"}},
      {"a COMPLETION_WAIT alone", {Words{}}, {"cache.scope"}},
      {"an invalidation of its page", {pages(domain, {{"Address", iova >> 12}})}, by_pages},
      {"an invalidation of its page with PDE=1",
       {pages(domain, {{"Address", iova >> 12}, {"PDE", 1}})},
       by_pages},
      {"an invalidation of the domain",
       {pages(domain, {{"S", 1}, {"Address", kEverything}})},
       by_pages},
      {"an invalidation of the domain with PDE=1", {all_pages}, by_pages},
      {"an invalidation of another domain",
       {pages(static_cast<std::uint16_t>(domain + 1),
              {{"S", 1}, {"PDE", 1}, {"Address", kEverything}})},
       {"cache.scope"}},
      {"an invalidation of the next page",
       {pages(domain, {{"Address", (iova >> 12) + 1}, {"PDE", 1}})},
       {"cache.scope"}},
      {"an invalidation of the device entry",
       {entry},
       {"cmd.invalidate-devtab-entry.effect", "cache.wait"},
       true},
      {"an invalidation of another device entry",
       {command("INVALIDATE_DEVTAB_ENTRY", {{"DeviceID", scene.device() ^ 1U}})},
       {"cache.scope"}},
      {"an invalidation of the device entry and the domain", {entry, all_pages}, by_pages},
  };
  if (out.has("EFR.IASup")) {
    drops.push_back({"INVALIDATE_IOMMU_ALL",
                     {command("INVALIDATE_IOMMU_ALL", {})},
                     {"cmd.invalidate-iommu-all.effect", "cache.wait"}});
  }
  return drops;
}

struct CacheCase {
  Scene scene;
  std::uint64_t iova;
  Walk walk;
  std::uint64_t other;

  explicit CacheCase(const profile::Profile& profile)
      : scene(profile),
        iova(scene.identity() + kInPage),
        walk(scene, 3, iova),
        other(scene.take(4096)) {
    scene.mem(other, Words(kLook / 8, kOtherFill), "the page it leads to later");
    walk.down_to(1);
    walk.leaf(1, scene.page());
  }
  void go(const Words& dte) {
    scene.program_registers();
    scene.set_dte(dte);
    scene.enable();
    scene.invalidate();
    scene.start();
  }
};

void drop(Scene& scene, const Drop& d) {
  for (const Words& words : d.commands) {
    if (words.empty()) continue;
    scene.queue(words, std::string(spec::command_of(words[0])->name));
  }
  if (!d.commands.empty()) scene.wait();
}

void look(Collection& out, Scene scene, std::uint64_t other, bool is_write, std::uint64_t iova,
          Question question) {
  if (is_write) {
    scene.dma_write(iova);
  } else {
    scene.dma_read(iova);
  }
  scene.look_at_pages();
  scene.peek(other, kLook, "other", "the page it leads to later");
  question.cached = true;
  out.add(std::move(scene), std::move(question));
}

using Change = std::function<void(CacheCase&)>;
using Entry = std::function<Words(const CacheCase&)>;

Words plain_entry(const CacheCase& c) { return c.walk.dte(); }
void nothing(CacheCase&) {}

struct Object {
  std::string_view what;
  Change change;
  Change before = nothing;
  Entry entry = plain_entry;
  // Whether it is the device entry that changes: what it decides, not the cache, is at stake then.
  // And translations made with the old one may be cached with what it said: to be safe, the facts
  // have their domain invalidated too.
  bool of_entry = false;
};

void lower_tables(CacheCase& c) {
  const std::uint64_t table = c.scene.take(4096);
  c.scene.zero(table, 4096, "another table of level 1");
  const auto leaf = pack("V1Pte", {{"PR", 1}, {"PageAddress", c.other >> 12}, {"IR", 1}, {"IW", 1}});
  c.scene.mem(table + 8 * (c.iova >> 12 & 511), leaf, "V1Pte of level 1");
  c.walk.directory(2, 1, {{"NextTable", table >> 12}});
}

// A second tree that leads to the other page, and the entry that names its root.
Words other_tree(CacheCase& c, Fields more = {}) {
  Walk second(c.scene, 3, c.iova);
  second.down_to(1);
  second.leaf(1, c.other);
  return second.dte(more);
}

std::vector<Object> every_object() {
  return {
      {"a page entry that leads elsewhere",
       [](CacheCase& c) { c.walk.leaf(1, c.other); }},
      {"a page entry that is gone", [](CacheCase& c) { c.walk.entry(1, 0); }},
      {"a page entry that appears", [](CacheCase& c) { c.walk.leaf(1, c.scene.page()); },
       [](CacheCase& c) { c.walk.entry(1, 0); }},
      {"a page entry that loses its permissions",
       [](CacheCase& c) { c.walk.leaf(1, c.scene.page(), {{"IR", 0}, {"IW", 0}}); }},
      {"a page entry that gains its permissions",
       [](CacheCase& c) { c.walk.leaf(1, c.scene.page()); },
       [](CacheCase& c) { c.walk.leaf(1, c.scene.page(), {{"IR", 0}, {"IW", 0}}); }},
      {"a directory entry that leads elsewhere", lower_tables},
      {"a directory entry that is gone", [](CacheCase& c) { c.walk.entry(2, 0, "V1Pde"); }},
      {"a directory entry that appears", [](CacheCase& c) { c.walk.directory(2, 1); },
       [](CacheCase& c) { c.walk.entry(2, 0, "V1Pde"); }},
      {"a directory entry that loses its permissions",
       [](CacheCase& c) { c.walk.directory(3, 2, {{"IR", 0}, {"IW", 0}}); }},
      {"a root that is another", [](CacheCase& c) { c.scene.set_dte(other_tree(c)); }, nothing, plain_entry, true},
      {"a root that is another, of another domain",
       [](CacheCase& c) { c.scene.set_dte(other_tree(c, {{"DomainID", 77}})); }, nothing, plain_entry,
       true},
      {"a device entry with TV=0", [](CacheCase& c) { c.scene.set_dte(c.walk.dte({{"TV", 0}})); },
       nothing, plain_entry, true},
      {"a device entry with V=0", [](CacheCase& c) { c.scene.set_dte(c.walk.dte({{"V", 0}})); },
       nothing, plain_entry, true},
      {"a device entry without permissions",
       [](CacheCase& c) { c.scene.set_dte(c.walk.dte({{"IR", 0}, {"IW", 0}})); }, nothing, plain_entry, true},
      {"a device entry with Mode=0",
       [](CacheCase& c) { c.scene.set_dte(c.walk.dte({{"Mode", 0}})); }, nothing, plain_entry, true},
      {"a device entry that gains its permissions",
       [](CacheCase& c) { c.scene.set_dte(c.walk.dte()); }, nothing,
       [](const CacheCase& c) { return c.walk.dte({{"IR", 0}, {"IW", 0}}); }, true},
  };
}

void add_objects(Collection& out) {
  for (const Object& object : every_object()) {
    const Scene probe(out.profile());
    for (const Drop& d : every_drop(out, probe, probe.identity() + kInPage)) {
      for (const bool is_write : {false, true}) {
        CacheCase c(out.profile());
        object.before(c);
        c.go(object.entry(c));
        c.scene.dma_read(c.iova, 8, "first");
        object.change(c);
        drop(c.scene, d);
        look(out, std::move(c.scene), c.other, is_write, c.iova,
             {"caches",
              fmt::format("After {}: {}, then a {}", d.what, object.what,
                          is_write ? "write" : "read"),
              {}, false, object.of_entry && d.entry_only, true,
              object.of_entry ? std::vector<std::string>{} : d.leads});
      }
    }
  }
}

// Ranges of every size that cover the page, and those beside it.
void add_ranges(Collection& out) {
  for (unsigned size = 0; size <= 51; ++size) {
    for (const bool covers : {true, false}) {
      if (!covers && size > 40) continue;
      CacheCase c(out.profile());
      c.go(c.walk.dte());
      c.scene.dma_read(c.iova, 8, "first");
      c.walk.leaf(1, c.other);
      const std::uint64_t beside = covers ? 0 : std::uint64_t{4096} << size;
      const Words words = pages(c.scene.domain(), {{"S", size > 0},
                                                   {"Address", range(c.iova ^ beside, size)}});
      drop(c.scene, {"", {words}, {}});
      look(out, std::move(c.scene), c.other, false, c.iova,
           {"cache-ranges",
            fmt::format("An invalidation of 2^{} pages {} the page", size,
                        covers ? "with" : "beside"),
            {}, false, false, true,
            covers ? std::vector<std::string>{"cmd.range", "cache.wait"}
                   : std::vector<std::string>{"cache.scope"}});
    }
  }
}

// Guest entries go with GN=1 and their PASID.
void add_guest(Collection& out) {
  struct Command {
    std::string_view what;
    FieldList fields;
  };
  const std::vector<Command> commands{
      {"no command", {}},
      {"its page and PASID", {{"GN", 1}, {"PASID", 5}}},
      {"its page and PASID with PDE=1", {{"GN", 1}, {"PASID", 5}, {"PDE", 1}}},
      {"all of its PASID with PDE=1",
       {{"GN", 1}, {"PASID", 5}, {"PDE", 1}, {"S", 1}, {"Address", kEverything}}},
      {"its page and another PASID", {{"GN", 1}, {"PASID", 6}, {"PDE", 1}}},
      {"its page with GN=0", {{"GN", 0}, {"PDE", 1}}},
  };
  for (const bool nested : {false, true}) {
    for (unsigned target = 0; target < 3; ++target) {
      for (const Command& cmd : commands) {
        GuestCase c(out.profile(), {.nested = nested});
        const std::uint64_t other = c.scene.take(4096);
        c.scene.mem(other, Words(kLook / 8, kOtherFill), "the page it leads to later");
        if (nested) c.tables.host().page(other);
        c.tables.good(c.scene.page());
        c.go();
        c.act({});
        if (target == 0) c.tables.entry(1, c.tables.leaf_word(other));
        if (target == 1) c.tables.entry(2, 0);
        if (target == 2) c.tables.gcr3(1, {{"V", 0}});
        const Words plain = pages(c.scene.domain(), {{"Address", c.va >> 12}});
        const Words words = pack_all("INVALIDATE_IOMMU_PAGES", cmd.fields, plain);
        if (!cmd.fields.empty()) drop(c.scene, {"", {words}, {}});
        look(out, std::move(c.scene), other, true, c.va,
             {"cache-guest",
              fmt::format("A guest {} changes{}, then {}",
                          target == 0   ? "page entry"
                          : target == 1 ? "directory entry"
                                        : "GCR3 entry",
                          nested ? " behind host tables" : "", cmd.what),
              {"engine.pasid"}, false, false, true,
              {"cmd.invalidate-iommu-pages.effect.guest", "cache.wait"}});
      }
    }
  }
}

// Interrupt entries go with INVALIDATE_INTERRUPT_TABLE.
void add_interrupts(Collection& out) {
  for (const bool all : {false, true}) {
    if (all && !out.has("EFR.IASup")) continue;
    for (const std::string_view field : {"Vector", "RemapEn", "Destination"}) {
      InterruptScene scene(out.profile());
      scene.entry(EntryFormat::k32, kMessageData, good_entry(EntryFormat::k32));
      Scene& s = scene.scene();
      s.program_registers();
      s.set_dte(scene.dte());
      s.enable();
      s.invalidate();
      s.start();
      s.msi(kMessageAddress, kMessageData, "first");
      const Words changed = pack("IRTE32", {{field, field == "RemapEn" ? 0 : 0x77}},
                                 good_entry(EntryFormat::k32));
      scene.entry(EntryFormat::k32, kMessageData, changed);
      drop(s, {"",
               {all ? command("INVALIDATE_IOMMU_ALL", {})
                    : command("INVALIDATE_INTERRUPT_TABLE", {{"DeviceID", s.device()}})},
               {}});
      s.msi(kMessageAddress, kMessageData);
      Question q{"cache-interrupts",
                 fmt::format("After {} the new {} is used",
                             all ? "INVALIDATE_IOMMU_ALL" : "INVALIDATE_INTERRUPT_TABLE", field),
                 {"engine.msi"}};
      q.leads = {"cache.wait"};
      out.add(std::move(s), std::move(q));
    }
  }
}

}  // namespace

void add_cache_vectors(Collection& out) {
  add_objects(out);
  add_ranges(out);
  if (out.has("EFR.GTSup")) add_guest(out);
  add_interrupts(out);
}

}  // namespace amdvi::generate
