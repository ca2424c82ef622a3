#include "checker/generate/masks.hpp"

#include <cstdio>
#include <cstdlib>

namespace amdvi::generate {

namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool is_set(const spec::StructureInfo& info, std::string_view name,
            std::span<const std::uint64_t> words) {
  for (const spec::FieldInfo& f : info.fields) {
    if (f.name == name) return spec::field_value(f, words) != 0;
  }
  std::fprintf(stderr, "amdvi: %.*s has no field %.*s\n", static_cast<int>(info.name.size()),
               info.name.data(), static_cast<int>(name.size()), name.data());
  std::abort();
}

// `compare` is a conjunction of fields of the same entry, each may be negated.
bool comparable(const spec::StructureInfo& info, std::string_view compare,
                std::span<const std::uint64_t> words) {
  if (compare == "never") return false;
  while (!compare.empty()) {
    const std::size_t end = compare.find("&&");
    std::string_view term = trim(compare.substr(0, end));
    const bool negated = term.starts_with('!');
    if (negated) term.remove_prefix(1);
    if (is_set(info, term, words) == negated) return false;
    compare = end == std::string_view::npos ? "" : compare.substr(end + 2);
  }
  return true;
}

bool exists(const spec::FieldInfo& f, std::string_view revision) {
  return (f.since.empty() || f.since <= revision) && (f.until.empty() || revision <= f.until);
}

}  // namespace

TrustMasks masks_of(const spec::StructureInfo& info, std::span<const std::uint64_t> words,
                    std::string_view revision) {
  TrustMasks masks{std::vector<std::uint64_t>(words.size()),
                   std::vector<std::uint64_t>(words.size())};
  for (const spec::FieldInfo& f : info.fields) {
    if (!exists(f, revision) || !comparable(info, f.compare, words)) continue;
    if (f.clause->confidence == spec::Confidence::kUnknown) continue;
    const bool stated = f.clause->confidence == spec::Confidence::kStated;
    spec::set_field(f, stated ? masks.must : masks.suspect, ~std::uint64_t{0});
  }
  return masks;
}

ResetMasks masks_of_reset(const spec::StructureInfo& info, std::string_view revision) {
  ResetMasks masks{{{0}, {0}}, {}, {}};
  for (const spec::FieldInfo& f : info.fields) {
    if (!exists(f, revision)) continue;
    const spec::ClauseInfo* clause = f.clause->id.ends_with("reset") ? f.clause : info.reset_clause;
    if (clause == nullptr || clause->confidence == spec::Confidence::kUnknown) continue;
    const bool stated = clause->confidence == spec::Confidence::kStated;
    spec::set_field(f, stated ? masks.must : masks.suspect, ~std::uint64_t{0});
    auto& clauses = stated ? masks.must_clauses : masks.suspect_clauses;
    if (clauses.empty() || clauses.back() != clause) clauses.push_back(clause);
  }
  return masks;
}

}  // namespace amdvi::generate
