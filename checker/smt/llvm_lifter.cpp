#include "checker/smt/llvm_lifter.hpp"

#include <algorithm>
#include <functional>

#include "checker/smt/llvm_memory.hpp"

namespace amdvi::smt::ir {

Lifter::Lifter(const Context& context, const Source& source, const std::string& function)
    : context_(context), source_(source), function_(parse_function(source, function)) {
  for (std::size_t i = 0; i < function_.blocks.size(); ++i) {
    block_of_.emplace(function_.blocks[i].label, i);
  }
  memory_after_.resize(function_.blocks.size());
}

Lifted Lifter::run(std::span<const Term> arguments) {
  bind(arguments);
  Lifted result;
  for (const std::size_t block : topological_order()) {
    run_block(block);
    result.instructions += function_.blocks[block].instructions.size();
  }
  if (!has_returned_) throw Error("IR: the function never returns");
  for (const Value& value : returned_) {
    if (value.members.empty()) result.results.push_back(value.bits);
    for (const Value& member : value.members) result.results.push_back(member.bits);
  }
  result.objects = memory_returned_;
  result.undefined = Bool(undefined_.is_never() ? context_.bool_value(false) : undefined_.term);
  return result;
}

void Lifter::bind(std::span<const Term> arguments) {
  const std::vector<Parameter>& parameters = function_.parameters;
  if (arguments.size() != parameters.size()) throw Error("IR: one argument a parameter is needed");
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    Value value;
    const bool is_pointer = parameters[i].type->kind == Type::Kind::kPointer;
    if (is_pointer) {
      if (arguments[i].width() == 0 || arguments[i].width() % 8 != 0) {
        throw Error("IR: an object is a whole number of bytes");
      }
      value.targets.push_back({Term(), i, context_.bv_value(64, 0)});
    } else {
      if (arguments[i].width() != parameters[i].type->width) throw Error("IR: argument width");
      value.bits = arguments[i];
    }
    memory_.push_back(is_pointer ? arguments[i] : Term());
    values_[parameters[i].name] = std::move(value);
  }
}

std::size_t Lifter::block_index(const std::string& label) const {
  const auto block = block_of_.find(label);
  if (block == block_of_.end()) throw Error("IR: no block '" + label + "'");
  return block->second;
}

std::vector<std::size_t> Lifter::topological_order() const {
  enum class Mark { kNew, kOpen, kDone };
  std::vector<Mark> marks(function_.blocks.size(), Mark::kNew);
  std::vector<std::size_t> order;
  const std::function<void(std::size_t)> visit = [&](std::size_t block) {
    if (marks[block] == Mark::kDone) return;
    if (marks[block] == Mark::kOpen) throw Error("IR: loops are not supported");
    marks[block] = Mark::kOpen;
    const std::vector<Instruction>& instructions = function_.blocks[block].instructions;
    if (instructions.empty()) throw Error("IR: an empty block");
    for (const std::string& label : instructions.back().labels) visit(block_index(label));
    marks[block] = Mark::kDone;
    order.push_back(block);
  };
  visit(0);
  std::reverse(order.begin(), order.end());
  return order;
}

void Lifter::run_block(std::size_t block) {
  enter(block);
  for (const Instruction& instruction : function_.blocks[block].instructions) {
    run_instruction(block, instruction);
  }
  memory_after_[block] = memory_;
}

void Lifter::enter(std::size_t block) {
  if (block == 0) {
    reached_ = context_.bool_value(true);
    return;
  }
  std::vector<Term> ways;
  for (const auto& [edge, taken] : edges_) {
    if (edge.second != block) continue;
    const Memory& memory = memory_after_[edge.first];
    for (std::size_t i = 0; i < memory.size(); ++i) {
      const bool is_same = ways.empty() || memory[i].is_null() || same_node(memory[i], memory_[i]);
      memory_[i] = ways.empty() ? memory[i]
                   : is_same    ? memory_[i]
                                : untyped::ite(taken, memory[i], memory_[i]);
    }
    ways.push_back(taken);
  }
  reached_ = untyped::any_of(context_, ways);
}

void Lifter::run_instruction(std::size_t block, const Instruction& instruction) {
  const std::string& op = instruction.opcode;
  if (op == "br" || op == "switch" || op == "ret" || op == "unreachable") {
    leave(block, instruction);
  } else if (op == "nop") {
    return;
  } else if (op == "load" || op == "store") {
    run_memory(instruction);
  } else if (op == "call") {
    run_call(instruction);
  } else {
    values_[instruction.result] = computed(block, instruction);
  }
}

