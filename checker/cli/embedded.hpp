// What the build puts into the executable.
#pragma once

#include <string_view>

namespace amdvi::cli {

extern const std::string_view kRegistersHeader;  // amdvi_regs.h, as gen/ writes it
extern const std::string_view kVersion;          // "0.1.0"

}  // namespace amdvi::cli
