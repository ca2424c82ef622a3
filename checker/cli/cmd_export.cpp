// `amdvi export` and `amdvi --version`.
#include <fmt/format.h>

#include "checker/cli/commands.hpp"
#include "checker/cli/embedded.hpp"
#include "checker/cli/output.hpp"
#include "checker/generate/c_kats.hpp"
#include "checker/generate/kats.hpp"
#include "checker/profile/revision.hpp"
#include "checker/vector/file.hpp"

namespace amdvi::cli {

int export_c(const ExportArgs& args) {
  if (args.header.empty() && args.kats.empty()) {
    return bad_input("nothing is asked for", "give `--c-header FILE` or `--c-kats FILE`");
  }
  if (const Exit bad = write_output(args.header, std::string(kRegistersHeader)); bad != kConforms) {
    return bad;
  }
  if (args.kats.empty()) return kConforms;
  return write_output(args.kats, generate::c_header(generate::make_kats()));
}

std::string version() {
  const auto revisions = profile::revisions();
  return fmt::format("amdvi {} ({}, AMD publication {} revisions {} to {})", kVersion,
                     vector::kVectorSchema, vector::kDocument, revisions.front(), revisions.back());
}

}  // namespace amdvi::cli
