// Operations on untyped terms, checked when they are called: for code that meets widths only at
// run time (the IR lifter, generated tables). Everything else uses bv.hpp, where the compiler
// checks. All names say whether they are signed; there is deliberately no operator.
//
// Null operands, operands of two contexts and width mismatches throw Error. As in SMT-LIB, a shift
// by the width or more gives 0 (ashr: the sign).
#pragma once

#include <span>

#include "checker/smt/context.hpp"

namespace amdvi::smt::untyped {

Term eq(const Term& a, const Term& b);  // also of two Booleans
Term ult(const Term& a, const Term& b);
Term ule(const Term& a, const Term& b);
Term slt(const Term& a, const Term& b);
Term sle(const Term& a, const Term& b);

Term band(const Term& a, const Term& b);
Term bor(const Term& a, const Term& b);
Term bxor(const Term& a, const Term& b);
Term bnot(const Term& a);
Term add(const Term& a, const Term& b);
Term sub(const Term& a, const Term& b);
Term mul(const Term& a, const Term& b);
Term shl(const Term& a, const Term& b);
Term lshr(const Term& a, const Term& b);
Term ashr(const Term& a, const Term& b);

Term extract(const Term& a, unsigned high, unsigned low);
Term concat(const Term& high, const Term& low);
Term zext(const Term& a, unsigned width);  // to `width` bits
Term sext(const Term& a, unsigned width);

Term ite(const Term& condition, const Term& then_value, const Term& else_value);
Term land(const Term& a, const Term& b);
Term lor(const Term& a, const Term& b);
Term lnot(const Term& a);
Term all_of(const Context& context, std::span<const Term> terms);  // true if empty
Term any_of(const Context& context, std::span<const Term> terms);  // false if empty

// Z3's rewriter: an equal term, usually smaller; constants fold.
Term simplify(const Term& a);

}  // namespace amdvi::smt::untyped
