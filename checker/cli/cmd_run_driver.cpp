// `amdvi run --driver`: vectors against a driver's code.
#include "checker/cli/commands.hpp"
#include "checker/cli/find.hpp"
#include "checker/cli/output.hpp"
#include "checker/cli/vector_run.hpp"
#include "checker/driver/runner.hpp"

namespace amdvi::cli {

int run_driver(const RunArgs& args, const Places& places) {
  VectorRun vectors(args, places);
  if (const Exit bad = vectors.prepare(*driver_profile()); bad != kConforms) return bad;
  Progress progress;
  driver::DriverOptions options;
  options.file = args.driver;
  options.options = args.driver_options;
  options.deadline = std::chrono::seconds(args.deadline);
  options.progress = [&](std::size_t done, std::size_t total) { progress.show(done, total); };
  if (const auto name = driver::probe(options); !name) return bad_input(name.error());
  auto run = driver::run(vectors.take_vectors(), options);
  if (!run) return tool_failed(vector::to_text(run.error()));
  run->profile = vectors.profile().name;
  run->revision = vectors.revision();
  return vectors.finish(*run);
}

}  // namespace amdvi::cli
