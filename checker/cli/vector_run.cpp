#include "checker/cli/vector_run.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "checker/cli/find.hpp"
#include "checker/cli/output.hpp"
#include "checker/judge/triage.hpp"

namespace amdvi::cli {
namespace {

// Ids that were asked for and are not there.
std::string missing_ids(const judge::Loaded& loaded, const std::vector<std::string>& ids) {
  std::string text;
  for (const std::string& id : ids) {
    const bool there = std::any_of(loaded.vectors.begin(), loaded.vectors.end(),
                                   [&](const auto& vector) { return vector.id == id; });
    if (!there) text += (text.empty() ? "" : ", ") + id;
  }
  return text;
}

}  // namespace

Exit VectorRun::prepare(profile::Profile profile) {
  profile_ = std::move(profile);
  if (!args_.shard.empty() && !parse_shard(args_.shard, selection_.shard, selection_.shards)) {
    return bad_input(fmt::format("'{}' is not a shard", args_.shard),
                     "write 0/4 for the first of four");
  }
  if (!args_.waivers.empty()) {
    auto waivers = judge::load_waivers(args_.waivers);
    if (!waivers) return bad_input(waivers.error());
    waivers_ = *std::move(waivers);
  }
  return select();
}

Exit VectorRun::select() {
  std::vector<std::filesystem::path> paths(args_.files.begin(), args_.files.end());
  if (paths.empty()) paths.push_back(vectors_directory(places_));
  auto loaded = judge::load(paths, profile_);
  if (!loaded) return bad_input(loaded.error());
  if (const auto missing = missing_ids(*loaded, args_.ids); !missing.empty()) {
    return bad_input(fmt::format("no vector {}", missing), "the profile may be another one");
  }
  digest_ = loaded->digest;
  revision_ = loaded->revision;
  selection_.ids = args_.ids;
  selection_.groups = args_.groups;
  selection_.clauses = args_.clauses;
  for (vector::Vector& vector : loaded->vectors) {
    if (selection_.takes(vector)) selected_.push_back(std::move(vector));
  }
  // A shard may be empty; a selection that matches nothing is a mistake.
  if (!selected_.empty() || (selection_.shards > 1 && !loaded->vectors.empty())) return kConforms;
  return bad_input(fmt::format("no vector of profile {} is selected", profile_.name));
}

Exit VectorRun::finish(judge::Run& run) {
  run.command = args_.command;
  run.vectors_digest = digest_;
  const bool all = selection_.is_everything();
  const auto stale = judge::apply_waivers(run, waivers_, all);
  judge::triage(run, profile_);
  const Exit written =
      write_reports(run, {args_.json, args_.junit, args_.html}, args_.colour, args_.quiet);
  for (const judge::Waiver& waiver : stale) {
    complain(fmt::format("{}: error: the waiver of {} is stale: nothing fails for it; remove it",
                         args_.waivers, waiver.subject));
  }
  if (!run.canary.empty()) complain(fmt::format("amdvi: error: {}", run.canary));
  return std::max({written, exit_of(run, args_.strict), stale.empty() ? kConforms : kBroken});
}

}  // namespace amdvi::cli
