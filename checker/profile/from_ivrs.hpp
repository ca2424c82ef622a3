// A profile from what firmware says of an IOMMU: its ACPI IVRS table. What a table does not say
// (NpCache, where memory is free) is as the other profiles have it and to be looked over.
// Tested by tests/unit/profile_ivrs_test.cpp.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "checker/ivrs/ivrs.hpp"
#include "checker/profile/profile.hpp"

namespace amdvi::profile {

// Of the first IOMMU of the table, by the highest type of block that tells of it. The revision is
// the oldest that has every feature bit that is set.
tl::expected<Profile, std::string> from_ivrs(const ivrs::Table& table, const std::string& name);

// As parse() reads it.
std::string to_yaml(const Profile& profile);

}  // namespace amdvi::profile
