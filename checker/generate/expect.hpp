// Expectations: runs a vector's program on the model under every legal choice of options and turns
// what it showed into checks, each with the clauses it stands on and its trust.
#pragma once

#include "checker/generate/scene.hpp"

namespace amdvi::generate {

struct Question {
  std::string group;
  std::string name;  // a sentence about the device
  std::vector<std::string> requires_;
  bool of_reset = false;  // registers are read as power-on left them
  // About cached entries: what a device may do that goes on using old ones is accepted too.
  bool cached = false;
  std::vector<std::string> leads{};  // clauses that are at stake before all others
  bool doubtful = false;  // what is asked is plausible but not stated: no check may accuse
  // The clause, which is a stated one, that the checks of one observation are about first of all.
  struct About {
    std::string_view label, clause;
  };
  About about = {};
};

// The finished vector: checks, clauses, rules and id filled in.
vector::Vector finish(Scene scene, Question question);

}  // namespace amdvi::generate
