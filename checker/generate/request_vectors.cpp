// Requests that the device table and the page tables are not asked about, or not alone: a disabled
// IOMMU, address classes, the exclusion range, DeviceIDs beyond the table, accesses of many pages.
#include <fmt/format.h>

#include "checker/generate/ask.hpp"
#include "checker/generate/groups.hpp"
#include "checker/generate/walk.hpp"

namespace amdvi::generate {

namespace {

constexpr std::uint64_t kAt = 0x18;

std::string_view verb(bool is_write) { return is_write ? "write" : "read"; }

void add_disabled(Collection& out, bool is_write) {
  Scene scene(out.profile());
  Walk walk(scene, 2, scene.identity());
  walk.down_to(1);
  walk.leaf(1, scene.page());
  scene.program_registers();
  scene.set_dte(walk.dte());
  scene.enable();
  scene.invalidate();
  scene.enable({{"IommuEn", 0}});
  scene.start();
  act_and_look(scene, scene.identity() + kAt, is_write);
  out.add(std::move(scene),
          {"requests", fmt::format("A {} with IommuEn=0 passes unchanged", verb(is_write)), {}});
}

// A device whose entry passes every request that is one to memory.
Scene passing(Collection& out) {
  Scene scene(out.profile());
  scene.program_registers();
  scene.set_dte(pack("DeviceTableEntry", {{"V", 1}, {"TV", 1}, {"IR", 1}, {"IW", 1}}));
  scene.enable();
  scene.invalidate();
  scene.start();
  return scene;
}

// A request to an address above the window that an entry would pass unchanged.
void add_special_address(Collection& out, std::uint64_t address, bool is_write,
                         std::string_view what) {
  Scene scene = passing(out);
  if (is_write) {
    scene.dma_write(address);
  } else {
    scene.dma_read(address);
  }
  scene.events();
  out.add(std::move(scene), {"requests", fmt::format("A {} {}", verb(is_write), what), {}});
}

// The lowest and the highest address, 8-byte aligned, that each rule on addresses is about.
void add_special_addresses(Collection& out, bool is_write) {
  Ask ask("address_class", out.profile().config);
  ask.fix("ctl.IommuEn", 1).fix("req.read", is_write ? 0 : 1).fix("req.write", is_write ? 1 : 0);
  ask.fix("req.posted", is_write ? 1 : 0);
  for (const std::string_view rule : {"interrupt-range-read", "ht-window"}) {
    for (const std::uint64_t preferred : {std::uint64_t{0}, ~std::uint64_t{0}}) {
      const auto answer = ask.prefer("req.address", preferred).rule(rule);
      if (!answer) continue;
      const std::uint64_t address = answer->value("req.address") & ~std::uint64_t{7};
      add_special_address(out, address, is_write,
                          fmt::format("at {:#x}, in a range that is not memory", address));
    }
  }
}

// Not one dword: no interrupt, whatever else it is.
void add_interrupt_range(Collection& out) {
  for (const std::uint64_t address : {0xFEE00000ULL, 0xFEE3C000ULL, 0xFEEFFFF8ULL}) {
    add_special_address(out, address, true,
                        fmt::format("of 8 bytes to {:#x}, in the interrupt range", address));
  }
  Scene scene = passing(out);
  scene.dma_swap(0xFEE3C000);
  scene.events();
  out.add(std::move(scene), {"requests", "A swap in the interrupt range", {"engine.atomic"}});
}

struct ExclusionCase {
  bool enabled, allow, dte_ex;
  int pages_below, pages_above;  // of the range, around the request's page; -1: range misses it
  bool permission;               // DTE.IR and IW
};

void add_exclusion(Collection& out, const ExclusionCase& e, bool is_write) {
  Scene scene(out.profile());
  Walk walk(scene, 2, scene.identity());
  walk.down_to(1);
  walk.leaf(1, scene.page());
  scene.program_registers();
  const std::uint64_t page = scene.identity() >> 12;
  const std::uint64_t first =
      e.pages_below < 0 ? page + 1 : page - static_cast<unsigned>(e.pages_below);
  const std::uint64_t last =
      e.pages_above < 0 ? page - 1 : page + static_cast<unsigned>(e.pages_above);
  const std::uint64_t limit = e.pages_below < 0 ? first : last;
  scene.write("ExclusionLimit", pack("ExclusionLimit", {{"Limit", limit}})[0]);
  scene.write("ExclusionBase",
              pack("ExclusionBase", {{"Base", e.pages_above < 0 ? last - 1 : first},
                                     {"ExEn", e.enabled},
                                     {"Allow", e.allow}})[0]);
  scene.set_dte(walk.dte({{"EX", e.dte_ex}, {"IR", e.permission}, {"IW", e.permission}}));
  scene.enable();
  scene.invalidate();
  scene.start();
  act_and_look(scene, scene.identity() + kAt, is_write);
  out.add(std::move(scene),
          {"exclusion",
           fmt::format(
               "Exclusion range: ExEn={:d}, Allow={:d}, EX={:d}, {} the range, IR=IW={:d}, a {}",
               e.enabled, e.allow, e.dte_ex,
               e.pages_below < 0   ? "below"
               : e.pages_above < 0 ? "above"
                                   : "inside of",
               e.permission, verb(is_write)),
           {}});
}

// A requester whose DeviceID lies beyond the one page of table that a scene has.
void add_table_bounds(Collection& out, bool is_write) {
  Scene scene(out.profile());
  if (!scene.use_requester_beyond_table()) return;
  scene.program_registers();
  scene.enable();
  scene.invalidate();
  scene.start();
  act_and_look(scene, scene.identity() + kAt, is_write);
  out.add(
      std::move(scene),
      {"requests", fmt::format("A {} by a device beyond the device table", verb(is_write)), {}});
}

// An access that crosses a page: both pages are translated on their own.
void add_crossing(Collection& out, bool is_write) {
  Scene scene(out.profile());
  const std::uint64_t iova = scene.identity();
  Walk walk(scene, 3, iova);
  walk.down_to(1);
  const std::uint64_t second = scene.take(4096);
  walk.leaf(1, scene.page());
  const std::uint64_t pte =
      pack("V1Pte", {{"PR", 1}, {"PageAddress", second >> 12}, {"IR", 1}, {"IW", 1}})[0];
  const std::uint64_t slot = walk.table(1) + 8 * ((iova >> 12 & 511) + 1);
  if ((iova >> 12 & 511) == 511) return;
  scene.mem(slot, std::span(&pte, 1), "V1Pte of the next page");
  scene.zero(second, 64, "the second page");
  scene.program_registers();
  scene.set_dte(walk.dte());
  scene.enable();
  scene.invalidate();
  scene.start();
  if (is_write) {
    scene.dma_write(iova + 4096 - 16, 32);
  } else {
    scene.dma_read(iova + 4096 - 16, 32);
  }
  scene.peek(scene.page() + 4096 - 32, 32, "first", "the end of the first page");
  scene.peek(second, 64, "second", "the start of the second page");
  scene.events();
  out.add(std::move(scene),
          {"requests", fmt::format("A {} across two pages goes to both", verb(is_write)), {}});
}

// IOVA to IOVA, driven by a script that the requester fetches through the same tables.
void add_copy(Collection& out, unsigned mode, std::uint32_t length) {
  Scene scene(out.profile());
  scene.use_requester("lsi53c895a");
  const std::uint64_t from = scene.identity();
  Walk walk(scene, mode, from);
  walk.down_to(1);
  const std::uint64_t pages = (length + 4095) / 4096;
  const std::uint64_t source = scene.take(pages * 4096), target = scene.take(pages * 4096);
  const std::uint64_t script = scene.take(4096);
  const auto map = [&](std::uint64_t iova_page, std::uint64_t spa, bool ir, bool iw) {
    const std::uint64_t pte =
        pack("V1Pte", {{"PR", 1}, {"PageAddress", spa >> 12}, {"IR", ir}, {"IW", iw}})[0];
    scene.mem(walk.table(1) + 8 * (iova_page & 511), std::span(&pte, 1), "V1Pte");
  };
  const std::uint64_t first = from >> 12;
  if ((first & 511) + 2 * pages + 1 > 511) return;
  for (std::uint64_t i = 0; i < pages; ++i) {
    map(first + i, source + 4096 * i, true, false);
    map(first + pages + i, target + 4096 * i, false, true);
  }
  map(first + 2 * pages, script, true, false);
  const std::vector<std::uint64_t> content{0x0123456789ABCDEF, 0xFEDCBA9876543210};
  scene.mem(source, content, "what is copied");
  scene.mem(source + length - 16, content, "the end of what is copied");
  scene.zero(target, length, "where it goes");
  scene.program_registers();
  scene.set_dte(walk.dte());
  scene.enable();
  scene.invalidate();
  scene.start();
  scene.copy(from, (first + pages) << 12, length, (first + 2 * pages) << 12, script);
  scene.peek(target, 32, "start", "the start of the copy");
  scene.peek(target + length - 32, 32, "end", "the end of the copy");
  scene.events();
  out.add(
      std::move(scene),
      {"copies",
       fmt::format("Mode {}: a copy of {} bytes reads and writes through the tables", mode, length),
       {"engine.copy"}});
}

}  // namespace

void add_request_vectors(Collection& out) {
  add_interrupt_range(out);
  for (const bool is_write : {false, true}) {
    add_disabled(out, is_write);
    add_crossing(out, is_write);
    add_table_bounds(out, is_write);
    add_special_addresses(out, is_write);
    for (const bool enabled : {false, true}) {
      for (const bool allow : {false, true}) {
        for (const bool ex : {false, true}) {
          add_exclusion(out, {enabled, allow, ex, 0, 0, true}, is_write);
          add_exclusion(out, {enabled, allow, ex, 1, 1, false}, is_write);
        }
      }
    }
    add_exclusion(out, {true, true, true, -1, 0, true}, is_write);
    add_exclusion(out, {true, true, true, 0, -1, true}, is_write);
  }
  for (unsigned mode = 2; mode <= out.host_levels(); ++mode) {
    for (const std::uint32_t length : {64u, 4096u, 16384u}) add_copy(out, mode, length);
  }
}

}  // namespace amdvi::generate
