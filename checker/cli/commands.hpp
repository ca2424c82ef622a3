// The subcommands: what was typed as plain data in, an exit code out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace amdvi::cli {

enum Exit : int {
  kConforms = 0,
  kBroken = 1,    // a nonconformance, something refuted, a stale waiver
  kBadInput = 2,  // usage, a file, nothing selected
  kToolFailed = 3,
};

enum class Colour { kAuto, kAlways, kNever };

// Where things are that are not typed in full.
struct Places {
  std::string profiles;  // directory; empty: spec/profiles of the project
  std::string vectors;   // directory; empty: vectors of the project
};

struct SpecArgs {
  std::string what;     // of `list`: "registers"; of `show`: a name
  std::string profile;  // of `ivrs`: print a profile of this name instead
};
int spec_list(const SpecArgs& args, const Places& places);
int spec_show(const SpecArgs& args);
int spec_check(const Places& places);

struct SpecDiffArgs {
  std::string from, to;    // revisions, "3.05"
  std::string json, html;  // files, "-": stdout
};
int spec_diff(const SpecDiffArgs& args);
int spec_ivrs(const SpecArgs& args);  // `what`: a file, or hex digits

struct ProveArgs {
  std::string decision;
  std::string machine;
  std::string shard;  // "K/N"
  std::string json;   // file, "-": stdout
  unsigned seed = 0;
  bool examples = false;
  bool times = false;
  bool mistakes = false;
};
int prove(const ProveArgs& args);

struct GenerateArgs {
  std::string profile;  // empty: all
  std::string out;      // empty: the project's vectors
  bool check = false;
};
int generate(const GenerateArgs& args, const Places& places);

struct RunArgs {
  std::string driver;          // a shared object: then it is judged, not a device
  std::string driver_options;  // for it
  unsigned deadline = 60;      // seconds that a driver has for a vector
  std::string dut = "model";
  std::string profile;  // empty: the one that fits the device
  std::vector<std::string> files;
  std::vector<std::string> ids, groups, clauses;
  std::string shard;
  std::string waivers;
  std::string json, junit, html;  // files, "-": stdout
  unsigned jobs = 1;
  std::size_t reruns = 3;
  bool strict = false;
  bool quiet = false;
  Colour colour = Colour::kAuto;
  std::string command;  // as typed
};
int run(const RunArgs& args, const Places& places);
int run_driver(const RunArgs& args, const Places& places);
int list_faults();

struct ExplainArgs {
  std::string what;  // a vector's id or a vector file
  std::string profile;
};
int explain(const ExplainArgs& args, const Places& places);

// Of one run (`report`) or of all its shards (`merge`).
struct ResultsArgs {
  std::vector<std::string> files;
  std::string json, junit, html;
  bool must_be_complete = false;
  bool strict = false;
  bool quiet = false;
  Colour colour = Colour::kAuto;
};
int results(const ResultsArgs& args, const Places& places);

struct ExportArgs {
  std::string header, kats;  // files, "-": stdout; empty: not wanted
};
int export_c(const ExportArgs& args);

// "amdvi 0.1.0 ..."
std::string version();

}  // namespace amdvi::cli
