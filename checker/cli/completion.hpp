// Shell completion, made from what the parser knows.
#pragma once

#include <string>
#include <vector>

namespace amdvi::cli {

struct CommandWords {
  std::string name;                // "spec show"; empty: amdvi itself
  std::vector<std::string> words;  // subcommands and options
};

std::string bash_completion(const std::vector<CommandWords>& commands);

}  // namespace amdvi::cli
