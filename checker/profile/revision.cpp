#include "checker/profile/revision.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <amdvi/spec/Revision.gen.hpp>

namespace amdvi::profile {
namespace {

using spec::Revision;

constexpr std::array kRevisions = {Revision::r3_05, Revision::r3_06, Revision::r3_07,
                                   Revision::r3_10, Revision::r3_11};

// The code is binary coded decimal.
std::string name_of(Revision revision) {
  const auto code = static_cast<unsigned>(revision);
  return fmt::format("{:x}.{:02x}", code >> 8, code & 0xff);
}

}  // namespace

std::optional<std::uint64_t> revision_code(std::string_view name) {
  const auto found = std::find_if(kRevisions.begin(), kRevisions.end(),
                                  [name](Revision r) { return name_of(r) == name; });
  if (found == kRevisions.end()) return std::nullopt;
  return static_cast<std::uint64_t>(*found);
}

std::vector<std::string> revisions() {
  std::vector<std::string> names;
  for (const Revision revision : kRevisions) names.push_back(name_of(revision));
  return names;
}

bool in_revision(const spec::FieldInfo& field, std::string_view revision) {
  const auto now = revision_code(revision);
  const auto since = revision_code(field.since);
  const auto until = revision_code(field.until);
  return now && (!since || *now >= *since) && (!until || *now <= *until);
}

}  // namespace amdvi::profile
