// Memory objects of lifted IR: the contents of one is one term, byte 0 lowest. Internal to the
// lifter.
#pragma once

#include "checker/smt/llvm_ir.hpp"
#include "checker/smt/llvm_value.hpp"

namespace amdvi::smt::ir {

// `offset` in bytes, 64 bits wide; meaningful where outside() does not hold.
Term read(const Term& contents, const Term& offset, unsigned width);
Term write(const Term& contents, const Term& offset, const Term& value);
// The access leaves the object.
Condition outside(const Term& contents, const Term& offset, unsigned width);

// What a constant table holds.
Term contents_of(const Context& context, const Global& global);

}  // namespace amdvi::smt::ir
