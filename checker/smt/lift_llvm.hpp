// Translation validation: turns a function in textual LLVM IR, as clang writes it for generated
// integer code, into terms, so that the compiled code can be proved equal to the rules it was
// generated from, for all inputs.
//
//   const LlvmModule module = LlvmModule::parse(text);       // clang++ -O2 -S -emit-llvm
//   const Lifted code = module.lift(context, "check_dte", {object, request});
//   // To prove: not code.undefined, and code.results[0] equal to the symbolic result.
//
// Understood: integers of any width, add sub mul and or xor shl lshr ashr icmp select zext sext
// trunc freeze phi br switch ret, load and store through pointer parameters and constant tables,
// getelementptr, small aggregates, the usual integer intrinsics. Not understood, so an Error:
// loops, calls, alloca, vectors, floating point. Compile with -fno-vectorize -fno-slp-vectorize and
// -mllvm -inline-threshold=100000, which leaves none of them in generated decisions (clang's
// `flatten` attribute inlines one level only).
//
// Poison is tracked value by value: an out-of-range shift, a broken nuw/nsw/exact promise, a branch
// on poison, an access outside its object or a poison result makes the input `undefined`. Two
// things are stricter than LLVM: undef counts as poison, and storing poison is undefined at once.
// Two are trusted: pointer parameters do not overlap, and !range, !noundef and aliasing metadata
// hold.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "checker/smt/bv.hpp"

namespace amdvi::smt {

struct Lifted {
  // What the function returns: nothing, one integer, or the members of a small aggregate in order.
  std::vector<Term> results;
  // Per parameter: what its object holds afterwards; null for integer parameters.
  std::vector<Term> objects;
  // Inputs for which LLVM promises nothing.
  Bool undefined;
  std::size_t instructions = 0;
};

class LlvmModule {
 public:
  static LlvmModule parse(std::string_view text);
  ~LlvmModule();
  LlvmModule(LlvmModule&&) noexcept;
  LlvmModule& operator=(LlvmModule&&) noexcept;

  // One term a parameter: an integer parameter's value, or the contents of the object a pointer
  // parameter points to (byte 0 lowest; the width is 8 times the object's size in bytes). Throws
  // Error on code it does not understand.
  [[nodiscard]] Lifted lift(const Context& context, const std::string& function,
                            std::span<const Term> arguments) const;

 private:
  struct Impl;
  explicit LlvmModule(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace amdvi::smt
