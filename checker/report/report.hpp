// A run of vectors, told to each of its readers. Every function returns the whole text; writing
// and printing it is the caller's business. Nothing a device or a vector file says can break the
// format: texts are escaped and made valid UTF-8.
#pragma once

#include <string>

#include "checker/judge/result.hpp"

namespace amdvi::report {

struct SummaryOptions {
  bool colour = false;
  bool quiet = false;  // the broken clauses and the verdict only
};

// For a terminal. The verdict is the last line.
std::string summary(const judge::Run& run, const SummaryOptions& options);

// For CI: suspects and unstable vectors pass with a remark, hangs and crashes are errors.
std::string junit(const judge::Run& run);

// For scripts: one result a line, then one line {"summary": ...}.
std::string json_lines(const judge::Run& run);

// For people: one page that needs nothing else.
std::string html_page(const judge::Run& run);

}  // namespace amdvi::report
