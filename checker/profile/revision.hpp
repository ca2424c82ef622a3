// Revisions of the specification by their names, "3.05" to "3.11".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <amdvi/spec_info.hpp>

namespace amdvi::profile {

// As Capabilities.Revision has it: "3.10" is 0x310. nullopt: no such revision.
std::optional<std::uint64_t> revision_code(std::string_view name);

// All of them, oldest first.
std::vector<std::string> revisions();

// True if the field exists in the revision.
bool in_revision(const spec::FieldInfo& field, std::string_view revision);

}  // namespace amdvi::profile
