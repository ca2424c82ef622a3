#include "checker/generate/masks.hpp"
#include "checker/generate/say.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include <amdvi/spec/registers.gen.hpp>

#include "checker/vector/message_words.hpp"

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

namespace {

// Whether a field of a PCI register has a value that the specification or the profile tells.
bool has_value(const spec::StructureInfo& info, const spec::FieldInfo& f) {
  // Of the header the PCI specification has more to say than this one.
  if (f.kind == spec::FieldKind::kReserved) return info.space != "pci_header";
  if (f.access != spec::Access::kRO || f.reset != 0) return true;
  return info.name == "CapabilityHeader" && f.name != "CapPtr";
}

// What the MSI mirrors show is the function's.
bool reads_mirror(const vector::Step& step) {
  if (step.kind != vector::StepKind::kRead) return false;
  const std::uint32_t offset = spec::find_structure(step.reg)->offset;
  return std::any_of(spec::kRegisters.begin(), spec::kRegisters.end(), [&](const auto& desc) {
    return desc.offset == offset && desc.role == spec::RegisterRole::msi_mirror;
  });
}

TrustMasks config_masks(const spec::StructureInfo& info, std::string_view revision) {
  TrustMasks masks{{0}, {0}};
  for (const spec::FieldInfo& f : info.fields) {
    if (!exists(f, revision) || !has_value(info, f)) continue;
    if (f.clause->confidence == spec::Confidence::kUnknown) continue;
    const bool stated = f.clause->confidence == spec::Confidence::kStated;
    spec::set_field(f, stated ? masks.must : masks.suspect, ~std::uint64_t{0});
  }
  return masks;
}

void append(TrustMasks& masks, const TrustMasks& more) {
  masks.must.insert(masks.must.end(), more.must.begin(), more.must.end());
  masks.suspect.insert(masks.suspect.end(), more.suspect.begin(), more.suspect.end());
}

// Without permissions an answer has no address. A device may split pages as it likes: a size is
// never grounds to accuse one, and that of an identity answer only the device knows.
void mask_answer(const std::vector<std::uint64_t>& words, TrustMasks& masks) {
  const bool refused = (words[0] & vector::AtsBits::kSuccess) == 0;
  const bool empty = (words[0] & vector::AtsBits::kRights) == 0;
  masks.must[2] = refused ? ~std::uint64_t{0} : 0;
  if (!refused && empty) masks.must[1] = 0;
  if (!refused && !empty && words[2] != ~std::uint64_t{0}) masks.suspect[2] = ~std::uint64_t{0};
}

// Of a remapped message only what the entry gives.
void mask_message(TrustMasks& masks, const std::vector<std::uint64_t>& words,
                  std::string_view revision) {
  const std::array<std::string_view, 2> names{"MessageAddress", "MessageData"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto part = masks_of(*spec::find_structure(names[i]), std::span(&words[i + 1], 1), revision);
    masks.must[i + 1] = part.must[0];
    masks.suspect[i + 1] = part.suspect[0];
  }
}

TrustMasks register_masks(const vector::Step& step, std::uint64_t word, std::string_view revision) {
  const std::uint64_t value = step.high_half ? word << 32 : word;
  TrustMasks masks = masks_of(*spec::find_structure(step.reg), std::span(&value, 1), revision);
  for (std::vector<std::uint64_t>* m : {&masks.must, &masks.suspect}) {
    if (step.high_half) (*m)[0] >>= 32;
    if (step.size == 4) (*m)[0] &= 0xFFFFFFFF;
  }
  return masks;
}

TrustMasks entry_masks(const vector::Step& step, const std::vector<std::uint64_t>& words,
                       std::string_view revision) {
  TrustMasks masks;
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    const auto entry = std::span(words).subspan(i, 2);
    const bool is_event = step.kind == vector::StepKind::kEvents || step.reg.empty();
    const auto* info = is_event ? spec::event_of(entry[0]) : spec::find_structure(step.reg);
    append(masks, masks_of(*info, entry, revision));
  }
  return masks;
}

}  // namespace

TrustMasks masks_for(const vector::Step& step, const std::vector<std::uint64_t>& words, bool remapped,
                     std::string_view revision) {
  using vector::StepKind;
  if (step.kind == StepKind::kConfigRead || reads_mirror(step)) {
    return config_masks(*spec::find_structure(step.reg), revision);
  }
  if (step.kind == StepKind::kRead || step.kind == StepKind::kVfRead) {
    return register_masks(step, words[0], revision);
  }
  if (step.kind == StepKind::kEvents || step.kind == StepKind::kEntries) {
    return entry_masks(step, words, revision);
  }
  TrustMasks masks;
  if (const spec::StructureInfo* info = structure_of(step)) {
    for (std::size_t i = 0, size = (info->width + 63) / 64; i + size <= words.size(); i += size) {
      append(masks, masks_of(*info, std::span(words).subspan(i, size), revision));
    }
    return masks;
  }
  masks.must.assign(words.size(), ~std::uint64_t{0});
  masks.suspect.assign(words.size(), 0);
  if (step.kind == StepKind::kAts) mask_answer(words, masks);
  if (step.kind == StepKind::kMsi && remapped && words[0] == vector::kMessageArrived) {
    mask_message(masks, words, revision);
  }
  return masks;
}

}  // namespace amdvi::generate
