// `amdvi run`: vectors against a device.
#include <algorithm>

#include <fmt/format.h>

#include "checker/cli/commands.hpp"
#include "checker/cli/dut.hpp"
#include "checker/cli/find.hpp"
#include "checker/cli/output.hpp"
#include "checker/dut/faulty_adapter.hpp"
#include "checker/judge/runner.hpp"
#include "checker/judge/selection.hpp"
#include "checker/judge/triage.hpp"
#include "checker/judge/waivers.hpp"

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

class RunCommand {
 public:
  RunCommand(const RunArgs& args, const Places& places) : args_(args), places_(places) {}

  Exit run() {
    if (const Exit bad = prepare(); bad != kConforms) return bad;
    const auto factory = make_factory(args_.dut, profile_);
    if (!factory) return bad_input(factory.error());
    Progress progress;
    judge::RunOptions options;
    options.jobs = args_.jobs;
    options.reruns = args_.reruns;
    options.progress = [&](std::size_t done, std::size_t total) { progress.show(done, total); };
    auto run = judge::run(profile_, std::move(selected_), *factory, options);
    if (!run) return tool_failed(run.error().what);
    run->command = args_.command;
    run->vectors_digest = digest_;
    return finish(*run);
  }

 private:
  // Everything that can be wrong before a device is started.
  Exit prepare() {
    if (!args_.shard.empty() && !parse_shard(args_.shard, selection_.shard, selection_.shards)) {
      return bad_input(fmt::format("'{}' is not a shard", args_.shard),
                       "write 0/4 for the first of four");
    }
    auto profile =
        find_profile(args_.profile.empty() ? default_profile(args_.dut) : args_.profile, places_);
    if (!profile) return bad_input(profile.error());
    profile_ = *std::move(profile);
    if (!args_.waivers.empty()) {
      auto waivers = judge::load_waivers(args_.waivers);
      if (!waivers) return bad_input(waivers.error());
      waivers_ = *std::move(waivers);
    }
    return select();
  }

  Exit select() {
    std::vector<std::filesystem::path> paths(args_.files.begin(), args_.files.end());
    if (paths.empty()) paths.push_back(vectors_directory(places_));
    auto loaded = judge::load(paths, profile_);
    if (!loaded) return bad_input(loaded.error());
    if (const auto missing = missing_ids(*loaded, args_.ids); !missing.empty()) {
      return bad_input(fmt::format("no vector {}", missing), "the profile may be another one");
    }
    digest_ = loaded->digest;
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

  Exit finish(judge::Run& run) {
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

  const RunArgs& args_;
  const Places& places_;
  profile::Profile profile_;
  judge::Selection selection_;
  std::vector<vector::Vector> selected_;
  std::string digest_;
  std::vector<judge::Waiver> waivers_;
};

}  // namespace

int run(const RunArgs& args, const Places& places) { return RunCommand(args, places).run(); }

int list_faults() {
  for (const auto& fault : dut::faults()) {
    print(fmt::format("{:<30}{}\n", fault.name, fault.text));
  }
  print(fmt::format(
      "{:<30}{}\n", "atom:DECISION/INDEX:flip",
      fmt::format("one of the {} atoms of the rules is wrong", dut::atom_faults().size())));
  return kConforms;
}

}  // namespace amdvi::cli
