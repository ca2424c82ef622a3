#include "checker/generate/generate.hpp"

#include <algorithm>
#include <set>

#include <amdvi/spec_info.hpp>
#include <fmt/format.h>

#include "checker/generate/groups.hpp"
#include "checker/generate/kats.hpp"
#include "checker/vector/file.hpp"

namespace amdvi::generate {

namespace {

std::vector<Unreached> unreached_rules(const vector::VectorFile& file) {
  std::set<std::string> reached;
  for (const vector::Vector& v : file.vectors) reached.insert(v.rules.begin(), v.rules.end());
  std::vector<Unreached> result;
  for (const spec::DecisionInfo* d : spec::catalogue().decisions) {
    for (const spec::RuleInfo& r : d->rules) {
      std::string name = fmt::format("{}/{}", d->name, r.id);
      if (reached.contains(name)) continue;
      result.push_back({std::move(name), "no program of this profile leads there"});
    }
  }
  return result;
}

}  // namespace

Generated generate(const profile::Profile& profile) {
  Collection out(profile);
  add_dte_vectors(out);
  add_walk_vectors(out);
  add_walk_faults(out);
  add_request_vectors(out);
  add_command_vectors(out);
  add_log_vectors(out);
  add_register_vectors(out);
  Generated generated;
  generated.vectors = {profile.name, profile.revision, out.take()};
  vector::sort(generated.vectors);
  generated.kats = make_kats(profile);
  generated.unreached = unreached_rules(generated.vectors);
  return generated;
}

std::vector<vector::VectorFile> by_group(const vector::VectorFile& all) {
  std::vector<vector::VectorFile> files;
  for (const vector::Vector& v : all.vectors) {
    if (files.empty() || files.back().vectors.back().group != v.group) {
      files.push_back({all.profile, all.revision, {}});
    }
    files.back().vectors.push_back(v);
  }
  return files;
}

}  // namespace amdvi::generate
