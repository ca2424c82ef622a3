#include "checker/generate/generate.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include <amdvi/spec_info.hpp>

#include "checker/generate/groups.hpp"
#include "checker/generate/kats.hpp"
#include "checker/generate/parallel.hpp"
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
  add_interrupt_vectors(out);
  add_guest_vectors(out);
  add_ats_vectors(out);
  add_ppr_vectors(out);
  add_guest_interrupts(out);
  add_cache_vectors(out);
  add_own_interrupt_vectors(out);
  add_pci_vectors(out);
  add_dual_log_vectors(out);
  add_marc_vectors(out);
  add_register_vectors(out);
  add_viommu_register_vectors(out);
  add_viommu_vectors(out);
  Generated generated;
  generated.vectors = {profile.name, profile.revision, out.take()};
  vector::sort(generated.vectors);
  generated.unreached = unreached_rules(generated.vectors);
  return generated;
}

std::vector<Generated> generate(const std::vector<profile::Profile>& profiles) {
  std::vector<Generated> all(profiles.size());
  const auto decisions = spec::catalogue().decisions;
  std::vector<vector::KatFile> kats(decisions.size());
  std::vector<std::function<void()>> tasks;
  for (std::size_t i = 0; i < profiles.size(); ++i) {
    tasks.emplace_back([&, i] { all[i] = generate(profiles[i]); });
  }
  std::vector<std::size_t> order(decisions.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return decisions[a]->atoms.size() > decisions[b]->atoms.size();
  });
  for (const std::size_t i : order) {
    tasks.emplace_back([&, i] { kats[i] = make_kats(*decisions[i]); });
  }
  run_all(tasks);
  for (auto& more : {function_kats(), layout_kats()}) {
    kats.insert(kats.end(), more.begin(), more.end());
  }
  for (Generated& generated : all) generated.kats = kats;
  return all;
}

namespace {

// About 1 MB of text.
constexpr std::size_t kVectorsPerFile = 250;

struct Part {
  std::string name;
  vector::VectorFile file;
};

std::vector<Part> parts_of(const vector::VectorFile& all) {
  std::vector<Part> parts;
  unsigned number = 1;
  for (const vector::Vector& v : all.vectors) {
    const bool same = !parts.empty() && parts.back().file.vectors.back().group == v.group;
    if (!same || parts.back().file.vectors.size() == kVectorsPerFile) {
      number = same ? number + 1 : 1;
      const std::string suffix = number == 1 ? "" : fmt::format("-{}", number);
      parts.push_back({fmt::format("{}/{}{}.json", all.profile, v.group, suffix),
                       {all.profile, all.revision, {}, all.subject}});
    }
    parts.back().file.vectors.push_back(v);
  }
  return parts;
}

}  // namespace

vector::Result<std::map<std::string, std::string>> render(const Generated& generated) {
  std::map<std::string, std::string> files;
  for (const Part& part : parts_of(generated.vectors)) {
    auto text = vector::to_json(part.file);
    if (!text) return tl::unexpected(text.error());
    files[part.name] = std::move(*text);
  }
  for (const vector::KatFile& kats : generated.kats) {
    auto text = vector::to_json(kats);
    if (!text) return tl::unexpected(text.error());
    files[path_of(kats)] = std::move(*text);
  }
  return files;
}

}  // namespace amdvi::generate
