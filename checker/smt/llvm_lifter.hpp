// Executes a loop-free function on terms: blocks in topological order, each under the condition
// that it is reached. Internal to the lifter.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "checker/smt/lift_llvm.hpp"
#include "checker/smt/llvm_ir.hpp"
#include "checker/smt/llvm_value.hpp"

namespace amdvi::smt::ir {

class Lifter {
 public:
  Lifter(const Context& context, const Source& source, const std::string& function);

  Lifted run(std::span<const Term> arguments);

 private:
  using Memory = std::vector<Term>;  // contents of the parameters' objects

  void bind(std::span<const Term> arguments);
  [[nodiscard]] std::vector<std::size_t> topological_order() const;
  [[nodiscard]] std::size_t block_index(const std::string& label) const;

  void run_block(std::size_t block);
  void enter(std::size_t block);
  void run_instruction(std::size_t block, const Instruction& instruction);
  void run_memory(const Instruction& instruction);
  void run_call(const Instruction& instruction);
  void leave(std::size_t block, const Instruction& instruction);
  void leave_switch(std::size_t block, const Instruction& instruction);
  void leave_return(const Instruction& instruction);
  void add_edge(std::size_t from, const std::string& to, const Term& condition);

  Value evaluate(const Operand& operand);
  Value constant(const Operand& operand);
  Value address(const TypePtr& source, std::span<const Operand> parts);
  Value computed(std::size_t block, const Instruction& instruction);
  Value phi(std::size_t block, const Instruction& instruction);
  Value load(const Value& pointer, unsigned width);
  void store(const Value& pointer, const Value& value);
  [[nodiscard]] const Term& contents(std::size_t object) const;
  std::size_t constant_object(const std::string& name);
  [[nodiscard]] Term truth(const Value& value) const;  // of an i1
  void undefined_if(const Condition& condition);

  Context context_;
  const Source& source_;
  Function function_;
  std::map<std::string, std::size_t> block_of_;
  std::map<std::string, Value> values_;
  std::map<std::pair<std::size_t, std::size_t>, Term> edges_;  // taken: from, to
  std::vector<Memory> memory_after_;                           // per block
  std::map<std::string, std::size_t> constant_of_;
  std::vector<Term> constants_;  // contents of constant objects, numbered after the parameters'

  Term reached_;   // the block at hand
  Memory memory_;  // as the block at hand has left it so far
  Condition undefined_;
  std::vector<Value> returned_;  // empty, or the value of every return so far
  Memory memory_returned_;
  bool has_returned_ = false;
};

}  // namespace amdvi::smt::ir
