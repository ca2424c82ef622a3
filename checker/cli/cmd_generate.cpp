// `amdvi generate`: writes the vectors of profiles, or checks that those in the tree are current.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "checker/cli/commands.hpp"
#include "checker/cli/find.hpp"
#include "checker/cli/output.hpp"
#include "checker/generate/generate.hpp"
#include "checker/vector/file.hpp"
#include "checker/vector/text_file.hpp"

namespace amdvi::cli {
namespace {

namespace fs = std::filesystem;

using Texts = std::map<fs::path, std::string>;  // by path below the output directory

vector::Result<Texts> texts_of(const generate::Generated& generated) {
  auto files = generate::render(generated);
  if (!files) return tl::unexpected(files.error());
  return Texts(files->begin(), files->end());
}

Exit write_all(const Texts& texts, const fs::path& out) {
  for (const auto& [path, text] : texts) {
    std::error_code error;
    fs::create_directories((out / path).parent_path(), error);
    if (error) return tool_failed(fmt::format("{}: {}", (out / path).string(), error.message()));
    if (const Exit bad = write_output((out / path).string(), text); bad != kConforms) return bad;
  }
  return kConforms;
}

// Files that nothing generates any more.
std::vector<fs::path> left_over(const Texts& texts, const fs::path& out,
                                const std::string& profile) {
  std::vector<fs::path> files;
  std::error_code error;
  for (auto it = fs::recursive_directory_iterator(out / profile, error);
       !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    const fs::path path = it->path().lexically_relative(out);
    if (it->is_regular_file(error) && path.extension() == ".json" && !texts.contains(path)) {
      files.push_back(path);
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

Exit compare_all(const Texts& texts, const fs::path& out, const std::string& profile) {
  Exit result = kConforms;
  const auto stale = [&](const fs::path& path, std::string_view what) {
    complain(fmt::format("{}: error: {}; run `amdvi generate --profile {}`", (out / path).string(),
                         what, profile));
    result = kBroken;
  };
  for (const auto& [path, text] : texts) {
    const auto there = vector::read_text(out / path);
    if (!there) {
      stale(path, "missing");
    } else if (*there != text) {
      stale(path, "not what the specification gives");
    }
  }
  for (const fs::path& path : left_over(texts, out, profile)) stale(path, "nothing generates it");
  return result;
}

Exit put_out(const generate::Generated& generated, const fs::path& out, bool check) {
  const std::string& profile = generated.vectors.profile;
  const auto texts = texts_of(generated);
  if (!texts) return tool_failed(vector::to_text(texts.error()));
  std::size_t kats = 0;
  for (const auto& file : generated.kats) kats += file.tests.size();
  print(fmt::format("{}: {} vectors, {} known-answer tests, {} rules not reached\n", profile,
                    generated.vectors.vectors.size(), kats, generated.unreached.size()));
  if (check) return compare_all(*texts, out, profile);
  const Exit written = write_all(*texts, out);
  for (const fs::path& path : left_over(*texts, out, profile)) {
    complain(fmt::format("{}: note: nothing generates this file any more", (out / path).string()));
  }
  for (const auto& unreached : generated.unreached) {
    print(fmt::format("  not reached  {}: {}\n", unreached.rule, unreached.why));
  }
  return written;
}

}  // namespace

int generate(const GenerateArgs& args, const Places& places) {
  const fs::path out = args.out.empty() ? vectors_directory(places) : fs::path(args.out);
  if (out.empty()) return bad_input("where the vectors go is not known", "give `--out DIR`");
  const std::vector<std::string> names =
      args.profile.empty() ? profile_names(places) : std::vector{args.profile};
  if (names.empty()) return bad_input("no profiles are there", "give `--profiles DIR`");
  Exit result = kConforms;
  std::vector<profile::Profile> profiles;
  for (const std::string& name : names) {
    auto profile = find_profile(name, places);
    if (!profile) return bad_input(profile.error());
    profiles.push_back(*std::move(profile));
  }
  for (const generate::Generated& generated : generate::generate(profiles)) {
    result = std::max(result, put_out(generated, out, args.check));
  }
  return result;
}

}  // namespace amdvi::cli
