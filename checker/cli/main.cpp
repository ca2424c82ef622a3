// The command line: the only file that knows how it is parsed.
#include <cstdlib>
#include <functional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "checker/cli/commands.hpp"
#include "checker/cli/completion.hpp"
#include "checker/cli/output.hpp"

namespace amdvi::cli {
namespace {

// A word as a shell would need it.
std::string quoted(const std::string& word) {
  if (!word.empty() && word.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                              "0123456789-_=:/.,+%@") == std::string::npos) {
    return word;
  }
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

class CommandLine {
 public:
  CommandLine(int argc, char** argv) : argc_(argc), argv_(argv) {
    app_.require_subcommand(1);
    app_.set_version_flag("--version", version());
    app_.fallthrough();
    app_.footer(
        "Example: amdvi run --dut qemu --html report.html\n"
        "Exit codes: 0 conforms, 1 does not, 2 usage or bad input, 3 the tool or DUT adapter "
        "failed");
    const std::map<std::string, Colour> colours{
        {"auto", Colour::kAuto}, {"always", Colour::kAlways}, {"never", Colour::kNever}};
    app_.add_option("--color", colour_, "auto, always or never")
        ->transform(CLI::CheckedTransformer(colours, CLI::ignore_case))
        ->option_text("WHEN");
    app_.add_option("--profiles", places_.profiles, "where profiles are, if not in spec/profiles")
        ->option_text("DIR");
    app_.add_option("--vectors", places_.vectors, "where vectors are, if not in vectors")
        ->option_text("DIR");
    add_spec();
    add_prove();
    add_generate();
    add_run();
    add_explain();
    add_results();
    add_others();
  }

  int run() {
    try {
      app_.parse(argc_, argv_);
    } catch (const CLI::ParseError& error) {
      return app_.exit(error) == 0 ? kConforms : kBadInput;
    }
    run_.colour = results_.colour = colour_;
    return action_ ? action_() : kBadInput;
  }

 private:
  CLI::App* add(CLI::App& parent, const std::string& name, const std::string& text,
                std::function<int()> action) {
    CLI::App* command = parent.add_subcommand(name, text);
    command->final_callback([this, action = std::move(action)] { action_ = action; });
    return command;
  }

  void add_spec() {
    CLI::App* spec = app_.add_subcommand("spec", "Look at the specification");
    spec->require_subcommand(1);
    CLI::App* list =
        add(*spec, "list",
            "List all of one kind: registers, commands, decisions, clauses, options, ...",
            [this] { return spec_list(spec_, places_); });
    list->add_option("kind", spec_.what, "what to list")->required();
    CLI::App* show = add(*spec, "show", "Show one object: its bits, rules, clauses",
                         [this] { return spec_show(spec_); });
    show->add_option("name", spec_.what, "its name, as in the document")->required();
    add(*spec, "check", "Check the profiles against the specification",
        [this] { return spec_check(places_); });
    CLI::App* diff = add(*spec, "diff", "What one revision has and another has not",
                         [this] { return spec_diff(spec_diff_); });
    diff->add_option("from", spec_diff_.from, "the revision to start from, as 3.05")->required();
    diff->add_option("to", spec_diff_.to, "the revision to compare with it")->required();
    diff->add_option("--json", spec_diff_.json, "write it as JSON; - is stdout")
        ->option_text("FILE");
    diff->add_option("--html", spec_diff_.html, "write it as a page; - is stdout")
        ->option_text("FILE");
    CLI::App* ivrs = add(*spec, "ivrs", "An ACPI IVRS table in words: IOMMUs and their devices",
                         [this] { return spec_ivrs(spec_); });
    ivrs->add_option("table", spec_.what, "its file, or its bytes as hex digits")->required();
    ivrs->add_option("--profile", spec_.profile, "print a profile of this name instead")
        ->option_text("NAME");
  }

  void add_prove() {
    CLI::App* command =
        add(app_, "prove", "Prove rules reachable and equal to the model, invariants kept",
            [this] { return prove(prove_); });
    command->add_option("--decision", prove_.decision, "only this one")->option_text("NAME");
    command->add_option("--machine", prove_.machine, "only this one")->option_text("NAME");
    command->add_flag("--mistakes", prove_.mistakes,
                      "refute every machine with a known mistake; exit 1 if one survives");
    command->add_option("--shard", prove_.shard, "part K of N, from 0")->option_text("K/N");
    command->add_option("--json", prove_.json, "write the report as JSON; - is stdout")
        ->option_text("FILE");
    command->add_option("--seed", prove_.seed, "of the solver; answers do not depend on it");
    command->add_flag("--examples", prove_.examples,
                      "an example for every pair of rules whose order matters");
    command->add_flag("--times", prove_.times, "say how long each question took");
  }

  void add_generate() {
    CLI::App* command = add(app_, "generate", "Generate vectors, or check those that are there",
                            [this] { return generate(generate_, places_); });
    command->add_option("-p,--profile", generate_.profile, "name or file; all, if not given")
        ->option_text("PROFILE");
    command->add_option("-o,--out", generate_.out, "directory; default: the project's vectors")
        ->option_text("DIR");
    command->add_flag("--check", generate_.check, "write nothing; exit 1 if a file is not current");
  }

  static void add_reports(CLI::App& command, std::string& json, std::string& junit,
                          std::string& html) {
    command.add_option("--json", json, "write results as JSON lines; - is stdout")
        ->option_text("FILE");
    command.add_option("--junit", junit, "write results for CI")->option_text("FILE");
    command.add_option("--html", html, "write the report page")->option_text("FILE");
  }

