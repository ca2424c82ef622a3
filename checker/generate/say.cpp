#include "checker/generate/say.hpp"

#include <algorithm>

#include <amdvi/spec_info.hpp>
#include <fmt/format.h>

#include "checker/generate/scene.hpp"
#include "checker/vector/message_words.hpp"

namespace amdvi::generate {

namespace {

using vector::Step;
using vector::StepKind;

std::string say_events(const std::vector<std::uint64_t>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    text += (text.empty() ? "" : ", ") + std::string(spec::event_of(words[i])->name);
  }
  return text.empty() ? "no event" : text;
}

std::string say_memory(const std::vector<std::uint64_t>& words) {
  const auto is = [&](std::uint64_t fill) {
    return std::all_of(words.begin(), words.end(), [&](std::uint64_t w) { return w == fill; });
  };
  if (is(Scene::kPageFill)) return "the translated page's content, untouched";
  if (is(Scene::kIdentityFill)) return "the content at the untranslated address, untouched";
  if (is(0)) return "zeros";
  return "data arrived here";
}

std::string say_message(const std::vector<std::uint64_t>& words) {
  if (words[0] == 0) return "no message arrives";
  if (words[0] == 2) return fmt::format("the doorbell of processor {:#x} is rung", words[1]);
  return fmt::format("a message arrives at {:#x} with data {:#x}", words[1], words[2]);
}

std::string say_entries(const Step& step, const std::vector<std::uint64_t>& words) {
  if (words.empty()) return fmt::format("no {}", step.reg);
  return fmt::format("{} {}", words.size() / 2, step.reg);
}

std::string say_answer(const std::vector<std::uint64_t>& words) {
  using Bits = vector::AtsBits;
  if ((words[0] & Bits::kSuccess) == 0) return "the request is refused";
  if ((words[0] & Bits::kRights) == 0) return "an answer without permissions";
  return fmt::format("{}{}{} access to {:#x}", (words[0] & Bits::kRead) != 0 ? "r" : "",
                     (words[0] & Bits::kWrite) != 0 ? "w" : "",
                     (words[0] & Bits::kExec) != 0 ? "x" : "", words[1]);
}

std::string say_count(std::size_t count, std::string_view what) {
  return count == 0 ? fmt::format("no {}", what)
                    : fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace

std::string say(const Step& step, const std::vector<std::uint64_t>& words) {
  switch (step.kind) {
    case StepKind::kMsi:
    case StepKind::kOwnMessage: return say_message(words);
    case StepKind::kEvents: return say_events(words);
    case StepKind::kEntries: return step.reg.empty() ? say_events(words) : say_entries(step, words);
    case StepKind::kVfRead:
      return fmt::format("{} of guest {:#x} = {:#x}", step.reg, step.guest, words[0]);
    case StepKind::kAts: return say_answer(words);
    case StepKind::kResponses: return say_count(words.size(), "page request response");
    case StepKind::kInvalidations: return say_count(words.size() / 3, "ATS invalidation request");
    case StepKind::kConfigRead:
    case StepKind::kRead: return fmt::format("{} = {:#x}", step.reg, words[0]);
    default: return say_memory(words);
  }
}

const spec::StructureInfo* structure_of(const Step& step) {
  if (step.kind != StepKind::kPeek) return nullptr;
  const spec::StructureInfo* info = spec::find_structure(step.note.substr(0, step.note.find(' ')));
  return info != nullptr && info->kind == spec::StructureKind::kStructure ? info : nullptr;
}

vector::View view_of(const Step& step) {
  switch (step.kind) {
    case StepKind::kVfRead:
    case StepKind::kConfigRead:
    case StepKind::kRead: return {"register", step.reg};
    case StepKind::kEntries:
      return step.reg.empty() ? vector::View{"events", ""} : vector::View{"memory", step.reg};
    case StepKind::kEvents: return {"events", ""};
    case StepKind::kDma: return {"data", ""};
    case StepKind::kOwnMessage:
    case StepKind::kMsi: return {"interrupt", ""};
    case StepKind::kAts: return {"ats", ""};
    case StepKind::kResponses: return {"responses", ""};
    case StepKind::kPeek: {
      const spec::StructureInfo* info = structure_of(step);
      return {"memory", info != nullptr ? std::string(info->name) : ""};
    }
    case StepKind::kInvalidations: return {"invalidations", ""};
    default: return {"memory", ""};
  }
}

}  // namespace amdvi::generate
