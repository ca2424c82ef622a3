// Translations that succeed: every Mode, every level a leaf may be at, every page size.
#include <bit>

#include <amdvi/spec/page_size_encoding.gen.hpp>
#include <amdvi/value/concrete.hpp>
#include <amdvi/value/decide.hpp>
#include <fmt/format.h>

#include "checker/generate/groups.hpp"
#include "checker/generate/walk.hpp"

namespace amdvi::generate {

namespace {

constexpr std::uint64_t kAt = 0x18;

struct Size {
  unsigned next_level;        // 0: default size; 7: encoded in the address field
  std::uint64_t ones;         // address bits that encode the size
  std::uint64_t offset_mask;  // page size - 1, bytes
};

// Every size a leaf of `level` may have, as the specification's own rules decide it.
std::vector<Size> sizes_of(unsigned level, const Config& config) {
  std::vector<Size> sizes;
  Concrete d;
  for (const unsigned next : {0u, 7u}) {
    for (unsigned zero = 12; zero < (next == 0 ? 13u : 52u); ++zero) {
      const std::uint64_t ones = next == 0 ? 0 : (std::uint64_t{1} << zero) - 4096;
      const std::uint64_t pte = pack("V1Pte", {{"NextLevel", next}, {"PageAddress", ones >> 12}})[0];
      const auto decided = decide<spec::page_size_encoding>(
          d, {{{Concrete::k<64>(pte)}}, Concrete::k<3>(level), config.opt});
      const spec::RuleInfo& rule = spec::page_size_encoding<Concrete>::info().rules[decided.rule];
      const bool known = rule.clause->confidence == spec::Confidence::kStated;
      if (decided.out.legal.v != 0 && known) sizes.push_back({next, ones, decided.out.offset_mask.v});
    }
  }
  return sizes;
}

std::string size_name(std::uint64_t offset_mask) {
  constexpr std::array kUnits{"", "K", "M", "G", "T", "P", "E"};
  const auto bits = static_cast<unsigned>(std::bit_width(offset_mask));
  return fmt::format("{}{}", 1u << (bits % 10), kUnits[bits / 10]);
}

void add_one(Collection& out, unsigned mode, unsigned level, const Size& size, bool is_write) {
  Scene scene(out.profile());
  const std::uint64_t target = scene.page() + kAt;
  // High IOVA bits pick a different slot at each level; what passes through is the target's.
  const std::uint64_t iova =
      (distinct_iova(mode) & ~size.offset_mask) | (target & size.offset_mask);
  Walk walk(scene, mode, iova);
  walk.down_to(level);
  walk.leaf(level, (target & ~size.offset_mask) | size.ones, {{"NextLevel", size.next_level}});
  scene.program_registers();
  scene.set_dte(walk.dte());
  scene.enable();
  scene.invalidate();
  scene.start();
  act_and_look(scene, iova, is_write);
  out.add(std::move(scene),
          {"walk-sizes",
           fmt::format("Mode {}: a {} page at level {} takes a {}", mode,
                       size_name(size.offset_mask), level, is_write ? "write" : "read"),
           {}});
}

// Directories may skip levels if the skipped address bits are 0.
void add_skip(Collection& out, unsigned mode, unsigned from, unsigned to) {
  Scene scene(out.profile());
  const std::uint64_t target = scene.page() + kAt;
  const std::uint64_t skipped = level_offset_mask(from) & ~level_offset_mask(to + 1);
  const std::uint64_t iova = (distinct_iova(mode) & ~skipped & ~std::uint64_t{4095}) | (target & 4095);
  Walk walk(scene, mode, iova);
  walk.down_to(from);
  walk.directory(from, to);
  for (unsigned l = to; l > 1; --l) walk.directory(l, l - 1);
  walk.leaf(1, scene.page());
  scene.program_registers();
  scene.set_dte(walk.dte());
  scene.enable();
  scene.invalidate();
  scene.start();
  act_and_look(scene, iova, true);
  out.add(std::move(scene), {"walk-skips",
                             fmt::format("Mode {}: a directory of level {} may lead to level {}",
                                         mode, from, to),
                             {}});
}

}  // namespace

void add_walk_vectors(Collection& out) {
  for (unsigned mode = 1; mode <= out.host_levels(); ++mode) {
    for (unsigned level = 1; level <= std::min(mode, 5u); ++level) {
      for (const Size& size : sizes_of(level, out.profile().config)) {
        for (const bool is_write : {false, true}) add_one(out, mode, level, size, is_write);
      }
    }
    for (unsigned from = 3; from <= mode; ++from) {
      for (unsigned to = 1; to + 1 < from; ++to) add_skip(out, mode, from, to);
    }
  }
}

}  // namespace amdvi::generate
