// `amdvi explain`: what the specification makes of a vector.
#include <filesystem>

#include <fmt/format.h>

#include "checker/cli/commands.hpp"
#include "checker/cli/dut.hpp"
#include "checker/cli/find.hpp"
#include "checker/cli/output.hpp"
#include "checker/judge/explain.hpp"
#include "checker/judge/selection.hpp"
#include "checker/vector/file.hpp"
#include "checker/wording/program.hpp"

namespace amdvi::cli {
namespace {

void print_vector(const vector::Vector& vector, const profile::Profile& profile) {
  print(fmt::format("{}: {}\n\n{}\n", vector.id, vector.name,
                    wording::program(vector, profile.revision)));
  for (const std::string& line : judge::explain(vector, profile)) print(line + '\n');
  print("\nchecks\n");
  for (const vector::Check& check : vector.checks) {
    const bool must = check.trust == vector::Trust::kMust;
    print(fmt::format("  {} ({}): {}\n", check.id, must ? "must" : "suspect",
                      fmt::join(check.clauses, ", ")));
    for (const vector::Outcome& outcome : check.one_of)
      print(fmt::format("      {}\n", outcome.says));
  }
}

Exit explain_file(const std::string& file, const Places& places) {
  const auto vectors = vector::read(file);
  if (!vectors) return bad_input(vectors.error());
  const auto profile = find_profile(vectors->profile, places);
  if (!profile) return bad_input(profile.error());
  for (const vector::Vector& vector : vectors->vectors) {
    print_vector(vector, *profile);
    print("\n");
  }
  return kConforms;
}

}  // namespace

int explain(const ExplainArgs& args, const Places& places) {
  std::error_code error;
  if (std::filesystem::is_regular_file(args.what, error)) return explain_file(args.what, places);
  const std::vector<std::string> names =
      args.profile.empty() ? profile_names(places) : std::vector{args.profile};
  for (const std::string& name : names) {
    const auto profile = find_profile(name, places);
    if (!profile) return bad_input(profile.error());
    const auto loaded = judge::load({vectors_directory(places)}, *profile);
    if (!loaded) return bad_input(loaded.error());
    for (const vector::Vector& vector : loaded->vectors) {
      if (vector.id != args.what) continue;
      print_vector(vector, *profile);
      return kConforms;
    }
  }
  return bad_input(fmt::format("'{}' is neither a vector nor a file", args.what),
                   "say where vectors are with `--vectors DIR`");
}

}  // namespace amdvi::cli