Value Lifter::computed(std::size_t block, const Instruction& instruction) {
  const std::string& op = instruction.opcode;
  if (op == "phi") return phi(block, instruction);
  if (op == "getelementptr") return address(instruction.type, instruction.operands);
  Value first = evaluate(instruction.operands.at(0));
  if (op == "zext" || op == "sext" || op == "trunc" || op == "bitcast") {
    return cast(instruction, first);
  }
  if (op == "freeze") {
    if (first.bits.is_null()) throw Error("IR: freeze of no integer");
    if (first.poison.is_never()) return first;
    const Term any = context_.fresh_bv(first.bits.width(), "frozen");
    first.bits = untyped::ite(first.poison.term, any, first.bits);
    first.poison = {};
    return first;
  }
  if (op == "extractvalue") return first.members.at(instruction.indices.at(0));
  Value second = evaluate(instruction.operands.at(1));
  if (op == "insertvalue") {
    first.members.at(instruction.indices.at(0)) = std::move(second);
    return first;
  }
  if (op == "icmp") return compare(context_, instruction, first, second);
  if (op == "select") {
    const Value other = evaluate(instruction.operands.at(2));
    Value result = choose(truth(first), second, other);
    result.poison = either(first.poison, result.poison);
    return result;
  }
  return binary(instruction, first, second);
}

Value Lifter::phi(std::size_t block, const Instruction& instruction) {
  Value result;
  bool is_first = true;
  for (std::size_t i = 0; i < instruction.operands.size(); ++i) {
    const auto edge = edges_.find({block_index(instruction.labels[i]), block});
    if (edge == edges_.end()) continue;  // from a block that is never reached
    const Value value = evaluate(instruction.operands[i]);
    result = is_first ? value : choose(edge->second, value, result);
    is_first = false;
  }
  if (is_first) throw Error("IR: phi without a predecessor: " + instruction.text);
  return result;
}

void Lifter::leave(std::size_t block, const Instruction& instruction) {
  if (instruction.opcode == "ret") return leave_return(instruction);
  if (instruction.opcode == "unreachable") return undefined_if({context_.bool_value(true)});
  if (instruction.opcode == "switch") return leave_switch(block, instruction);
  if (instruction.operands.empty()) return add_edge(block, instruction.labels.at(0), reached_);
  const Value condition = evaluate(instruction.operands[0]);
  undefined_if(condition.poison);
  const Term holds = truth(condition);
  add_edge(block, instruction.labels.at(0), untyped::land(reached_, holds));
  add_edge(block, instruction.labels.at(1), untyped::land(reached_, untyped::lnot(holds)));
}

void Lifter::leave_switch(std::size_t block, const Instruction& instruction) {
  const Value value = evaluate(instruction.operands.at(0));
  undefined_if(value.poison);
  std::vector<Term> cases;
  for (std::size_t i = 1; i < instruction.operands.size(); ++i) {
    const Term is_case = untyped::eq(value.bits, evaluate(instruction.operands[i]).bits);
    add_edge(block, instruction.labels.at(i), untyped::land(reached_, is_case));
    cases.push_back(is_case);
  }
  const Term is_default = untyped::lnot(untyped::any_of(context_, cases));
  add_edge(block, instruction.labels.at(0), untyped::land(reached_, is_default));
}

void Lifter::leave_return(const Instruction& instruction) {
  if (!instruction.operands.empty()) {
    const Value value = evaluate(instruction.operands[0]);
    undefined_if(value.poison);
    for (const Value& member : value.members) undefined_if(member.poison);
    if (!value.targets.empty()) throw Error("IR: a pointer is returned");
    if (has_returned_) {
      returned_[0] = choose(reached_, value, returned_.at(0));
    } else {
      returned_.push_back(value);
    }
  }
  for (std::size_t i = 0; has_returned_ && i < memory_.size(); ++i) {
    Term& returned = memory_returned_[i];
    if (returned.is_null() || same_node(returned, memory_[i])) continue;
    returned = untyped::ite(reached_, memory_[i], returned);
  }
  if (!has_returned_) memory_returned_ = memory_;
  has_returned_ = true;
}

void Lifter::add_edge(std::size_t from, const std::string& to, const Term& condition) {
  Term& edge = edges_[{from, block_index(to)}];
  edge = edge.is_null() ? condition : untyped::lor(edge, condition);
}

Term Lifter::truth(const Value& value) const {
  return untyped::eq(value.bits, context_.bv_value(1, 1));
}

void Lifter::undefined_if(const Condition& condition) {
  undefined_ = either(undefined_, both(condition, reached_));
}

}  // namespace amdvi::smt::ir
