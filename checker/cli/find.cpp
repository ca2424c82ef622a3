#include "checker/cli/find.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "checker/vector/file.hpp"

namespace amdvi::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".yaml";

bool parse_number(std::string_view text, std::uint64_t& value) {
  const auto done = std::from_chars(text.data(), text.data() + text.size(), value);
  return done.ec == std::errc{} && done.ptr == text.data() + text.size();
}

}  // namespace

fs::path find_in_project(const fs::path& relative) {
  std::error_code error;
  if (fs::exists(relative, error)) return relative;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  for (fs::path at = self.parent_path(); !error && at.has_relative_path(); at = at.parent_path()) {
    if (fs::exists(at / relative, error)) return at / relative;
    error.clear();
  }
  return {};
}

fs::path profiles_directory(const Places& places) {
  return places.profiles.empty() ? find_in_project("spec/profiles") : fs::path(places.profiles);
}

fs::path vectors_directory(const Places& places) {
  return places.vectors.empty() ? find_in_project("vectors") : fs::path(places.vectors);
}

std::vector<std::string> profile_names(const Places& places) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(profiles_directory(places), error)) {
    if (entry.path().extension() == kSuffix) names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

vector::Result<profile::Profile> find_profile(const std::string& name, const Places& places) {
  const bool is_path = name.find('/') != std::string::npos || name.ends_with(kSuffix);
  if (is_path) return profile::load(name);
  const fs::path directory = profiles_directory(places);
  const auto names = profile_names(places);
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    const std::string hint =
        names.empty() ? std::string("say where profiles are with `--profiles DIR`")
                      : fmt::format("one of {}, or the path of a file", fmt::join(names, ", "));
    return tl::unexpected(vector::Error{name, 0, 0, "no such profile", hint});
  }
  return profile::load((directory / (name + std::string(kSuffix))).string());
}

vector::Result<profile::Profile> driver_profile() {
  profile::Profile profile;
  profile.name = vector::kDriverProfile;
  return profile;
}

bool parse_shard(std::string_view text, std::uint64_t& index, std::uint64_t& count) {
  const std::size_t slash = text.find('/');
  return slash != std::string_view::npos && parse_number(text.substr(0, slash), index) &&
         parse_number(text.substr(slash + 1), count) && index < count;
}

}  // namespace amdvi::cli
