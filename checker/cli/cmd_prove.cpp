// `amdvi prove`.
#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include <amdvi/host/machine.hpp>

#include "checker/cli/commands.hpp"
#include "checker/cli/find.hpp"
#include "checker/cli/output.hpp"
#include "checker/prove/prove.hpp"

namespace amdvi::cli {
namespace {

bool is_machine(std::string_view name) {
  const auto machines = host::all_machines();
  return std::any_of(machines.begin(), machines.end(),
                     [&](const host::MachineCode& code) { return code.info->name == name; });
}

}  // namespace

int prove(const ProveArgs& args) {
  prove::Options options;
  options.decision = args.decision;
  options.machine = args.machine;
  options.mistakes = args.mistakes;
  options.seed = args.seed;
  options.examples = args.examples;
  options.with_times = args.times;
  if (!args.shard.empty()) {
    std::uint64_t index = 0;
    std::uint64_t count = 1;
    if (!parse_shard(args.shard, index, count)) {
      return bad_input(fmt::format("'{}' is not a shard", args.shard),
                       "write 0/4 for the first of four");
    }
    options.shard_index = static_cast<unsigned>(index);
    options.shard_count = static_cast<unsigned>(count);
  }
  if (!args.decision.empty() && spec::find_decision(args.decision) == nullptr) {
    return bad_input(fmt::format("no decision is called '{}'", args.decision),
                     "list them with `amdvi spec list decisions`");
  }
  if (!args.machine.empty() && !is_machine(args.machine)) {
    return bad_input(fmt::format("no machine is called '{}'", args.machine),
                     "they are the files of spec/host/machines");
  }
  if (args.mistakes && !args.decision.empty()) {
    return bad_input("decisions have no mistakes", "give --mistakes alone or with --machine");
  }
  const prove::ProofReport report = prove::prove_all(options);
  if (args.json != "-") print(prove::to_text(report));
  const Exit written =
      args.json.empty() ? kConforms : write_output(args.json, prove::to_json(report));
  return std::max(written, prove::failed(report) ? kBroken : kConforms);
}

}  // namespace amdvi::cli
