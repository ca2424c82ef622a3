// A machine with one thing wrong, in every way that is easily made: what vectors must tell from it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <amdvi/host/machine.hpp>

namespace amdvi::generate {

struct Variant {
  host::MachineCode code;
  unsigned operation = 0;
  std::optional<unsigned> number;  // the case that is wrong; none: any of the operation's
  std::string why;                 // "a driver that ... is caught here"
  const spec::MistakeInfo* mistake = nullptr;  // of the specification, if it is one
};

// A case that is left out, an update that is forgotten, an error that changes something all the
// same; and the mistakes of the specification.
std::vector<Variant> variants_of(const host::MachineCode& code);

}  // namespace amdvi::generate
