#include "checker/judge/selection.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "checker/judge/requirements.hpp"
#include "checker/vector/file.hpp"
#include "checker/vector/hex.hpp"
#include "checker/vector/text_file.hpp"

namespace amdvi::judge {
namespace {

namespace fs = std::filesystem;
using vector::StepKind;

// A vector file says what it is in its first line; so does the schema of vector files.
constexpr std::size_t kHead = 512;

bool is_vector_file(std::string_view text) {
  const std::string_view head = text.substr(0, kHead);
  return (head.find(vector::kVectorSchema) != std::string_view::npos ||
          head.find(vector::kDriverSchema) != std::string_view::npos) &&
         head.find("\"$schema\"") == std::string_view::npos;
}

// FNV-1a: even, and stable when vectors are added.
std::uint64_t hash(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325;
  for (const char c : text) {
    value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return value;
}

vector::Result<std::vector<fs::path>> files_below(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code error;
  for (auto it = fs::recursive_directory_iterator(directory, error);
       !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    if (it->path().extension() == ".json" && it->is_regular_file(error)) {
      files.push_back(it->path());
    }
  }
  if (error) return tl::unexpected(vector::Error{directory.string(), 0, 0, error.message(), ""});
  std::sort(files.begin(), files.end());
  return files;
}

std::string outside_window(const vector::Step& step, const profile::Profile& profile) {
  std::uint64_t length = step.length;
  if (step.kind == StepKind::kMem) length = step.bytes.size();
  if (step.kind != StepKind::kMem && step.kind != StepKind::kPeek &&
      step.kind != StepKind::kZero && step.kind != StepKind::kEntries) {
    return {};
  }
  const std::uint64_t end = profile.window_start + profile.window_length;
  if (step.at >= profile.window_start && step.at < end && length <= end - step.at) return {};
  return fmt::format("memory at {:#x} is outside of the window of profile {}", step.at,
                     profile.name);
}

std::string not_stated(const vector::Check& check) {
  if (check.trust != vector::Trust::kMust) return {};
  for (const std::string& id : check.clauses) {
    const spec::ClauseInfo* clause = spec::find_clause(id);
    if (clause == nullptr || clause->confidence != spec::Confidence::kStated) {
      return fmt::format("check '{}' accuses on clause {}, which is not stated", check.id, id);
    }
  }
  return {};
}

class Loader {
 public:
  explicit Loader(const profile::Profile& profile) : profile_(profile) {}

  vector::Result<void> add(const fs::path& path) {
    std::error_code error;
    if (!fs::is_directory(path, error)) return add_file(path, false);
    const auto files = files_below(path);
    if (!files) return tl::unexpected(files.error());
    for (const fs::path& file : *files) {
      if (auto done = add_file(file, true); !done) return done;
    }
    return {};
  }

  vector::Result<Loaded> finish() {
    std::sort(loaded_.vectors.begin(), loaded_.vectors.end(),
              [](const auto& a, const auto& b) { return a.id < b.id; });
    std::string ids;
    for (const vector::Vector& vector : loaded_.vectors) ids += vector.id + '\n';
    loaded_.digest = vector::sha256(ids);
    return std::move(loaded_);
  }

 private:
  // `found`: by looking through a directory, and so skipped if it is for somebody else.
  vector::Result<void> add_file(const fs::path& path, bool found) {
    const auto text = vector::read_text(path);
    if (!text) return tl::unexpected(text.error());
    if (found && !is_vector_file(*text)) return {};
    auto file = vector::parse(*text, path.string());
    if (!file) return tl::unexpected(file.error());
    if (file->profile != profile_.name) {
      if (found) return {};
      return fail(path, fmt::format("these vectors are for profile {}", file->profile),
                  fmt::format("run them with `--profile {}`", file->profile));
    }
    loaded_.revision = file->revision;
    for (vector::Vector& vector : file->vectors) {
      if (const auto why = refusal(vector, profile_); !why.empty()) {
        return fail(path, fmt::format("vector {}: {}", vector.id, why));
      }
      if (const auto& [first, fresh] = files_.emplace(vector.id, path); !fresh) {
        return fail(path,
                    fmt::format("vector {} is in {} as well", vector.id, first->second.string()));
      }
      loaded_.vectors.push_back(std::move(vector));
    }
    return {};
  }

  static tl::unexpected<vector::Error> fail(const fs::path& path, std::string what,
                                            std::string hint = "") {
    return tl::unexpected(vector::Error{path.string(), 0, 0, std::move(what), std::move(hint)});
  }

  const profile::Profile& profile_;
  std::map<std::string, fs::path> files_;  // by vector
  Loaded loaded_;
};

template <class List>
bool contains(const List& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

vector::Result<Loaded> load(const std::vector<fs::path>& paths, const profile::Profile& profile) {
  Loader loader(profile);
  for (const fs::path& path : paths) {
    if (auto done = loader.add(path); !done) return tl::unexpected(done.error());
  }
  return loader.finish();
}

std::string refusal(const vector::Vector& vector, const profile::Profile& profile) {
  if (const auto unknown = unknown_requirement(vector)) {
    return fmt::format("requirement '{}' is not known", *unknown);
  }
  for (const vector::Check& check : vector.checks) {
    if (auto why = not_stated(check); !why.empty()) return why;
  }
  for (const auto* steps : {&vector.setup, &vector.steps}) {
    for (const vector::Step& step : *steps) {
      if (auto why = outside_window(step, profile); !why.empty()) return why;
    }
  }
  return {};
}

bool Selection::takes(const vector::Vector& vector) const {
  if (!ids.empty() && !contains(ids, vector.id)) return false;
  if (!groups.empty() && !contains(groups, vector.group)) return false;
  const auto on_path = [&](const std::string& id) { return contains(vector.clauses, id); };
  if (!clauses.empty() && std::none_of(clauses.begin(), clauses.end(), on_path)) return false;
  return hash(vector.id) % shards == shard;
}

}  // namespace amdvi::judge
