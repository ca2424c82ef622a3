// Which bits of an observation may be compared, by how far the clauses of its fields are trusted.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <amdvi/spec_info.hpp>

#include "checker/vector/vector.hpp"

namespace amdvi::generate {

struct TrustMasks {
  std::vector<std::uint64_t> must;     // fields of stated clauses
  std::vector<std::uint64_t> suspect;  // fields of inferred clauses
};

// `words` is the expected value: a field of an event may be comparable only if others have a
// value ("PR && !I"). `revision`: "3.05" and so on.
TrustMasks masks_of(const spec::StructureInfo& info, std::span<const std::uint64_t> words,
                    std::string_view revision);

// The same for a register after reset: a field stands on the clause of its reset value. `clauses`
// gets those of the `must` and of the `suspect` bits.
struct ResetMasks : TrustMasks {
  std::vector<const spec::ClauseInfo*> must_clauses, suspect_clauses;
};
ResetMasks masks_of_reset(const spec::StructureInfo& info, std::string_view revision);

// How the words of one observation may be compared. `remapped`: an interrupt is told by its entry.
TrustMasks masks_for(const vector::Step& step, const std::vector<std::uint64_t>& words,
                     bool remapped, std::string_view revision);

}  // namespace amdvi::generate
