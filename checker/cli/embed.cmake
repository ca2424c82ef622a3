# cmake -DHEADER=... -DVERSION=... -DOUT=... -P embed.cmake: a file as a string of C++.
file(READ "${HEADER}" text)
# A literal may not be longer than 64 KiB everywhere; neighbours are joined.
string(REGEX REPLACE "\n#define" ")~~\"\nR\"~~(\n#define" text "${text}")
file(WRITE "${OUT}" "#include \"checker/cli/embedded.hpp\"

namespace amdvi::cli {

const std::string_view kVersion = \"${VERSION}\";
const std::string_view kRegistersHeader =
R\"~~(${text})~~\";

}  // namespace amdvi::cli
")