  void add_run() {
    CLI::App* command = add(app_, "run", "Run vectors on a device", [this] {
      if (list_faults_) return list_faults();
      for (int i = 0; i < argc_; ++i) run_.command += (i > 0 ? " " : "") + quoted(argv_[i]);
      return run_.driver.empty() ? cli::run(run_, places_) : run_driver(run_, places_);
    });
    CLI::Option* driver =
        command->add_option("--driver", run_.driver, "a driver's shared object, see amdvi_driver.h")
            ->option_text("FILE");
    command
        ->add_option("--driver-options", run_.driver_options,
                     "what the driver is told when it is opened")
        ->option_text("TEXT")
        ->needs(driver);
    command->add_option("--deadline", run_.deadline, "seconds that a driver has for a vector (60)")
        ->check(CLI::Range(1, 3600))
        ->option_text("N")
        ->needs(driver);
    command->add_option("--dut", run_.dut, "model, faulty:NAME, qemu, unix:PATH or a command line")
        ->option_text("DUT")
        ->excludes(driver);
    command->add_option("-p,--profile", run_.profile, "what the device is; name or file")
        ->option_text("PROFILE");
    command->add_option("files", run_.files, "vector files or directories; default: the project's");
    command->add_option("--only,--id", run_.ids, "only this vector (repeatable)")
        ->option_text("ID")
        ->allow_extra_args(false);
    command->add_option("--group", run_.groups, "only this group (repeatable)")
        ->option_text("GROUP")
        ->allow_extra_args(false);
    command
        ->add_option("--clause", run_.clauses,
                     "only vectors with this clause on their path (repeatable)")
        ->option_text("CLAUSE")
        ->allow_extra_args(false);
    command->add_option("--shard", run_.shard, "part K of N, from 0")->option_text("K/N");
    command->add_option("--jobs,-j", run_.jobs, "devices in parallel")
        ->check(CLI::Range(1, 256))
        ->option_text("N");
    command
        ->add_option("--reruns", run_.reruns,
                     "vectors of each kind of failure that are run again on a fresh device (3)")
        ->option_text("N");
    command->add_option("--waivers", run_.waivers, "known failures; a stale one is exit 1")
        ->option_text("FILE");
    add_reports(*command, run_.json, run_.junit, run_.html);
    command->add_flag("--strict", run_.strict, "suspects and unstable vectors fail the run");
    command->add_flag("-q,--quiet", run_.quiet, "only what is broken and the verdict");
    command->add_flag("--list-faults", list_faults_, "names for --dut faulty:NAME");
  }

  void add_explain() {
    CLI::App* command =
        add(app_, "explain", "What the specification makes of a vector, rule by rule",
            [this] { return explain(explain_, places_); });
    command->add_option("vector", explain_.what, "a vector's id or a vector file")->required();
    command->add_option("-p,--profile", explain_.profile, "whose vector")->option_text("PROFILE");
  }

  void add_results() {
    const auto options = [this](CLI::App& command) {
      command.add_option("results", results_.files, "what `amdvi run --json` wrote")->required();
      add_reports(command, results_.json, results_.junit, results_.html);
      command.add_flag("--strict", results_.strict, "suspects and unstable vectors fail");
      command.add_flag("-q,--quiet", results_.quiet, "only what is broken and the verdict");
    };
    options(*add(app_, "report", "Reports of a run that is over",
                 [this] { return results(results_, places_); }));
    options(
        *add(app_, "merge", "Reports of all shards of a run; a missing shard is exit 3", [this] {
          results_.must_be_complete = true;
          return results(results_, places_);
        }));
  }

  void add_others() {
    CLI::App* command = add(app_, "export", "Write the specification for others to use",
                            [this] { return export_c(export_); });
    command
        ->add_option("--c-header", export_.header,
                     "registers and structures as a C header; - is stdout")
        ->option_text("FILE");
    command->add_option("--c-kats", export_.kats, "known answers as a C header; - is stdout")
        ->option_text("FILE");
    CLI::App* completion = add(app_, "completion", "Print shell completion", [this] {
      print(bash_completion(words()));
      return kConforms;
    });
    completion->add_option("shell", shell_, "bash")->required()->check(CLI::IsMember({"bash"}));
  }

  // Every command with what may follow it.
  std::vector<CommandWords> words() {
    std::vector<CommandWords> all;
    collect(app_, "", all);
    return all;
  }
  static void collect(const CLI::App& command, const std::string& name,
                      std::vector<CommandWords>& all) {
    CommandWords words{name, {}};
    for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; })) {
      words.words.push_back(sub->get_name());
    }
    for (const CLI::Option* option : command.get_options()) {
      for (const std::string& word : option->get_lnames()) words.words.push_back("--" + word);
    }
    all.push_back(words);
    for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; })) {
      collect(*sub, (name.empty() ? "" : name + " ") + sub->get_name(), all);
    }
  }

  int argc_;
  char** argv_;
  CLI::App app_{"amdvi: conformance kit for the AMD I/O virtualization architecture", "amdvi"};
  std::function<int()> action_;
  Colour colour_ = Colour::kAuto;
  Places places_;
  SpecArgs spec_;
  SpecDiffArgs spec_diff_;
  ProveArgs prove_;
  GenerateArgs generate_;
  RunArgs run_;
  bool list_faults_ = false;
  ExplainArgs explain_;
  ResultsArgs results_;
  ExportArgs export_;
  std::string shell_;
};

}  // namespace
}  // namespace amdvi::cli

int main(int argc, char** argv) { return amdvi::cli::CommandLine(argc, argv).run(); }
