#include "checker/wording/program.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "checker/wording/decode.hpp"
#include "checker/wording/text.hpp"

namespace amdvi::wording {
namespace {

using vector::Step;
using vector::StepKind;

constexpr std::size_t kShownBytes = 32;
constexpr std::string_view kAnyCommand = "Command";  // a command whose opcode is not known

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::vector<std::string_view> names_in(std::string_view note) {
  std::vector<std::string_view> names;
  for (std::size_t at = 0; at < note.size();) {
    std::size_t end = at;
    while (end < note.size() && is_name_character(note[end])) ++end;
    if (end > at) names.push_back(note.substr(at, end - at));
    at = end + 1;
  }
  return names;
}

// The structure that a note speaks of, nullptr if none.
const spec::StructureInfo* structure_in(std::string_view note) {
  for (const std::string_view name : names_in(note)) {
    const spec::StructureInfo* info = spec::find_structure(name);
    if (info != nullptr && info->kind != spec::StructureKind::kRegister) return info;
  }
  return nullptr;
}

std::string bytes_text(const std::vector<std::uint8_t>& bytes) {
  std::string text;
  for (std::size_t i = 0; i < std::min(bytes.size(), kShownBytes); ++i) {
    text += fmt::format("{}{:02x}", i > 0 && i % 8 == 0 ? " " : "", bytes[i]);
  }
  return bytes.size() > kShownBytes ? text + " …" : text;
}

void describe_register(const Step& step, std::string_view revision, StepView& view) {
  const bool write = step.kind == StepKind::kWrite || step.kind == StepKind::kVfWrite;
  view.verb = write ? "write" : "read";
  view.what = step.reg;
  if (step.kind == StepKind::kVfWrite || step.kind == StepKind::kVfRead) {
    view.what += fmt::format(" of guest {}", short_hex(step.guest));
  }
  if (step.size == 4) view.what += step.high_half ? "[63:32]" : "[31:0]";
  if (!write) return;
  view.raw = fmt::format("0x{:0{}x}", step.value, step.size * 2);
  const spec::StructureInfo* info = spec::find_structure(step.reg);
  const std::uint64_t word = step.high_half ? step.value << 32 : step.value;
  view.value = info != nullptr ? in_words(*info, std::span(&word, 1), revision) : view.raw;
}

void describe_mem(const Step& step, StepView& view) {
  view.verb = "memory";
  view.what = short_hex(step.at);
  view.elements = elements(step);
  view.raw = count(step.bytes.size(), "byte");
  const bool zero = std::all_of(step.bytes.begin(), step.bytes.end(),
                                [](std::uint8_t byte) { return byte == 0; });
  if (zero) {
    view.value = "all zero";
  } else if (view.elements.empty()) {
    view.value = bytes_text(step.bytes);
  }
}

std::string pasid_text(const vector::Pasid& pasid) {
  if (!pasid.present) return "";
  return fmt::format(", PASID {}{}{}", short_hex(pasid.value), pasid.exec ? ", to execute" : "",
                     pasid.privileged ? ", privileged" : "");
}

void describe_dma(const Step& step, StepView& view) {
  view.verb = "DMA";
  view.what = fmt::format("{} {} {} at {} {}{}", requester(step.device),
                          !step.is_write ? "reads"
                          : step.is_read ? "swaps"
                                         : "writes",
                          count(step.is_write ? step.bytes.size() : step.length, "byte"),
                          step.translated ? "translated address" : "IOVA", short_hex(step.at),
                          pasid_text(step.pasid));
  if (step.is_write) view.value = bytes_text(step.bytes);
}

void describe_copy(const Step& step, StepView& view) {
  view.verb = "copy";
  view.what = fmt::format("{} copies {} from IOVA {} to IOVA {}, its script at IOVA {}",
                          requester(step.device), count(step.length, "byte"), short_hex(step.at),
                          short_hex(step.to), short_hex(step.script));
}

void describe_config(const Step& step, std::string_view revision, StepView& view) {
  const bool write = step.kind == StepKind::kConfigWrite;
  view.verb = write ? "configure" : "read";
  view.what = fmt::format("{} of the PCI function", step.reg);
  if (!write) return;
  view.raw = fmt::format("0x{:08x}", step.value);
  const spec::StructureInfo* info = spec::find_structure(step.reg);
  view.value = info != nullptr ? in_words(*info, std::span(&step.value, 1), revision) : view.raw;
}

// An ATS translation request or a page request.
void describe_wanted(const Step& step, StepView& view) {
  const std::string_view access = !step.is_write ? "read"
                                  : step.is_read ? "read and write"
                                                 : "write";
  const bool ats = step.kind == StepKind::kAts;
  view.verb = ats ? "ATS" : "page request";
  view.what = fmt::format("{} asks to {} IOVA {}{}", requester(step.device), access,
                          short_hex(step.at), pasid_text(step.pasid));
  if (!ats) view.what += fmt::format(", group {}{}", step.group, step.last ? ", its last" : "");
}

void describe_msi(const Step& step, StepView& view) {
  view.verb = "interrupt";
  view.what = fmt::format("{} writes to {}", requester(step.device), short_hex(step.at));
  view.value = fmt::format("0x{:08x}", step.value);
}

// What clears, waits or looks, and asks nothing of the device.
void describe_bystander(const Step& step, StepView& view) {
  const auto is = [&](std::string_view verb, std::string what) {
    view.verb = verb;
    view.what = std::move(what);
  };
  const std::string memory =
      fmt::format("{} of memory at {}", count(step.length, "byte"), short_hex(step.at));
  if (step.kind == StepKind::kZero) is("clear", memory);
  if (step.kind == StepKind::kPeek) is("look", "at " + memory);
  if (step.kind == StepKind::kEvents) is("collect", "the event log's entries");
  if (step.kind == StepKind::kSettle) is("wait", "until the command buffer is processed");
  if (step.kind == StepKind::kResponses)
    is("collect", "the page request responses that devices got");
  if (step.kind == StepKind::kInvalidations) {
    is("collect", "the ATS invalidation requests that devices got");
  }
  if (step.kind == StepKind::kEntries) is("collect", "the entries in " + memory);
}

void describe_call(const Step& step, StepView& view) {
  view.verb = step.kind == StepKind::kOpen ? "open" : "call";
  std::string args;
  for (const vector::Argument& arg : step.args) {
    args += fmt::format("{}{} {}", args.empty() ? "" : ", ", arg.name, short_hex(arg.value));
  }
  view.what = args.empty() ? step.call : fmt::format("{}({})", step.call, args);
  if (step.times > 1) view.what += fmt::format(", {} in a row", count(step.times, "time"));
  if (!step.counting.empty()) view.what += fmt::format(", {} counting up", step.counting);
}

}  // namespace

std::vector<std::uint64_t> words_from(const std::vector<std::uint8_t>& bytes) {
  std::vector<std::uint64_t> words((bytes.size() + 7) / 8);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    words[i / 8] |= std::uint64_t{bytes[i]} << (i % 8 * 8);
  }
  return words;
}

