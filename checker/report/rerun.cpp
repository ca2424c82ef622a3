#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "checker/report/tally.hpp"

namespace amdvi::report {
namespace {

// Options with a value that select other vectors, write reports, or speak of a whole run.
constexpr std::array<std::string_view, 10> kDropped = {"--only",    "--id",   "--shard", "--html",
                                                       "--junit",   "--json", "--group", "--clause",
                                                       "--waivers", "--jobs"};
constexpr std::string_view kSelect = "--only";

// The end of the shell word that starts at `at`, quotes and backslashes respected.
std::size_t word_end(std::string_view text, std::size_t at) {
  char quote = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\\' && quote != '\'') {
      ++at;
    } else if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == ' ') {
      return at;
    }
  }
  return text.size();
}

std::vector<std::string_view> shell_words(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == ' ') {
      ++at;
      continue;
    }
    const std::size_t end = word_end(text, at);
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

}  // namespace

std::string rerun(std::string_view command, std::string_view id) {
  std::string result;
  const auto words = shell_words(command);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view option = words[i].substr(0, words[i].find('='));
    if (std::find(kDropped.begin(), kDropped.end(), option) != kDropped.end()) {
      if (option == words[i]) ++i;  // its value is a word of its own
      continue;
    }
    result += fmt::format("{} ", words[i]);
  }
  return fmt::format("{}{} {}", result, kSelect, id);
}

}  // namespace amdvi::report
