// MARC apertures: what each of them takes, its bounds, what is enabled, read-only ones. Whether the
// device table is looked at first, and whether the new address is translated, is not known: what
// any choice leads to is accepted.
#include <cstdlib>

#include <fmt/format.h>

#include "checker/generate/groups.hpp"

namespace amdvi::generate {

namespace {

constexpr std::uint64_t kAt = 0x18;
constexpr unsigned kApertures = 4;

// One aperture from the page whose IOVA equals its address to the page translations lead to. The
// entry lets everything pass: whether the new address is translated makes no difference.
class Aperture {
 public:
  Aperture(const profile::Profile& profile, unsigned index) : scene_(profile), index_(index) {
    base = scene_.identity();
    target = scene_.page();
  }

  std::uint64_t base, target, length = 4096;
  bool enabled = true, read_only = false, marc = true, permitted = true;

  Scene& scene() { return scene_; }
  void go() {
    scene_.program_registers();
    scene_.set_dte(
        pack("DeviceTableEntry", {{"V", 1}, {"TV", 1}, {"IR", permitted}, {"IW", permitted}}));
    write("MarcBase", {{"Base", base >> 12}});
    write("MarcLength", {{"Length", length >> 12}});
    write("MarcReloc",
          {{"RelocEn", enabled}, {"ReadOnly", read_only}, {"RelocAddr", target >> 12}});
    scene_.enable({{"MarcEn", marc}});
    scene_.invalidate();
    scene_.start();
  }
  void ask(Collection& out, std::uint64_t iova, bool is_write, std::string name) {
    act_and_look(scene_, iova, is_write);
    out.add(std::move(scene_), {"marc", std::move(name), {"EFR.MarcSup"}});
  }

 private:
  void write(std::string_view reg, Fields fields) {
    const std::string name = fmt::format("{}[{}]", reg, index_);
    scene_.write(name, pack(name, fields)[0]);
  }

  Scene scene_;
  unsigned index_;
};

std::string_view verb(bool is_write) { return is_write ? "write" : "read"; }

void add_switches(Collection& out, unsigned index, bool is_write) {
  for (unsigned bits = 0; bits < 16; ++bits) {
    Aperture a(out.profile(), index);
    a.marc = (bits & 1) != 0;
    a.enabled = (bits & 2) != 0;
    a.read_only = (bits & 4) != 0;
    a.permitted = (bits & 8) != 0;
    a.go();
    a.ask(out, a.base + kAt, is_write,
          fmt::format("A {} in aperture {}: MarcEn={:d}, RelocEn={:d}, ReadOnly={:d}, IR=IW={:d}",
                      verb(is_write), index, a.marc, a.enabled, a.read_only, a.permitted));
  }
}

// The first and the last word of an aperture, and those next to it. A request beyond it goes where
// its address says: to the page itself.
void add_bounds(Collection& out, bool is_write) {
  struct Bound {
    std::string_view what;
    int base_pages;  // of the aperture, from the page of the request
    unsigned pages;
    std::uint64_t at;
  };
  for (const Bound& b :
       {Bound{"the first word of", 0, 1, 0}, Bound{"the last word of", 0, 1, 0xFF8},
        Bound{"the last page of", -1, 2, kAt}, Bound{"the page before", 1, 1, 0xFF8},
        Bound{"the page after", -1, 1, 0}, Bound{"an empty aperture at", 0, 0, kAt}}) {
    Aperture a(out.profile(), 0);
    const std::uint64_t page = a.base;
    const std::uint64_t moved = std::uint64_t{4096} * static_cast<unsigned>(std::abs(b.base_pages));
    a.base = b.base_pages < 0 ? page - moved : page + moved;
    if (b.base_pages < 0) a.target -= moved;
    a.length = std::uint64_t{4096} * b.pages;
    a.go();
    a.ask(out, page + b.at, is_write,
          fmt::format("A {} in {} an aperture of {} pages", verb(is_write), b.what, b.pages));
  }
}

}  // namespace

void add_marc_vectors(Collection& out) {
  if (!out.has("EFR.MarcSup")) return;
  for (const bool is_write : {false, true}) {
    for (unsigned index = 0; index < kApertures; ++index) add_switches(out, index, is_write);
    add_bounds(out, is_write);
  }
}

}  // namespace amdvi::generate
