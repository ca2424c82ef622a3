// `amdvi run`: vectors against a device.
#include <fmt/format.h>

#include "checker/cli/commands.hpp"
#include "checker/cli/dut.hpp"
#include "checker/cli/find.hpp"
#include "checker/cli/output.hpp"
#include "checker/cli/vector_run.hpp"
#include "checker/dut/faulty_adapter.hpp"
#include "checker/judge/runner.hpp"

namespace amdvi::cli {

int run(const RunArgs& args, const Places& places) {
  auto profile = find_profile(args.profile.empty() ? default_profile(args.dut) : args.profile, places);
  if (!profile) return bad_input(profile.error());
  VectorRun vectors(args, places);
  if (const Exit bad = vectors.prepare(*std::move(profile)); bad != kConforms) return bad;
  const auto factory = make_factory(args.dut, vectors.profile());
  if (!factory) return bad_input(factory.error());
  Progress progress;
  judge::RunOptions options;
  options.jobs = args.jobs;
  options.reruns = args.reruns;
  options.progress = [&](std::size_t done, std::size_t total) { progress.show(done, total); };
  auto run = judge::run(vectors.profile(), vectors.take_vectors(), *factory, options);
  if (!run) return tool_failed(run.error().what);
  return vectors.finish(*run);
}

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
