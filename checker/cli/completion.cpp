#include "checker/cli/completion.hpp"

#include <fmt/format.h>

namespace amdvi::cli {

std::string bash_completion(const std::vector<CommandWords>& commands) {
  std::string cases;
  for (const CommandWords& command : commands) {
    cases += fmt::format("    '{}') words='{}' ;;\n", command.name, fmt::join(command.words, " "));
  }
  return fmt::format(R"bash(# bash completion for amdvi
_amdvi() {{
  local word command='' words=''
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case $word in
      -*) ;;
      *) case "$(_amdvi_words "$command")" in
           *" $word "*) command="${{command:+$command }}$word" ;;
         esac ;;
    esac
  done
  words=$(_amdvi_words "$command")
  COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
  [ "${{#COMPREPLY[@]}}" -gt 0 ] || COMPREPLY=($(compgen -f -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
_amdvi_words() {{
  local words=''
  case $1 in
{}  esac
  printf ' %s ' "$words"
}}
complete -F _amdvi amdvi
)bash",
                     cases);
}

}  // namespace amdvi::cli
