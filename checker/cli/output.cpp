#include "checker/cli/output.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>
#include <unistd.h>

#include "checker/report/report.hpp"
#include "checker/vector/text_file.hpp"

namespace amdvi::cli {
namespace {

constexpr double kBetweenUpdates = 0.1;  // seconds

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

bool is_terminal(int descriptor) { return isatty(descriptor) == 1; }

bool has_colour(Colour colour) {
  if (colour != Colour::kAuto) return colour == Colour::kAlways;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool refused = no_colour != nullptr && *no_colour != '\0';
  return is_terminal(STDOUT_FILENO) && !refused && term != nullptr &&
         std::string_view(term) != "dumb";
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void complain(std::string_view text) { fmt::print(stderr, "{}\n", text); }

Exit bad_input(const vector::Error& error) {
  complain(vector::to_text(error));
  return kBadInput;
}

Exit bad_input(const std::string& what, const std::string& hint) {
  complain(fmt::format("amdvi: error: {}{}{}", what, hint.empty() ? "" : "; ", hint));
  return kBadInput;
}

Exit tool_failed(const std::string& what) {
  complain(fmt::format("amdvi: error: {}", what));
  return kToolFailed;
}

Exit write_output(const std::string& file, const std::string& text) {
  if (file.empty()) return kConforms;
  if (file == "-") {
    print(text);
    return kConforms;
  }
  const auto done = vector::write_text(file, text);
  return done ? kConforms : tool_failed(vector::to_text(done.error()));
}

Exit write_reports(const judge::Run& run, const ReportFiles& files, Colour colour, bool quiet) {
  const bool taken = files.json == "-" || files.junit == "-" || files.html == "-";
  if (!taken) print(report::summary(run, {has_colour(colour), quiet}));
  Exit result = kConforms;
  if (!files.json.empty())
    result = std::max(result, write_output(files.json, report::json_lines(run)));
  if (!files.junit.empty())
    result = std::max(result, write_output(files.junit, report::junit(run)));
  if (!files.html.empty())
    result = std::max(result, write_output(files.html, report::html_page(run)));
  return result;
}

Exit exit_of(const judge::Run& run, bool strict) {
  if (!run.canary.empty()) return kToolFailed;
  const auto breaks = [strict](const judge::VectorResult& result) {
    switch (result.verdict) {
      case judge::Verdict::kPass:
      case judge::Verdict::kSkip:
        return false;
      case judge::Verdict::kSuspect:
      case judge::Verdict::kUnstable:
        return strict;
      case judge::Verdict::kFail:
      case judge::Verdict::kHang:
      case judge::Verdict::kCrash:
        return true;
    }
    return true;
  };
  const bool broken = std::any_of(run.results.begin(), run.results.end(), breaks);
  return broken ? kBroken : kConforms;
}

void Progress::show(std::size_t done, std::size_t total) {
  if (!is_terminal(STDERR_FILENO)) return;
  if (done == total) {
    fmt::print(stderr, "\r\x1b[K");
  } else if (now() - last_ >= kBetweenUpdates) {
    last_ = now();
    fmt::print(stderr, "\r{} of {}\x1b[K", done, total);
  }
  std::fflush(stderr);
}

}  // namespace amdvi::cli