std::vector<Element> elements(const Step& step) {
  std::vector<Element> result;
  const spec::StructureInfo* info = structure_in(step.note);
  if (step.kind != StepKind::kMem || info == nullptr) return result;
  const std::size_t size = info->width / 8;
  for (std::size_t i = 0; (i + 1) * size <= step.bytes.size(); ++i) {
    const auto first = step.bytes.begin() + static_cast<std::ptrdiff_t>(i * size);
    auto words = words_from({first, first + static_cast<std::ptrdiff_t>(size)});
    if (std::all_of(words.begin(), words.end(), [](std::uint64_t w) { return w == 0; })) continue;
    const spec::StructureInfo* own = nullptr;
    if (info->kind == spec::StructureKind::kCommand || info->name == kAnyCommand) {
      own = spec::command_of(words[0]);
    }
    result.push_back({i, own != nullptr ? own : info, std::move(words)});
  }
  return result;
}

StepView describe(const Step& step, std::string_view revision) {
  StepView view;
  view.label = step.label;
  view.note = step.note;
  switch (step.kind) {
    case StepKind::kWrite:
    case StepKind::kRead:
    case StepKind::kVfWrite:
    case StepKind::kVfRead:
      describe_register(step, revision, view);
      break;
    case StepKind::kMem:
      describe_mem(step, view);
      break;
    case StepKind::kDma:
      describe_dma(step, view);
      break;
    case StepKind::kCopy:
      describe_copy(step, view);
      break;
    case StepKind::kMsi:
      describe_msi(step, view);
      break;
    case StepKind::kConfigWrite:
    case StepKind::kConfigRead:
      describe_config(step, revision, view);
      break;
    case StepKind::kReset:
      view.verb = "reset";
      view.what = "the platform, as after power-on but for memory";
      break;
    case StepKind::kOwnMessage:
      view.verb = "collect";
      view.what = "the interrupts of the IOMMU itself";
      break;
    case StepKind::kAts:
    case StepKind::kPpr:
      describe_wanted(step, view);
      break;
    case StepKind::kZero:
    case StepKind::kPeek:
    case StepKind::kEvents:
    case StepKind::kEntries:
    case StepKind::kSettle:
    case StepKind::kResponses:
    case StepKind::kInvalidations:
      describe_bystander(step, view);
      break;
    case StepKind::kOpen:
    case StepKind::kCall:
      describe_call(step, view);
      break;
  }
  return view;
}

std::string plain(const StepView& view) {
  std::string text = view.verb + " " + view.what;
  if (!view.value.empty()) text += " = " + view.value;
  if (!view.label.empty()) text += " -> " + view.label;
  return text;
}

std::string program(const vector::Vector& vector, std::string_view revision) {
  std::string text;
  int number = 0;
  const auto write = [&](const std::vector<Step>& steps) {
    for (const Step& step : steps) {
      const StepView view = describe(step, revision);
      text += fmt::format("{:>3}  {}", ++number, plain(view));
      text += view.note.empty() ? "\n" : fmt::format("   # {}\n", view.note);
      for (const Element& element : view.elements) {
        text += fmt::format("       [{}] {} {}\n", element.index, element.info->name,
                            in_words(*element.info, element.words, revision));
      }
    }
  };
  write(vector.setup);
  write(vector.steps);
  return text;
}

}  // namespace amdvi::wording
