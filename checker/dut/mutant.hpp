// A value domain that computes like Concrete but gets one atom of one decision wrong.
#pragma once

#include <cstdint>

#include <amdvi/value/concrete.hpp>

namespace amdvi {

enum class Mutation { kNone, kFlip, kTrue, kFalse };

struct Mutant : Concrete {
  const spec::DecisionInfo* decision = nullptr;
  unsigned index = 0;  // into decision->atoms
  Mutation mutation = Mutation::kNone;

  bool atom(const spec::DecisionInfo& in, unsigned i, bool b) const {
    if (&in != decision || i != index) return b;
    switch (mutation) {
      case Mutation::kNone:
        return b;
      case Mutation::kFlip:
        return !b;
      case Mutation::kTrue:
        return true;
      case Mutation::kFalse:
        return false;
    }
    return b;
  }
};

}  // namespace amdvi
