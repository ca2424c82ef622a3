// Address translation services: translation requests, requests with translated addresses, and the
// invalidation requests that a command sends to devices.
#include <fmt/format.h>

#include "checker/generate/guest_case.hpp"
#include "checker/generate/interrupt_scene.hpp"
#include "checker/generate/walk.hpp"

namespace amdvi::generate {

namespace {

struct Wanted {
  bool read, write;
};
constexpr std::array kWanted{Wanted{true, false}, Wanted{true, true}, Wanted{false, true}};

std::string_view name_of(Wanted w) { return !w.write ? "read" : w.read ? "read and write" : "write"; }

// A device that may ask, and tables of two levels.
struct AtsCase {
  Scene scene;
  std::uint64_t iova;
  Walk walk;

  explicit AtsCase(const profile::Profile& profile, unsigned mode = 2, std::uint64_t address = 0)
      : scene(profile),
        iova(address != 0 ? address : scene.identity() + kInPage),
        walk(scene, mode, iova) {}

  std::vector<std::uint64_t> dte(Fields more = {}) const {
    return pack("DeviceTableEntry", more, walk.dte({{"I", 1}}));
  }
  void tables(Fields leaf = {}) {
    walk.down_to(1);
    walk.leaf(1, scene.page(), leaf);
  }
  void go(const std::vector<std::uint64_t>& dte, const FieldList& control = {}) {
    scene.program_registers();
    scene.set_dte(dte);
    scene.write("Control", pack_all("Control", control, control_with())[0]);
    scene.invalidate();
    scene.start();
  }
  void ask(Collection& out, Wanted w, Question question, vector::Pasid pasid = {}) {
    scene.ats(iova, w.read, w.write, pasid);
    scene.events();
    question.requires_.emplace_back("engine.ats");
    out.add(std::move(scene), std::move(question));
  }
};

void add_permissions(Collection& out) {
  for (unsigned bits = 0; bits < 32; ++bits) {
    for (const Wanted w : kWanted) {
      const bool ir = (bits & 1) != 0, iw = (bits & 2) != 0, u = (bits & 16) != 0;
      const bool dte_ir = (bits & 4) != 0, dte_iw = (bits & 8) != 0;
      if (u && !(dte_ir && dte_iw)) continue;
      AtsCase c(out.profile());
      c.tables({{"IR", ir}, {"IW", iw}, {"U", u}});
      c.go(c.dte({{"IR", dte_ir}, {"IW", dte_iw}}));
      c.ask(out, w,
            {"ats-permissions",
             fmt::format("A translation request to {}: IR,IW={:d}{:d} in the device entry, {:d}{:d} "
                         "in the page entry, U={:d}",
                         name_of(w), dte_ir, dte_iw, ir, iw, u),
             {}});
    }
  }
}

// Every size a page can have, and the entry that is missing at every level.
void add_sizes(Collection& out) {
  for (unsigned level = 1; level <= std::min(4U, out.host_levels()); ++level) {
    const unsigned mode = std::max(2U, level);
    AtsCase c(out.profile(), mode, distinct_iova(mode) + kInPage);
    c.walk.down_to(level);
    c.walk.leaf(level, std::uint64_t{0x23'4567'8000'0000} & ~level_offset_mask(level));
    c.go(c.dte());
    c.ask(out, {true, true},
          {"ats-sizes", fmt::format("A translation request for a page of level {}", level), {}});
    AtsCase absent(out.profile(), mode, distinct_iova(mode) + kInPage);
    absent.walk.down_to(level);
    absent.go(absent.dte());
    absent.ask(out, {true, true},
               {"ats-sizes",
                fmt::format("A translation request without an entry at level {}", level), {}});
  }
  for (unsigned zero = 12; zero < 30; ++zero) {
    AtsCase c(out.profile());
    const std::uint64_t ones = (std::uint64_t{1} << zero) - 4096;
    const std::uint64_t page = (std::uint64_t{0x2'4567'8000'0000} & ~(2 * ones + 8191)) | ones;
    const unsigned level = zero < 20 ? 1 : 2;
    c.walk.down_to(level);
    c.walk.entry(level, pack("V1Pte", {{"PR", 1},
                                       {"NextLevel", 7},
                                       {"PageAddress", page >> 12},
                                       {"IR", 1},
                                       {"IW", 1}})[0]);
    c.go(c.dte());
    c.ask(out, {true, true},
          {"ats-sizes",
           fmt::format("A translation request for an encoded page of 2^{} bytes", zero + 1), {}});
  }
}

struct Variant {
  std::string_view what;
  FieldList dte;
  FieldList control{};
};

void add_entries(Collection& out) {
  const std::vector<Variant> variants{
      {"I=0 in the device entry", {{"I", 0}}},
      {"V=0", {{"V", 0}}},
      {"V=0 and I=0", {{"V", 0}, {"I", 0}}},
      {"TV=0", {{"TV", 0}}},
      {"TV=0 and I=0", {{"TV", 0}, {"I", 0}}},
      {"Mode=0", {{"Mode", 0}}},
      {"Mode=7", {{"Mode", 7}}},
      {"Mode=1, which the address is beyond", {{"Mode", 1}}},
      {"a reserved bit in the device entry", {{"Reserved_3_2", 1}}},
      {"a reserved bit in the device entry and I=0", {{"Reserved_3_2", 1}, {"I", 0}}},
      {"IommuEn=0", {}, {{"IommuEn", 0}}},
      {"IommuEn=0 and I=0", {{"I", 0}}, {{"IommuEn", 0}}},
  };
  for (const Variant& v : variants) {
    for (const Wanted w : kWanted) {
      for (const bool translated : {false, true}) {
        if (translated && w.read && w.write) continue;
        AtsCase c(out.profile());
        c.tables();
        c.go(pack_all("DeviceTableEntry", v.dte, c.dte()), v.control);
        const std::string name =
            fmt::format("{} to {} with {}", translated ? "A translated request" : "A translation request",
                        name_of(w), v.what);
        if (!translated) {
          c.ask(out, w, {"ats-entries", name, {}});
          continue;
        }
        c.scene.use_translated(true);
        act_and_look(c.scene, c.iova, w.write);
        out.add(std::move(c.scene), {"ats-translated", name, {"engine.ats"}});
      }
    }
  }
}

// Translated requests reach exactly the address they carry.
void add_translated(Collection& out) {
  for (unsigned bits = 0; bits < 32; ++bits) {
    const bool ir = (bits & 1) != 0, iw = (bits & 2) != 0, is_write = (bits & 4) != 0;
    const bool tv = (bits & 8) != 0, sats = (bits & 16) != 0;
    if (sats && !out.has("EFR.SATSSup")) continue;
    AtsCase c(out.profile());
    c.tables();
    c.go(c.dte({{"IR", ir}, {"IW", iw}, {"TV", tv}, {"SATS", sats}}));
    c.scene.use_translated(true);
    act_and_look(c.scene, c.iova, is_write);
    out.add(std::move(c.scene),
            {"ats-translated",
             fmt::format("A translated {} with TV={:d}, IR={:d}, IW={:d}, SATS={:d}",
                         is_write ? "write" : "read", tv, ir, iw, sats),
             {"engine.ats"}});
  }
}

// Addresses that are never translated.
void add_addresses(Collection& out) {
  for (const std::uint64_t address : {0xFEE00000ULL, 0xFEEFFFF8ULL, 0xFD00000000ULL,
                                      0xFDF8000000ULL, 0xFFFFFFF000ULL, 0xFEDFFFF8ULL}) {
    for (const Wanted w : kWanted) {
      AtsCase c(out.profile(), 3, address);
      c.tables();
      c.go(c.dte());
      c.ask(out, w,
            {"ats-addresses",
             fmt::format("A translation request to {} {:#x}", name_of(w), address), {}});
    }
  }
}

void add_exclusion(Collection& out) {
  for (const bool allow : {false, true}) {
    for (const Wanted w : kWanted) {
      AtsCase c(out.profile());
      c.tables();
      const std::uint64_t page = c.iova >> 12;
      c.scene.write("ExclusionLimit", pack("ExclusionLimit", {{"Limit", page}})[0]);
      c.scene.write("ExclusionBase",
                    pack("ExclusionBase", {{"Base", page}, {"ExEn", 1}, {"Allow", allow}})[0]);
      c.go(c.dte({{"EX", 1}}));
      c.ask(out, w,
            {"ats-addresses",
             fmt::format("A translation request to {} in the exclusion range, Allow={:d}",
                         name_of(w), allow),
             {}});
    }
  }
}

// What guest tables permit, by PASID.
void add_guest(Collection& out) {
  for (unsigned bits = 0; bits < 64; ++bits) {
    const bool rw = (bits & 1) != 0, us = (bits & 2) != 0, nx = (bits & 4) != 0;
    const bool exec = (bits & 8) != 0, privileged = (bits & 16) != 0, nested = (bits & 32) != 0;
    for (const Wanted w : kWanted) {
      if (nested && exec) continue;
      GuestCase c(out.profile(), {.nested = nested});
      c.tables.good(c.scene.page());
      c.tables.entry(1, c.tables.leaf_word(c.scene.page(), 1, {{"RW", rw}, {"US", us}, {"NX", nx}}));
      c.go(c.tables.dte({{"I", 1}}), c.tables.control());
      c.scene.ats(c.va, w.read, w.write, {true, c.tables.shape().pasid, exec, privileged});
      c.scene.events();
      out.add(std::move(c.scene),
              {"ats-guest",
               fmt::format("A {} translation request to {}{} with RW,US,NX={:d}{:d}{:d}{}",
                           privileged ? "privileged" : "user", name_of(w),
                           exec ? " and execute" : "", rw, us, nx, nested ? ", nested" : ""),
               {"engine.ats"}});
    }
  }
  for (const bool gv : {false, true}) {
    GuestCase c(out.profile(), {});
    c.tables.good(c.scene.page());
    c.go(c.tables.dte({{"I", 1}, {"GV", gv}}), c.tables.control({{"GTEn", !gv}}));
    c.scene.ats(c.va, true, false, {true, c.tables.shape().pasid, false, false});
    c.scene.events();
    out.add(std::move(c.scene),
            {"ats-guest",
             fmt::format("A translation request with a PASID, GV={:d}, GTEn={:d}", gv, !gv),
             {"engine.ats"}});
  }
}

void add_command(Collection& out, Fields fields, std::string name, bool twice = false) {
  Scene scene(out.profile());
  const auto words = command("INVALIDATE_IOTLB_PAGES",
                             {{"DeviceID", scene.device()}, {"QueueID", scene.device()}});
  scene.program_registers();
  scene.enable();
  scene.start();
  for (int i = 0; i < (twice ? 2 : 1); ++i) {
    scene.queue(pack("INVALIDATE_IOTLB_PAGES", fields, words), "INVALIDATE_IOTLB_PAGES");
  }
  scene.invalidate();
  scene.invalidations();
  scene.read("Status", "status");
  scene.events();
  out.add(std::move(scene), {"ats-invalidations", std::move(name), {"engine.ats"}});
}

void add_invalidations(Collection& out) {
  add_command(out, {{"Address", 0x12345}}, "An invalidation of one page reaches the device");
  add_command(out, {{"Address", 0x12345}}, "Two invalidations reach the device in order", true);
  for (unsigned bit = 0; bit < 51; ++bit) {
    const std::uint64_t ones = (std::uint64_t{1} << bit) - 1;
    add_command(out, {{"S", 1}, {"Address", ones}},
                fmt::format("An invalidation of 2^{} pages reaches the device", bit + 1));
    add_command(out, {{"S", 0}, {"Address", std::uint64_t{1} << bit}},
                fmt::format("An invalidation of page 2^{} reaches the device", bit));
  }
  for (const bool gn : {false, true}) {
    for (const std::uint64_t pasid : {0x00000ULL, 0x00001ULL, 0xA5A5AULL, 0xFFFFFULL}) {
      add_command(out, {{"GN", gn}, {"PASID", pasid}, {"Address", 0x54321}},
                  fmt::format("An invalidation with GN={:d} and PASID {:#x}", gn, pasid));
    }
  }
  for (const std::uint64_t queue : {0x0000ULL, 0x5A5AULL, 0xFFFFULL}) {
    add_command(out, {{"QueueID", queue}},
                fmt::format("An invalidation of queue {:#x}", queue));
    add_command(out, {{"DeviceID", queue}},
                fmt::format("An invalidation of device {:#x}", queue));
  }
}

}  // namespace

void add_ats_vectors(Collection& out) {
  if (!out.has("header.IotlbSup")) return;
  add_permissions(out);
  add_sizes(out);
  add_entries(out);
  add_translated(out);
  add_addresses(out);
  add_exclusion(out);
  if (out.has("EFR.GTSup")) add_guest(out);
  add_invalidations(out);
}

}  // namespace amdvi::generate
