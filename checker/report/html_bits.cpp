#include <algorithm>
#include <bit>

#include <fmt/format.h>

#include "checker/report/html.hpp"
#include "checker/wording/decode.hpp"
#include "checker/wording/text.hpp"

namespace amdvi::report::html {
namespace {

constexpr int kCell = 14;   // width of a bit
constexpr int kLine = 15;   // height of a row of digits
constexpr int kAbove = 10;  // bit numbers
constexpr int kGap = 6;     // between words
constexpr double kLetter = 5.4;
constexpr int kTag = 62;  // room for "expected" and "observed" on the left
constexpr int kWidth = kTag + 64 * kCell + 2;

// The part of a field inside one word.
struct Segment {
  const spec::FieldInfo* field;
  unsigned hi;
  unsigned lo;
};

struct Word {
  std::size_t index;
  vector::Masked expected{0, 0};
  std::uint64_t observed = 0;
  unsigned bits = 64;

  [[nodiscard]] std::uint64_t wrong() const { return (expected.value ^ observed) & expected.mask; }
};

int left_of(unsigned bit) { return kTag + static_cast<int>(63 - bit) * kCell; }

std::uint64_t mask_of(const Segment& segment) {
  return ~std::uint64_t{0} >> (63 - (segment.hi - segment.lo)) << segment.lo;
}

// Characters with an x each, so that a row of digits is a few elements.
class Digits {
 public:
  void add(unsigned bit, std::string_view glyph) {
    x_ += fmt::format("{}{}", x_.empty() ? "" : " ", left_of(bit) + kCell / 2);
    text_ += glyph;
  }
  [[nodiscard]] std::string svg(int y, std::string_view cls) const {
    if (text_.empty()) return "";
    return fmt::format("<text class=\"{}\" y=\"{}\" x=\"{}\">{}</text>", cls, y, x_, text_);
  }

 private:
  std::string x_;
  std::string text_;
};

class Picture {
 public:
  Picture(const spec::StructureInfo& info, std::span<const vector::Masked> expected,
          std::span<const std::uint64_t> observed, std::string_view revision)
      : info_(info), expected_(expected), observed_(observed), revision_(revision) {}

  std::string draw() {
    for (std::size_t i = 0; i < wording::words_of(info_); ++i) draw_word(word(i));
    return fmt::format(
        "<svg class=\"bits\" viewBox=\"0 0 {} {}\" role=\"img\"><title>{}</title>{}</svg>", kWidth,
        y_, wording::escape(info_.name), body_);
  }

 private:
  [[nodiscard]] bool comparing() const { return !expected_.empty() && !observed_.empty(); }

  [[nodiscard]] Word word(std::size_t index) const {
    Word result{index};
    if (index < expected_.size()) result.expected = expected_[index];
    result.observed = index < observed_.size() ? observed_[index] : result.expected.value;
    if (expected_.empty()) result.expected.value = result.observed;
    result.bits = std::min(64U, info_.width - static_cast<unsigned>(index) * 64);
    return result;
  }

  [[nodiscard]] std::vector<Segment> segments(std::size_t index) const {
    std::vector<Segment> result;
    for (const auto& field : info_.fields) {
      if (!wording::is_in(field, revision_)) continue;
      for (const auto& piece : field.pieces) {
        const std::size_t low = std::max<std::size_t>(piece.lo, index * 64);
        const std::size_t high = std::min<std::size_t>(piece.hi, index * 64 + 63);
        if (low > high) continue;
        result.push_back(
            {&field, static_cast<unsigned>(high % 64), static_cast<unsigned>(low % 64)});
      }
    }
    return result;
  }

  void draw_word(const Word& word) {
    const std::size_t base = word.index * 64;
    if (word.observed == 0 && word.expected.value == 0 && wording::words_of(info_) > 1) {
      body_ += fmt::format("<text class=\"tag\" x=\"0\" y=\"{}\">bits {}:{} are zero</text>",
                           y_ + 11, base + word.bits - 1, base);
      y_ += 16;
      return;
    }
    const int top = y_ + kAbove;
    const int height = comparing() ? 2 * kLine : kLine;
    int below = 0;
    for (const Segment& segment : segments(word.index)) {
      draw_field(word, segment, top, height);
      below = std::max(below, draw_name(word, segment, top + height));
    }
    draw_digits(word, top);
    y_ = top + height + below + kGap;
  }

