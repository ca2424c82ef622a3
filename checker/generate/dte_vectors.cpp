// Device table entries: a smallest entry for each rule of the check, each reserved bit alone.
#include <fmt/format.h>

#include "checker/generate/ask.hpp"
#include "checker/generate/groups.hpp"
#include "checker/generate/walk.hpp"

namespace amdvi::generate {

namespace {

// Where in a page requests go: canaries lie on both sides.
constexpr std::uint64_t kAt = 0x18;

constexpr unsigned kMode = 2;  // enough levels for every address of the window

struct Case {
  Scene scene;
  Walk walk;
  std::uint64_t iova;

  explicit Case(const profile::Profile& profile)
      : scene(profile), walk(scene, kMode, scene.identity()), iova(scene.identity() + kAt) {
    walk.down_to(1);
    walk.leaf(1, scene.page());
  }
};

Ask& near_good(Ask& ask, const Case& c, bool is_write, bool excluded) {
  ask.prefer("dte", "DeviceTableEntry", c.walk.dte()).prefer("req.address", c.iova);
  // No requester of a vector has a PASID, and no vector enables guest translation.
  ask.fix("req.has_pasid", 0).fix("ctl.GTEn", 0);
  ask.fix("req.read", is_write ? 0 : 1).fix("req.write", is_write ? 1 : 0);
  ask.fix("excluded", excluded ? 1 : 0).free("req.address");
  return excluded ? ask.fix("req.address", c.iova) : ask;
}

void write_exclusion(Scene& scene) {
  scene.write("ExclusionLimit", pack("ExclusionLimit", {{"Limit", scene.identity() >> 12}})[0]);
  scene.write(
      "ExclusionBase",
      pack("ExclusionBase", {{"Base", scene.identity() >> 12}, {"ExEn", 1}, {"Allow", 1}})[0]);
}

void finish_case(Collection& out, Case c, const Answer& answer, Question question, bool is_write,
                 bool excluded) {
  c.scene.program_registers();
  if (excluded) write_exclusion(c.scene);
  c.scene.set_dte(answer.onto("dte", c.walk.dte()));
  c.scene.enable();
  c.scene.invalidate();
  c.scene.start();
  act_and_look(c.scene, answer.value("req.address"), is_write);
  out.add(std::move(c.scene), std::move(question));
}

void add_rules(Collection& out, Ask& ask) {
  const spec::DecisionInfo& info = ask.info();
  for (unsigned rule = 0; rule < info.rules.size(); ++rule) {
    for (const bool is_write : {false, true}) {
      for (const bool excluded : {false, true}) {
        Case c(out.profile());
        const auto answer = near_good(ask, c, is_write, excluded).rule(rule);
        if (!answer) continue;
        const spec::RuleInfo& r = info.rules[rule];
        finish_case(out, std::move(c), *answer,
                    {"dte-check",
                     fmt::format("{}: {} by a device{}", r.text.empty() ? r.id : r.text,
                                 is_write ? "a write" : "a read",
                                 excluded ? " in the exclusion range" : ""),
                     {}},
                    is_write, excluded);
      }
    }
  }
}

// For each condition an entry that is judged otherwise if the condition is stuck.
void add_conditions(Collection& out, Ask& ask) {
  for (unsigned atom = 0; atom < ask.info().atoms.size(); ++atom) {
    if (ask.is_choice(atom)) continue;
    for (unsigned bits = 0; bits < 8; ++bits) {
      const bool stuck = (bits & 1) != 0, is_write = (bits & 2) != 0, excluded = (bits & 4) != 0;
      Case c(out.profile());
      const auto answer = near_good(ask, c, is_write, excluded).telling(atom, stuck);
      if (!answer) continue;
      finish_case(out, std::move(c), *answer,
                  {"dte-conditions",
                   fmt::format("Whether {} is not always {:d} ({} by a device{})",
                               ask.info().atoms[atom].text, stuck, is_write ? "a write" : "a read",
                               excluded ? " in the exclusion range" : ""),
                   {}},
                  is_write, excluded);
    }
  }
}

// Encodings of the guest fields that are reserved, where they are looked at and where not.
void add_guest_encodings(Collection& out) {
  for (unsigned bits = 0; bits < 4; ++bits) {
    const bool gv = (bits & 1) != 0, gten = (bits & 2) != 0;
    for (const auto& [field, value] : {std::pair("GLX", 3U), std::pair("GuestPagingMode", 2U),
                                       std::pair("GuestPagingMode", 3U)}) {
      Case c(out.profile());
      c.scene.program_registers();
      c.scene.set_dte(c.walk.dte({{"GV", gv}, {field, value}}));
      c.scene.enable({{"GTEn", gten}});
      c.scene.invalidate();
      c.scene.start();
      act_and_look(c.scene, c.iova, true);
      out.add(std::move(c.scene), {"dte-conditions",
                                   fmt::format("A write by a device with {}={}, GV={:d}, GTEn={:d}",
                                               field, value, gv, gten),
                                   {}});
    }
  }
}

// Each bit that some rule reserves, alone in an entry that is otherwise good.
void add_reserved_bits(Collection& out, Ask& ask) {
  near_good(ask, Case(out.profile()), true, false);
  for (const spec::InputInfo& input : ask.info().inputs) {
    if (input.structure != "DeviceTableEntry") continue;
    for (unsigned bit = 0; bit < input.width; ++bit) {
      for (const std::string_view rule :
           {"reserved-low", "reserved-low-revision", "feature-reserved"}) {
        const auto answer = ask.fix(input.name, std::uint64_t{1} << bit).rule(rule);
        ask.free(input.name);
        if (!answer) continue;
        finish_case(
            out, Case(out.profile()), *answer,
            {"dte-reserved",
             fmt::format("Bit {} of DTE.{} alone makes the entry illegal", bit, input.field),
             {}},
            true, false);
      }
    }
  }
}

}  // namespace

void add_dte_vectors(Collection& out) {
  Ask ask("dte_memory_check", out.profile().config);
  add_rules(out, ask);
  add_reserved_bits(out, ask);
  add_conditions(out, ask);
  if (out.has("EFR.GTSup")) add_guest_encodings(out);
}

}  // namespace amdvi::generate
