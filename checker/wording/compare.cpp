#include "checker/wording/compare.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

#include <amdvi/spec/IO_PAGE_FAULT.gen.hpp>

#include "checker/wording/answers.hpp"
#include "checker/wording/decode.hpp"

namespace amdvi::wording {
namespace {

using vector::Masked;

constexpr std::size_t kEventWords = 2;
// The words of observations that are messages.
std::optional<std::string> word_title(std::string_view view, std::size_t index) {
  constexpr std::array<std::string_view, 3> kMessage{"arrived", "address", "data"};
  constexpr std::array<std::string_view, 3> kAnswer{"permissions", "address", "size less 1"};
  constexpr std::array<std::string_view, 3> kDropped{"device, queue, PASID", "address",
                                                     "size less 1"};
  constexpr std::array<std::string_view, 2> kOfDriver{"error", "result"};
  if (view == "answer" && index < kOfDriver.size()) return std::string(kOfDriver[index]);
  if (view == "interrupt" && index < kMessage.size()) return std::string(kMessage[index]);
  if (view == "ats" && index < kAnswer.size()) return std::string(kAnswer[index]);
  if (view == "responses") return fmt::format("response {}", index);
  if (view != "invalidations") return std::nullopt;
  return fmt::format("invalidation {}: {}", index / kDropped.size(),
                     kDropped[index % kDropped.size()]);
}

// The bits of an entry's first word that every event has its code in.
std::uint64_t code_mask() {
  std::array<std::uint64_t, kEventWords> words{};
  spec::field::IO_PAGE_FAULT::EventCode.set(words, ~std::uint64_t{0});
  return words[0];
}

// The event whose fields name the bits: the expected one if its code is part of the claim.
const spec::StructureInfo* event_info(const Comparison& piece) {
  if (!piece.expected.empty() && (piece.expected[0].mask & code_mask()) == code_mask()) {
    return spec::event_of(piece.expected[0].value);
  }
  return piece.observed.empty() ? nullptr : spec::event_of(piece.observed[0]);
}

std::string event_title(std::size_t index, const Comparison& piece) {
  const auto* expected = piece.expected.empty() ? nullptr : event_info(piece);
  const auto* observed = piece.observed.empty() ? nullptr : spec::event_of(piece.observed[0]);
  const std::string_view wanted = expected != nullptr ? expected->name : "an entry";
  const std::string_view seen = observed != nullptr ? observed->name : "an unknown entry";
  if (piece.expected.empty()) return fmt::format("entry {}: {} that should not be", index, seen);
  if (piece.observed.empty()) return fmt::format("entry {}: {} is missing", index, wanted);
  if (expected != nullptr && expected != observed) {
    return fmt::format("entry {}: {} expected, {} logged", index, wanted, seen);
  }
  return fmt::format("entry {}: {}", index, wanted);
}

bool differs(const Comparison& piece) {
  if (piece.expected.empty() || piece.observed.empty()) return true;
  for (std::size_t i = 0; i < piece.expected.size(); ++i) {
    const Masked& want = piece.expected[i];
    if (i >= piece.observed.size() || ((want.value ^ piece.observed[i]) & want.mask) != 0) {
      return true;
    }
  }
  return piece.observed.size() > piece.expected.size();
}

template <class T>
std::vector<T> slice(std::span<const T> words, std::size_t first, std::size_t n) {
  if (first >= words.size()) return {};
  const auto part = words.subspan(first, std::min(n, words.size() - first));
  return {part.begin(), part.end()};
}

// What is expected of words [first, first + n): past the end of a repeating outcome, its last
// entry again.
std::vector<Masked> expected_at(const vector::Outcome& outcome, std::size_t first, std::size_t n) {
  const std::span<const Masked> words(outcome.words);
  if (first >= words.size() && outcome.may_repeat && words.size() >= n) {
    return slice(words, words.size() - n, n);
  }
  return slice(words, first, n);
}

}  // namespace

namespace {

std::vector<std::uint64_t> values_of(const vector::Action& action) {
  std::vector<std::uint64_t> values;
  for (const vector::Argument& arg : action.args) values.push_back(arg.value);
  return values;
}

// Side by side in their order; judge::actions_differ says what is wrong, and is less strict.
std::vector<Comparison> compare_actions(const vector::Outcome& outcome,
                                        std::span<const std::uint64_t> observed) {
  const std::vector<ShownAction> shown = shown_actions(observed);
  std::vector<Comparison> pieces;
  for (std::size_t i = 0; i < std::max(outcome.actions.size(), shown.size()); ++i) {
    Comparison piece;
    const bool wanted = i < outcome.actions.size();
    piece.title = wanted ? outcome.actions[i].name : shown[i].name;
    if (wanted) {
      for (const std::uint64_t value : values_of(outcome.actions[i])) {
        piece.expected.push_back({value});
      }
    }
    if (i < shown.size()) piece.observed = values_of(shown[i]);
    piece.differs = !wanted || i >= shown.size() || shown[i].name != piece.title ||
                    values_of(outcome.actions[i]) != piece.observed;
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

}  // namespace

std::vector<Comparison> compare(const vector::Check& check, const vector::Outcome& outcome,
                                std::span<const std::uint64_t> observed) {
  if (check.view.kind == "actions") return compare_actions(outcome, observed);
  const bool events = check.view.kind == "events";
  const spec::StructureInfo* info = spec::find_structure(check.view.name);
  const std::size_t size = events ? kEventWords : info != nullptr ? words_of(*info) : 1;
  const std::size_t words = std::max(outcome.words.size(), observed.size());
  std::vector<Comparison> pieces;
  for (std::size_t first = 0; first < words; first += size) {
    Comparison piece;
    piece.expected = expected_at(outcome, first, size);
    piece.observed = slice(observed, first, size);
    piece.info = events ? event_info(piece) : info;
    piece.differs = differs(piece);
    const std::size_t index = first / size;
    if (events) {
      piece.title = event_title(index, piece);
    } else if (info != nullptr) {
      piece.title = words > size ? fmt::format("{} {}", info->name, index) : info->name;
    } else if (const auto title = word_title(check.view.kind, index)) {
      piece.title = *title;
    } else {
      piece.title = fmt::format("bytes {}:{}", index * 8 + 7, index * 8);
    }
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

}  // namespace amdvi::wording
