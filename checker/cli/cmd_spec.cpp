// `amdvi spec`: what the specification says, from the catalogue that is compiled in.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <amdvi/host/calls.hpp>
#include <amdvi/spec_info.hpp>

#include "checker/cli/commands.hpp"
#include "checker/cli/find.hpp"
#include "checker/cli/output.hpp"
#include "checker/cli/picture.hpp"
#include "checker/wording/clause.hpp"

namespace amdvi::cli {
namespace {

using spec::StructureKind;

struct Kind {
  std::string_view name;
  StructureKind kind;
};
constexpr std::array kKinds{
    Kind{"registers", StructureKind::kRegister},
    Kind{"structures", StructureKind::kStructure},
    Kind{"commands", StructureKind::kCommand},
    Kind{"events", StructureKind::kEvent},
};
constexpr std::array<std::string_view, 5> kOthers = {"decisions", "clauses", "options",
                                                     "operations", "profiles"};

void line(std::string_view name, std::string_view title) {
  print(fmt::format("{:<36} {}\n", name, title));
}

void list_structures(StructureKind kind) {
  for (const auto& info : spec::catalogue().structures) {
    if (info.kind != kind) continue;
    switch (kind) {
      case StructureKind::kRegister:
        line(fmt::format("{:<28} {} {:#06x}", info.name, info.space == "mmio" ? " " : "p",
                         info.offset),
             info.title);
        break;
      case StructureKind::kCommand:
      case StructureKind::kEvent:
        line(fmt::format("{:<28}   {:#x}", info.name, info.code), info.title);
        break;
      case StructureKind::kStructure:
        line(info.name, info.title);
        break;
    }
  }
}

// What drivers are asked to do.
void list_operations() {
  for (const host::CallInfo& call : host::calls()) {
    std::string args;
    for (const host::CallArgument& arg : call.args) {
      args += (args.empty() ? "" : ", ") + arg.name;
    }
    line(fmt::format("{}({})", call.name, args), call.text);
  }
}

void list_other(std::string_view what, const Places& places) {
  if (what == "decisions") {
    for (const auto* decision : spec::catalogue().decisions) line(decision->name, decision->title);
  } else if (what == "clauses") {
    for (const auto& clause : spec::catalogue().clauses) {
      line(fmt::format("{:<36} {:<8}", clause.id, wording::confidence_name(clause.confidence)),
           clause.title);
    }
  } else if (what == "operations") {
    list_operations();
  } else if (what == "options") {
    for (const auto& option : spec::catalogue().options) {
      line(fmt::format("{:<28} {}", option.name, fmt::join(option.values, "|")), option.text);
    }
  } else {
    for (const auto& name : profile_names(places)) {
      const auto profile = find_profile(name, places);
      line(name, profile ? profile->title : vector::to_text(profile.error()));
    }
  }
}

}  // namespace

int spec_list(const SpecArgs& args, const Places& places) {
  for (const Kind& kind : kKinds) {
    if (kind.name != args.what) continue;
    list_structures(kind.kind);
    return kConforms;
  }
  if (std::find(kOthers.begin(), kOthers.end(), args.what) != kOthers.end()) {
    list_other(args.what, places);
    return kConforms;
  }
  return bad_input(
      fmt::format("nothing is called '{}'", args.what),
      fmt::format("one of registers, structures, commands, events, {}", fmt::join(kOthers, ", ")));
}

int spec_show(const SpecArgs& args) {
  if (const auto* info = spec::find_structure(args.what)) {
    print(picture(*info));
    return kConforms;
  }
  if (const auto* decision = spec::find_decision(args.what)) {
    print(rules_text(*decision));
    return kConforms;
  }
  if (const auto* clause = spec::find_clause(args.what)) {
    print(clause_text(*clause));
    return kConforms;
  }
  const auto& options = spec::catalogue().options;
  const auto option = std::find_if(options.begin(), options.end(),
                                   [&](const auto& o) { return o.name == args.what; });
  if (option == options.end()) {
    return bad_input(fmt::format("nothing is called '{}' in the specification", args.what),
                     "list what there is with `amdvi spec list KIND`");
  }
  print(option_text(*option));
  return kConforms;
}

int spec_check(const Places& places) {
  const auto names = profile_names(places);
  if (names.empty()) {
    return bad_input("no profiles are there", "say where they are with `--profiles DIR`");
  }
  Exit result = kConforms;
  for (const auto& name : names) {
    const auto profile = find_profile(name, places);
    if (!profile) result = bad_input(profile.error());
  }
  const auto& catalogue = spec::catalogue();
  std::size_t stated = 0;
  for (const auto& clause : catalogue.clauses) {
    stated += clause.confidence == spec::Confidence::kStated ? 1 : 0;
  }
  print(fmt::format(
      "{} clauses ({} stated), {} structures, {} decisions, {} options, {} profiles, {} clauses "
      "not "
      "modelled yet\n",
      catalogue.clauses.size(), stated, catalogue.structures.size(), catalogue.decisions.size(),
      catalogue.options.size(), names.size(), catalogue.pending.size()));
  return result;
}

}  // namespace amdvi::cli
