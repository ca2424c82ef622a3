// `amdvi report` and `amdvi merge`: reports of runs that are over.
#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "checker/cli/commands.hpp"
#include "checker/cli/find.hpp"
#include "checker/cli/output.hpp"
#include "checker/judge/read_results.hpp"
#include "checker/judge/selection.hpp"
#include "checker/judge/triage.hpp"
#include "checker/vector/file.hpp"
#include "checker/vector/text_file.hpp"

namespace amdvi::cli {
namespace {

constexpr std::string_view kShard = "--shard";

struct Shard {
  std::uint64_t index = 0;
  std::uint64_t count = 1;
};

// The shard that a run's command asked for.
Shard shard_of(const std::string& command) {
  Shard shard;
  const std::size_t at = command.find(kShard);
  if (at == std::string::npos) return shard;
  const std::size_t start = at + kShard.size() + 1;  // a space or '='
  if (start >= command.size()) return shard;
  const std::size_t end = command.find(' ', start);
  parse_shard(std::string_view(command).substr(start, end - start), shard.index, shard.count);
  return shard;
}

std::string without_shard(const std::string& command) {
  const std::size_t at = command.find(kShard);
  if (at == std::string::npos) return command;
  const std::size_t end = command.find(' ', at + kShard.size() + 1);
  return command.substr(0, at) + (end == std::string::npos ? "" : command.substr(end + 1));
}

class Merger {
 public:
  // Empty: fine; else what is wrong with the file.
  std::string add(judge::Run run) {
    const Shard shard = shard_of(run.command);
    run.command = without_shard(run.command);
    if (!merged_) {
      count_ = shard.count;
      merged_ = std::move(run);
      seen_.insert(shard.index);
      return {};
    }
    if (run.vectors_digest != merged_->vectors_digest || run.profile != merged_->profile ||
        run.device != merged_->device || shard.count != count_) {
      return "these results are of another run";
    }
    if (!seen_.insert(shard.index).second)
      return fmt::format("shard {} is there twice", shard.index);
    auto& into = merged_->results;
    into.insert(into.end(), run.results.begin(), run.results.end());
    merged_->restarts += run.restarts;
    merged_->seconds += run.seconds;
    if (merged_->canary.empty()) merged_->canary = run.canary;
    return {};
  }

  std::vector<std::uint64_t> missing() const {
    std::vector<std::uint64_t> shards;
    for (std::uint64_t i = 0; i < count_; ++i) {
      if (!seen_.contains(i)) shards.push_back(i);
    }
    return shards;
  }

  judge::Run take() {
    std::sort(merged_->results.begin(), merged_->results.end(),
              [](const auto& a, const auto& b) { return a.id < b.id; });
    return *std::move(merged_);
  }

 private:
  std::optional<judge::Run> merged_;
  std::uint64_t count_ = 1;
  std::set<std::uint64_t> seen_;
};

// Gives the run its vectors back, and the findings that follow from them.
Exit restore(judge::Run& run, const Places& places) {
  const bool driver = run.profile == vector::kDriverProfile;
  const auto profile = driver ? driver_profile() : find_profile(run.profile, places);
  if (!profile) return bad_input(profile.error());
  const auto loaded = judge::load({vectors_directory(places)}, *profile);
  if (!loaded) return bad_input(loaded.error());
  for (const vector::Vector& vector : loaded->vectors) run.vectors.emplace(vector.id, vector);
  for (const judge::VectorResult& result : run.results) {
    const auto found = run.vectors.find(result.id);
    const std::size_t checks = result.checks.size();
    // A driver is judged up to the first thing that is wrong.
    if (found == run.vectors.end() || checks > found->second.checks.size() ||
        (!driver && checks != 0 && checks != found->second.checks.size())) {
      return bad_input(fmt::format("vector {} is not the one that was run", result.id),
                       "say where its vectors are with `--vectors DIR`");
    }
  }
  judge::triage(run, *profile);
  return kConforms;
}

}  // namespace

int results(const ResultsArgs& args, const Places& places) {
  Merger merger;
  for (const std::string& file : args.files) {
    const auto text = vector::read_text(file);
    if (!text) return bad_input(text.error());
    auto run = judge::parse_results(*text, file);
    if (!run) return bad_input(run.error());
    if (const auto wrong = merger.add(*std::move(run)); !wrong.empty()) {
      return bad_input({file, 0, 0, wrong, "merge what one set of shards wrote"});
    }
  }
  const auto missing = merger.missing();
  if (args.must_be_complete && !missing.empty()) {
    return tool_failed(fmt::format("shards {} are missing", fmt::join(missing, ", ")));
  }
  judge::Run run = merger.take();
  if (const Exit bad = restore(run, places); bad != kConforms) return bad;
  const Exit written =
      write_reports(run, {args.json, args.junit, args.html}, args.colour, args.quiet);
  return std::max(written, exit_of(run, args.strict));
}

}  // namespace amdvi::cli
