// The vectors of a run: read from files, refused if they could not be judged, and narrowed down to
// what was asked for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "checker/profile/profile.hpp"
#include "checker/vector/error.hpp"
#include "checker/vector/vector.hpp"

namespace amdvi::judge {

struct Loaded {
  std::vector<vector::Vector> vectors;  // in order of id, no id twice
  std::string digest;                   // of the questions: SHA-256 over the ids
  std::string revision;                 // of the specification they were made from
};

// Files are vector files of this profile. Of a directory, every vector file below it that is for
// this profile is taken.
vector::Result<Loaded> load(const std::vector<std::filesystem::path>& paths,
                            const profile::Profile& profile);

// What is wrong with a vector that its file format allows: an accusation that does not rest on
// stated clauses alone, a requirement that means nothing, memory outside of the profile's window.
// Empty: nothing.
std::string refusal(const vector::Vector& vector, const profile::Profile& profile);

struct Selection {
  std::vector<std::string> ids;      // empty: all
  std::vector<std::string> groups;   // the same
  std::vector<std::string> clauses;  // on the vector's path
  std::uint64_t shard = 0;           // of `shards`, from 0
  std::uint64_t shards = 1;

  bool takes(const vector::Vector& vector) const;
  bool is_everything() const {
    return ids.empty() && groups.empty() && clauses.empty() && shards == 1;
  }
};

}  // namespace amdvi::judge
