// What runs on a device and on a driver have in common: which vectors, and what is done with results.
#pragma once

#include <string>
#include <vector>

#include "checker/cli/commands.hpp"
#include "checker/judge/selection.hpp"
#include "checker/judge/waivers.hpp"
#include "checker/profile/profile.hpp"

namespace amdvi::cli {

class VectorRun {
 public:
  VectorRun(const RunArgs& args, const Places& places) : args_(args), places_(places) {}

  // Everything that can be wrong before anything is started. kConforms: nothing is.
  Exit prepare(profile::Profile profile);
  [[nodiscard]] const profile::Profile& profile() const { return profile_; }
  // Of the specification that the vectors were made from.
  [[nodiscard]] const std::string& revision() const { return revision_; }
  std::vector<vector::Vector> take_vectors() { return std::move(selected_); }

  // Waivers, findings, reports; what the run comes to.
  Exit finish(judge::Run& run);

 private:
  Exit select();

  const RunArgs& args_;
  const Places& places_;
  profile::Profile profile_;
  judge::Selection selection_;
  std::vector<vector::Vector> selected_;
  std::string digest_;
  std::string revision_;
  std::vector<judge::Waiver> waivers_;
};

}  // namespace amdvi::cli