  void draw_field(const Word& word, const Segment& segment, int top, int height) {
    const std::uint64_t mask = mask_of(segment);
    std::string cls = segment.field->kind == spec::FieldKind::kPlain ? "f" : "f r";
    if ((word.observed & mask) != 0) cls += " s";
    if ((word.wrong() & mask) != 0) cls += " w";
    const int left = left_of(segment.hi);
    const int width = static_cast<int>(segment.hi - segment.lo + 1) * kCell;
    body_ += fmt::format("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>", cls,
                         left, top, width, height);
    const auto number = [&](unsigned bit) {
      body_ += fmt::format("<text class=\"n\" x=\"{}\" y=\"{}\">{}</text>",
                           left_of(bit) + kCell / 2, top - 2, word.index * 64 + bit);
    };
    number(segment.hi);
    if (segment.hi != segment.lo) number(segment.lo);
  }

  // Returns the height it needs.
  int draw_name(const Word& word, const Segment& segment, int top) {
    const std::uint64_t mask = mask_of(segment);
    const bool wrong = (word.wrong() & mask) != 0;
    const bool set = ((word.observed | word.expected.value) & mask) != 0;
    if (segment.field->kind != spec::FieldKind::kPlain && !set && !wrong) return 0;
    const std::string cls = wrong ? "l w" : set ? "l s" : "l";
    const int width = static_cast<int>(segment.hi - segment.lo + 1) * kCell;
    const int middle = left_of(segment.hi) + width / 2;
    const auto length = static_cast<int>(kLetter * static_cast<double>(segment.field->name.size()));
    const std::string name = wording::escape(segment.field->name);
    if (length + 2 <= width) {
      body_ += fmt::format("<text class=\"{} c\" x=\"{}\" y=\"{}\">{}</text>", cls, middle,
                           top + 10, name);
      return 12;
    }
    body_ += fmt::format("<text class=\"{}\" transform=\"translate({} {}) rotate(90)\">{}</text>",
                         cls, middle - 3, top + 3, name);
    return length + 6;
  }

  void draw_digits(const Word& word, int top) {
    int y = top + kLine - 4;
    if (!expected_.empty()) {
      tag(y, "expected");
      Digits set;
      Digits clear;
      Digits open;
      for (unsigned bit = 0; bit < word.bits; ++bit) {
        const bool compared = (word.expected.mask >> bit & 1) != 0;
        const bool one = (word.expected.value >> bit & 1) != 0;
        (!compared ? open : one ? set : clear).add(bit, !compared ? "·" : one ? "1" : "0");
      }
      body_ += set.svg(y, "d s") + clear.svg(y, "d") + open.svg(y, "d o");
      y += kLine;
    }
    if (observed_.empty()) return;
    if (!expected_.empty()) tag(y, "observed");
    Digits set;
    Digits clear;
    Digits wrong;
    for (unsigned bit = 0; bit < word.bits; ++bit) {
      const bool one = (word.observed >> bit & 1) != 0;
      const bool bad = (word.wrong() >> bit & 1) != 0;
      (bad ? wrong : one ? set : clear).add(bit, one ? "1" : "0");
    }
    body_ += set.svg(y, "d s") + clear.svg(y, "d") + wrong.svg(y, "d w");
  }

  void tag(int y, std::string_view text) {
    body_ += fmt::format("<text class=\"tag\" x=\"0\" y=\"{}\">{}</text>", y, text);
  }

  const spec::StructureInfo& info_;
  std::span<const vector::Masked> expected_;
  std::span<const std::uint64_t> observed_;
  std::string_view revision_;
  std::string body_;
  int y_ = 0;
};

}  // namespace

std::string bits(const spec::StructureInfo& info, std::span<const vector::Masked> expected,
                 std::span<const std::uint64_t> observed, std::string_view revision) {
  return Picture(info, expected, observed, revision).draw();
}

}  // namespace amdvi::report::html
