// Translations that are refused: every rule of the walk at every level, each reserved bit alone,
// every page size that is none.
#include <fmt/format.h>

#include "checker/generate/ask.hpp"
#include "checker/generate/groups.hpp"
#include "checker/generate/walk.hpp"

namespace amdvi::generate {

namespace {

constexpr std::uint64_t kAt = 0x18;

// Low addresses keep the untranslated one inside of the window, where a leak would be seen.
std::uint64_t iova_for(const Scene& scene, unsigned mode) {
  return mode == 1 ? distinct_iova(1) : scene.identity();
}

enum class Access { kRead, kWrite, kSwap };
constexpr std::array kAccesses{Access::kRead, Access::kWrite, Access::kSwap};

std::string_view name_of(Access access) {
  return access == Access::kRead ? "read" : access == Access::kWrite ? "write" : "swap";
}

void act(Collection& out, Scene scene, std::uint64_t iova, Access access, Question question) {
  if (access == Access::kSwap) {
    scene.dma_swap(iova);
    scene.look_at_pages();
    scene.events();
    question.requires_.emplace_back("engine.atomic");
  } else {
    act_and_look(scene, iova, access == Access::kWrite);
  }
  out.add(std::move(scene), std::move(question));
}

struct Fault {
  unsigned mode;
  unsigned level;
  std::uint64_t iova;
  std::uint64_t pte;
  Access access;
};

void go(Scene& scene, const Walk& walk) {
  scene.program_registers();
  scene.set_dte(walk.dte());
  scene.enable();
  scene.invalidate();
  scene.start();
}

void add_fault(Collection& out, Scene scene, const Fault& f, Question question) {
  Walk walk(scene, f.mode, f.iova);
  walk.down_to(f.level);
  walk.entry(f.level, f.pte);
  // Below the entry under test everything is good, so that only that entry can refuse.
  for (unsigned l = f.level - 1; l > 1; --l) walk.directory(l, l - 1);
  if (f.level > 1) walk.leaf(1, scene.page());
  go(scene, walk);
  act(out, std::move(scene), f.iova, f.access, std::move(question));
}

std::uint64_t good_leaf(const Scene& scene) {
  return pack("V1Pte", {{"PR", 1}, {"PageAddress", scene.page() >> 12}, {"IR", 1}, {"IW", 1}})[0];
}

// A good directory: where its next table will be is known only once the walk is placed, so the
// entry under test points to the target page and must be refused before it is followed.
std::uint64_t good_directory(const Scene& scene, unsigned next) {
  return pack(
      "V1Pde",
      {{"PR", 1}, {"NextLevel", next}, {"NextTable", scene.page() >> 12}, {"IR", 1}, {"IW", 1}})[0];
}

// The solver is asked again and again: building it anew would cost more than the answers.
Ask& near(Ask& ask, std::uint64_t pte, unsigned level, std::uint64_t iova, Access access) {
  ask.prefer("pte", "V1Pte", std::span(&pte, 1)).prefer("req.address", iova);
  return ask.fix("level", level)
      .fix("req.read", access == Access::kWrite ? 0 : 1)
      .fix("req.write", access == Access::kRead ? 0 : 1);
}

bool refuses(const spec::RuleInfo& rule) { return rule.id != "leaf" && rule.id != "default"; }

void add_rules(Collection& out, Ask& ask, unsigned mode, unsigned level) {
  const spec::DecisionInfo& info = ask.info();
  for (unsigned rule = 0; rule < info.rules.size(); ++rule) {
    if (!refuses(info.rules[rule])) continue;
    for (const Access access : {Access::kRead, Access::kWrite}) {
      for (const bool from_leaf : {true, false}) {
        if (!from_leaf && level == 1) continue;
        Scene scene(out.profile());
        const std::uint64_t base = from_leaf ? good_leaf(scene) : good_directory(scene, level - 1);
        const auto answer = near(ask, base, level, iova_for(scene, mode) + kAt, access).rule(rule);
        if (!answer) continue;
        const std::uint64_t pte = answer->onto("pte", {base})[0];
        const std::uint64_t iova = answer->value("req.address");
        if (mode < 6 && (iova & ~level_offset_mask(mode + 1)) != 0) continue;
        add_fault(out, std::move(scene), {mode, level, iova, pte, access},
                  {"walk-faults",
                   fmt::format("{} ({} at level {} of Mode {}, {})", info.rules[rule].text,
                               from_leaf ? "near a leaf" : "near a directory", level, mode,
                               name_of(access)),
                   {}});
      }
    }
  }
}

// For each condition an entry that is judged otherwise if the condition is stuck.
void add_conditions(Collection& out, Ask& ask, unsigned mode, unsigned level, bool from_leaf) {
  for (unsigned atom = 0; atom < ask.info().atoms.size(); ++atom) {
    if (ask.is_choice(atom)) continue;
    for (const Access access : kAccesses) {
      for (const bool stuck : {false, true}) {
        Scene scene(out.profile());
        const std::uint64_t base = from_leaf ? good_leaf(scene) : good_directory(scene, level - 1);
        const auto answer =
            near(ask, base, level, iova_for(scene, mode) + kAt, access).telling(atom, stuck);
        if (!answer) continue;
        const std::uint64_t pte = answer->onto("pte", {base})[0];
        const std::uint64_t iova = answer->value("req.address");
        if (mode < 6 && (iova & ~level_offset_mask(mode + 1)) != 0) continue;
        add_fault(out, std::move(scene), {mode, level, iova, pte, access},
                  {"walk-conditions",
                   fmt::format("Whether {} ({} at level {} of Mode {}, {}) is not always {:d}",
                               ask.info().atoms[atom].text,
                               from_leaf ? "near a leaf" : "near a directory", level, mode,
                               name_of(access), stuck),
                   {}});
      }
    }
  }
}

// One way only, at each level of the tree.
void add_permissions(Collection& out, unsigned mode, unsigned level, bool ir) {
  for (const Access access : kAccesses) {
    Scene scene(out.profile());
    const std::uint64_t iova = iova_for(scene, mode) + kAt;
    Walk walk(scene, mode, iova);
    const Fields fields{{"IR", ir}, {"IW", !ir}};
    for (unsigned l = mode; l > 1; --l) {
      l == level ? walk.directory(l, l - 1, fields) : walk.directory(l, l - 1);
    }
    level == 1 ? walk.leaf(1, scene.page(), fields) : walk.leaf(1, scene.page());
    go(scene, walk);
    act(out, std::move(scene), iova, access,
        {"walk-permissions",
         fmt::format("Mode {}: IR={:d}, IW={:d} at level {}, a {}", mode, ir, !ir, level,
                     name_of(access)),
         {}});
  }
}

void add_reserved_bits(Collection& out, unsigned level, bool from_leaf) {
  Scene probe(out.profile());
  const std::uint64_t base = from_leaf ? good_leaf(probe) : good_directory(probe, level - 1);
  const std::string_view structure = from_leaf ? "V1Pte" : "V1Pde";
  for (const spec::FieldInfo& f : spec::find_structure(structure)->fields) {
    if (f.kind == spec::FieldKind::kIgnored) continue;
    for (unsigned bit = f.pieces[0].lo; bit <= f.pieces[0].hi; ++bit) {
      const std::uint64_t pte = base | std::uint64_t{1} << bit;
      const unsigned mode = level + (level < 2 ? 1u : 0u);
      if (f.kind != spec::FieldKind::kReserved) continue;
      Scene scene(out.profile());
      const std::uint64_t iova = iova_for(scene, mode) + kAt;
      add_fault(out, std::move(scene), {mode, level, iova, pte, Access::kWrite},
                {"walk-reserved",
                 fmt::format("Bit {} of a {} of level {} alone", bit,
                             from_leaf ? "page entry" : "directory entry", level),
                 {}});
    }
  }
}

// NextLevel not below the level of its table, and encoded sizes outside of the level's.
void add_levels_and_sizes(Collection& out, unsigned mode, unsigned level) {
  for (unsigned next = level; next <= 6; ++next) {
    Scene scene(out.profile());
    const std::uint64_t pte = good_directory(scene, next);
    const std::uint64_t iova = iova_for(scene, mode) + kAt;
    add_fault(out, std::move(scene), {mode, level, iova, pte, Access::kWrite},
              {"walk-levels",
               fmt::format("NextLevel {} in a table of level {} (Mode {})", next, level, mode),
               {}});
  }
  for (unsigned zero = 12; zero < 51; ++zero) {
    if (level > 5) break;
    const std::uint64_t mask = (std::uint64_t{2} << zero) - 1;
    const bool legal = mask > level_offset_mask(level) && mask < level_offset_mask(level + 1);
    if (legal) continue;
    Scene scene(out.profile());
    const std::uint64_t address = (std::uint64_t{1} << zero) - 4096;
    const std::uint64_t pte = pack("V1Pte", {{"NextLevel", 7}, {"PageAddress", address >> 12}},
                                   {good_leaf(scene) & ~((std::uint64_t{1} << 52) - 4096)})[0];
    const std::uint64_t iova = iova_for(scene, mode) + kAt;
    add_fault(out, std::move(scene), {mode, level, iova, pte, Access::kWrite},
              {"walk-bad-sizes",
               fmt::format("An encoded size of 2^{} at level {} (Mode {})", zero + 1, level, mode),
               {}});
  }
}

}  // namespace

void add_walk_faults(Collection& out) {
  Ask ask("v1_walk_step", out.profile().config);
  for (unsigned mode = 1; mode <= out.host_levels(); ++mode) {
    for (unsigned level = 1; level <= mode; ++level) add_rules(out, ask, mode, level);
    add_levels_and_sizes(out, mode, mode);
  }
  for (unsigned mode = 2; mode <= std::min(4U, out.host_levels()); ++mode) {
    for (unsigned level = 1; level <= mode; ++level) {
      for (const bool ir : {false, true}) add_permissions(out, mode, level, ir);
    }
  }
  add_conditions(out, ask, 3, 1, true);
  add_conditions(out, ask, 3, 2, true);
  add_conditions(out, ask, 3, 2, false);
  add_conditions(out, ask, 3, 3, false);
  for (unsigned level = 1; level <= 2; ++level) {
    add_reserved_bits(out, level, true);
    if (level > 1) add_reserved_bits(out, level, false);
  }
}

}  // namespace amdvi::generate
