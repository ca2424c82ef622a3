#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "checker/vector/file.hpp"
#include "checker/vector/hex.hpp"
#include "tests/unit/vector_sample.hpp"

namespace amdvi::vector {
namespace {

namespace fs = std::filesystem;

std::string sample_text() { return to_json(sample::file()).value(); }

// The sample with one string replaced by another.
std::string with(std::string_view from, std::string_view to) {
  std::string text = sample_text();
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string error_of(const std::string& text) {
  const auto file = parse(text, "v.json");
  REQUIRE_FALSE(file.has_value());
  return to_text(file.error());
}

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (fs::temp_directory_path() / "amdvi-vector-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TemporaryDirectory() { fs::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

std::string contents(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST_CASE("a vector file that is read and written again is the same bytes") {
  const std::string text = sample_text();
  const auto file = parse(text, "v.json");
  REQUIRE(file.has_value());
  CHECK(to_json(*file).value() == text);
}

TEST_CASE("a vector file is JSON with one vector a line") {
  const std::string text = sample_text();
  CHECK(nlohmann::json::parse(text).at("vectors").size() == 2);
  std::size_t lines = 0;
  for (std::size_t at = 0; (at = text.find("\n{\"id\"", at)) != std::string::npos; ++at) ++lines;
  CHECK(lines == 2);
}

TEST_CASE("a written file is read back whole and leaves nothing beside it") {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "v.json";
  REQUIRE(write(sample::file(), path).has_value());
  CHECK(contents(path) == sample_text());
  CHECK(to_json(read(path).value()).value() == sample_text());
  CHECK(std::distance(fs::directory_iterator(directory.path()), {}) == 1);
}

TEST_CASE("a file that would not be valid leaves the old one untouched") {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "v.json";
  REQUIRE(write(sample::file(), path).has_value());
  VectorFile broken = sample::file();
  broken.vectors[0].checks[0].label = "nowhere";
  const auto result = write(broken, path);
  REQUIRE_FALSE(result.has_value());
  CHECK(to_text(result.error()) ==
        path.string() + ": error: /vectors/0/checks/0/label: no step has the label 'nowhere'");
  CHECK(contents(path) == sample_text());
}

TEST_CASE("a file that cannot be written is an error that names it") {
  const auto result = write(sample::file(), "/nonexistent/v.json");
  REQUIRE_FALSE(result.has_value());
  CHECK(to_text(result.error()).starts_with("/nonexistent/v.json: error: cannot be written"));
}

TEST_CASE("a file that is not there, or a directory, is an error that names it") {
  CHECK(to_text(read("/nonexistent/v.json").error()).find("cannot be read") != std::string::npos);
  CHECK(to_text(read("/").error()).find("is a directory") != std::string::npos);
}

TEST_CASE("a vector file cut in the middle is refused with its line") {
  const std::string text = sample_text();
  const std::string error =
      error_of(text.substr(0, text.find("\n{\"id\"", text.find("\n{") + 1) + 9));
  CHECK(error.starts_with("v.json:3:"));
  CHECK(error.find("cut short") != std::string::npos);
}

TEST_CASE("no prefix of a vector file is accepted, and none crashes the reader") {
  const std::string text = sample_text();
  for (std::size_t length = 0; length + 1 < text.size(); ++length) {
    CHECK_FALSE(parse(std::string_view(text).substr(0, length), "v.json").has_value());
  }
}

TEST_CASE("an unknown key is refused at its place") {
  const std::string error = error_of(with("\"name\":", "\"nmae\":"));
  CHECK(error.starts_with("v.json:2:37: error: unknown key 'nmae'; known here: id, name, group"));
}

TEST_CASE("a missing key is refused at its object") {
  CHECK(error_of(with("\"group\":\"sample\",", ""))
            .starts_with("v.json:2:1: error: 'group' is missing"));
}

TEST_CASE("a key given twice is refused") {
  CHECK(error_of(with("\"group\":\"sample\",", "\"group\":\"a\",\"group\":\"b\","))
            .find("key \"group\" is given twice") != std::string::npos);
}

TEST_CASE("a value that is not spelled canonically is refused") {
  CHECK(error_of(with("0xfedcba9876543210", "0xFEDCBA9876543210")).find("hexadecimal digits") !=
        std::string::npos);
  CHECK(error_of(with("\"0xfedcba9876543210\"", "1")).find("expected a string, found number") !=
        std::string::npos);
  CHECK(error_of(with("007fff", "07fff")).find("not bytes") != std::string::npos);
  CHECK(error_of(with("\"length\":64", "\"length\":6.5")).find("whole number") !=
        std::string::npos);
  CHECK(error_of(with("\"length\":64", "\"length\":4294967296")).find("too large") !=
        std::string::npos);
}

TEST_CASE("an unknown operation is refused with the known ones") {
  CHECK(error_of(with("\"settle\"", "\"sleep\""))
            .find("unknown 'sleep'; one of write, read, mem, zero, peek") != std::string::npos);
}

TEST_CASE("a file of another schema or document is refused") {
  CHECK(error_of(with("vector-file-1", "vector-file-2"))
            .starts_with("v.json:1:11: error: this is a"));
  CHECK(error_of(with("\"48882\"", "\"1\"")).find("another document") != std::string::npos);
}

TEST_CASE("deep nesting is refused") {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  CHECK(error_of(deep) == "v.json:1:33: error: nested too deeply");
}

TEST_CASE("a string that is not UTF-8 is an error, not an exception") {
  VectorFile file = sample::file();
  file.vectors[0].name = "\xff";
  CHECK_FALSE(to_json(file).has_value());
}

TEST_CASE("files are ordered by group, then id") {
  VectorFile file = sample::file();
  file.vectors[0].group = "z";
  sort(file);
  CHECK(file.vectors[1].group == "z");
}

TEST_CASE("SHA-256 is the one of the standard") {
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace amdvi::vector
