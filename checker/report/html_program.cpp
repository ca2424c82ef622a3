#include <algorithm>

#include <fmt/format.h>

#include "checker/report/html.hpp"
#include "checker/wording/decode.hpp"
#include "checker/wording/program.hpp"
#include "checker/wording/text.hpp"

namespace amdvi::report::html {
namespace {

constexpr std::size_t kShownElements = 8;

std::string element_item(const wording::Element& piece, std::string_view revision) {
  return fmt::format(
      "<details class=\"el\"><summary><span class=\"ix\">[{}]</span> <b>{}</b> "
      "<span class=\"val\">{}</span></summary><figure>{}</figure></details>",
      piece.index, wording::escape(piece.info->name),
      wording::escape(wording::in_words(*piece.info, piece.words, revision)),
      bits(*piece.info, {}, piece.words, revision));
}

std::string structures(const std::vector<wording::Element>& pieces, std::string_view revision) {
  const std::size_t shown = std::min(pieces.size(), kShownElements);
  std::string items;
  for (std::size_t i = 0; i < shown; ++i) items += element_item(pieces[i], revision);
  if (pieces.size() > shown) {
    items += fmt::format("<div class=\"el dim\">and {} more</div>", pieces.size() - shown);
  }
  return items;
}

std::string step_item(const vector::Step& step, std::string_view revision) {
  const wording::StepView view = wording::describe(step, revision);
  std::string item =
      fmt::format("<li><span class=\"verb\">{}</span> <span class=\"what\">{}</span>", view.verb,
                  wording::escape(view.what));
  if (!view.value.empty()) {
    item += fmt::format(" <span class=\"eq\">=</span> <span class=\"val\">{}</span>",
                        wording::escape(view.value));
  }
  if (!view.raw.empty() && view.raw != view.value) item += " " + element("span", "raw", view.raw);
  if (!view.label.empty()) item += " " + element("span", "label", "→ " + view.label);
  if (!view.note.empty()) item += " " + element("span", "note", view.note);
  return item + structures(view.elements, revision) + "</li>\n";
}

}  // namespace

std::string program(const vector::Vector& vector, std::string_view revision) {
  std::string text = "<div class=\"program\">";
  if (!vector.setup.empty()) {
    text += "<p class=\"phase\">before the device is enabled</p><ol>";
    for (const auto& step : vector.setup) text += step_item(step, revision);
    text += "</ol>";
  }
  text += fmt::format("<p class=\"phase\">then</p><ol start=\"{}\">", vector.setup.size() + 1);
  for (const auto& step : vector.steps) text += step_item(step, revision);
  return text + "</ol></div>";
}

}  // namespace amdvi::report::html
