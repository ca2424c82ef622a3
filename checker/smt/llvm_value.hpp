// Values of lifted IR and the operations on them. Internal to the lifter.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checker/smt/llvm_ir.hpp"
#include "checker/smt/ops.hpp"

namespace amdvi::smt::ir {

// A Boolean term in which null stands for false: most conditions of poison are.
struct Condition {
  Term term;
  [[nodiscard]] bool is_never() const { return term.is_null(); }
};
Condition either(const Condition& a, const Condition& b);
Condition both(const Condition& a, const Term& b);

// Where a pointer may point: into one object, under a condition (null: always).
struct Target {
  Term condition;
  std::size_t object = 0;
  Term offset;  // bytes, 64 bits
};

struct Value {
  Term bits;                    // integers
  std::vector<Target> targets;  // pointers; the conditions are exclusive and complete
  std::vector<Value> members;   // aggregates
  Condition poison;             // not used for aggregates
};

Value choose(const Term& condition, const Value& a, const Value& b);

Term flag(const Context& context, const Term& condition);  // i1

Value binary(const Instruction& instruction, const Value& a, const Value& b);
Value compare(const Context& context, const Instruction& instruction, const Value& a,
              const Value& b);
Value cast(const Instruction& instruction, const Value& a);
// llvm.umin and its like; throws Error on an unknown callee.
Value intrinsic(const Instruction& instruction, const std::vector<Value>& arguments);

}  // namespace amdvi::smt::ir
