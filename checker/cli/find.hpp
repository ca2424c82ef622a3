// Files that are named in short: profiles by name, the project's directories from wherever amdvi
// was started.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "checker/cli/commands.hpp"
#include "checker/profile/profile.hpp"

namespace amdvi::cli {

// `relative` below the current directory, or below a directory above the executable; empty: neither
// is there.
std::filesystem::path find_in_project(const std::filesystem::path& relative);

std::filesystem::path profiles_directory(const Places& places);
std::filesystem::path vectors_directory(const Places& places);

// Names of the profiles in the directory.
std::vector<std::string> profile_names(const Places& places);

// By name or by path.
vector::Result<profile::Profile> find_profile(const std::string& name, const Places& places);

// Stands for one where drivers are judged, which have none.
vector::Result<profile::Profile> driver_profile();

// "3/16": the fourth of sixteen. false: not that.
bool parse_shard(std::string_view text, std::uint64_t& index, std::uint64_t& count);

}  // namespace amdvi::cli
