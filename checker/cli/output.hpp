// What the command line prints, and where: results on stdout, everything else on stderr.
#pragma once

#include <string>
#include <string_view>

#include "checker/cli/commands.hpp"
#include "checker/judge/result.hpp"
#include "checker/vector/error.hpp"

namespace amdvi::cli {

// kAuto: stdout is a terminal that can, and neither NO_COLOR nor TERM=dumb says otherwise.
bool has_colour(Colour colour);
bool is_terminal(int descriptor);

void print(std::string_view text);
void complain(std::string_view text);  // to stderr, with a newline

// Says what is wrong with an input.
Exit bad_input(const vector::Error& error);
Exit bad_input(const std::string& what, const std::string& hint = "");
Exit tool_failed(const std::string& what);

// Writes `text` to `file`, "-" being stdout; nothing if `file` is empty. kConforms: done.
Exit write_output(const std::string& file, const std::string& text);

struct ReportFiles {
  std::string json, junit, html;
};
// The summary on stdout (unless another report goes there), then each report to its file.
Exit write_reports(const judge::Run& run, const ReportFiles& files, Colour colour, bool quiet);

// The exit code that a run comes to; under `strict` suspects count.
Exit exit_of(const judge::Run& run, bool strict);

// One line on stderr, on a terminal only; erased by the last call.
class Progress {
 public:
  void show(std::size_t done, std::size_t total);

 private:
  double last_ = 0;  // seconds since some fixed point
};

}  // namespace amdvi::cli
