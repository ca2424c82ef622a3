// `amdvi export` and `amdvi --version`.
#include <fmt/format.h>

#include "checker/cli/commands.hpp"
#include "checker/cli/embedded.hpp"
#include "checker/cli/output.hpp"
#include "checker/profile/revision.hpp"
#include "checker/vector/file.hpp"

namespace amdvi::cli {

int export_c_header(const std::string& file) {
  return write_output(file, std::string(kRegistersHeader));
}

std::string version() {
  const auto revisions = profile::revisions();
  return fmt::format("amdvi {} ({}, AMD publication {} revisions {} to {})", kVersion,
                     vector::kVectorSchema, vector::kDocument, revisions.front(), revisions.back());
}

}  // namespace amdvi::cli
